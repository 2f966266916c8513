using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;

namespace Hazards.Api.Import;

/// <summary>
/// Finds the bodies a ledger names, by their exact name in the ledger's region; enters those nobody has registered
/// yet, so that a hazard never lacks a body that answers for it.
/// </summary>
internal sealed class LedgerBodies(ImportTools tools, Actor importer, RegionCode region, Terms terms, bool goesOn, bool trial = false)
{
    private static readonly string[] RegulatorEndings = ["局", "厅", "委", "安监站", "监督站", "大队"];
    private static readonly string[] EnterpriseEndings = ["公司", "集团", "厂", "矿", "学校", "中学", "医院", "项目部", "监理", "指挥部"];

    private readonly ConcurrentDictionary<string, Body> _known = new(StringComparer.Ordinal);

    /// <summary>How many were entered.</summary>
    public int Registered { get; private set; }

    /// <summary>The body of a name; a refusal when it can neither be found nor entered.</summary>
    public async Task<(Body? Body, Refusal? Refusal)> FindAsync(string name, CancellationToken cancellationToken)
    {
        name = name.Trim();
        if (_known.TryGetValue(name, out var known))
            return (known, null);
        var (body, refusal) = await LookUpAsync(name, cancellationToken);
        if (body is not null)
            _known[name] = body;
        return (body, refusal);
    }

    private async Task<(Body?, Refusal?)> LookUpAsync(string name, CancellationToken cancellationToken)
    {
        var page = await tools.Registry.ListBodiesAsync(region, null, null, name, false, null, null, 200, cancellationToken);
        if (page.Items.FirstOrDefault(b => b.Name == name) is { } found)
        {
            if (goesOn && found.Id == IdOf(name) && await IsOursAsync(found.Id, cancellationToken))
                Registered++;
            return (found, null);
        }

        var id = IdOf(name);
        if (trial)
            return (new Body(id, name, KindOf(name), region, [], null, null, false, null, 0), null);
        var outcome = await tools.Bodies.ExecuteAsync(id, new RegisterBody(id, name, KindOf(name), region), new Given(importer), terms, cancellationToken);
        switch (outcome)
        {
            case Outcome<Body>.Done done:
                Registered++;
                return (done.After, null);
            case Outcome<Body>.Refused { Refusal.Code: "body.exists" }:
                // Somebody else entered it a moment ago, or it goes by another name now.
                return (await tools.Bodies.LoadAsync(id, null, cancellationToken), null);
            case Outcome<Body>.Refused refused:
                return (null, refused.Refusal);
            default:
                throw new InvalidOperationException(outcome.GetType().Name);
        }
    }

    /// <summary>Whether the import that is gone on with entered it.</summary>
    private async Task<bool> IsOursAsync(BodyId id, CancellationToken cancellationToken) =>
        (await tools.Log.FetchAsync(id.StreamId, cancellationToken: cancellationToken)) is [var first, ..] && first.CausationId == terms.CausationId;

    // The same name in the same region is the same body, whichever ledger names it.
    private BodyId IdOf(string name) =>
        BodyId.Parse("ledger-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{region}\n{name}")))[..20]);

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
