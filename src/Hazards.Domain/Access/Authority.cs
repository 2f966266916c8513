using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>What a key or an account gives: a body to act for, roles, and a jurisdiction.</summary>
/// <param name="Body">The body acted for.</param>
/// <param name="Roles">What may be done.</param>
/// <param name="Region">The jurisdiction.</param>
public sealed record Grant(Body Body, ImmutableArray<Role> Roles, RegionCode Region);

/// <summary>
/// 管理权限: who may keep bodies, keys, accounts, seals and policies. Authority comes from above and never from beside or below:
/// a body belongs to the level that registered it, whatever region it lies in, and a level gives no more than it holds.
/// Every endpoint, page and command line decides by this class.
/// </summary>
public static class Authority
{
    /// <summary>
    /// 不相容的角色: who keeps the keys does not audit how they are used, and who hands a duty out does not answer for it.
    /// They sit on one key or account only where the policy in force says so (<see cref="Policy.RolesTogether"/>).
    /// </summary>
    public static ImmutableArray<(Role One, Role Other)> Incompatible { get; } =
        [(Role.Administrator, Role.Investigator), (Role.Coordinator, Role.Responsible)];

    /// <summary>
    /// The roles that stand over others. They go to no body that is kept below the region they are given for: a county's body
    /// does not administer or investigate its prefecture.
    /// </summary>
    private static readonly ImmutableArray<Role> Commanding = [Role.Administrator, Role.Investigator];

    /// <summary>
    /// The level a new body belongs to when none is named: that of who registers it. The deployment's own administrator, who has
    /// the whole country, sets places up for themselves; only a group that investigates a place is never left to that place.
    /// </summary>
    public static RegionCode KeeperOf(Actor by, BodyKind kind, RegionCode region)
    {
        ArgumentNullException.ThrowIfNull(by);
        return by.Jurisdiction.IsNation && kind != BodyKind.Investigation ? region : by.Jurisdiction;
    }

    /// <summary>Why a body cannot be given to the keeping of a level: that must hold its region, and lie within the caller's.</summary>
    public static Refusal? OverKeeper(Actor by, RegionCode keeper, RegionCode region)
    {
        ArgumentNullException.ThrowIfNull(by);
        return by.Jurisdiction.Contains(keeper) && keeper.Contains(region)
            ? null
            : AuthorityRefusals.Keeper.Because("keeper", ("value", keeper), ("region", region), ("jurisdiction", by.Jurisdiction));
    }

    /// <summary>
    /// Why a caller may not keep a body: change, rename or dissolve it, issue or revoke its keys, open, change or close its
    /// accounts, lift its seals. Its keeper and all that its open keys and accounts reach must lie within the caller's jurisdiction.
    /// </summary>
    /// <param name="by">The caller.</param>
    /// <param name="body">The body, with its <see cref="Body.Reach"/>.</param>
    /// <param name="field">The field that names it.</param>
    public static Refusal? OverBody(Actor by, Body body, string? field = null)
    {
        ArgumentNullException.ThrowIfNull(by);
        ArgumentNullException.ThrowIfNull(body);
        foreach (var held in body.Reach.IsDefaultOrEmpty ? [body.KeptBy] : body.Reach.Insert(0, body.KeptBy))
            if (!by.Jurisdiction.Contains(held))
                return AuthorityRefusals.BodyAbove.Because(
                    field, ("body", body.Id), ("name", body.Name), ("keeper", held), ("jurisdiction", by.Jurisdiction));
        return null;
    }

