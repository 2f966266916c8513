using System.Security.Cryptography;
using Npgsql;

namespace Hazards.Projections;

/// <summary>
/// SHA-256 over the rows in a canonical order: two databases, or the live rows and a rebuild, have the same digests
/// exactly when they hold the same rows. Left out is how the rows are kept and not what they say: in which epoch a
/// version was copied, and up to where the board was summed.
/// </summary>
/// <param name="Hazards">Every hazard as it is now, with its item, and which of them are counted in working days.</param>
/// <param name="History">Every superseded version, with its bounds and item.</param>
/// <param name="Texts">Every text for search with its bounds.</param>
/// <param name="Board">The changes of the board's cells by instant, which give its sums as of any.</param>
/// <param name="Registry">Every version of every body, every key, account and webhook.</param>
/// <param name="Inbox">Every message with its openings, and which events name which files.</param>
public sealed record RowsDigest(string Hazards, string History, string Texts, string Board, string Registry, string Inbox)
{
    /// <summary>Every version of every campaign and inspection, and what was found in them.</summary>
    public string Inspections { get; init; } = "";

    /// <summary>Every version of every fact that figures are counted from, and what happened to reports.</summary>
    public string Facts { get; init; } = "";

    /// <summary>
    /// Missed deadlines, proposals and the watch over both legs, with their bounds; notices with what ended their silence.
    /// </summary>
    public string Clocks { get; init; } = "";

    /// <summary>Every look with its hazards, and every seal.</summary>
    public string Access { get; init; } = "";

    /// <summary>The digests of the live rows, of one moment.</summary>
    public static async Task<RowsDigest> ComputeAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        return await ComputeAsync(connection, "rows", cancellationToken);
    }

    /// <summary>The digests of the rows in a schema; of one moment if the connection is in a transaction.</summary>
    internal static async Task<RowsDigest> ComputeAsync(NpgsqlConnection connection, string schema, CancellationToken cancellationToken)
    {
        return new RowsDigest(
            await HashAsync(connection, HazardsSql(schema), cancellationToken)
                + await HashAsync(connection, $"select * from {schema}.working_clocks order by hazard_id", cancellationToken),
            await HashAsync(connection, HistorySql(schema), cancellationToken),
            await HashAsync(connection, $"select * from {schema}.hazard_texts order by hazard_id, recorded_from", cancellationToken),
            await HashAsync(connection, BoardSql(schema), cancellationToken),
            await HashAsync(connection, $"select * from {schema}.bodies order by body_id, recorded_from", cancellationToken)
                + await HashAsync(connection, $"select * from {schema}.api_keys order by key_id", cancellationToken)
                + await HashAsync(connection, $"select * from {schema}.accounts order by account_id", cancellationToken)
                + await HashAsync(connection, $"select * from {schema}.webhooks order by webhook_id", cancellationToken),
            await HashAsync(connection, $"select * from {schema}.inbox order by message_id", cancellationToken)
                + await HashAsync(connection, $"select * from {schema}.inbox_openings order by message_id, body, actor", cancellationToken)
                + await HashAsync(connection, $"select * from {schema}.hazard_files order by digest, hazard_id, position", cancellationToken))
        {
            Facts = await HashAsync(connection, $"select * from {schema}.hazard_facts order by hazard_id, recorded_from", cancellationToken)
                + await HashAsync(
                    connection, $"select * from {schema}.leg_facts order by hazard_id, leg, term, recorded_from", cancellationToken)
                + await HashAsync(
                    connection, $"select * from {schema}.listing_facts order by hazard_id, term, recorded_from", cancellationToken)
                + await HashAsync(connection, $"select * from {schema}.report_facts order by report_id, version", cancellationToken),
            Inspections = await HashAsync(
                connection, $"select * from {schema}.campaigns order by campaign_id, recorded_from", cancellationToken)
                + await HashAsync(
                    connection, $"select * from {schema}.inspections order by inspection_id, recorded_from", cancellationToken)
                + await HashAsync(connection, $"select * from {schema}.hazard_origins order by hazard_id", cancellationToken)
                + await HashAsync(connection, $"select * from {schema}.field_reports order by hazard_id", cancellationToken),
            Clocks = await HashAsync(
                connection, $"select * from {schema}.missed_clocks order by hazard_id, clock, leg, since, due", cancellationToken)
                + await HashAsync(
                    connection, $"select * from {schema}.proposals order by hazard_id, clock, leg, due, step, recorded_from",
                    cancellationToken)
                + await HashAsync(connection, $"select * from {schema}.dual_watch order by hazard_id, recorded_from", cancellationToken)
                + await HashAsync(connection, $"select * from {schema}.notices order by position, leg", cancellationToken),
            Access = await HashAsync(connection, $"select * from {schema}.looks order by position", cancellationToken)
                + await HashAsync(connection, $"select * from {schema}.look_hazards order by hazard_id, position", cancellationToken)
                + await HashAsync(connection, $"select * from {schema}.seals order by seal_id", cancellationToken),
        };
    }

    private const string Columns = """
        h.hazard_id, h.version, h.position, h.recorded_from, h.recorded_last, h.first_recorded_at, h.live, h.region, h.sector,
        h.stage, h.level, h.kind, h.source, h.found_at, h.late, h.dual, h.reopened, h.enterprise, h.listing_level, h.listed_by,
        h.listing_deadline, h.leg_bodies, h.next_due, h.clock_kinds, h.clock_bodies, h.clock_dues, h.closed_at
        """;

    private static string HazardsSql(string schema) => $"""
        select {Columns}, h.next_ring, i.item
        from {schema}.hazards h join {schema}.hazard_items i on i.position = h.position
        order by h.hazard_id
        """;

    private static string HistorySql(string schema) => $"""
        select {Columns}, h.recorded_to, i.item
        from (select distinct on (hazard_id, recorded_from) * from {schema}.hazard_history order by hazard_id, recorded_from) h
        join {schema}.hazard_items i on i.position = h.position
        order by h.hazard_id, h.recorded_from
        """;

    private static string BoardSql(string schema) => $"""
        select recorded_at, region, sector, stage, level, sum(n)
        from (
          select recorded_at, region, sector, stage, level, 1 as n from {schema}.board_changes
          union all
          select recorded_at, was_region, was_sector, was_stage, was_level, -1 from {schema}.board_changes where was_region is not null) c
        group by 1, 2, 3, 4, 5
        having sum(n) <> 0
        order by 1, 2, 3, 4, 5
        """;

    // The binary format does not depend on the settings of a session, as the text of times does.
    private static async Task<string> HashAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var rows = await connection.BeginRawBinaryCopyAsync($"copy ({sql}) to stdout (format binary)", cancellationToken);
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await rows.ReadAsync(buffer, cancellationToken)) > 0)
            hash.AppendData(buffer, 0, read);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
