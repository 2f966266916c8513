using System.Collections.Immutable;
using System.Globalization;
using Hazards.Evidence.Proof;
using Hazards.Projections.Store;
using Npgsql;

namespace Hazards.Api.Proofs.Auditing;

/// <summary>
/// Checks the timestamps that are kept with checkpoints: each one anew, that it is of a checkpoint that is there, and that the row
/// says no other time.
/// </summary>
internal sealed class TimestampAudit(NpgsqlDataSource dataSource, TimestampTrust? trust)
{
    private const int Most = 100;
    private const int Drawn = 20;

    private const string MaySql = """
        select has_table_privilege('log.timestamps', 'select') and has_table_privilege('log.checkpoints', 'select')
        where to_regclass('log.timestamps') is not null
        """;

    /// <summary>What does not hold; where the role may not read them, nothing.</summary>
    /// <param name="all">All of them; not: the newest.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ImmutableArray<AuditFinding>> RunAsync(bool all, CancellationToken cancellationToken)
    {
        await using (var may = dataSource.CreateCommand(MaySql))
            if (await may.ExecuteScalarAsync(cancellationToken) is not true)
                return [];
        await using var command = dataSource.CreateCommand($"""
            select t.hash, t.size, t.note, t.reply, t.stamped_at, t.kept_at, c.note is not null and starts_with(c.note, t.note)
            from log.timestamps t left join log.checkpoints c on c.hash = t.hash and c.size = t.size
            order by t.size desc {(all ? "" : $"limit {Drawn}")}
            """);
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var findings = ImmutableArray.CreateBuilder<AuditFinding>();
        while (findings.Count < Most && await reader.ReadAsync(cancellationToken))
            if (Look(Read(reader), reader.GetBoolean(6)) is { } finding)
                findings.Add(finding);
        return findings.ToImmutable();
    }

    private static StoredTimestamp Read(NpgsqlDataReader reader) => new(
        reader.GetString(0), reader.GetInt64(1), reader.GetString(2), reader.GetFieldValue<byte[]>(3),
        reader.GetFieldValue<DateTimeOffset>(4), reader.GetFieldValue<DateTimeOffset>(5));

    private AuditFinding? Look(StoredTimestamp row, bool founded)
    {
        if (!founded)
            return Finding(row, "timestamp_unfounded", "所对的检查点不在，或文本不同", "is of no checkpoint that is there, or of another text");
        var (stamp, fault) = Timestamps.Check(row.Reply.Span, row.NoteBytes, trust);
        return fault == TimestampFault.Authority ? Finding(row, "timestamp_of_another", "不出自配置的机构", "is not by the configured authority")
            : fault is { } wrong ? Finding(
                row, "timestamp_altered", $"被改动：{Timestamping.InWords(wrong).Split(" · ")[0]}",
                $"was altered: {Timestamping.InWords(wrong).Split(" · ")[1]}")
            : stamp!.Time != row.Time ? Finding(
                row, "timestamp_altered", "被改动：表中的时间不是机构所签的", "was altered: its row says another time than the authority signed")
            : null;
    }

    private static AuditFinding Finding(StoredTimestamp row, string code, string chinese, string english)
    {
        var size = row.Size.ToString(CultureInfo.InvariantCulture);
        return new AuditFinding(
            code, $"{row.Hash} 检查点（大小 {size}）的时间戳{chinese}",
            $"the timestamp of the {row.Hash} checkpoint of size {size} {english}") { Hash = row.Hash, Last = row.Size };
    }
}
