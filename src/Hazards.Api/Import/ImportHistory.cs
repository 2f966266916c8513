using System.Collections.Immutable;
using Hazards.Api.Investigation.Packages;
using Hazards.Domain;
using Hazards.Projections.Reading;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Api.Import;

/// <summary>Which imports there were. The index mt_events_imports finds them; what came of each is in its own stream.</summary>
internal sealed class ImportHistory(NpgsqlDataSource dataSource)
{
    /// <summary>A page, the newest first.</summary>
    public async Task<ImportPage> ListAsync(
        RegionCode jurisdiction, DateTimeOffset? asOf, string? cursor, int limit, CancellationToken cancellationToken)
    {
        var before = PositionCursor.Read(cursor, "imports", jurisdiction, asOf) ?? long.MaxValue;
        await using var command = dataSource.CreateCommand("""
            select s.seq_id, s.stream_id, s."timestamp", s.data::text, s.headers::text, e.type, e.data::text, e."timestamp"
            from (
              select * from log.mt_events b
              where b.type = 'ledger_import_started' and b.seq_id < $1 and starts_with(b.data ->> 'region', $2) and b."timestamp" <= $3
              order by b.seq_id desc
              limit $4
            ) s
            left join log.mt_events e on e.stream_id = s.stream_id and e.type in ('ledger_import_finished', 'ledger_import_undone') and e."timestamp" <= $3
            order by s.seq_id desc, e.version
            """);
        command.Parameters.Add(PackageShelf.Of(before));
        command.Parameters.Add(PackageShelf.Of(jurisdiction.Prefix));
        command.Parameters.Add(PackageShelf.Of(asOf?.UtcDateTime ?? DateTime.MaxValue, NpgsqlDbType.TimestampTz));
        command.Parameters.Add(PackageShelf.Of(limit + 1));
        var found = new List<ImportItem>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (found.Count == 0 || found[^1].Id != reader.GetGuid(1))
                found.Add(Begun(reader));
            if (!reader.IsDBNull(5))
                found[^1] = Ended(
                    found[^1], DomainJson.ReadEvent(reader.GetString(5), reader.GetFieldValue<byte[]>(6)),
                    reader.GetFieldValue<DateTimeOffset>(7));
        }

        return new ImportPage(
            [.. found.Take(limit)],
            found.Count > limit ? PositionCursor.Write(found[limit - 1].Position, "imports", jurisdiction, asOf) : null, asOf,
            new Dictionary<string, string>());
    }

    private static ImportItem Begun(NpgsqlDataReader reader)
    {
        var started = (LedgerImportStarted)DomainJson.ReadEvent("ledger_import_started", reader.GetFieldValue<byte[]>(3));
        var context = DomainJson.ReadContext(reader.GetFieldValue<byte[]>(4));
        return new ImportItem(
            reader.GetGuid(1), reader.GetInt64(0), started.FileName, started.File, started.Ledger, started.Region, context.Actor,
            context.Body, reader.GetFieldValue<DateTimeOffset>(2), null, null);
    }

    private static ImportItem Ended(ImportItem item, IDomainEvent happened, DateTimeOffset at) => happened switch
    {
        LedgerImportFinished finished => item with { Finished = finished },
        LedgerImportUndone undone => item with { Undone = new ImportUndoing(at, undone.Reason, undone.Hazards) },
        _ => item,
    };
}

/// <summary>Imports, the newest first.</summary>
/// <param name="Items">The imports.</param>
/// <param name="Next">Cursor of the next page; absent on the last.</param>
/// <param name="AsOf">The instant looked from; absent for now.</param>
/// <param name="Bodies">Names of the bodies that imported.</param>
internal sealed record ImportPage(
    ImmutableArray<ImportItem> Items, string? Next, DateTimeOffset? AsOf, IReadOnlyDictionary<string, string> Bodies);

/// <summary>An import.</summary>
/// <param name="Id">Its stream.</param>
/// <param name="Position">The position of the event that began it.</param>
/// <param name="FileName">The file's name.</param>
/// <param name="File">Its SHA-256.</param>
/// <param name="Ledger">The ledger.</param>
/// <param name="Region">The region of rows that named none.</param>
/// <param name="Actor">Who imported.</param>
/// <param name="Body">The body.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="Finished">What came of it; absent while it runs.</param>
/// <param name="Undone">Its undoing; absent while it stands.</param>
internal sealed record ImportItem(
    Guid Id, long Position, string FileName, Sha256Digest File, string Ledger, RegionCode Region, string Actor, BodyId Body,
    DateTimeOffset StartedAt, LedgerImportFinished? Finished, ImportUndoing? Undone);

/// <summary>撤销: an import that was undone.</summary>
/// <param name="At">When.</param>
/// <param name="Reason">Why.</param>
/// <param name="Hazards">How many hazards were withdrawn.</param>
internal sealed record ImportUndoing(DateTimeOffset At, string Reason, int Hazards);

/// <summary>Rows of an import's report.</summary>
/// <param name="Items">The rows.</param>
/// <param name="Next">Cursor of the next page; absent on the last.</param>
internal sealed record ImportRows(ImmutableArray<ImportedRow> Items, string? Next);
