using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Hazards.Api.Administration.Persons;
using Hazards.Api.Administration.Policies;
using Hazards.Api.Administration.Registry;
using Hazards.Api.Investigation;
using Hazards.Api.LifeCycle.Papers;
using Hazards.Domain;
using Hazards.Projections;
using Hazards.Projections.Store;
using JasperFx.Events;

namespace Hazards.Api.LifeCycle;

/// <summary>
/// Loads hazards, decides commands on them and appends what follows, with the row that describes the hazard after it.
/// REST, the ledger import, the seed and the benchmark all come through here.
/// </summary>
/// <param name="log">The log.</param>
/// <param name="registry">Knows the bodies.</param>
/// <param name="known">Remembers those that decisions must know.</param>
/// <param name="inspections">Knows the inspection and the campaign a report names.</param>
/// <param name="rules">The policies in force and the calendar.</param>
/// <param name="sectors">The sectors the deployment knows.</param>
/// <param name="papers">Makes the papers that go with acts.</param>
/// <param name="persons">Keeps the keys of the persons that are named.</param>
/// <param name="seals">Knows which records are sealed.</param>
/// <param name="access">Puts on record who tried what a seal forbids.</param>
/// <param name="systems">To whom the names of systems belong.</param>
/// <param name="clock">Tells when something is recorded.</param>
internal sealed class HazardStore(
    IEventLog log, IRegistryQueries registry, KnownBodies known, InspectionQueries inspections, RulebookSource rules,
    SectorCatalogue sectors,
    PaperDesk papers, PersonKeys persons, KnownSeals seals, AccessRecorder access, SystemNameStore systems, TimeProvider clock)
{
    /// <summary>The type of a hazard's stream.</summary>
    public const string StreamType = "hazard";

    private readonly Deciding deciding = new(log);
    private readonly FoldedHazards folded = new((stream, from, stop) => log.FetchAsync(stream, fromVersion: from, cancellationToken: stop));

    /// <summary>What this process remembers.</summary>
    internal FoldedHazards Folded => folded;

    /// <summary>Folds a hazard's stream; as it was known at <paramref name="asOf"/>, or is now. Null when there is none.</summary>
    public Task<Hazard?> LoadAsync(HazardId id, DateTimeOffset? asOf = null, CancellationToken cancellationToken = default) =>
        asOf is null ? folded.NowAsync(id, cancellationToken) : LoadAsync(id, asOf, 0, cancellationToken);

    /// <summary>A hazard with what shares its fate, or did; as known at <paramref name="asOf"/>, or now.</summary>
    internal async Task<Matter> MatterAsync(Hazard hazard, DateTimeOffset? asOf, CancellationToken cancellationToken)
    {
        var all = new List<(Hazard Hazard, DateTimeOffset? Until)> { (hazard, null) };
        for (var i = 0; i < all.Count; i++)
        {
            var (one, until) = all[i];
            foreach (var merger in one.Mergers.Reverse())
                if (await FurtherAsync(merger.Into) is { } into)
                    all.Add((into, Earlier(until, merger.Until)));
            foreach (var from in one.Absorbed)
                if (await FurtherAsync(from) is { } other && other.Mergers.Any(m => m.Into == one.Id))
                    all.Add((other, Earlier(until, other.Mergers.Last(m => m.Into == one.Id).Until)));
        }

        return new Matter([.. all]);

        async Task<Hazard?> FurtherAsync(HazardId id) =>
            all.Exists(a => a.Hazard.Id == id) ? null : await LoadAsync(id, asOf, cancellationToken);

        static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other : one;
    }

    /// <summary>A look at the seals on hazards' records.</summary>
    /// <param name="anew">They are read now, and not remembered.</param>
    internal SealWatch Watch(bool anew) => new(seals, anew, (h, stop) => MatterAsync(h, null, stop));

    /// <summary>
    /// A hazard's events one by one, each with the state it leaves; as known at <paramref name="asOf"/>, or now. Nothing when
    /// there is no such hazard.
    /// </summary>
    internal IAsyncEnumerable<LivedEvent> LifeAsync(HazardId id, DateTimeOffset? asOf, CancellationToken cancellationToken) =>
        LifeAsync(id, asOf, 0, cancellationToken);

    private async IAsyncEnumerable<LivedEvent> LifeAsync(
        HazardId id, DateTimeOffset? asOf, long upToVersion, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var events = await log.FetchAsync(id.StreamId, upToVersion, asOf, cancellationToken: cancellationToken);
        foreach (var lived in LivedEvent.Of(id, null, events))
            yield return lived;
    }

    /// <summary>Begins a hazard.</summary>
    public Task<Outcome<Hazard>> ReportAsync(ReportHazard report, Given given, Terms? terms = null, CancellationToken cancellationToken = default) =>
        EnterAsync(report, given, [], terms, cancellationToken);

    /// <summary>Begins a hazard together with all that is known to have followed: one append, all or nothing.</summary>
    /// <remarks>A report with a reference that was reported before is refused with <c>hazard.reported_before</c>.</remarks>
    public async Task<Outcome<Hazard>> EnterAsync(ReportHazard report, Given given, IReadOnlyList<Step> steps, Terms? terms = null, CancellationToken cancellationToken = default) =>
        (await EnterOnceAsync(report, given, steps, terms ?? Terms.None, cancellationToken)).Outcome;

    /// <summary>
    /// The same, refused where what it says was reported already (<see cref="DoubleReports"/>). A hazard that has ended since is not
    /// in its way: it has come back, or is another. But what is entered as fixed ends at once, and is the same when it is entered again.
    /// </summary>
    internal async Task<Outcome<Hazard>> EnterAsync(
        ReportHazard report, Given given, IReadOnlyList<Step> steps, Func<int, HazardId>? said, Terms terms,
        CancellationToken cancellationToken)
    {
        if (said is null)
            return (await EnterOnceAsync(report, given, steps, terms, cancellationToken)).Outcome;
        for (var time = 1; ; time++)
        {
            var (outcome, met) = await EnterOnceAsync(report with { Identity = said(time) }, given, steps, terms, cancellationToken);
            if (met is null)
                return outcome;
            if (met.IsOpen || steps.Any(s => s.Command is FixOnTheSpot or FixByOwnCheck))
                return new Outcome<Hazard>.Refused(DoubleReports.Refuse(met));
        }
    }

    /// <returns>What came of it; and the hazard that was there already, where that is why it was refused.</returns>
    private async Task<(Outcome<Hazard> Outcome, Hazard? Met)> EnterOnceAsync(
        ReportHazard report, Given given, IReadOnlyList<Step> steps, Terms terms, CancellationToken cancellationToken)
    {
        var id = await IdentityAsync(report, given.By, terms, cancellationToken);
        var sealing = new PersonSealing(id);
        report = sealing.Of(report);
        steps = sealing.Of(steps);
        if (sealing.Seals.Count > 0 && persons.WhyNot() is { } keyless)
            return (new Outcome<Hazard>.Refused(keyless), null);
        var (watch, met, last) = ((SealWatch?)null, (Hazard?)null, default(Guid));
        var stream = report.Reference is null ? default(Guid?) : id.StreamId;
        var outcome = await deciding.RunAsync(stream, terms, AtVersionAsync, Hears(CommandRules.Report, given.By), async (attempt, stop) =>
        {
            if (report.Identity is null && await systems.RefuseAsync(report.Reference, given.By, stop) is { } owned)
                return Proposal<Hazard>.Refuse(owned);
            // New until the log says otherwise: most reports are, and reading first would cost each of them a round trip.
            var existing = attempt.Lost == 0 ? null : await LoadAsync(id, null, stop);
            var (rulebook, relies) = await rules.ReliedOnAsync(0, attempt.Anew, stop);
            var (inspection, campaign) = await inspections.NamedAsync(given.By.Jurisdiction, report.Inspection, report.Campaign, stop);
            var inspected = inspection is null ? default(DateTimeOffset?) : ChinaTime.StartOf(inspection.On);
            var (bodies, theirs) = await BodiesAsync(null, [given, .. steps.Select(s => s.Given)], steps, attempt.Anew, stop);
            var act = Act(given, terms, bodies, report.Region, rulebook, inspected);
            watch = Watch(attempt.Anew);
            act = await watch.LookAsync(report, act with { Inspection = inspection, Campaign = campaign }, stop);
            var decision = Decider.Decide(report, existing, act);
            if (decision.Refusal is { } refusal)
            {
                met = refusal.Reason == HazardRefusals.ReportedBefore ? existing : null;
                watch.Note(refusal, report, act);
                return Proposal<Hazard>.Refuse(refusal);
            }

            var story = new HazardStory(id, null, rulebook, terms);
            story.Add(decision, act);
            var proposal = await KeptAsync(await FollowAsync(story, steps, watch, 1, act.Bodies, rulebook, terms, stop), sealing, stop);
            last = LastOf(proposal);
            IEnumerable<StreamVersion> visit = inspection is null ? [] : [new StreamVersion(inspection.Id, inspection.Version)];
            return proposal with { Relies = [.. relies, .. theirs, .. visit] };
        }, cancellationToken, asksFirst: LeavesSomething(sealing, steps), remembers: true);
        // Many at once are a ledger, of which nobody takes up one now.
        if (steps.Count == 0)
            Remember(outcome, last);
        return (await NotedAsync(outcome, watch, terms, cancellationToken), outcome is Outcome<Hazard>.Refused ? met : null);
    }

    /// <summary>
    /// The hazard that a report begins, or began: by the sender's own number. A number that the same sender gave before numbers were
    /// per sender is still the hazard it was; another sender's same number is nothing to it.
    /// </summary>
    private async Task<HazardId> IdentityAsync(ReportHazard report, Actor by, Terms terms, CancellationToken cancellationToken)
    {
        if (report is { Identity: null, Reference: { } reference }
            && HazardId.Shared(reference) is var shared && await LoadAsync(shared, null, cancellationToken) is { } before
            && before.Sender == by.Sender)
            return shared;
        return report.IdentityAt(Now(terms), by.Sender);
    }

    /// <summary>Decides a command on a hazard and appends what follows.</summary>
    public Task<Outcome<Hazard>> ExecuteAsync(HazardId id, IHazardCommand command, Given given, Terms? terms = null, CancellationToken cancellationToken = default) =>
        ExecuteAsync(id, [new Step(command, given)], terms, cancellationToken);

    /// <summary>Decides several commands on a hazard, each on the state the one before leaves: one append, all or nothing.</summary>
    public async Task<Outcome<Hazard>> ExecuteAsync(
        HazardId id, IReadOnlyList<Step> steps, Terms? terms = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(steps.Count);
        terms ??= Terms.None;
        var sealing = new PersonSealing(id);
        steps = sealing.Of(steps);
        if (sealing.Seals.Count > 0 && persons.WhyNot() is { } keyless)
            return new Outcome<Hazard>.Refused(keyless);
        var (watch, last) = ((SealWatch?)null, default(Guid));
        var hears = Hears(steps[0].Command.Rule, steps[0].Given.By);
        var outcome = await deciding.RunAsync(id.StreamId, terms, AtVersionAsync, hears, async (attempt, stop) =>
        {
            watch = Watch(attempt.Anew);
            var remembered = attempt.Anew ? null : folded.Remembered(id);
            var before = remembered?.State ?? await LoadAsync(id, null, stop);
            if (before is null || !steps[0].Given.By.Sees(before))
                return Proposal<Hazard>.Refuse(HazardRefusals.NotFound.Because());
            if (terms.IfVersion is { } expected && !expected.Contains(before.Version))
                return Proposal<Hazard>.Refuse(AppendRefusals.StaleAt(expected, before.Version));
            var (bodies, theirs) = await BodiesAsync(before, steps.Select(s => s.Given), steps, attempt.Anew, stop);
            var (rulebook, relies) = await rules.ReliedOnAsync(await EditionAsync(before, steps, stop), attempt.Anew, stop);
            var story = new HazardStory(id, before, rulebook, terms) { Last = remembered?.Last };
            var proposal = await KeptAsync(await FollowAsync(story, steps, watch, 0, bodies, rulebook, terms, stop), sealing, stop);
            last = LastOf(proposal);
            return proposal with { Relies = [.. relies, .. theirs] };
        }, cancellationToken, asksFirst: LeavesSomething(sealing, steps), remembers: true);
        Remember(outcome, last);
        return await NotedAsync(outcome, watch, terms, cancellationToken);
    }

    // Keys of persons and files of papers are kept before the append. A policy that is not known here yet makes no harm: what nothing
    // names goes a day later.
    private bool LeavesSomething(PersonSealing sealing, IReadOnlyList<Step> steps) =>
        sealing.Seals.Count > 0 || steps.Any(s => s.Command is IssuePaper)
        || steps.Any(s => Domain.Papers.MayGoWith(s.Command)) && rules.Current.MakesPapers;

    private static Guid LastOf(Proposal<Hazard> proposal) => proposal.Refusal is null ? proposal.Streams[0].Events[^1].Id : default;

    private void Remember(Outcome<Hazard> outcome, Guid last)
    {
        if (outcome is Outcome<Hazard>.Done { Repeated: false } done)
            folded.Keep(done.After, last);
    }

    // As the first time: nothing of a hazard that is not there for the caller, and nothing without the role.
    private static Func<Hazard, Refusal?> Hears(CommandRule rule, Actor by) =>
        hazard => by.Sees(hazard) ? Decider.CheckRole(rule, by) : HazardRefusals.NotFound.Because();

    /// <summary>Whether a command could be given now: nothing is written, no number is taken and no attempt is recorded.</summary>
    /// <returns>The hazard, null where there is none to see; the command made for it; and why it would be refused, null where
    /// it would not.</returns>
    internal async Task<(Hazard? Hazard, IHazardCommand? Command, Refusal? Refusal)> ConsiderAsync(
        HazardId id, Func<Hazard, Rulebook, DateOnly, IHazardCommand> make, Given given, Terms terms, CancellationToken cancellationToken)
    {
        if (await LoadAsync(id, null, cancellationToken) is not { } before || !given.By.Sees(before))
            return (null, null, HazardRefusals.NotFound.Because());
        var rulebook = await rules.NowAsync(before.Calendar, cancellationToken);
        var command = await WithOthersAsync(make(before, rulebook, ChinaTime.DateAt(Now(terms))), before, rulebook, cancellationToken);
        if (terms.IfVersion is { } expected && !expected.Contains(before.Version))
            return (before, command, AppendRefusals.StaleAt(expected, before.Version));
        var (bodies, _) = await BodiesAsync(before, [given], [new Step(command, given)], anew: true, cancellationToken);
        var act = PaperDesk.Expecting(command, before, Act(given, terms, bodies, before.Region, rulebook, before.LatestOccurredAt));
        act = await Watch(anew: true).LookAsync(command, before, act, cancellationToken);
        return (before, command, Decider.Decide(command, before, act).Refusal);
    }

    /// <summary>封存: who was refused because of a seal hears it only when the attempt is on record.</summary>
    private async Task<Outcome<Hazard>> NotedAsync(
        Outcome<Hazard> outcome, SealWatch? watch, Terms terms, CancellationToken cancellationToken)
    {
        if (outcome is Outcome<Hazard>.Refused && watch?.Refused is var (attempt, by))
            await access.RecordAsync(attempt, by, terms, cancellationToken);
        return outcome;
    }

    /// <summary>The circumstances in which a caller would give a command on a hazard now, with every seal on its records.</summary>
    internal async Task<(Act Act, Rulebook Rules)> CircumstancesAsync(Hazard hazard, Actor by, CancellationToken cancellationToken)
    {
        var given = new Given(by);
        var rulebook = await rules.NowAsync(hazard.Calendar, cancellationToken);
        var (bodies, _) = await BodiesAsync(hazard, [given], [], anew: true, cancellationToken);
        var act = Act(given, Terms.None, bodies, hazard.Region, rulebook, hazard.LatestOccurredAt);
        return (act with { Seals = await Watch(anew: true).OnAsync(hazard, cancellationToken) }, rulebook);
    }

    /// <summary>
    /// Lets a hazard's clocks ring: counts due dates anew where the calendar has changed, notices what was missed, climbs
    /// the ladder. The hazard's own stream says what was noticed before, so however many nodes do this, and whenever one
    /// dies, each deadline is noticed once.
    /// </summary>
    /// <returns>Refused with <c>hazard.nothing_changes</c> when there is nothing to ring for.</returns>
    public Task<Outcome<Hazard>> RingAsync(
        HazardId id, DateOnly today, DateTimeOffset noticedAt, Terms terms, CancellationToken cancellationToken = default)
    {
        return deciding.RunAsync(id.StreamId, terms, AtVersionAsync, _ => null, async (_, stop) =>
        {
            if (await LoadAsync(id, null, stop) is not { } before)
                return Proposal<Hazard>.Refuse(HazardRefusals.NotFound.Because());
            var rulebook = await rules.NowAsync(before.Calendar, stop);
            var story = new HazardStory(id, before, rulebook, terms);
            story.Recount(noticedAt);
            // First, so that nobody is asked who cannot decide.
            var bodies = await ConcernedAsync(before, rulebook, stop);
            await PassOnAsync(story, bodies, rulebook, noticedAt, stop, thorough: true);
            return await NumberingAsync(async taking =>
            {
                if (Ring.NextRing(story.After!, rulebook) <= today)
                    foreach (var papered in await RungAsync(
                        taking, story.After!, ReferenceEquals(story.After, before) ? bodies : null, rulebook, today, noticedAt, stop))
                        story.Add(papered);
                return story.Count == 0
                    ? Proposal<Hazard>.Refuse(HazardRefusals.NothingChanges.Because())
                    : Proposal<Hazard>.Append(story.After!, story.Appends());
            });
        }, cancellationToken);
    }

    /// <summary>What the clocks ring for, with the papers of the steps that the service takes itself.</summary>
    private async Task<IReadOnlyList<Papered>> RungAsync(
        PaperNumbers.Taking taking, Hazard hazard, IReadOnlyDictionary<BodyId, Body>? bodies, Rulebook rulebook, DateOnly today,
        DateTimeOffset noticedAt, CancellationToken cancellationToken)
    {
        bodies ??= await ConcernedAsync(hazard, rulebook, cancellationToken);
        var rung = Ring.On(hazard, rulebook, today, noticedAt, bodies);
        return await papers.PrepareAsync(
            taking, hazard, hazard.Id, rung, rulebook.PolicyOn(hazard.Region, today), rulebook.Calendar, Clockwork.Body, bodies,
            cancellationToken);
    }

    /// <summary>Numbers taken while proposing are held until the log has answered.</summary>
    private async Task<Proposal<Hazard>> NumberingAsync(Func<PaperNumbers.Taking, Task<Proposal<Hazard>>> propose)
    {
        var taking = papers.Begin();
        try
        {
            return await propose(taking) with { Held = taking };
        }
        catch
        {
            taking.Dispose();
            throw;
        }
    }

    /// <summary>The bodies that a ring names, as they are now, and the offices it may escalate to or ask.</summary>
    private async Task<IReadOnlyDictionary<BodyId, Body>> ConcernedAsync(
        Hazard hazard, Rulebook rulebook, CancellationToken cancellationToken)
    {
        var named = hazard.Known().Concat(Clocks.Open(hazard, rulebook).Select(c => c.Body).OfType<BodyId>()).ToHashSet();
        var bodies = (await known.OfAsync(named, anew: true, cancellationToken)).ToDictionary(b => b.Id);
        if (Ring.NeedsOffices(hazard, rulebook))
            foreach (var office in await registry.OfficesAsync([.. Succession.OfficesOf(hazard)], cancellationToken))
                bodies[office.Id] = office;
        return bodies;
    }

    /// <summary>
    /// 期限重算: records which due dates the newest calendar moves; refused when it moves none, as when another node was faster.
    /// </summary>
    public Task<Outcome<Hazard>> RecountAsync(HazardId id, Terms terms, CancellationToken cancellationToken = default)
    {
        return deciding.RunAsync(id.StreamId, terms, AtVersionAsync, _ => null, async (_, stop) =>
        {
            if (await LoadAsync(id, null, stop) is not { } before)
                return Proposal<Hazard>.Refuse(HazardRefusals.NotFound.Because());
            var story = new HazardStory(id, before, await rules.NowAsync(before.Calendar, stop), terms);
            story.Recount(Now(terms));
            return story.Count == 0
                ? Proposal<Hazard>.Refuse(HazardRefusals.NothingChanges.Because())
                : Proposal<Hazard>.Append(story.After!, story.Appends());
        }, cancellationToken);
    }

    /// <summary>
    /// 责任移交: passes on what is owed by who cannot do it; refused when nothing is to be, or nobody is there to take it.
    /// </summary>
    public Task<Outcome<Hazard>> PassOnAsync(HazardId id, Terms terms, CancellationToken cancellationToken = default)
    {
        return deciding.RunAsync(id.StreamId, terms, AtVersionAsync, _ => null, async (_, stop) =>
        {
            if (await LoadAsync(id, null, stop) is not { } before)
                return Proposal<Hazard>.Refuse(HazardRefusals.NotFound.Because());
            var rulebook = await rules.NowAsync(before.Calendar, stop);
            var story = new HazardStory(id, before, rulebook, terms);
            var parties = (await known.OfAsync(before.Known().ToHashSet(), anew: true, stop)).ToDictionary(b => b.Id);
            await PassOnAsync(story, parties, rulebook, Now(terms), stop, thorough: true);
            return story.Count == 0
                ? Proposal<Hazard>.Refuse(HazardRefusals.NothingChanges.Because())
                : Proposal<Hazard>.Append(story.After!, story.Appends());
        }, cancellationToken);
    }

    /// <summary>
    /// The same as the last of what is appended, so that no act leaves a duty to who cannot do it. Thoroughly: what is asked of nobody in
    /// particular is looked at too, for which the offices must be known.
    /// </summary>
    private async Task PassOnAsync(
        HazardStory story, IReadOnlyDictionary<BodyId, Body> bodies, Rulebook rulebook, DateTimeOffset now,
        CancellationToken cancellationToken, bool thorough = false)
    {
        var hazard = story.After!;
        if (!(thorough && hazard.Missed.Any(m => !m.Proposed.IsEmpty))
            && (!Succession.MayConcern(hazard, bodies) || !Succession.IsNeeded(hazard, rulebook, bodies)))
            return;
        var takers = bodies.ToDictionary();
        foreach (var office in await registry.OfficesAsync([.. Succession.OfficesOf(hazard)], cancellationToken))
            takers[office.Id] = office;
        while (takers.Values.Select(b => b.Successor).OfType<BodyId>().Where(b => !takers.ContainsKey(b)).ToHashSet()
            is { Count: > 0 } heirs && await registry.BodiesAsync(heirs, cancellationToken) is { Count: > 0 } found)
            foreach (var (id, heir) in found)
                takers[id] = heir;
        story.PassOn(now, takers);
    }

    /// <summary>
    /// The calendar edition that the hazards concerned were counted by at least: this process may not have heard of it yet.
    /// </summary>
    private async Task<int> EditionAsync(Hazard hazard, IReadOnlyList<Step> steps, CancellationToken cancellationToken)
    {
        var edition = hazard.Calendar;
        foreach (var merge in steps.Select(s => s.Command).OfType<MergeHazard>())
            edition = Math.Max(edition, (await LoadAsync(merge.Into, null, cancellationToken))?.Calendar ?? 0);
        return edition;
    }

    /// <summary>A command with the other hazards that it is decided on.</summary>
    private async Task<IHazardCommand> WithOthersAsync(
        IHazardCommand command, Hazard hazard, Rulebook rulebook, CancellationToken cancellationToken)
    {
        switch (command)
        {
            case MergeHazard merge:
                var target = await LoadAsync(merge.Into, null, cancellationToken);
                return merge with
                {
                    Target = target, Owed = (Clocks.Open(hazard, rulebook), target is null ? [] : Clocks.Open(target, rulebook)),
                };
            case IOverMerged over when !hazard.Absorbed.IsEmpty:
                return over.Over((await MatterAsync(hazard, null, cancellationToken)).Merged);
            default:
                return command;
        }
    }

    /// <summary>By whom, with the regions whose office it is: what is owed there by nobody in particular is its own.</summary>
    private async Task<Given> AsOfficeAsync(Given given, CancellationToken cancellationToken) =>
        given with { By = given.By with { Body = await registry.WithOfficesAsync(given.By.Body, null, cancellationToken) } };

    private Task<Proposal<Hazard>> FollowAsync(
        HazardStory story, IReadOnlyList<Step> steps, SealWatch watch, int offset, IReadOnlyDictionary<BodyId, Body> bodies, Rulebook rulebook, Terms terms, CancellationToken cancellationToken) =>
        NumberingAsync(taking => FollowAsync(story, steps, watch, taking, offset, bodies, rulebook, terms, cancellationToken));

    private async Task<Proposal<Hazard>> FollowAsync(
        HazardStory story, IReadOnlyList<Step> steps, SealWatch watch, PaperNumbers.Taking taking, int offset, IReadOnlyDictionary<BodyId, Body> bodies, Rulebook rulebook, Terms terms, CancellationToken cancellationToken)
    {
        for (var i = 0; i < steps.Count; i++)
        {
            var command = await WithOthersAsync(steps[i].Command, story.After!, rulebook, cancellationToken);
            var given = command is DeclineStep ? await AsOfficeAsync(steps[i].Given, cancellationToken) : steps[i].Given;
            var act = PaperDesk.Expecting(
                command, story.After!, Act(given, terms, bodies, story.After!.Region, rulebook, story.After.LatestOccurredAt));
            act = await watch.LookAsync(command, story.After!, act, cancellationToken);
            var decision = Decider.Decide(command, story.After, act);
            if (decision.Refusal is { } refusal)
            {
                watch.Note(refusal, command, story.After!, act);
                return Proposal<Hazard>.Refuse(refusal, i + offset);
            }

            var prepared = await papers.PrepareAsync(taking, story.After, story.After!.Id, decision, act, cancellationToken);
            story.Add(decision, prepared, act, (command as MergeHazard)?.Target);
        }

        await PassOnAsync(story, bodies, rulebook, Now(terms), cancellationToken);
        return Proposal<Hazard>.Append(story.After!, story.Appends(watch.Guards));
    }

    /// <summary>
    /// Before the append: the keys of the persons it names. Once they are kept they are not needed again when a race is lost.
    /// </summary>
    private async Task<Proposal<Hazard>> KeptAsync(Proposal<Hazard> proposal, PersonSealing sealing, CancellationToken cancellationToken)
    {
        try
        {
            if (proposal.Refusal is null)
                foreach (var (seal, kind) in sealing.TakeSeals())
                    await persons.KeepAsync(seal, kind, cancellationToken);
            return proposal;
        }
        catch
        {
            proposal.Held?.Dispose();
            throw;
        }
    }

    private Act Act(
        Given given, Terms terms, IReadOnlyDictionary<BodyId, Body> bodies, RegionCode region, Rulebook rulebook, DateTimeOffset? previous)
    {
        var (occurred, now) = given.TimeAt(Now(terms), previous);
        return new Act(given.By, occurred, now, rulebook.PolicyAt(region, occurred), sectors, bodies, given.Document, given.Attachments)
        {
            Calendar = rulebook.Calendar, PolicyNow = rulebook.PolicyAt(region, now),
        };
    }

    private DateTimeOffset Now(Terms terms) => terms.RecordedAt ?? clock.GetUtcNow();

    /// <summary>All bodies that any of the decisions may ask for, in one query at most, and the streams of those asked for.</summary>
    private async Task<(IReadOnlyDictionary<BodyId, Body> Bodies, IReadOnlyList<StreamVersion> Relies)> BodiesAsync(
        Hazard? hazard, IEnumerable<Given> given, IReadOnlyList<Step> steps, bool anew, CancellationToken cancellationToken)
    {
        var (bodies, relies) = (new Dictionary<BodyId, Body>(), new List<StreamVersion>());
        foreach (var g in given)
            bodies[g.By.Body.Id] = g.By.Body;
        var concerned = (hazard?.Known() ?? []).ToHashSet();
        var wanted = steps.SelectMany(s => s.Command.Names).Concat(concerned).Where(id => !bodies.ContainsKey(id)).ToHashSet();
        foreach (var body in wanted.Count == 0 ? [] : await known.OfAsync(wanted, anew, cancellationToken))
        {
            relies.Add(new StreamVersion(body.Id.StreamId, body.Version));
            // A body that is not there for the caller is as unknown as one that nobody registered, unless the hazard itself names it.
            if (concerned.Contains(body.Id) || steps.All(s => s.Given.By.Sees(body)))
                bodies[body.Id] = body;
        }

        return (bodies, relies);
    }

    private async Task<Hazard> AtVersionAsync(Guid stream, long version, CancellationToken cancellationToken) =>
        await LoadAsync(new HazardId(stream), null, version, cancellationToken)
        ?? throw new InvalidOperationException($"The log remembers an append to {stream} but has no such stream.");

    private async Task<Hazard?> LoadAsync(HazardId id, DateTimeOffset? asOf, long upToVersion, CancellationToken cancellationToken)
    {
        Hazard? hazard = null;
        await foreach (var lived in LifeAsync(id, asOf, upToVersion, cancellationToken))
            hazard = lived.After;
        return hazard;
    }
}

/// <summary>An event of a hazard as the log holds it, as the domain reads it, and the state it leaves.</summary>
internal readonly record struct LivedEvent(IEvent Recorded, Happening Happening, Hazard After)
{
    /// <summary>Events one by one, with the state that each leaves, after a state.</summary>
    public static IEnumerable<LivedEvent> Of(HazardId id, Hazard? before, IEnumerable<IEvent> events)
    {
        foreach (var e in events)
        {
            // A stream of another kind (a body's, a key's) is no hazard, even when its identity is guessed.
            if (e.Data is not IHazardEvent happened)
                yield break;
            var happening = new Happening(happened, e.Context());
            before = Hazard.Apply(id, before, happening);
            yield return new LivedEvent(e, happening, before);
        }
    }
}
