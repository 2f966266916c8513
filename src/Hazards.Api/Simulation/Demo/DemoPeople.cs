using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Simulation.Demo;

/// <summary>Somebody to look at the demonstration as.</summary>
/// <param name="Login">The name to log in with.</param>
/// <param name="Name">The person.</param>
/// <param name="Body">The body acted for.</param>
/// <param name="Roles">What the person may do.</param>
/// <param name="Region">What the person sees.</param>
internal sealed record DemoPerson(string Login, string Name, BodyId Body, ImmutableArray<Role> Roles, RegionCode Region);

/// <summary>The demonstration and its people.</summary>
internal static class Demo
{
    /// <summary>The client under which everything in it was recorded.</summary>
    public const string Client = "demo";

    private static readonly RegionCode Prefecture = RegionCode.Parse("4331");
    private static readonly RegionCode Jishou = RegionCode.Parse("433101");

    /// <summary>Hazards and days of the one that a newcomer sees.</summary>
    public static DemoPlan PlanOf(DateTimeOffset now) => new(320, 90, now);

    /// <summary>
    /// Who may log in. Each acts in the demonstration and has something on the desk; the mayor reads what the prefecture
    /// may read and cannot act: of all roles a reporter's gives the least, and an investigator's reading would be recorded.
    /// </summary>
    public static ImmutableArray<DemoPerson> People { get; } =
    [
        new("anweiban", "龙志强", BodyId.Parse("seed-4331-office"), [Role.Coordinator, Role.ListingAuthority, Role.Inspector,
            Role.Importer, Role.Reporter], Prefecture),
        new("duchashi", "向晓梅", BodyId.Parse("seed-4331-supervision"), [Role.Supervisor], Prefecture),
        new("aizhai", "石金莲", BodyId.Parse("seed-433101100-gov"), [Role.Responsible, Role.Reporter], Jishou),
        new("zhujian", "彭建军", BodyId.Parse("seed-433101-housing"), [Role.Responsible, Role.Inspector, Role.Enforcer], Jishou),
        new("ranqi", "田文斌", BodyId.Parse("seed-433101-owner1"), [Role.Responsible, Role.Reporter], Jishou),
        new("diaochazu", "吴国平", BodyId.Parse("seed-4331-investigation"), [Role.Investigator], Prefecture),
        new("zhouzhang", "麻正华", BodyId.Parse("seed-4331-gov"), [Role.Reporter], Prefecture),
        new("admin", "系统管理员", BodyId.Parse("seed-4331-office"), [Role.Administrator], RegionCode.Nation),
    ];

    private static readonly string[] Surnames = ["石", "龙", "吴", "麻", "廖", "田", "向", "彭", "杨", "张", "王", "李", "刘", "周", "罗", "梁", "宋", "符"];
    private static readonly string[] Givens = ["建国", "晓燕", "志明", "玉兰", "海波", "文静", "国强", "丽华", "军", "芳", "明辉", "春梅", "勇", "秀英", "立新", "婷婷"];

    /// <summary>Who acts for a body in a role: always the same person, one of <see cref="People"/> where there is one.</summary>
    public static string NameOf(Body body, Role role)
    {
        foreach (var person in People)
            if (person.Body == body.Id && !person.Roles.Contains(Role.Administrator))
                return person.Name;
        var hash = 17;
        foreach (var letter in body.Id.Value)
            hash = unchecked((hash * 31) + letter);
        hash = (hash & int.MaxValue) + (int)role;
        return Surnames[hash % Surnames.Length] + Givens[hash / Surnames.Length % Givens.Length];
    }

    public static Actor ActorOf(Body body, Role role) =>
        new(NameOf(body, role), body, [role], Client, body.Region.Level < RegionLevel.Prefecture ? Prefecture : body.Region);
}
