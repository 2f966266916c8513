using System.Collections.Immutable;
using System.Threading.Channels;
using Hazards.Api.Administration.Registry;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Hazards.Projections.Store;

namespace Hazards.Api.Simulation;

/// <summary>What to generate.</summary>
/// <param name="Hazards">How many hazards.</param>
/// <param name="Seed">The same seed gives the same lives.</param>
/// <param name="From">The first is found then.</param>
/// <param name="To">Nothing happens later: what is not done by then is still open.</param>
internal sealed record SeedPlan(int Hazards, int Seed, DateTimeOffset From, DateTimeOffset To);

/// <summary>How far the generator is.</summary>
internal readonly record struct SeedProgress(int Hazards, long Events, DateTimeOffset At);

/// <summary>
/// Fills an empty log with the hazards of a simulated prefecture. Every act is decided by the domain and appended with
/// its row like any other, in the order in which it happened, recorded at the simulated time; the log must allow given
/// times.
/// </summary>
internal sealed class Seeder(IEventLog log, Rulebook rules, SectorCatalogue sectors)
{
    // Enough that the log's writer always finds a full batch; one life never has two appends under way.
    private const int InFlight = 768;

    /// <summary>Generates; returns the number of events.</summary>
    public async Task<long> RunAsync(SeedPlan plan, IProgress<SeedProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var prefecture = Prefecture.Create(plan.Seed);
        var directory = prefecture.Bodies.ToImmutableDictionary(b => b.Id);
        var events = await RegisterAsync(prefecture, plan.From, cancellationToken);
        var due = new PriorityQueue<Running, DateTimeOffset>(plan.Hazards);
        var span = plan.To - plan.From;
        for (var i = 0; i < plan.Hazards; i++)
        {
            // Spread evenly; the unevenness comes from what follows.
            var found = plan.From + span * ((i + 0.5) / plan.Hazards);
            due.Enqueue(new Running(new Life(prefecture, plan.Seed, i), i), found);
        }

        var begun = 0;
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var done = Channel.CreateUnbounded<(Running Life, Exception? Error)>();
        var flying = 0;
        while (due.Count > 0 || flying > 0)
        {
            while (done.Reader.TryRead(out var landed))
                Land(landed);
            if (flying > 0 && (flying == InFlight || due.Count == 0))
            {
                Land(await done.Reader.ReadAsync(cancellationToken));
                continue;
            }
            if (!due.TryDequeue(out var life, out var at))
                continue;
            if (at > plan.To)
                continue;
            flying++;
            _ = StepAsync(life, at, prefecture, directory, done.Writer, failed.Token);
            if (life.Hazard is null)
                begun++;
            if ((events & 1023) == 0)
                progress?.Report(new SeedProgress(begun, events, at));
        }
        progress?.Report(new SeedProgress(begun, events, plan.To));
        return events;

        void Land((Running Life, Exception? Error) landed)
        {
            flying--;
            if (landed.Error is not null)
            {
                failed.Cancel();
                throw new InvalidOperationException($"hazard {landed.Life.Index} could not go on", landed.Error);
            }
            events += landed.Life.Written;
            landed.Life.Next = landed.Life.Story.Next(landed.Life.Hazard!);
            if (landed.Life.Next is { } next)
                due.Enqueue(landed.Life, next.At);
        }
    }

    private async Task StepAsync(
        Running life, DateTimeOffset at, Prefecture prefecture, ImmutableDictionary<BodyId, Body> directory,
        ChannelWriter<(Running, Exception?)> done, CancellationToken cancellationToken)
    {
        try
        {
            await StepAsync(life, at, prefecture, directory, cancellationToken);
            done.TryWrite((life, null));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            done.TryWrite((life, e));
        }
    }

    private async Task StepAsync(
        Running life, DateTimeOffset at, Prefecture prefecture, ImmutableDictionary<BodyId, Body> directory,
        CancellationToken cancellationToken)
    {
        Decision decision;
        Act act;
        HazardId id;
        if (life.Hazard is not { } before)
        {
            var (by, report) = life.Story.Begin(life.Index);
            id = report.IdentityAt(at, Actor.SenderOf(by.Id, "seed"));
            act = ActOf(by, Role.Reporter, at, null, prefecture, directory);
            decision = Decider.Decide(report, null, act);
            before = null!;
        }
        else
        {
            var next = life.Next!.Value;
            id = before.Id;
            act = ActOf(next.By, next.Role, at, next.Document, prefecture, directory);
            decision = Decider.Decide(next.Command, before, act);
        }
        if (decision.Refusal is { } refusal)
            throw new InvalidOperationException($"{refusal.Code}: {refusal.English}");
        var story = new HazardStory(id, life.Hazard, rules, Terms.None);
        story.Add(decision, act);
        var append = new Append(story.Appends(), null, at);
        if (await log.AppendAsync(append, cancellationToken) is not AppendResult.Committed)
            throw new InvalidOperationException("the log was not empty: this seed was run before");
        life.Hazard = story.After;
        life.Written = story.Count;
    }

    private Act ActOf(Body by, Role role, DateTimeOffset at, DocumentNumber? document, Prefecture prefecture, ImmutableDictionary<BodyId, Body> directory) =>
        new(
            new Actor(by.Name, by, [role], "seed", prefecture.Region), at, at, rules.PolicyAt(prefecture.Region, at), sectors, directory,
            document, []) { Calendar = rules.Calendar };

    private async Task<long> RegisterAsync(Prefecture prefecture, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var bodies = prefecture.Bodies.DistinctBy(b => b.Id).ToArray();
        foreach (var body in bodies)
        {
            var happened = new BodyRegistered(body.Id, body.Name, body.Kind, body.Region, body.Sectors, null, null);
            var context = new EventContext(
                at, Entry.Prompt, "seed", prefecture.Office.Id, Role.Administrator, "seed", rules.PolicyAt(prefecture.Region, at).Version,
                null, []);
            var append = new Append([new StreamAppend(body.Id.StreamId, BodyStore.StreamType, 0, [Facts.Of(happened, context, Terms.None)], new PendingState.OfBody(body))], null, at);
            if (await log.AppendAsync(append, cancellationToken) is not AppendResult.Committed)
                throw new InvalidOperationException("this log was seeded before; seed an empty one");
        }
        return bodies.Length;
    }

    /// <summary>A life under way.</summary>
    private sealed class Running(Life story, int index)
    {
        public Life Story { get; } = story;

        public int Index { get; } = index;

        public Hazard? Hazard { get; set; }

        public NextAct? Next { get; set; }

        public int Written { get; set; }
    }
}
