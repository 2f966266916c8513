using System.Collections.Immutable;
using System.CommandLine;
using Hazards.Api.LifeCycle.Files;
using Hazards.Api.Lists;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;

namespace Hazards.Api.LifeCycle.Papers;

/// <summary>文书: the papers of a hazard, and how a body's papers look.</summary>
internal sealed class PaperModule : IModule
{
    public void AddServices(IServiceCollection services) { }

    public void Map(IEndpointRouteBuilder api)
    {
        api.Get(
            "/hazards/{id}/papers",
            new Operation(Tag.Papers, "隐患的文书：文号、时间、docx 与可打印网页", "The papers of a hazard: numbers, times, docx and a page to print")
        {
            Query = [Parameters.AsOf], Answer = typeof(PaperList), Versioned = true,
        }, ListAsync);
        api.Get(
            "/bodies/{id}/letterhead",
            new Operation(Tag.Papers, "单位的文书版头", "A body's letterhead")
            {
                Query = [Parameters.AsOf], Answer = typeof(Letterhead), Versioned = true,
            }, FindAsync);
        api.Post(
            "/bodies/{id}/letterhead",
            new Operation(Tag.Papers, "设定文书版头：未给的项按单位名称取默认值", "Set a body's letterhead; what is left out is made from its name")
        {
            Body = typeof(SetLetterhead), IsAct = true, Answer = typeof(Letterhead), Versioned = true,
        }, SetAsync);
    }

    public IEnumerable<Command> Commands() => [];

    private static async Task<IResult> ListAsync(Call call, string id, HazardStore store, Naming naming)
    {
        var asOf = call.AsOf();
        if (!HazardId.TryParse(id, out var hazardId, out var wrongId))
            return Call.Refuse(wrongId with { Field = "id" });
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        Hazard? hazard = null;
        var papers = ImmutableArray.CreateBuilder<PaperView>();
        await foreach (var lived in store.LifeAsync(hazardId, asOf, call.Stop))
        {
            hazard = lived.After;
            if (PaperView.Of(lived) is { } paper)
                papers.Add(paper);
        }

        if (hazard is null || !call.Caller.Sees(hazard))
            return Call.Refuse(HazardRefusals.NotFound.Because());
        var names = await naming.OfBodiesAsync(papers.Select(p => p.By).Concat(papers.SelectMany(p => p.To)), asOf, call.Stop);
        return call.Shown(new PaperList(hazardId, hazard.Version, asOf, papers.ToImmutable(), names), hazard.Version);
    }

    private static async Task<IResult> FindAsync(Call call, string id, LetterheadStore letterheads, IRegistryQueries registry)
    {
        var asOf = call.AsOf();
        if (!BodyId.TryParse(id, out var bodyId, out var wrongId))
            return Call.Refuse(wrongId with { Field = "id" });
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        if (await registry.BodyAsync(bodyId, asOf, call.Stop) is not { } body
            || !call.Caller.Sees(body))
            return Call.Refuse(BodyRefusals.NotFound.Because("id", ("id", bodyId)));
        var letterhead = await letterheads.LoadAsync(body, asOf, call.Stop);
        // What it does not set is made from the body's name.
        return call.Shown(letterhead, letterhead.Version);
    }

    private static async Task<IResult> SetAsync(Call call, string id, LetterheadStore letterheads)
    {
        if (!BodyId.TryParse(id, out var body, out var wrongId))
            return Call.Refuse(wrongId with { Field = "id" });
        var order = await call.ReadAsync<SetLetterhead>();
        if (order.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var outcome = await letterheads.SetAsync(body, order.Command!, order.Given!, order.Terms, call.Stop);
        if (outcome is not Outcome<Letterhead>.Done done)
            return Call.Refuse(((Outcome<Letterhead>.Refused)outcome).Refusal);
        call.Mark(done.After.Version, done.Repeated);
        return Call.Json(done.After);
    }
}

/// <summary>The papers of a hazard, in order.</summary>
internal sealed record PaperList(
    HazardId Hazard, long Version, DateTimeOffset? AsOf, ImmutableArray<PaperView> Papers, IReadOnlyDictionary<string, string> Names);

/// <summary>A paper.</summary>
/// <param name="Paper">Which.</param>
/// <param name="Number">文号.</param>
/// <param name="Leg">The leg it concerns, if one.</param>
/// <param name="To">Whom it went to.</param>
/// <param name="By">The body that acted.</param>
/// <param name="Event">What it goes with.</param>
/// <param name="Position">The event's position in the log.</param>
/// <param name="OccurredAt">When, as claimed.</param>
/// <param name="RecordedAt">When it was recorded.</param>
/// <param name="Files">The paper's files; none when its body keeps it itself.</param>
internal sealed record PaperView(
    CodeEntry Paper, DocumentNumber Number, Leg? Leg, ImmutableArray<BodyId> To, BodyId By, CodeEntry Event, long Position,
    DateTimeOffset OccurredAt, DateTimeOffset RecordedAt, ImmutableArray<PaperFile> Files)
{
    public static PaperView? Of(LivedEvent lived)
    {
        var (e, (happened, context), after) = lived;
        if (Domain.Papers.Of(happened) is not { } kind || context.Document is not { } number)
            return null;
        var leg = Domain.Papers.LegOf(happened);
        return new PaperView(
            Labels.Of(kind), number, leg, Domain.Papers.To(happened, after), context.Body,
            EventLabels.Of(e.EventTypeName), e.Sequence,
            context.OccurredAt, e.Timestamp,
            [.. context.Attachments.Where(a => a.Name == $"{number}.docx" || a.Name == $"{number}.html").Select(a => new PaperFile(a.MediaType!, a.Size ?? 0, a.Digest, FileAnswer.LinkOf(a.Digest)))]);
    }
}

/// <summary>A file of a paper.</summary>
internal sealed record PaperFile(string MediaType, long Size, Sha256Digest Digest, string Link);
