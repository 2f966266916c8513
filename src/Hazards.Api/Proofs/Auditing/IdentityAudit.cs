using System.Collections.Immutable;
using Hazards.Api.Administration.Accounts;
using Hazards.Domain;
using Hazards.Projections;
using Hazards.Projections.Store;
using Npgsql;

namespace Hazards.Api.Proofs.Auditing;

/// <summary>
/// Compares every row that says who somebody is with the fold of its stream, and every password and open session with its
/// code; names what was refused at requests since the last audit. A row and its stream's version are read together, so that
/// what is appended meanwhile is no finding.
/// </summary>
internal sealed class IdentityAudit(NpgsqlDataSource dataSource, IEventLog log, LogRegister register, ReadOnlyMemory<byte>? appendKey)
{
    private readonly IdentityRows rows = new(dataSource);
    private readonly CredentialCodes codes = new(appendKey);
    private readonly List<AuditFinding> findings = [];

    /// <summary>What does not hold. Tables that the role may not read are left out, and those that an older program did not make.</summary>
    /// <param name="all">Whether rows are compared; not: only what requests met is named.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<ImmutableArray<AuditFinding>> RunAsync(bool all, CancellationToken cancellationToken)
    {
        await RefusedAsync(cancellationToken);
        if (!all)
            return [.. findings];
        var readable = (await ListAsync("""
            select n.nspname || '.' || c.relname
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname in ('rows', 'accounts') and c.relkind in ('r', 'p')
              and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')
            """, r => r.GetString(0), cancellationToken)).ToHashSet(StringComparer.Ordinal);
        if (readable.Contains("rows.api_keys"))
            await CompareAsync(IdentityKind.Key, "select k.key_id from rows.api_keys k", r => r.GetGuid(0), cancellationToken);
        if (readable.Contains("rows.bodies"))
            await CompareAsync(
                IdentityKind.Body, "select b.body_id from rows.bodies b where b.recorded_to = 'infinity'", StreamOfBody, cancellationToken);
        if (readable.Contains("rows.accounts"))
            await CompareAsync(IdentityKind.Account, "select a.account_id from rows.accounts a", r => r.GetGuid(0), cancellationToken);
        if (codes.Exist && register.CredentialsBound && readable.Contains("accounts.secrets"))
            await PasswordsAsync(cancellationToken);
        if (codes.Exist && register.CredentialsBound && readable.Contains("accounts.sessions"))
            await SessionsAsync(cancellationToken);
        return [.. findings];
    }

    /// <summary>What requests met since the last audit that is on record: it may have been put back since.</summary>
    private async Task RefusedAsync(CancellationToken cancellationToken)
    {
        var met = new List<AuditFinding>();
        foreach (var e in await log.FetchAsync(LogStream.Id, cancellationToken: cancellationToken))
        {
            if (e.Data is AuditCompleted before)
                met.RemoveAll(f => f.First <= before.Size);
            if (e.Data is IdentityContradicted found)
                met.Add(Refused(found, e.Sequence));
        }

        findings.AddRange(met);
    }

    private static AuditFinding Refused(IdentityContradicted found, long position)
    {
        var what = $"{found.Kind}: {string.Join(", ", found.Columns)}";
        return Found("identity_contradicted", found.Identity,
            $"有人凭与日志不符的身份登记访问，被拒绝并记入日志（位置 {position}，{what}）：该行被改动过，可能已改回",
            $"a request was refused, on record at position {position}, because a row was not as the log has it ({what}); "
            + "it may have been put back since") with { First = position, Last = position };
    }

