using System.Collections.Immutable;
using Hazards.Api.Administration.Policies;
using Hazards.Api.Investigation;
using Hazards.Api.Investigation.Packages;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Hazards.Projections.Store;
using Npgsql;

namespace Hazards.Api.Import;

/// <summary>Undoes an import.</summary>
/// <param name="Reason">理由 · why.</param>
/// <param name="Hazards">只撤销这几条；不给则整体撤销 · only these of its hazards; the whole import when left out.</param>
internal sealed record UndoImport(string Reason, ImmutableArray<HazardId>? Hazards = null);

/// <summary>
/// 撤销导入: takes back a whole import, or single rows of it, while nobody has built on them. Every hazard it entered is withdrawn
/// by an event of its
/// own, and the import's stream says that it was undone; all in one append, so that it is done as a whole or not at all,
/// however often it is asked for and wherever a process dies. Nothing is deleted; what was known before stays known.
/// </summary>
internal sealed class ImportUndo(
    NpgsqlDataSource dataSource, IEventLog log, RulebookSource rules, SectorCatalogue sectors, HazardStore hazards, AccessRecorder access,
    TimeProvider clock)
{
    /// <summary>The most hazards that one append withdraws.</summary>
    public const int MostHazards = 20_000;

    private const int HazardsAtOnce = 500;
    private const int MostNamed = 20;
    private const int MostTries = 5;

    /// <summary>Undoes it; or says why not.</summary>
    public async Task<Refusal?> UndoAsync(
        ImportReport report, UndoImport order, Given given, Terms terms, CancellationToken cancellationToken)
    {
        if (terms.Key is { } key && await log.FindAsync(key, cancellationToken) is { } earlier)
            return earlier is AppendResult.KeyReused reused
                ? AppendRefusals.KeyReused.Because("Idempotency-Key", ("key", reused.Key))
                : null;
        if ((Texts.Required("reason", order.Reason) ?? WhyNot(report, order)) is { } wrong)
            return wrong;
        for (var tries = 0; tries < MostTries; tries++)
        {
            var (streams, refusal) = await DecideAsync(report, order, given, terms, cancellationToken);
            if (refusal is not null)
                return terms.Key is { } same && await log.FindAsync(same, cancellationToken) is AppendResult.Repeated ? null : refusal;
            try
            {
                switch (await log.AppendAsync(new Append(streams, terms.Key) { Relies = terms.Relies }, cancellationToken))
                {
                    case AppendResult.Committed or AppendResult.Repeated:
                        return null;
                    case AppendResult.KeyReused reused:
                        return AppendRefusals.KeyReused.Because("Idempotency-Key", ("key", reused.Key));
                    case AppendResult.Conflict conflict when await terms.OvertakenAsync(conflict, cancellationToken) is { } unfounded:
                        return unfounded;
                    default:
                        // Somebody acted on one of them, or undid it, in the meantime: decided again.
                        continue;
                }
            }
            catch (AppendRejectedException sealedMeanwhile) when (sealedMeanwhile.SqlState == SealGuard.Broken)
            {
                // Decided again, and refused.
            }
        }

        return ImportRefusals.Contended.Because();
    }

    private static Refusal? WhyNot(ImportReport report, UndoImport order)
    {
        if (report.Undone is { } undone)
            return ImportRefusals.UndoneBefore.Because(null, ("at", undone.At));
        if (report.Finished is null)
            return ImportRefusals.NotFinished.Because();
        if (order.Hazards is { } only)
        {
            var entered = report.Rows.Where(r => r.Outcome == RowOutcome.Entered).Select(r => r.Hazard!.Value).ToHashSet();
            return only.IsEmpty ? InputRefusals.Missing.Because("hazards")
                : only.Length > MostHazards ? ImportRefusals.TooManyToUndo.Because(null, ("count", only.Length), ("max", MostHazards))
                : only.Where(h => !entered.Contains(h))
                    .ToArray() is { Length: > 0 } foreign ? ImportRefusals.NotOfImport.Because("hazards", ("hazards", Named(foreign)))
                : null;
        }
        if (report.Rows.Where(r => r.Outcome == RowOutcome.Updated).Select(r => r.Hazard!.Value).ToArray() is { Length: > 0 } updated)
            return ImportRefusals.UpdatedOthers.Because(null,
                ("count", updated.Length), ("hazards", Named(updated)),
                ("entered", report.Rows.Count(r => r.Outcome == RowOutcome.Entered)));
        return report.Rows.Count(r => r.Outcome == RowOutcome.Entered) switch
        {
            0 => ImportRefusals.NothingEntered.Because(),
            > MostHazards and var count => ImportRefusals.TooManyToUndo.Because(null, ("count", count), ("max", MostHazards)),
            _ => null,
        };
    }

    private async Task<(IReadOnlyList<StreamAppend> Streams, Refusal? Refusal)> DecideAsync(
        ImportReport report, UndoImport order, Given given, Terms terms, CancellationToken cancellationToken)
    {
        var (version, before) = await UndoneAsync(report.Id, cancellationToken);
        if (before is not null)
            return ([], before);
        var whole = order.Hazards is null;
        var entered = order.Hazards is { } only
            ? [.. only.Distinct()]
            : report.Rows.Where(r => r.Outcome == RowOutcome.Entered).Select(r => r.Hazard!.Value).Distinct().ToArray();
        var now = clock.GetUtcNow();
        var rulebook = await rules.NowAsync(0, cancellationToken);
        var own = terms with { CausationId = report.Id.ToString("D"), IfVersion = null };
        var watch = hazards.Watch(anew: true);
        var (streams, builtUpon) = (new List<StreamAppend>(entered.Length + 1), new List<HazardId>());
        foreach (var some in entered.Chunk(HazardsAtOnce))
        {
            await foreach (var (hazard, foreign) in LivesAsync(some, report.Id, cancellationToken))
            {
                // A row that was taken back before is no more.
                if (whole && hazard.Withdrawn == report.Id)
                    continue;
                if (foreign)
                    builtUpon.Add(hazard.Id);
                if (builtUpon.Count > 0)
                    continue;
                var (story, refusal) = await WithdrawAsync(
                    hazard, new WithdrawImported(report.Id, order.Reason), given, rulebook, own, watch, now, cancellationToken);
                if (refusal is not null)
                    // Perhaps because somebody else has undone it since it was looked at.
                    return ([], (await UndoneAsync(report.Id, cancellationToken)).Before ?? refusal);
                streams.AddRange(story.Appends());
            }
        }

        if (builtUpon.Count > 0)
            return ([], ImportRefusals.BuiltUpon.Because(null, ("count", builtUpon.Count), ("hazards", Named(builtUpon))));
        if (streams.Count == 0)
            return ([], (await UndoneAsync(report.Id, cancellationToken)).Before ?? ImportRefusals.NothingEntered.Because());
        if (watch.Guards is { IsEmpty: false } guards && streams[0].Row is PendingState.OfHazard row)
            streams[0] = streams[0] with { Row = row with { Guards = guards } };
        if (!whole)
            return (streams, null);
        var context = new EventContext(
            now, Entry.Prompt, given.By.Name, given.By.Body.Id, Role.Importer, given.By.Client,
            rulebook.PolicyAt(given.By.Body.Region, now).Version, null, []);
        streams.Add(new StreamAppend(report.Id, LedgerImport.StreamType, version, [Facts.Of(new LedgerImportUndone(order.Reason, streams.Count), context, terms)]));
        return (streams, null);
    }

    private async Task<(int Version, Refusal? Before)> UndoneAsync(Guid id, CancellationToken cancellationToken)
    {
        var import = await log.FetchAsync(id, cancellationToken: cancellationToken);
        return (import.Count, import.Any(e => e.Data is LedgerImportUndone) ? ImportRefusals.UndoneBefore.Because(
            null, ("at", import[^1].Timestamp)) : null);
    }

    private async Task<(HazardStory Story, Refusal? Refusal)> WithdrawAsync(
        Hazard hazard, WithdrawImported command, Given given, Rulebook rulebook, Terms terms, SealWatch watch, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var story = new HazardStory(hazard.Id, hazard, rulebook, terms);
        var act = new Act(
            given.By, now > hazard.LatestOccurredAt ? now : hazard.LatestOccurredAt, now, rulebook.PolicyAt(hazard.Region, now), sectors,
            new Dictionary<BodyId, Body> { [given.By.Body.Id] = given.By.Body }, null, [])
        {
            Calendar = rulebook.Calendar,
        };
        act = await watch.LookAsync(command, hazard, act, cancellationToken);
        var decision = Decider.Decide(command, hazard, act);
        if (decision.Refusal is not { } refusal)
        {
            story.Add(decision, act);
            return (story, null);
        }

        watch.Note(refusal, command, hazard, act);
        if (watch.Refused is var (attempt, by))
            await access.RecordAsync(attempt, by, terms, cancellationToken);
        return (story, refusal);
    }

    /// <summary>
    /// Hazards as they are, and whether anybody but the import and the service's own clock has acted on them. By the log's
    /// index on streams.
    /// </summary>
    private async IAsyncEnumerable<(Hazard Hazard, bool Foreign)> LivesAsync(
        HazardId[] ids, Guid import, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            select e.stream_id, e.type, e.data::text, e.headers::text, e.causation_id
            from log.mt_events e
            where e.stream_id = any ($1)
            order by e.stream_id, e.version
            """);
        command.Parameters.Add(PackageShelf.Of(ids.Select(i => i.StreamId).ToArray()));
        var (hazard, foreign, causation) = ((Hazard?)null, false, import.ToString("D"));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var id = new HazardId(reader.GetGuid(0));
            if (hazard is not null && hazard.Id != id)
            {
                yield return (hazard, foreign);
                (hazard, foreign) = (null, false);
            }

            var context = DomainJson.ReadContext(reader.GetFieldValue<byte[]>(3));
            var happened = (IHazardEvent)DomainJson.ReadEvent(reader.GetString(1), reader.GetFieldValue<byte[]>(2));
            hazard = Hazard.Apply(id, hazard, new Happening(happened, context));
            // A later import that met the row again has only kept its cells: nobody has acted.
            foreign |= context.Role != Role.Clock && happened is not LedgerRowRecorded
                && (reader.IsDBNull(4) ? null : reader.GetString(4)) != causation;
        }

        if (hazard is not null)
            yield return (hazard, foreign);
    }

    private static string Named(IReadOnlyCollection<HazardId> hazards) =>
        string.Join(", ", hazards.Take(MostNamed)) + (hazards.Count > MostNamed ? " …" : "");
}
