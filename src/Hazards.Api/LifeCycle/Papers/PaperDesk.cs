using System.Collections.Immutable;
using System.Text;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;

namespace Hazards.Api.LifeCycle.Papers;

/// <summary>A number that was given to an event's paper.</summary>
/// <param name="Kind">The paper.</param>
/// <param name="Series">The series it is of.</param>
/// <param name="Number">Its place in it.</param>
internal sealed record NumberedPaper(PaperKind Kind, PaperSeries Series, long Number)
{
    /// <summary>文号.</summary>
    public DocumentNumber Document => Series.At(Number);
}

/// <summary>An event with its circumstances, and the number its paper was given.</summary>
internal readonly record struct Papered(IHazardEvent Event, EventContext Context, NumberedPaper? Paper);

/// <summary>
/// 文书: makes the papers that go with events, before these are appended. Whoever has a decision, a person's or the
/// clock's, has its events prepared here and adds them to the story: with numbers, files by digest, and the events of
/// papers that the policy wants made with every such act.
/// </summary>
internal sealed class PaperDesk(
    LetterheadStore letterheads, PaperNumbers numbers, FileStore files, IRegistryQueries registry, SectorCatalogue sectors)
{
    /// <summary>The media type of a paper as a document.</summary>
    public const string Docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

    /// <summary>The media type of a paper to be printed.</summary>
    public const string Html = "text/html";

    private static readonly DocumentNumber Unnumbered = DocumentNumber.Parse("（待编号）");

    /// <summary>Begins to take numbers for one append; dispose it when that has been answered.</summary>
    public PaperNumbers.Taking Begin() => numbers.Begin();

    /// <summary>
    /// The act as it is decided: a command that needs a number and came without one is decided as if it had one, where the
    /// policy has the service make that paper. The number itself is given by
    /// <see cref="PrepareAsync(PaperNumbers.Taking, Hazard?, HazardId, Decision, Act, CancellationToken)"/>.
    /// </summary>
    public static Act Expecting(IHazardCommand command, Hazard hazard, Act act)
    {
        return act.Document is null && Domain.Papers.Of(command, hazard) is { } paper
            && (command is IssuePaper || RuleOf(act.Policy, paper) is not null)
            ? act with { Document = Unnumbered }
            : act;
    }

    /// <summary>Prepares what a decision says.</summary>
    public Task<IReadOnlyList<Papered>> PrepareAsync(
        PaperNumbers.Taking taking, Hazard? before, HazardId id, Decision decision, Act act, CancellationToken cancellationToken = default)
    {
        var context = (act.Document == Unnumbered ? act with { Document = null } : act).Context(decision.Role);
        return PrepareAsync(
            taking, before, id, [.. decision.Events.Select(e => new Happening(e, context))], act.Policy, act.Calendar, act.By.Body,
            act.Bodies, cancellationToken);
    }

    /// <summary>Prepares events of whatever origin.</summary>
    /// <param name="taking">The numbers of this append.</param>
    /// <param name="before">The hazard before them.</param>
    /// <param name="id">The hazard.</param>
    /// <param name="happenings">The events, in order.</param>
    /// <param name="policy">The policy in force.</param>
    /// <param name="calendar">The working days.</param>
    /// <param name="by">Who acts; for the clock the paper is that of the supervisor, or of whoever assigned the hazard.</param>
    /// <param name="known">Bodies known already.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<IReadOnlyList<Papered>> PrepareAsync(
        PaperNumbers.Taking taking, Hazard? before, HazardId id, ImmutableArray<Happening> happenings, Policy policy, WorkCalendar calendar,
        Body by, IReadOnlyDictionary<BodyId, Body> known, CancellationToken cancellationToken = default)
    {
        var prepared = new List<Papered>(happenings.Length);
        var (state, folded) = (before, 0);
        for (var i = 0; i < happenings.Length; i++)
        {
            var (happened, context) = happenings[i];
            var imported = context.Role == Role.Importer;
            var makes = context.Document is null && !imported ? PaperOf(happened, policy) : null;
            ImmutableArray<PaperKind> follow = imported
                ? []
                : [.. Domain.Papers.Following(happened).Where(k => RuleOf(policy, k) is { Always: true })];
            if (makes is null && follow.IsEmpty)
            {
                prepared.Add(new Papered(happened, context, null));
                continue;
            }

            // What a paper says is of the state after its event; where none is made, the story alone folds it.
            for (; folded <= i; folded++)
                state = Hazard.Apply(id, state, happenings[folded]);
            var work = new Work(taking, state!, policy, calendar, by, known);
            prepared.Add(
                makes is { } kind
                    ? await MakeAsync(work, happened, context, kind, cancellationToken)
                    : new Papered(happened, context, null));
            foreach (var following in follow)
            {
                var leg = Domain.Papers.LegOf(happened);
                var issued = await MakeAsync(
                    work, happened, context with { Document = null, Attachments = [] }, following, cancellationToken);
                var paper = new PaperIssued(following, leg, [.. Domain.Papers.LegsOf(following, state!, leg).Select(l => l.Body)]);
                state = Hazard.Apply(id, state, new Happening(paper, issued.Context));
                prepared.Add(issued with { Event = paper });
            }
        }

        return prepared;
    }

    private static PaperKind? PaperOf(IHazardEvent happened, Policy policy) =>
        Domain.Papers.Of(happened) is { } kind && (happened is PaperIssued || RuleOf(policy, kind) is not null) ? kind : null;

    private static PaperRule? RuleOf(Policy policy, PaperKind paper) => policy.Papers.FirstOrDefault(p => p.Paper == paper);

    private async Task<Papered> MakeAsync(
        Work work, IHazardEvent happened, EventContext context, PaperKind kind, CancellationToken cancellationToken)
    {
        var bodies = await BodiesAsync(work, cancellationToken);
        if (IssuerOf(work, happened, bodies) is not { } issuer)
            return new Papered(happened, context, null); // the clock, and nobody in whose name it could write
        var letterhead = await letterheads.LoadAsync(issuer, null, cancellationToken);
        var date = ChinaTime.DateAt(context.OccurredAt);
        var series = new PaperSeries(issuer.Id, date.Year, letterhead.PrefixOf(kind));
        var paper = new NumberedPaper(kind, series, await work.Taking.NextAsync(series, cancellationToken));
        var text = new PaperFacts(
            kind, happened, work.Hazard, letterhead, paper.Document, date, work.Policy, sectors, bodies, work.Calendar,
            context.Attachments).ToText();
        var made = ImmutableArray.Create(
            await PutAsync(PaperDocx.Write(text), $"{paper.Document}.docx", Docx, cancellationToken),
            await PutAsync(Encoding.UTF8.GetBytes(PaperHtml.Write(text)), $"{paper.Document}.html", Html, cancellationToken));
        return new Papered(happened, context with { Document = paper.Document, Attachments = [.. context.Attachments, .. made] }, paper);
    }

    // No owner yet: a paper whose append loses its race is seen by nobody, for no event names it, and goes a day later.
    private async Task<Attachment> PutAsync(byte[] bytes, string name, string mediaType, CancellationToken cancellationToken) =>
        new(await files.PutAsync(bytes, mediaType, null, cancellationToken), name, mediaType, bytes.Length);

    /// <summary>
    /// Whose paper it is: the caller's; the clock writes in the name of the leg's supervisor, the lister or the assigner, and against one
    /// of these in the name of the next office above him.
    /// </summary>
    private static Body? IssuerOf(Work work, IHazardEvent happened, IReadOnlyDictionary<BodyId, Body> bodies)
    {
        if (work.By.Id != Clockwork.Body.Id)
            return work.By;
        var (leg, against) = (Domain.Papers.LegOf(happened), (happened as ISupervisionStep)?.Against);
        var supervisors = work.Hazard.Legs.Values.Where(l => leg is null || l.Leg == leg).Select(l => l.Supervisor);
        foreach (var candidate in supervisors.Append(work.Hazard.Listing?.By).Append(work.Hazard.AssignedBy))
            if (candidate is { } id && id != against && bodies.TryGetValue(id, out var body) && !body.Dissolved)
                return body;
        return against is { } one && bodies.TryGetValue(one, out var held)
            ? Succession.Offices(work.Hazard, bodies).FirstOrDefault(o => o.Region.Level > held.Region.Level)
            : null;
    }

    private async Task<IReadOnlyDictionary<BodyId, Body>> BodiesAsync(Work work, CancellationToken cancellationToken)
    {
        var named = work.Hazard.Legs.Values.SelectMany(l => new[] { l.Body, l.Supervisor, l.AcceptedBy, l.AssignedBy })
            .Append(work.Hazard.AssignedBy).Append(work.Hazard.Listing?.By).OfType<BodyId>().Where(b => !work.Known.ContainsKey(b))
            .ToHashSet();
        var bodies = new Dictionary<BodyId, Body>(work.Known) { [work.By.Id] = work.By };
        if (named.Count > 0)
            foreach (var (id, body) in await registry.BodiesAsync(named, cancellationToken))
                bodies[id] = body;
        return bodies;
    }

    private sealed record Work(
        PaperNumbers.Taking Taking, Hazard Hazard, Policy Policy, WorkCalendar Calendar, Body By, IReadOnlyDictionary<BodyId, Body> Known);
}