    private async Task CompareAsync(
        IdentityKind kind, string rowsSql, Func<NpgsqlDataReader, Guid> streamOf, CancellationToken cancellationToken)
    {
        // The rows first: whatever has a row has its stream by the time that streams are listed.
        var unrecorded = (await ListAsync(rowsSql, streamOf, cancellationToken)).ToHashSet();
        var streams = $"select s.id from log.mt_streams s where s.type = '{kind.StreamType}' order by s.id";
        foreach (var stream in await ListAsync(streams, r => r.GetGuid(0), cancellationToken))
        {
            unrecorded.Remove(stream);
            var recorded = await RecordedIdentity.Nobody.ReadOnAsync(log, stream, 0, cancellationToken);
            if (recorded.State is null)
                continue;
            if (await RowAsync(recorded.State, cancellationToken) is not { } row)
            {
                findings.Add(Found("identity_row_missing", stream,
                    $"{kind.Name} {NameOf(recorded.State)} 在日志中有，数据库的行被删除",
                    $"the row of {kind.Name} {NameOf(recorded.State)}, which the log has, was deleted"));
                continue;
            }

            if (row.InLog > recorded.Version)
                recorded = await recorded.ReadOnAsync(log, stream, row.InLog, cancellationToken);
            if (recorded.Differences(kind, row) is { IsEmpty: false } differences)
            {
                var (who, columns) = ($"{kind.Name} {NameOf(recorded.State!)}", string.Join(", ", differences));
                findings.Add(Found("identity_row_differs", stream,
                    $"{who} 的行与日志不符：{columns} 被改动", $"the row of {who} is not what the log says: {columns} was altered"));
            }
        }

        foreach (var stream in unrecorded.Order())
            findings.Add(Found("identity_row_unrecorded", stream, $"{kind.Name} 的行 {stream} 在日志中没有依据：被插入",
                $"the row {stream} of {kind.Name} is of no stream of the log: it was inserted"));
    }

    private Task<IdentityRow?> RowAsync(object recorded, CancellationToken cancellationToken) => recorded switch
    {
        ApiKey key => rows.KeyAsync(key.Id, cancellationToken),
        Account account => rows.AccountAsync(account.Id, cancellationToken),
        Body body => rows.BodyAsync(body.Id, cancellationToken),
        _ => throw new InvalidOperationException($"{recorded.GetType().Name} says nothing of who somebody is"),
    };

    private static string NameOf(object recorded) => recorded switch
    {
        ApiKey key => $"{key.Id:D} ({key.Client})",
        Account account => $"{account.Id:D} ({account.Login})",
        Body body => $"{body.Id} ({body.Name})",
        _ => "",
    };

    private async Task PasswordsAsync(CancellationToken cancellationToken)
    {
        var kept = await ListAsync(
            "select s.account, s.password_version, s.password_hash, s.code from accounts.secrets s order by s.account",
            r => (Account: r.GetGuid(0), Version: r.GetInt64(1), Hash: r.GetString(2), Code: CodeOf(r, 3)), cancellationToken);
        foreach (var s in kept.Where(s => !CredentialCodes.Holds(s.Code, codes.OfPassword(s.Account, s.Version, s.Hash))))
            findings.Add(Found("password_unauthenticated", s.Account, $"账号 {s.Account} 的密码散列（accounts.secrets）不是由服务写入的",
                $"the password hash of account {s.Account} (accounts.secrets) was not written by the service"));
    }

    private async Task SessionsAsync(CancellationToken cancellationToken)
    {
        var steps = Enum.GetValues<SessionStep>().ToDictionary(Labels.Camel);
        var open = await ListAsync("""
            select s.id, s.digest, s.account, s.rights_version, s.step, s.expires_at, s.code
            from accounts.sessions s where s.ended_at is null and s.expires_at > now()
            """,
            r => (Id: r.GetGuid(0), Digest: r.GetString(1), Account: r.GetGuid(2), Rights: r.GetInt64(3), Step: r.GetString(4),
                Until: r.GetFieldValue<DateTimeOffset>(5), Code: CodeOf(r, 6)), cancellationToken);
        foreach (var s in open)
        {
            if (!steps.TryGetValue(s.Step, out var step)
                || !CredentialCodes.Holds(s.Code, codes.OfSession(s.Id, s.Digest, s.Account, s.Rights, step, s.Until)))
                findings.Add(Found("session_unauthenticated", s.Account,
                    $"账号 {s.Account} 的登录会话 {s.Id}（accounts.sessions）不是由服务写入的",
                    $"the session {s.Id} of account {s.Account} (accounts.sessions) was not written by the service"));
        }
    }

    private async Task<List<T>> ListAsync<T>(string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(read(reader));
        return found;
    }

    private static Guid StreamOfBody(NpgsqlDataReader reader) =>
        BodyId.TryParse(reader.GetString(0), out var id, out _) ? id.StreamId : Guid.Empty;

    private static byte[]? CodeOf(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetFieldValue<byte[]>(column);

    private static AuditFinding Found(string code, Guid stream, string chinese, string english) =>
        new(code, chinese, english) { Stream = stream };
}
