using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Projections;
using Hazards.Projections.Store;

namespace Hazards.Api.LifeCycle;

/// <summary>What a decision asks the log to append; or why it refused.</summary>
internal sealed record Proposal<TState>(TState? After, IReadOnlyList<StreamAppend> Streams, Refusal? Refusal, int Step)
{
    /// <summary>What is held until the log has answered: turns at series of numbers.</summary>
    public IDisposable? Held { get; init; }

    /// <summary>What else it was decided on: the bodies it names, the policies.</summary>
    public IReadOnlyList<StreamVersion> Relies { get; init; } = [];

    /// <summary>What is to be done because of the events, kept with them.</summary>
    public IReadOnlyList<object> Messages { get; init; } = [];

    public static Proposal<TState> Append(TState after, params IReadOnlyList<StreamAppend> streams) => new(after, streams, null, 0);

    public static Proposal<TState> Refuse(Refusal refusal, int step = 0) => new(default, [], refusal, step);
}

/// <summary>One try at a decision.</summary>
/// <param name="Lost">How many races were lost before it.</param>
/// <param name="Anew">Everything is to be read: what this process remembers was overtaken, or would have refused.</param>
internal readonly record struct Attempt(int Lost, bool Anew);

/// <summary>
/// Decides and appends. The first try may decide on what this process remembers: the log takes the append only if all it was decided
/// on still stands, and only what was read just now refuses anybody. Who loses a race decides again on the newer state, a bounded number
/// of times, unless the caller named the version it acted on. A repeated idempotency key is answered as the first time.
/// </summary>
internal sealed class Deciding(IEventLog log)
{
    private const int MostTries = 12;

    // Commands of this process on one stream go one after the other: a conflict known beforehand is useless work.
    private readonly Turns turns = new();

    /// <param name="stream">The stream the command is about; null when it begins a new one and none can meet it.</param>
    /// <param name="terms">Key and expected version.</param>
    /// <param name="stateAt">Loads the state of a stream at a version: the first outcome of a repeated key.</param>
    /// <param name="mayHear">
    /// Why the caller may not hear that outcome; null when it may. Keys of one client share its idempotency keys, and not their rights:
    /// what would be refused without the key is refused with it.
    /// </param>
    /// <param name="decide">Loads and decides; called again after a lost race.</param>
    /// <param name="cancellationToken">Cancels waiting; what was sent to the log may be written all the same.</param>
    /// <param name="asksFirst">
    /// Whether a repeated key is looked for before anything is decided: where deciding leaves something behind.
    /// </param>
    /// <param name="remembers">Whether the first try is decided on what this process remembers.</param>
    public async Task<Outcome<TState>> RunAsync<TState>(
        Guid? stream,
        Terms terms,
        Func<Guid, long, CancellationToken, Task<TState>> stateAt,
        Func<TState, Refusal?> mayHear,
        Func<Attempt, CancellationToken, Task<Proposal<TState>>> decide,
        CancellationToken cancellationToken,
        bool asksFirst = true,
        bool remembers = false)
    {
        if (asksFirst && terms.Key is { } key && await log.FindAsync(key, cancellationToken) is { } first)
            return await SettledAsync(first, stateAt, mayHear, cancellationToken);
        using var turn = stream is { } id ? await turns.TakeAsync(id, cancellationToken) : null;
        return await DecideAsync(terms, stateAt, mayHear, decide, remembers, cancellationToken);
    }

