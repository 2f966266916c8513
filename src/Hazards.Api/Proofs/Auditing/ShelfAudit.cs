using System.Collections.Immutable;
using Hazards.Api.Administration.Persons;
using Hazards.Api.Investigation.Packages;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Hazards.Projections.Store;
using Npgsql;

namespace Hazards.Api.Proofs.Auditing;

/// <summary>
/// Compares what is kept beside the log with what the log says of it: files with their digests, packages with the digest that
/// was recorded when they were made, idempotency keys with the positions there are, keys of persons with erasures.
/// </summary>
internal sealed class ShelfAudit(NpgsqlDataSource dataSource, KeyFolder folder)
{
    private const int Most = 100;

    /// <summary>So many files and packages each hour.</summary>
    private const int Drawn = 20;

    // Larger ones are left to the whole audit.
    private const long DrawnBytes = 8 * 1024 * 1024;

    /// <summary>What differs; of what the role may not read, nothing.</summary>
    /// <param name="all">All files and packages; not: a few, drawn.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ImmutableArray<AuditFinding>> RunAsync(bool all, CancellationToken cancellationToken)
    {
        var readable = (await ListAsync("""
            select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname in ('log', 'files', 'persons', 'evidence', 'rows') and c.relkind in ('r', 'p')
              and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')
            """, r => r.GetString(0), cancellationToken)).ToHashSet(StringComparer.Ordinal);
        bool May(params ReadOnlySpan<string> tables)
        {
            foreach (var table in tables)
                if (!readable.Contains(table))
                    return false;
            return true;
        }

        var findings = new List<AuditFinding>();
        if (May("files.blobs"))
            findings.AddRange(await FilesAsync(all, cancellationToken));
        if (May("files.blobs", "rows.hazard_files"))
            findings.AddRange(await FilesGoneAsync(cancellationToken));
        if (May("evidence.packages", "evidence.parts", "evidence.chunks", "files.blobs"))
            findings.AddRange(await PackagesAsync(all, cancellationToken));
        if (May("log.append_keys"))
            findings.AddRange(await IdempotencyAsync(cancellationToken));
        if (May("persons.keys"))
            findings.AddRange(await PersonsAsync(cancellationToken));
        if (May("persons.keys") && folder.Exists)
            findings.AddRange(await WrappedAsync(all, cancellationToken));
        if (all && May("persons.keys", "log.mt_events"))
            findings.AddRange(await PersonsGoneAsync(cancellationToken));
        return [.. findings];
    }

    private Task<List<AuditFinding>> FilesAsync(bool all, CancellationToken cancellationToken) => ListAsync($"""
        select encode(b.digest, 'hex')
        from {(all ? "files.blobs" : $"(select f.* from files.blobs f where f.digest >= sha256(gen_random_uuid()::text::bytea) and f.size <= {DrawnBytes} order by f.digest limit {Drawn})")} b
        where sha256(b.bytes) <> b.digest or octet_length(b.bytes) <> b.size
        limit {Most}
        """, r => new AuditFinding("file_altered", $"文件 {r.GetString(0)} 的内容与其摘要不符：被改动", $"the bytes of the file {r.GetString(0)} do not have that digest: they were altered"), cancellationToken);

    private Task<List<AuditFinding>> FilesGoneAsync(CancellationToken cancellationToken) => ListAsync($"""
        select f.digest, min(f.hazard_id::text)::uuid, min(f.position) from rows.hazard_files f
        where not exists (select from files.blobs b where b.digest = decode(f.digest, 'hex'))
          and exists (select from files.uploads u union all select from files.owners)
        group by f.digest order by f.digest limit {Most}
        """, r => new AuditFinding("file_missing",
            $"隐患 {r.GetGuid(1):D} 的文件 {r.GetString(0)} 不在库中", $"the file {r.GetString(0)} of hazard {r.GetGuid(1):D} is gone")
            {
                Stream = r.GetGuid(1), First = r.GetInt64(2),
            }, cancellationToken);

    private async Task<List<AuditFinding>> PackagesAsync(bool all, CancellationToken cancellationToken)
    {
        // What the log says was made; the shelf's own word for it is compared, too.
        var made = await ListAsync($"""
            select e.stream_id, e.data ->> 'digest', encode(p.digest, 'hex')
            from log.mt_events e left join evidence.packages p on p.id = e.stream_id
            where e.type = 'evidence_made'
            order by {(all ? "e.seq_id" : $"random() limit {Drawn / 10}")}
            """, r => (Id: r.GetGuid(0), Digest: r.GetString(1), Kept: r.IsDBNull(2) ? null : r.GetString(2)), cancellationToken);
        var findings = new List<AuditFinding>();
        var rows = new PersonKeyRows(dataSource);
        var shelf = new PackageShelf(dataSource, new DisclosedPieces(dataSource, rows, new PersonKeys(folder, rows)));
        foreach (var (id, digest, kept) in made)
        {
            // A check of its own: what was compared for a download a moment ago is compared again.
            var altered = kept is null ? "package" : kept != digest ? "digest"
                : Sha256Digest.TryParse(digest, out var known, out _)
                    ? await new PackageCheck(TimeProvider.System)
                        .AlteredAsync(id, await new PackageBytes(shelf, id).LayOutAsync(cancellationToken), known,
                            cancellationToken) : "digest";
            if (altered is not null)
                findings.Add(new AuditFinding(kept is null ? "package_missing" : "package_altered",
                    kept is null ? $"证据包 {id:D} 不在库中" : $"证据包 {id:D} 与日志登记的摘要不符：{altered} 被改动",
                    kept is null
                        ? $"the package of evidence {id:D} is gone"
                        : $"the package of evidence {id:D} has not the digest that the log gives: {altered} was altered") { Stream = id });
        }

        return findings;
    }

