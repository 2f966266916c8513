using Hazards.Api.Investigation.Packages;
using Hazards.Domain;
using Npgsql;

namespace Hazards.Api.Import;

/// <summary>A ledger that was uploaded, and how it is to be read.</summary>
/// <param name="Id">Its identity.</param>
/// <param name="FileName">The file's name as it came.</param>
/// <param name="File">The file; empty once its import has begun.</param>
/// <param name="Mapping">The mapping as JSON; null: guessed.</param>
/// <param name="Ledger">Name of the ledger; null: the mapping's, or the file's.</param>
/// <param name="Region">The region of rows that name none; null: the mapping's, or the caller's.</param>
/// <param name="Header">Where a guess is to look.</param>
/// <param name="Import">The import it became.</param>
/// <param name="ChangedAt">When it was last touched.</param>
internal sealed record Draft(
    Guid Id, string FileName, byte[] File, string? Mapping, string? Ledger, string? Region, HeaderAt Header, Guid? Import,
    DateTimeOffset ChangedAt);

/// <summary>Where a person has pointed at.</summary>
/// <param name="Sheet">The only sheet to read; null: every visible one.</param>
/// <param name="Row">The row where the header starts; null: found.</param>
/// <param name="Rows">How many rows it has; null: found.</param>
internal readonly record struct HeaderAt(string? Sheet, int? Row, int? Rows)
{
    public bool IsAnywhere => this is { Sheet: null, Row: null, Rows: null };
}

/// <summary>
/// Uploaded ledgers, in the database so that every node has them: whoever uploaded one sees it, for a day. Bounded: the
/// oldest of an owner, and of all, give way.
/// </summary>
internal sealed class ImportDrafts(NpgsqlDataSource dataSource)
{
    /// <summary>How long one is kept after it was last touched.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    private const int MostOfOne = 5;
    private const int MostOfAll = 200;

    /// <summary>Keeps one.</summary>
    public async Task<Guid> AddAsync(Guid owner, Draft draft, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            with gone as (
              delete from imports.drafts d
              where d.changed_at < clock_timestamp() - $7
                or d.id in (select o.id from imports.drafts o where o.owner = $2 order by o.changed_at desc offset $8)
                or d.id in (select o.id from imports.drafts o order by o.changed_at desc offset $9)
            )
            insert into imports.drafts (id, owner, file_name, file, ledger, region, mapping) values ($1, $2, $3, $4, $5, $6, $10)
            """);
        command.Parameters.Add(PackageShelf.Of(draft.Id));
        command.Parameters.Add(PackageShelf.Of(owner));
        command.Parameters.Add(PackageShelf.Of(draft.FileName));
        command.Parameters.Add(PackageShelf.Of(draft.File));
        command.Parameters.Add(Text(draft.Ledger));
        command.Parameters.Add(Text(draft.Region));
        command.Parameters.Add(PackageShelf.Of(Kept));
        command.Parameters.Add(PackageShelf.Of(MostOfOne - 1));
        command.Parameters.Add(PackageShelf.Of(MostOfAll - 1));
        command.Parameters.Add(Text(draft.Mapping));
        await command.ExecuteNonQueryAsync(cancellationToken);
        return draft.Id;
    }

    /// <summary>One of an owner's; null when it is not there any more.</summary>
    public async Task<Draft?> FindAsync(Guid owner, Guid id, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            select d.file_name, d.file, d.mapping, d.ledger, d.region, d.sheet, d.header_row, d.header_rows, d.import, d.changed_at
            from imports.drafts d
            where d.id = $1 and d.owner = $2 and d.changed_at >= clock_timestamp() - $3
            """);
        command.Parameters.Add(PackageShelf.Of(id));
        command.Parameters.Add(PackageShelf.Of(owner));
        command.Parameters.Add(PackageShelf.Of(Kept));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return null;
        return new Draft(
            id, reader.GetString(0), reader.GetFieldValue<byte[]>(1), Text(reader, 2), Text(reader, 3), Text(reader, 4),
            new HeaderAt(Text(reader, 5), reader.GetFieldValue<int?>(6), reader.GetFieldValue<int?>(7)), reader.GetFieldValue<Guid?>(8),
            reader.GetFieldValue<DateTimeOffset>(9));
    }

    /// <summary>How it is to be read from now on.</summary>
    public async Task ChangeAsync(Draft draft, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            "update imports.drafts d set mapping = $2, ledger = $3, region = $4, sheet = $5, header_row = $6, header_rows = $7, changed_at = clock_timestamp() where d.id = $1 and d.import is null");
        command.Parameters.Add(PackageShelf.Of(draft.Id));
        command.Parameters.Add(Text(draft.Mapping));
        command.Parameters.Add(Text(draft.Ledger));
        command.Parameters.Add(Text(draft.Region));
        command.Parameters.Add(Text(draft.Header.Sheet));
        command.Parameters.Add(Number(draft.Header.Row));
        command.Parameters.Add(Number(draft.Header.Rows));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Its import has begun: the file is among the files now.</summary>
    public async Task UseAsync(Guid id, Guid import, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("update imports.drafts d set import = $2, file = '' where d.id = $1");
        command.Parameters.Add(PackageShelf.Of(id));
        command.Parameters.Add(PackageShelf.Of(import));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// How many of these hazards are on record; those found unfounded, or withdrawn with an import, are entered anew or stay as
    /// they are.
    /// </summary>
    public async Task<int> KnownAsync(IReadOnlyList<HazardId> hazards, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            "select count(*)::int from rows.hazards h where h.hazard_id = any ($1) and h.stage <> 'rejected'");
        command.Parameters.Add(PackageShelf.Of(hazards.Select(h => h.StreamId).ToArray()));
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static NpgsqlParameter Number(int? number) =>
        new() { Value = (object?)number ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Integer };

    private static NpgsqlParameter Text(string? text) =>
        new() { Value = (object?)text ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text };
}
