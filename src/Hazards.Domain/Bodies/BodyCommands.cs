using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>What the administrator of the registry may order.</summary>
public interface IBodyCommand
{
    /// <summary>Decides on the body's present state; null when it does not exist.</summary>
    BodyDecision Decide(Body? body, BodyAct act);
}

/// <summary>Who acts on the registry, and what is known while deciding.</summary>
/// <param name="By">The caller.</param>
/// <param name="Sectors">The sectors the deployment knows.</param>
/// <param name="Bodies">The other bodies a command names.</param>
public sealed record BodyAct(Actor By, SectorCatalogue Sectors, IReadOnlyDictionary<BodyId, Body> Bodies)
{
    /// <summary>What belongs to the body, at whatever remove, where a command names a parent for it.</summary>
    public ImmutableArray<BodyId> Below { get; init; } = [];
}

/// <summary>Events, or why not.</summary>
public readonly record struct BodyDecision(ImmutableArray<IBodyEvent> Events, Refusal? Refusal)
{
    /// <summary>Refused.</summary>
    public static implicit operator BodyDecision(Refusal refusal) => FromRefusal(refusal);

    /// <summary>Refused.</summary>
    public static BodyDecision FromRefusal(Refusal refusal) => new([], refusal);

    internal static BodyDecision Of(params ImmutableArray<IBodyEvent> events) => new(events, null);
}

/// <summary>Enters a body into the registry. It belongs to the level that enters it, or to the one it names as <c>keeper</c>.</summary>
public sealed record RegisterBody(
    BodyId Id, [property: Longest(Texts.NameLength)] string Name, BodyKind Kind, RegionCode Region,
    ImmutableArray<SectorCode> Sectors = default, CreditCode? CreditCode = null,
    BodyId? Parent = null, RegionCode? Keeper = null) : IBodyCommand
{
    /// <inheritdoc />
    public BodyDecision Decide(Body? body, BodyAct act)
    {
        ArgumentNullException.ThrowIfNull(act);
        if (BodyChecks.MayRegister(act, Region) is { } no)
            return no;
        if (body is not null)
            return BodyRefusals.Exists.Because("id", ("id", Id));
        var keeper = Keeper ?? Authority.KeeperOf(act.By, Kind, Region);
        if (Authority.OverKeeper(act.By, keeper, Region) is { } above)
            return above;
        var sectors = Sectors.IsDefault ? [] : Sectors;
        if (Refusal.All(Texts.Name("name", Name), BodyChecks.Check(act, Id, sectors, Parent)) is { } wrong)
            return wrong;
        return BodyDecision.Of(new BodyRegistered(Id, Name.Trim(), Kind, Region, sectors, CreditCode, Parent, keeper));
    }
}

/// <summary>Gives a body another name.</summary>
public sealed record RenameBody([property: Longest(Texts.NameLength)] string Name, string Reason) : IBodyCommand
{
    /// <inheritdoc />
    public BodyDecision Decide(Body? body, BodyAct act)
    {
        if (BodyChecks.Living(body, act) is { } no)
            return no;
        if (Refusal.All(Texts.Name("name", Name), Texts.Required("reason", Reason)) is { } wrong)
            return wrong;
        return Name.Trim() == body!.Name
            ? BodyRefusals.NothingChanges.Because("name")
            : BodyDecision.Of(new BodyRenamed(body.Name, Name.Trim(), Reason));
    }
}

/// <summary>Changes what a body is; what is left out stays.</summary>
public sealed record ChangeBody(
    string Reason, BodyKind? Kind = null, RegionCode? Region = null, ImmutableArray<SectorCode>? Sectors = null,
    CreditCode? CreditCode = null, BodyId? Parent = null, RegionCode? Keeper = null) : IBodyCommand
{
    /// <inheritdoc />
    public BodyDecision Decide(Body? body, BodyAct act)
    {
        if (BodyChecks.Living(body, act) is { } no)
            return no;
        var sectors = Sectors is { IsDefault: false } given ? given : body!.Sectors;
        if (Refusal.All(Texts.Required("reason", Reason),
            BodyChecks.MayKeep(act, Region ?? body!.Region),
            (Keeper is { } keeper ? Authority.OverKeeper(act.By, keeper, Region ?? body!.Region) : null),
            BodyChecks.Check(act, body!.Id, sectors, Parent)) is { } wrong)
            return wrong;
        return Changed(body!, sectors);
    }

    private BodyDecision Changed(Body body, ImmutableArray<SectorCode> sectors)
    {
        var changed = new BodyChanged(
            Kind ?? body.Kind, Region ?? body.Region, sectors, CreditCode ?? body.CreditCode, Parent ?? body.Parent, Reason, Keeper);
        var same = changed.Kind == body.Kind && changed.Region == body.Region && changed.Sectors.SequenceEqual(body.Sectors)
            && changed.CreditCode == body.CreditCode && changed.Parent == body.Parent
            && (Keeper is null || Keeper == body.Keeper);
        return same ? BodyRefusals.NothingChanges.Because() : BodyDecision.Of(changed);
    }
}