    private Task<List<AuditFinding>> IdempotencyAsync(CancellationToken cancellationToken) => ListAsync($"""
        select k.scope, k.key, k.first_position, k.last_position
        from (select a.*, max(a.last_position) over (order by a.first_position, a.last_position rows between unbounded preceding and 1 preceding) as before
              from log.append_keys a) k
        where k.first_position > k.last_position or k.before >= k.first_position
           or not exists (select from log.mt_events e where e.seq_id = k.first_position)
           or not exists (select from log.mt_events e where e.seq_id = k.last_position)
        order by k.first_position limit {Most}
        """, r => new AuditFinding("append_key_altered",
            $"幂等键 {r.GetString(1)}（{r.GetString(0)}）所指的位置 {r.GetInt64(2)}–{r.GetInt64(3)} 不是它的一次写入：该行被改动或插入",
            $"the idempotency key {r.GetString(1)} of {r.GetString(0)} leads to {r.GetInt64(2)}–{r.GetInt64(3)}, which is no append of its own: the row was altered or inserted")
        { First = r.GetInt64(2), Last = r.GetInt64(3) }, cancellationToken);

    // An erasure is on record before its key is gone, and a process may die between: the job that erases again has ten minutes.
    private Task<List<AuditFinding>> PersonsAsync(CancellationToken cancellationToken) => ListAsync($"""
        select coalesce(k.person, e.id), case when k.person is null then 0 when e.id is null then 1 else 2 end
        from persons.keys k
        full join (select s.id, s."timestamp" as at from log.mt_streams s where s.type = 'person' and s.version > 0) e on e.id = k.person
        where k.person is null or (e.id is null and k.wrapped is null)
           or (k.wrapped is not null and e.at < now() - interval '10 minutes')
        order by 1 limit {Most}
        """, r => (r.GetGuid(0), r.GetInt32(1)) switch
        {
            var (person, n) when n == 0 =>
                new AuditFinding(
                    "person_key_missing", $"人员 {person:D} 的密钥行被删除",
                    $"the row of the key of person {person:D} was deleted") { Stream = person },
            var (person, n) when n == 1 =>
                new AuditFinding(
                    "person_key_unrecorded", $"人员 {person:D} 的密钥被销毁，日志中没有删除记录",
                    $"the key of person {person:D} was destroyed, and the log has no erasure") { Stream = person },
            var (person, _) => new AuditFinding(
                "person_key_lives", $"人员 {person:D} 已删除，其密钥仍在或被放回",
                $"person {person:D} was erased, and the key is there: it was put back") { Stream = person },
        }, cancellationToken);

    /// <summary>Keys that do not open: a wrapped key is bound to its person, capacity and hazard.</summary>
    private async Task<List<AuditFinding>> WrappedAsync(bool all, CancellationToken cancellationToken)
    {
        var keys = new PersonKeys(folder, new PersonKeyRows(dataSource));
        var living = await ListAsync($"""
            select k.person, k.hazard_id, k.kind, k.master, k.wrapped
            from persons.keys k where k.wrapped is not null
            order by {(all ? "k.person" : $"random() limit {Drawn}")}
            """, r => (Person: r.GetGuid(0), Hazard: r.GetGuid(1), Kind: r.GetString(2), Master: r.GetString(3), Wrapped: r.GetFieldValue<byte[]>(4)), cancellationToken);
        return
        [
            .. (from k in living
                where !CodeList.TryParse<PersonKind>(k.Kind, out var kind)
                    || keys.Unwrap(new PersonKeyRow(k.Person, new HazardId(k.Hazard), kind, k.Master, k.Wrapped, null)) is null
                select new AuditFinding("person_key_altered",
                    $"人员 {k.Person:D} 的密钥打不开：该行被改动、与他人的互换，或密钥目录中没有主密钥 {k.Master}",
                    $"the key of person {k.Person:D} does not open: the row was altered or is another's, or the key folder has no master key {k.Master}") { Stream = k.Hazard })
            .Take(Most),
        ];
    }

    // A key is kept before the event that names its person: whoever is named has one, or had.
    private Task<List<AuditFinding>> PersonsGoneAsync(CancellationToken cancellationToken) => ListAsync($"""
        select p.person, p.stream_id, p.seq_id
        from (select coalesce(
                e.data #>> '{"{reporter,person}"}', e.data #>> '{"{witness,person}"}', e.data #>> '{"{contact,person}"}')::uuid as person,
                e.stream_id, e.seq_id
              from log.mt_events e where e.type in ('hazard_reported', 'witness_recorded', 'ledger_row_recorded')) p
        where p.person is not null and not exists (select from persons.keys k where k.person = p.person)
          and not exists (select from log.mt_streams s where s.id = p.person and s.type = 'person')
        order by p.seq_id limit {Most}
        """, r => new AuditFinding("person_key_missing",
            $"人员 {r.GetGuid(0):D} 的密钥行被删除", $"the row of the key of person {r.GetGuid(0):D} was deleted")
            {
                Stream = r.GetGuid(1), First = r.GetInt64(2), Last = r.GetInt64(2),
            }, cancellationToken);

    private async Task<List<T>> ListAsync<T>(string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(sql);
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(read(reader));
        return found;
    }
}
