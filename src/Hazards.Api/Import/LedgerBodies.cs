using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Import;

/// <summary>
/// Finds the bodies a ledger names, by their exact name in the hazard's region or around it; enters those nobody has registered
/// yet, so that a hazard never lacks a body that answers for it.
/// </summary>
internal sealed class LedgerBodies(ImportTools tools, Actor importer, RegionCode region, Terms terms, bool goesOn, bool trial = false)
{
    private static readonly string[] RegulatorEndings = ["局", "厅", "委", "安监站", "监督站", "大队"];
    private static readonly string[] EnterpriseEndings = ["公司", "集团", "厂", "矿", "学校", "中学", "医院", "项目部", "监理", "指挥部"];

    private readonly ConcurrentDictionary<(string Name, RegionCode Where, bool Known), (Body Body, string? Doubt)> _known = new();
    private readonly HashSet<BodyId> _ours = [];

    /// <summary>How many were entered.</summary>
    public int Registered { get; private set; }

    /// <summary>
    /// The body of a name that answers in a region; a refusal when it can neither be found nor entered. One of that name elsewhere
    /// is another body (城关镇人民政府 of the next county): it is not taken, and that is said; nor is one of any county within, where
    /// the row names a region that was not understood.
    /// </summary>
    public async Task<(Body? Body, Refusal? Refusal, string? Doubt)> FindAsync(
        string name, RegionCode where, bool isWhereKnown, CancellationToken cancellationToken)
    {
        name = name.Trim();
        where = where.At(RegionLevel.County);
        if (_known.TryGetValue((name, where, isWhereKnown), out var known))
            return (known.Body, null, known.Doubt);
        var (body, refusal, doubt) = await LookUpAsync(name, where, isWhereKnown, cancellationToken);
        if (body is not null)
            _known[(name, where, isWhereKnown)] = (body, doubt);
        return (body, refusal, doubt);
    }

    private async Task<(Body?, Refusal?, string?)> LookUpAsync(
        string name, RegionCode where, bool isWhereKnown, CancellationToken cancellationToken)
    {
        var named = await NamedAsync(name, cancellationToken);
        // Whose region covers the hazard's, the nearest first; else the only one within it, unless the row means a place nobody knows.
        var found = named.Where(b => b.Region.Contains(where)).MaxBy(b => b.Region.Value.Length)
            ?? (isWhereKnown && named.Where(b => where.Contains(b.Region)).ToArray() is [var only] ? only : null);
        if (found is not null)
        {
            if (goesOn && _ours.Contains(found.Id) is false && IsNamedByLedger(found.Id) && await IsOursAsync(
                found.Id, cancellationToken) && _ours.Add(found.Id))
                Registered++;
            return (found, null, null);
        }

        var (home, doubt) = (HomeOf(name, where), (string?)null);
        if (named.Length > 0)
        {
            var there = string.Join('、', named.Take(3).Select(b => Regions.NameOf(b.Region)));
            doubt = named.Any(b => where.Contains(b.Region))
                ? $"import.unit_elsewhere: “{name}”在 {there} 有同名单位，而该行属于哪里不清楚，没有采用，另行登记；是同一家的请改派"
                : $"import.unit_elsewhere: “{name}”在 {there} 有同名单位，不在 {Regions.NameOf(where)}，没有采用，另行登记";
        }

        var id = IdOf(name, home);
        if (trial)
            return (new Body(id, name, KindOf(name), home, [], null, null, false, null, 0), null, doubt);
        var outcome = await tools.Bodies.ExecuteAsync(
            id, new RegisterBody(id, name, KindOf(name), home), new Given(importer), terms, cancellationToken);
        switch (outcome)
        {
            case Outcome<Body>.Done done:
                Registered++;
                return (done.After, null, doubt);
            case Outcome<Body>.Refused { Refusal.Code: "body.exists" }:
                // Somebody else entered it a moment ago, or it goes by another name now.
                return (await tools.Bodies.LoadAsync(id, null, cancellationToken), null, doubt);
            case Outcome<Body>.Refused refused:
                return (null, refused.Refusal, null);
            default:
                throw new InvalidOperationException(outcome.GetType().Name);
        }
    }

    /// <summary>The bodies of exactly this name within the importer's jurisdiction, and the importing body itself.</summary>
    private async Task<Body[]> NamedAsync(string name, CancellationToken cancellationToken)
    {
        var page = await tools.Registry.ListBodiesAsync(importer.Jurisdiction, null, null, name, false, null, null, 200, cancellationToken);
        return [
            .. page.Items.Where(b => b.Name == name),
            .. importer.Body.Name == name && page.Items.All(b => b.Id != importer.Body.Id) ? [importer.Body] : Array.Empty<Body>()];
    }

    /// <summary>
    /// Where a body that nobody has registered belongs: 市应急管理局 to the ledger's region, a town or an enterprise to the county.
    /// </summary>
    private RegionCode HomeOf(string name, RegionCode where)
    {
        if (region.Value.Length >= where.Value.Length)
            return region;
        var ofTheWhole = name.StartsWith('市') || name.StartsWith('省') || name.StartsWith(Regions.NameOf(region), StringComparison.Ordinal);
        return ofTheWhole || KindOf(name) is BodyKind.CommitteeOffice or BodyKind.Experts ? region : where;
    }

    private static bool IsNamedByLedger(BodyId id) => id.Value.StartsWith("ledger-", StringComparison.Ordinal);

    /// <summary>Whether the import that is gone on with entered it.</summary>
    private async Task<bool> IsOursAsync(BodyId id, CancellationToken cancellationToken) =>
        (await tools.Log.FetchAsync(id.StreamId, cancellationToken: cancellationToken)) is [var first, ..]
            && first.CausationId == terms.CausationId;

    // The same name in the same region is the same body, whichever ledger names it.
    private static BodyId IdOf(string name, RegionCode home) =>
        BodyId.Parse("ledger-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{home}\n{name}")))[..20]);

    /// <summary>What kind of body a name suggests; a person can change it in the registry.</summary>
    internal static BodyKind KindOf(string name)
    {
        if (name.Contains("安委办", StringComparison.Ordinal) || name.Contains("安全生产委员会", StringComparison.Ordinal))
            return BodyKind.CommitteeOffice;
        if (name.EndsWith("人民政府", StringComparison.Ordinal) || name.EndsWith("街道办事处", StringComparison.Ordinal))
            return BodyKind.Government;
        if (name.Contains("专家", StringComparison.Ordinal))
            return BodyKind.Experts;
        if (RegulatorEndings.Any(end => name.EndsWith(end, StringComparison.Ordinal)))
            return BodyKind.Regulator;
        return EnterpriseEndings.Any(end => name.EndsWith(end, StringComparison.Ordinal))
            ? BodyKind.Enterprise
            : BodyKind.Unit;
    }
}