/// <summary>Ends a body's time; a successor may be named.</summary>
public sealed record DissolveBody(string Reason, BodyId? Successor = null) : IBodyCommand
{
    /// <inheritdoc />
    public BodyDecision Decide(Body? body, BodyAct act)
    {
        if (BodyChecks.Living(body, act) is { } no)
            return no;
        if (Texts.Required("reason", Reason) is { } wrong)
            return wrong;
        if (Successor is { } successor && BodyChecks.Other(act, "successor", body!.Id, successor) is { } unknown)
            return unknown;
        return BodyDecision.Of(new BodyDissolved(Successor, Reason));
    }
}

/// <summary>Refusals of the registry.</summary>
public static class BodyRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    public static readonly RefusalCode Exists = new(
        "body.exists", RefusalKind.Conflict, "单位编号 {id} 已被使用", "There is already a body with the id {id}");
    public static readonly RefusalCode NotFound = new("body.not_found", RefusalKind.NotFound, "没有这个单位", "There is no such body");
    public static readonly RefusalCode Unknown = new(
        "body.unknown", RefusalKind.Unprocessable, "{field} 所指的单位 {id} 未登记，请先登记该单位",
        "{field} names the body {id}, which is not registered; register it first");
    public static readonly RefusalCode Dissolved = new(
        "body.dissolved", RefusalKind.Conflict, "单位 {id}（{name}）已撤销，不能再承担任务",
        "The body {id} ({name}) is dissolved and cannot be given duties");
    public static readonly RefusalCode NothingChanges = new(
        "body.nothing_changes", RefusalKind.Unprocessable, "没有任何变更", "Nothing would change");
    public static readonly RefusalCode Itself = new(
        "body.itself", RefusalKind.Unprocessable, "{field} 不能是单位自己", "{field} cannot be the body itself");
    public static readonly RefusalCode Circle = new(
        "body.circle", RefusalKind.Unprocessable, "{field} 所指的 {id} 隶属于 {body}，不能又作它的上级",
        "{field} names {id}, which belongs to {body} and cannot be what that belongs to");
    public static readonly RefusalCode Forbidden = new(
        "body.forbidden", RefusalKind.Forbidden, "只有对 {region} 有管辖权的系统管理员可以维护单位",
        "Only an administrator with jurisdiction over {region} may keep this body");
#pragma warning restore CS1591
}

internal static class BodyChecks
{
    // A ledger names bodies nobody has registered yet; whoever may enter it may enter them.
    public static Refusal? MayRegister(BodyAct act, RegionCode region) =>
        act.By.Roles.Contains(Role.Importer) && act.By.Jurisdiction.Contains(region) ? null : MayKeep(act, region);

    public static Refusal? MayKeep(BodyAct act, RegionCode region) =>
        act.By.Roles.Contains(Role.Administrator) && act.By.Jurisdiction.Contains(region)
            ? null
            : BodyRefusals.Forbidden.Because(null, ("region", region));

    public static Refusal? Living(Body? body, BodyAct act)
    {
        if (body is null || !act.By.Sees(body))
            return BodyRefusals.NotFound.Because();
        return MayKeep(act, body.Region)
            ?? Authority.OverBody(act.By, body)
            ?? (body.Dissolved ? BodyRefusals.Dissolved.Because(null, ("id", body.Id), ("name", body.Name)) : null);
    }

    public static Refusal? Check(BodyAct act, BodyId self, ImmutableArray<SectorCode> sectors, BodyId? parent)
    {
        for (var i = 0; i < sectors.Length; i++)
        {
            if (!act.Sectors.Knows(sectors[i]))
                return InputRefusals.SectorUnknown.Because($"sectors[{i}]", ("value", sectors[i]));
            if (sectors.IndexOf(sectors[i]) != i)
                return InputRefusals.Duplicate.Because("sectors", ("value", sectors[i]));
        }
        if (parent is not { } p)
            return null;
        return Other(act, "parent", self, p)
            ?? (act.Below.Contains(p) ? BodyRefusals.Circle.Because("parent", ("id", p), ("body", self)) : null);
    }

    public static Refusal? Other(BodyAct act, string field, BodyId self, BodyId other)
    {
        if (other == self)
            return BodyRefusals.Itself.Because(field);
        if (!act.Bodies.TryGetValue(other, out var found))
            return BodyRefusals.Unknown.Because(field, ("id", other));
        return found.Dissolved ? BodyRefusals.Dissolved.Because(field, ("id", other), ("name", found.Name)) : null;
    }
}