    private async Task<Outcome<TState>> DecideAsync<TState>(
        Terms terms,
        Func<Guid, long, CancellationToken, Task<TState>> stateAt,
        Func<TState, Refusal?> mayHear,
        Func<Attempt, CancellationToken, Task<Proposal<TState>>> decide,
        bool remembers,
        CancellationToken cancellationToken)
    {
        for (var lost = 0; lost < MostTries; lost++)
        {
            var attempt = new Attempt(lost, Anew: lost > 0 || !remembers);
            var proposal = await decide(attempt, cancellationToken);
            if (proposal.Refusal is not null && !attempt.Anew)
            {
                proposal.Held?.Dispose();
                proposal = await decide(attempt with { Anew = true }, cancellationToken);
            }

            using var held = proposal.Held;
            if (proposal.Refusal is { } refusal)
                // It may have been refused only because the same request, sent twice at once, has just been done.
                return terms.Key is { } key && await log.FindAsync(key, cancellationToken) is { } first
                    ? await SettledAsync(first, stateAt, mayHear, cancellationToken)
                    : new Outcome<TState>.Refused(refusal, proposal.Step);
            AppendResult result;
            try
            {
                var append = new Append(proposal.Streams, terms.Key, terms.RecordedAt)
                {
                    Messages = proposal.Messages, Relies = [.. terms.Relies, .. proposal.Relies],
                };
                result = await log.AppendAsync(append, cancellationToken);
            }
            catch (AppendRejectedException sealedMeanwhile) when (sealedMeanwhile.SqlState == SealGuard.Broken)
            {
                continue;
            }

            switch (result)
            {
                case AppendResult.Committed committed:
                    return new Outcome<TState>
                        .Done(proposal.After!, Written(proposal.Streams, committed.FirstPosition), committed.RecordedAt, Repeated: false);
                case AppendResult.Conflict conflict when terms.IfVersion is { } expected
                    && conflict.StreamId == proposal.Streams[0].StreamId
                    && !expected.Contains(conflict.ActualVersion):
                    return new Outcome<TState>.Refused(AppendRefusals.StaleAt(expected, conflict.ActualVersion));
                case AppendResult.Conflict conflict:
                    if (await terms.OvertakenAsync(conflict, cancellationToken) is { } unfounded)
                        return new Outcome<TState>.Refused(unfounded);
                    continue;
                default:
                    return await SettledAsync(result, stateAt, mayHear, cancellationToken);
            }
        }

        return new Outcome<TState>.Refused(AppendRefusals.Contended.Because());
    }

    private async Task<Outcome<TState>> SettledAsync<TState>(
        AppendResult result, Func<Guid, long, CancellationToken, Task<TState>> stateAt, Func<TState, Refusal?> mayHear, CancellationToken cancellationToken)
    {
        if (result is not AppendResult.Repeated first)
            return new Outcome<TState>
                .Refused(AppendRefusals.KeyReused.Because("Idempotency-Key", ("key", (result as AppendResult.KeyReused)?.Key)));
        var (main, version) = first.Versions[0];
        var state = await stateAt(main, version, cancellationToken);
        if (mayHear(state) is { } refusal)
            return new Outcome<TState>.Refused(refusal);
        var events = ImmutableArray.CreateBuilder<WrittenEvent>();
        await foreach (var e in log.ReadAllAsync(first.FirstPosition - 1, first.LastPosition, cancellationToken))
            events.Add(new WrittenEvent(e.StreamId, e.Type, e.Position, e.Version));
        return new Outcome<TState>.Done(state, events.ToImmutable(), first.RecordedAt, Repeated: true);
    }

    private static ImmutableArray<WrittenEvent> Written(IReadOnlyList<StreamAppend> streams, long first)
    {
        var written = ImmutableArray.CreateBuilder<WrittenEvent>();
        foreach (var stream in streams)
            for (var i = 0; i < stream.Events.Count; i++)
                written.Add(
                    new WrittenEvent(stream.StreamId, stream.Events[i].Type, first + written.Count, stream.ExpectedVersion + i + 1));
        return written.ToImmutable();
    }
}

/// <summary>Turns facts of the domain into events for the log, and back.</summary>
internal static class Facts
{
    public static NewEvent Of(IDomainEvent happened, EventContext context, Terms terms) =>
        new(Guid.CreateVersion7(), happened, new EventHeaders(context), terms.CorrelationId, terms.CausationId);
}
