using Hazards.Evidence.Proof;
using Npgsql;

namespace Hazards.Api.Proofs;

/// <summary>
/// Whether somebody outside holds what this deployment signed. Who has the database and the key folder can rewrite the log so that
/// it agrees with itself; only a checkpoint that others keep speaks against it.
/// </summary>
internal sealed class OutsideHolders(NpgsqlDataSource dataSource, LogKeys keys, CheckpointDesk desk, ServiceOptions options)
{
    /// <summary>No holder is named.</summary>
    public const string NoneNamed =
        "没有登记外部见证方：同时掌握数据库和密钥文件夹的人改写日志后无从发现，建议登记见证方或定期打印检查点存证单 · "
        + "no outside holder is named: nobody could tell if whoever has both database and key folder rewrote the log; register a witness, or print checkpoints";

    /// <summary>A checkpoint waits longer than a day.</summary>
    public const string TooOld =
        "一天以来没有任何外部见证方联署新的检查点，见 GET /api/v1/log/witnesses · "
        + "for more than a day no outside holder has cosigned a checkpoint; see GET /api/v1/log/witnesses";

    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>What it costs is not to be asked for at every probe.</summary>
    private static readonly TimeSpan KnownFor = TimeSpan.FromMinutes(1);

    // A day has 8,640 of them at most. The newest that has been signed for longer than a day, and the newest that somebody cosigned.
    private const string NewestSql = """
        with newest as materialized (
          select c.size, c.note, c.signed_at < $2 as old from log.checkpoints c where c.hash = $1 order by c.size desc limit 20000
        )
        select (select max(n.size) from newest n where n.old), h.size, h.note
        from (select 1) one
        left join lateral (
          select n.size, n.note from newest n where exists (select from unnest($3) name where strpos(n.note, name) > 0) order by n.size desc limit 1
        ) h on true
        """;

    private readonly SeldomAsked remark = new(KnownFor, options.Clock);

    /// <summary>What is to be said of it; null when there is nothing.</summary>
    public Task<string?> LookAsync(CancellationToken cancellationToken) => remark.GetAsync(now => FindAsync(now, cancellationToken));

    /// <summary>The same, however lately it was asked.</summary>
    internal async Task<string?> FindAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        // Witnesses know SHA-256 (C2SP tlog-witness).
        if (options.Keys is null || !desk.Trees.Contains(TreeHash.Sha256))
            return null;
        var witnesses = (await keys.RegisterAsync(cancellationToken)).ActiveWitnesses.Select(w => w.Verifier).ToArray();
        if (witnesses.Length == 0)
            return NoneNamed;
        await using var command = dataSource.CreateCommand(NewestSql);
        command.Parameters.AddWithValue(TreeHash.Sha256.Name);
        command.Parameters.AddWithValue(now - Longest);
        command.Parameters.AddWithValue(witnesses.Select(w => $"— {w.Name} ").ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken) || reader.IsDBNull(0))
            return null;
        // Its name alone is soon written.
        var held = !reader.IsDBNull(1) && SignedNote.TryParse(System.Text.Encoding.UTF8.GetBytes(reader.GetString(2)), out var note)
            && witnesses.Any(w => note.VerifiedBy(w) is not null) ? reader.GetInt64(1) : 0;
        return held >= reader.GetInt64(0) ? null : TooOld;
    }
}
