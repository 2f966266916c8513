using System.Collections.Concurrent;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Simulation.Year;

/// <summary>
/// The hazards under way: asks each one's <see cref="Life"/> (or its paperwork) who does what next, and has it done over
/// REST when its time comes. What is refused is thought over again a day later.
/// </summary>
internal sealed class Caseload(Callers callers, HazardStore store, Inspectors inspectors, SimulatedClock clock, Random random)
{
    private const double LateReports = 0.04;
    private const int MostRefusals = 3;
    private const int AtOnce = 32;

    private readonly PriorityQueue<Case, DateTimeOffset> _due = new();
    private readonly ConcurrentDictionary<string, int> _refusals = new();

    /// <summary>Hazards begun.</summary>
    public int Begun { get; private set; }

    /// <summary>Commands refused, by code.</summary>
    public IReadOnlyDictionary<string, int> Refusals => _refusals;

    /// <summary>A hazard that will be found then, and reported at once or, now and then, days later.</summary>
    public void Expect(Life life, Paperwork paperwork, int index, DateTimeOffset found)
    {
        var late = random.NextDouble() < LateReports ? TimeSpan.FromDays(random.Next(3, 11)) : TimeSpan.Zero;
        _due.Enqueue(new Case(life, paperwork, index, found), found + late);
    }

    /// <summary>Does all that is due by an instant; the clock stands there meanwhile.</summary>
    public async Task WorkAsync(DateTimeOffset upTo, CancellationToken cancellationToken)
    {
        while (true)
        {
            var round = new List<Case>();
            while (round.Count < AtOnce && _due.TryPeek(out _, out var at) && at <= upTo)
                round.Add(_due.Dequeue());
            if (round.Count == 0)
                return;
            clock.MoveTo(upTo);
            await Task.WhenAll(round.Select(c => StepAsync(c, cancellationToken)));
            // In the round's order, whoever was done first: the same seed gives the same year.
            foreach (var step in round)
                if (step.Next is { } next)
                    _due.Enqueue(step, next.At);
        }
    }

    private async Task StepAsync(Case step, CancellationToken cancellationToken)
    {
        var done = step.Id is null ? await BeginAsync(step, cancellationToken) : await ActAsync(step, cancellationToken);
        var hazard = await store.LoadAsync(step.Id!.Value, null, cancellationToken)
            ?? throw new InvalidOperationException("it was reported");
        step.Next = step.Paperwork.Next(hazard) ?? step.Life.Next(hazard);
        if (done || step.Next is not { } next)
            return;
        // A refused act is not tried again at once: a day later things may look different.
        var tomorrow = clock.GetUtcNow().AddDays(1);
        step.Next = ++step.Refused > MostRefusals ? null : next with { At = next.At > tomorrow ? next.At : tomorrow };
    }

    private async Task<bool> BeginAsync(Case step, CancellationToken cancellationToken)
    {
        var (by, report) = step.Life.Begin(step.Index);
        report = report with { Inspection = await inspectors.FoundAsync(by, report, step.Found, cancellationToken) };
        var body = Routes.BodyOf(report);
        body["occurredAt"] = ChinaTime.Format(step.Found);
        var reply = Callers.Require(await callers.PostAsync(by, Role.Reporter, "hazards", body, cancellationToken), "hazards");
        step.Id = HazardId.Parse(reply.Json["id"]!.ToString());
        lock (_due)
            Begun++;
        return true;
    }

    private async Task<bool> ActAsync(Case step, CancellationToken cancellationToken)
    {
        var next = step.Next!.Value;
        var (path, body) = Routes.Of(step.Id!.Value, next.Command);
        body["occurredAt"] = ChinaTime.Format(next.At);
        if (next.Document is { } document)
            body["documentNumber"] = document.Value;
        var reply = await callers.PostAsync(next.By, next.Role, path, body, cancellationToken);
        if (reply.Done)
            return true;
        if (reply.Status >= 500 || reply.Code is null)
            throw new InvalidOperationException($"{path}: {reply.Status} {reply.Json}");
        _refusals.AddOrUpdate($"{next.Command.Rule.Name}: {reply.Code}", 1, (_, n) => n + 1);
        return false;
    }

    private sealed class Case(Life life, Paperwork paperwork, int index, DateTimeOffset found)
    {
        public Life Life { get; } = life;

        public Paperwork Paperwork { get; } = paperwork;

        public int Index { get; } = index;

        public DateTimeOffset Found { get; } = found;

        public HazardId? Id { get; set; }

        public NextAct? Next { get; set; }

        public int Refused { get; set; }
    }
}