    /// <summary>
    /// Why a key or an account cannot be given; null when it can. An administrator gives roles within its jurisdiction, whether it
    /// holds them itself or not: the first key of a place is an administrator's. Roles that were together before this rule stay.
    /// </summary>
    /// <param name="by">Who gives.</param>
    /// <param name="grant">What.</param>
    /// <param name="before">The roles it had before; empty for a new one.</param>
    /// <param name="policy">The policy in force in the region given.</param>
    public static Refusal? OverGrant(Actor by, Grant grant, ImmutableArray<Role> before, Policy policy)
    {
        ArgumentNullException.ThrowIfNull(by);
        ArgumentNullException.ThrowIfNull(grant);
        ArgumentNullException.ThrowIfNull(policy);
        return OverBody(by, grant.Body, "body") ?? Above(by, grant) ?? Together(grant.Roles, before, policy);
    }

    /// <summary>The level that a policy belongs to: that of who adopts it; the deployment's own adopts for the place.</summary>
    public static RegionCode KeeperOf(Actor by, RegionCode jurisdiction)
    {
        ArgumentNullException.ThrowIfNull(by);
        return by.Jurisdiction.IsNation ? jurisdiction : by.Jurisdiction;
    }

    /// <summary>Why a policy cannot be withdrawn or superseded: a level above adopted it.</summary>
    public static Refusal? OverPolicy(Actor by, PolicyAdopted policy, string? field = null)
    {
        ArgumentNullException.ThrowIfNull(by);
        ArgumentNullException.ThrowIfNull(policy);
        return by.Jurisdiction.Contains(policy.Keeper ?? policy.Jurisdiction)
            ? null
            : AuthorityRefusals.PolicyAbove.Because(field, ("version", policy.Policy.Version), ("keeper", policy.Keeper));
    }

    /// <summary>
    /// Why a policy cannot be adopted below another one; null when it can. A lower level shows persons to fewer, never to more.
    /// </summary>
    /// <param name="policy">The policy to adopt.</param>
    /// <param name="above">The policy in force for the level above; null when there is no level above.</param>
    public static Refusal? OverPolicy(Policy policy, Policy? above)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (above is null)
            return null;
        foreach (var ((name, wanted), (_, allowed)) in PrivacyOf(policy.Privacy).Zip(PrivacyOf(above.Privacy)))
            if (wanted.Except(allowed).Cast<Role?>().FirstOrDefault() is { } role)
                return PolicyRefusals.PrivacyAbove.Because(
                    $"document.privacy.{name}", ("name", name), ("role", Words.Of(role)), ("above", above.Version));
        return policy.RolesTogether.FirstOrDefault(r => !above.Allows(r.Role, r.With)) is { } pair
            ? PolicyRefusals.TogetherAbove.Because("document.rolesTogether",
                ("one", Words.Of(pair.Role)), ("other", Words.Of(pair.With)), ("above", above.Version))
            : null;
    }

    /// <summary>The policy in force above a jurisdiction on a day; null above the whole country.</summary>
    public static Policy? PolicyAbove(Rulebook rules, RegionCode jurisdiction, DateOnly day)
    {
        ArgumentNullException.ThrowIfNull(rules);
        return Above(jurisdiction) is { } parent ? rules.PolicyOn(parent, day) : null;
    }

    /// <summary>The region one level up; null above the whole country.</summary>
    public static RegionCode? Above(RegionCode region) => region.IsNation ? null : region.At(region.Level + 1);

    /// <summary>
    /// The committee office that is told what was granted or taken for a region: that of the next wider region that has one, and has not
    /// done it itself; the next wider region's where none has. Null above the whole country.
    /// </summary>
    /// <param name="region">What it is about.</param>
    /// <param name="by">Who did it.</param>
    /// <param name="offices">The committee offices of wider regions.</param>
    public static RegionCode? Told(RegionCode region, Body by, IEnumerable<Body> offices)
    {
        ArgumentNullException.ThrowIfNull(by);
        var found = offices.Where(o => o.Id != by.Id).Select(o => o.Region).ToHashSet();
        foreach (var wider in Wider(region))
            if (found.Contains(wider))
                return wider;
        return Above(region);
    }

    /// <summary>The wider regions that hold one, the narrowest first.</summary>
    public static IEnumerable<RegionCode> Wider(RegionCode region)
    {
        for (var above = Above(region); above is { } wider; above = Above(wider))
            yield return wider;
    }

    private static Refusal? Above(Actor by, Grant grant) =>
        !by.Jurisdiction.IsNation && !grant.Body.KeptBy.Contains(grant.Region)
            && grant.Roles.Where(Commanding.Contains).Cast<Role?>().FirstOrDefault() is { } role
            ? AuthorityRefusals.RoleAbove.Because("roles",
                ("role", Words.Of(role)), ("region", grant.Region), ("body", grant.Body.Id), ("keeper", grant.Body.KeptBy))
            : null;

    private static Refusal? Together(ImmutableArray<Role> roles, ImmutableArray<Role> before, Policy policy)
    {
        foreach (var (one, other) in Incompatible)
            if (Holds(roles, one, other) && !Holds(before, one, other) && !policy.Allows(one, other))
                return AuthorityRefusals.Incompatible.Because("roles",
                    ("one", Words.Of(one)), ("other", Words.Of(other)), ("policy", policy.Version));
        return null;
    }

    private static bool Holds(ImmutableArray<Role> roles, Role one, Role other) => roles.Contains(one) && roles.Contains(other);

    private static ImmutableArray<(string Name, ImmutableArray<Role> Roles)> PrivacyOf(PrivacyRule rule) =>
        [("reporter", rule.Reporter), ("whistleBlower", rule.WhistleBlower), ("witness", rule.Witness), ("erase", rule.Erase)];
}

/// <summary>Why somebody may not give, take or change what another level keeps.</summary>
public static class AuthorityRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    public static readonly RefusalCode Forbidden = new("authority.forbidden", RefusalKind.Forbidden,
        "只有系统管理、调查审计和督查可以查看授权变动",
        "Only administrators, investigators and supervisors may see what was granted and revoked");

    public static readonly RefusalCode BodyAbove = new("authority.body_above", RefusalKind.Forbidden,
        "单位 {body}（{name}）由 {keeper} 管理，超出您的管辖范围 {jurisdiction}：变更单位、签发和吊销密钥、管理账号、解除封存须由该级或其上级办理",
        "The body {body} ({name}) belongs to {keeper}, beyond your jurisdiction, {jurisdiction}: "
        + "only that level or one above it changes the body, keeps its keys and accounts, or lifts its seals");

    public static readonly RefusalCode PolicyAbove = new("authority.policy_above", RefusalKind.Forbidden,
        "制度 {version} 由 {keeper} 采用，只有该级或其上级可以停用或取代",
        "The policy {version} was adopted by {keeper}: only that level or one above it may withdraw or supersede it");

    public static readonly RefusalCode RoleAbove = new("authority.role_above", RefusalKind.Forbidden,
        "单位 {body} 由 {keeper} 管理，不能授予它对 {region} 的“{role}”：系统管理和调查审计只授予同级或上级登记的单位",
        "The body {body} belongs to {keeper} and cannot have this role ({role}) for {region}: "
        + "administrators and investigators are bodies kept at that level or above");

    public static readonly RefusalCode Incompatible = new("authority.roles_incompatible", RefusalKind.Unprocessable,
        "“{one}”与“{other}”不能在同一把密钥或同一个账号上；现行制度 {policy} 没有允许（rolesTogether）",
        "These roles ({one}, {other}) cannot sit on one key or account; the policy in force, {policy}, does not allow it (rolesTogether)");

    public static readonly RefusalCode Keeper = new("authority.keeper_outside", RefusalKind.Forbidden,
        "管理层级 {value} 不对：应包含单位所在的 {region}，并在您的管辖范围 {jurisdiction} 内",
        "The keeper {value} is wrong: it must hold the body's region, {region}, and lie within your jurisdiction, {jurisdiction}");
#pragma warning restore CS1591
}
