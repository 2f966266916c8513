using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Hazards.Api.Proofs.Auditing;
using Hazards.Domain.Codes;
using Hazards.Projections.Store;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazards.Api.Tests;

/// <summary>
/// 内部人员改库: whoever owns the database, and has not the key folder, alters what the service rests on. Each is found by its
/// name; put back, the audit is clean.
/// </summary>
public sealed class TamperingTests(TamperedService own) : IClassFixture<TamperedService>
{
    /// <summary>What is done, how it is put back, and what the audit says then: the code, and a name in the sentence.</summary>
    private static readonly (string Do, string Undo, string Code, string Named)[] OfTheCatalogue =
    [
        ("alter table log.mt_events disable trigger refuse_update", "alter table log.mt_events enable always trigger refuse_update",
            "schema_object_altered", "trigger log.mt_events.refuse_update"),
        ("alter table log.mt_events enable trigger refuse_delete", "alter table log.mt_events enable always trigger refuse_delete",
            "schema_object_altered", "trigger log.mt_events.refuse_delete"),
        ("alter table files.blobs disable trigger blobs_stay", "alter table files.blobs enable trigger blobs_stay", "schema_object_altered",
            "trigger files.blobs.blobs_stay"),
        ("drop trigger uploads_stay on files.uploads",
            "create trigger uploads_stay before update or delete or truncate on files.uploads for each statement execute function files.refuse_unless_purged()", "schema_object_missing", "trigger files.uploads.uploads_stay"),
        ("create function public.lie() returns trigger language plpgsql as 'begin return null; end'; create trigger lie before insert on rows.inbox for each row execute function public.lie()", "drop trigger lie on rows.inbox; drop function public.lie()", "schema_object_added", "trigger rows.inbox.lie"),
        ("alter table log.mt_events disable trigger all",
            "alter table log.mt_events enable trigger all; alter table log.mt_events enable always trigger refuse_update; alter table log.mt_events enable always trigger refuse_delete; alter table log.mt_events enable always trigger refuse_truncate", "schema_object_altered", "trigger log.mt_events.refuse_truncate"),
        ("alter function rows.keep() set search_path = public", "alter function rows.keep() reset search_path", "schema_object_altered",
            "function rows.keep()"),
        ("alter function rows.position_at(timestamptz) volatile security definer",
            "alter function rows.position_at(timestamptz) stable security invoker", "schema_object_altered",
            "function rows.position_at(instant timestamp with time zone)"),
        ("create function rows.keep(int) returns void language sql as ''", "drop function rows.keep(int)", "schema_object_added",
            "function rows.keep(integer)"),
        ("alter function files.refuse_change() rename to refused", "alter function files.refused() rename to refuse_change",
            "schema_object_missing", "function files.refuse_change()"),
        ("alter table rows.looks rename to looks_kept; create view rows.looks as select * from rows.looks_kept where current_setting('application_name') <> 'hazards audit'", "drop view rows.looks; alter table rows.looks_kept rename to looks", "schema_object_altered", "table rows.looks"),
        ("create materialized view rows.copy as select 1 as one", "drop materialized view rows.copy", "schema_object_added",
            "table rows.copy"),
        ("create rule lie as on insert to rows.looks do instead nothing", "drop rule lie on rows.looks", "schema_object_added",
            "rule rows.looks.lie"),
        ("alter table rows.hazards enable row level security", "alter table rows.hazards disable row level security",
            "schema_object_altered", "table rows.hazards"),
        ("alter table rows.hazards force row level security", "alter table rows.hazards no force row level security",
            "schema_object_altered", "table rows.hazards"),
        ("create policy lie on rows.hazards for select using (region <> '532927')", "drop policy lie on rows.hazards",
            "schema_object_added", "policy rows.hazards.lie"),
        ("alter table rows.looks set unlogged", "alter table rows.looks set logged", "schema_object_altered", "table rows.looks"),
        ("create table public.child () inherits (rows.looks)", "drop table public.child", "schema_object_added", "child public.child"),
        ("drop index rows.hazards_by_region; create index hazards_by_region on rows.hazards (region) where stage <> 'reported'",
            "drop index rows.hazards_by_region; create index hazards_by_region on rows.hazards (region)", "schema_object_altered",
            "index rows.hazards_by_region"),
        ("drop index rows.hazards_by_found", "create index hazards_by_found on rows.hazards (found_at, hazard_id, recorded_from, region)",
            "schema_object_missing", "index rows.hazards_by_found"),
        ("update pg_index set indisvalid = false where indexrelid = 'rows.hazards_pkey'::regclass",
            "update pg_index set indisvalid = true where indexrelid = 'rows.hazards_pkey'::regclass", "schema_object_altered",
            "index rows.hazards_pkey"),
        ("update pg_index set indisready = false where indexrelid = 'rows.history_by_hazard'::regclass",
            "update pg_index set indisready = true where indexrelid = 'rows.history_by_hazard'::regclass", "schema_object_altered",
            "index rows.history_by_hazard"),
        ("create index beside on rows.hazards (stage) where false", "drop index rows.beside", "schema_object_added", "index rows.beside"),
        ("alter table log.append_keys drop constraint pkey_append_keys",
            "alter table log.append_keys add constraint pkey_append_keys primary key (scope, key)", "schema_object_missing",
            "constraint log.append_keys.pkey_append_keys"),
        ("alter table log.mt_events drop constraint fkey_mt_events_stream_id; alter table log.mt_events add constraint fkey_mt_events_stream_id foreign key (stream_id) references log.mt_streams (id) not valid", "alter table log.mt_events drop constraint fkey_mt_events_stream_id; alter table log.mt_events add constraint fkey_mt_events_stream_id foreign key (stream_id) references log.mt_streams (id) on delete cascade", "schema_object_altered", "constraint log.mt_events.fkey_mt_events_stream_id"),
        ("alter table files.blobs drop constraint blobs_digest_check",
            "alter table files.blobs add constraint blobs_digest_check check (octet_length(digest) = 32)", "schema_object_missing",
            "constraint files.blobs.blobs_digest_check"),
        ("alter table rows.looks alter column kind drop not null", "alter table rows.looks alter column kind set not null",
            "schema_object_altered", "column rows.looks.kind"),
        ("alter table rows.looks add column hidden boolean default false", "alter table rows.looks drop column hidden",
            "schema_object_added", "column rows.looks.hidden"),
        ("alter table log.mt_events alter column tenant_id set default 'other'",
            "alter table log.mt_events alter column tenant_id set default '*DEFAULT*'", "schema_object_altered",
            "column log.mt_events.tenant_id"),
        ("grant update on log.mt_events to hazards_tests", "revoke update on log.mt_events from hazards_tests", "privilege_added",
            "grant UPDATE on table log.mt_events to service"),
        ("grant insert on log.mt_streams to public", "revoke insert on log.mt_streams from public", "privilege_added",
            "grant INSERT on table log.mt_streams to public"),
        ("create role insider_of_tests; grant delete on rows.inbox to insider_of_tests",
            "drop owned by insider_of_tests; drop role insider_of_tests", "privilege_added", "insider_of_tests"),
        ("grant update (bytes) on files.blobs to hazards_tests", "revoke update (bytes) on files.blobs from hazards_tests",
            "privilege_added", "grant UPDATE on column files.blobs.bytes to service"),
        ("grant create on schema log to hazards_tests", "revoke create on schema log from hazards_tests", "privilege_added",
            "grant CREATE on schema log to service"),
        ("create role insider_of_tests; alter table rows.looks owner to insider_of_tests",
            "alter table rows.looks owner to current_user; drop owned by insider_of_tests; drop role insider_of_tests", "privilege_added",
            "owner of table rows.looks"),
        // Roles are the whole server's: others than those that the tests beside this one rest on.
        ("create role insider_of_tests; grant insert on log.mt_events to insider_of_tests; create role member_of_tests; grant insider_of_tests to member_of_tests", "drop role member_of_tests; drop owned by insider_of_tests; drop role insider_of_tests", "privilege_added", "membership of member_of_tests in service"),
        ("create role insider_of_tests; alter table log.mt_events owner to insider_of_tests; create role member_of_tests; grant insider_of_tests to member_of_tests", "drop role member_of_tests; alter table log.mt_events owner to current_user; drop owned by insider_of_tests; drop role insider_of_tests", "privilege_added", "membership of member_of_tests in owner"),
        ("create role insider_of_tests; grant insert on log.mt_events to insider_of_tests; create role member_of_tests superuser; grant member_of_tests to insider_of_tests", "drop role member_of_tests; drop owned by insider_of_tests; drop role insider_of_tests", "privilege_added", "membership of service in member_of_tests"),
        (Attributed("superuser"), Unattributed, "privilege_added", "attribute SUPERUSER of service"),
        (Attributed("bypassrls"), Unattributed, "privilege_added", "attribute BYPASSRLS of service"),
        (Attributed("createrole"), Unattributed, "privilege_added", "attribute CREATEROLE of service"),
        (Attributed("replication"), Unattributed, "privilege_added", "attribute REPLICATION of service"),
        ("create role insider_of_tests superuser; alter table log.mt_events owner to insider_of_tests",
            "alter table log.mt_events owner to current_user; drop owned by insider_of_tests; drop role insider_of_tests",
            "privilege_added", "attribute SUPERUSER of owner"),
        ("create function public.count(bigint) returns bigint language sql as 'select 0::bigint'", "drop function public.count(bigint)",
            "schema_object_added", "public.count(bigint)"),
        ("create function public.lie(text, uuid) returns boolean language sql as 'select false'; create operator public.= (leftarg = text, rightarg = uuid, function = public.lie)", "drop operator public.= (text, uuid); drop function public.lie(text, uuid)", "schema_object_added", "operator public.=(text,uuid)"),
        ("create function public.lie(uuid) returns text language sql as $$select ''$$; create cast (uuid as text) with function public.lie(uuid) as implicit", "drop cast (uuid as text); drop function public.lie(uuid)", "schema_object_added", "cast uuid to text"),
        ("create function public.lie() returns event_trigger language plpgsql as 'begin end'; create event trigger lie on ddl_command_start execute function public.lie()", "drop event trigger lie; drop function public.lie()", "schema_object_added", "event trigger lie"),
        ("do $$ begin execute format('alter role hazards_tests in database %I set search_path = evil, pg_catalog', current_database()); end $$", "do $$ begin execute format('alter role hazards_tests in database %I reset search_path', current_database()); end $$", "schema_object_added", "setting search_path of hazards_tests"),
        ("do $$ begin execute format('alter database %I set session_replication_role = replica', current_database()); end $$",
            "do $$ begin execute format('alter database %I reset session_replication_role', current_database()); end $$",
            "schema_object_added", "setting session_replication_role of everybody"),
        ("create domain rows.lie as text", "drop domain rows.lie", "schema_object_added", "type rows.lie"),
        ("insert into migrations.applied (module, name, checksum) values ('rows', '9999_lie.sql', '')",
            "delete from migrations.applied where name = '9999_lie.sql'", "schema_other_version", "9999_lie.sql"),
        ("update migrations.applied set name = '0000_lie.sql' where module = 'files' and name = '0003_uploads.sql'",
            "update migrations.applied set name = '0003_uploads.sql' where name = '0000_lie.sql'", "schema_other_version",
            "0003_uploads.sql"),
    ];

    private static readonly (string Do, string Undo, string Code, string Named)[] OfTheRows =
    [
        (Stashed("rows.hazards", "hazard_id = '{hazard}'"), Restored("rows.hazards"), "row_missing", "{hazard}"),
        ("update rows.hazards set stage = 'closed' where hazard_id = '{hazard}'",
            "update rows.hazards set stage = 'assigned' where hazard_id = '{hazard}'", "row_differs", "stage"),
        ("update rows.hazards set next_due = 'infinity' where hazard_id = '{hazard}'",
            "update rows.hazards h set next_due = (select min(d) from unnest(h.clock_dues) d) where hazard_id = '{hazard}'", "row_differs",
            "next_due"),
        ("insert into rows.hazards select (jsonb_populate_record(h, jsonb_build_object('hazard_id', '{other}'))).* from rows.hazards h where hazard_id = '{hazard}'", "delete from rows.hazards where hazard_id = '{other}'", "row_unrecorded", "{other}"),
        ("update rows.hazard_items i set item = (item::jsonb || '{\"title\": \"另一个标题\"}')::json from rows.hazards h where h.position = i.position and h.hazard_id = '{hazard}'", "update rows.hazard_items i set item = (item::jsonb || '{\"title\": \"燃气阀井泄漏\"}')::json from rows.hazards h where h.position = i.position and h.hazard_id = '{hazard}'", "row_differs", "item"),
        (Stashed("rows.hazard_history", "hazard_id = '{hazard}'"), Restored("rows.hazard_history"), "row_missing", "rows.hazard_history"),
        ("update rows.hazard_history set recorded_to = recorded_to + interval '1 hour' where hazard_id = '{hazard}'",
            "update rows.hazard_history set recorded_to = recorded_to - interval '1 hour' where hazard_id = '{hazard}'", "row_differs",
            "recorded_to"),
        (Stashed("rows.hazard_texts", "hazard_id = '{hazard}'"), Restored("rows.hazard_texts"), "row_missing", "rows.hazard_texts"),
        ("update rows.leg_facts set body = 'ws-new' where hazard_id = '{hazard}' and leg = 'territorial'",
            "update rows.leg_facts set body = 'ws-gov' where hazard_id = '{hazard}' and leg = 'territorial'", "row_differs", "body"),
        (Stashed("rows.dual_watch", "hazard_id = '{hazard}'"), Restored("rows.dual_watch"), "row_missing", "rows.dual_watch"),
        ("update rows.board_changes set stage = 'closed' where position = (select max(c.position) from rows.board_changes c)",
            "update rows.board_changes c set stage = h.stage from rows.hazards h where h.position = c.position and c.position = (select max(c.position) from rows.board_changes c)", "board_differs", "closed"),
        (Stashed("rows.inbox", "hazard_id = '{hazard}'"), Restored("rows.inbox"), "inbox_row_missing", "{hazard}"),
        (Stashed("rows.hazard_files", "hazard_id = '{held}'"), Restored("rows.hazard_files"), "row_missing", "rows.hazard_files"),
        ("insert into rows.hazard_files select repeat('ab', 32), hazard_id, position from rows.hazard_files where hazard_id = '{held}' limit 1", "delete from rows.hazard_files where digest = repeat('ab', 32)", "row_unrecorded", "rows.hazard_files"),
        ("set log.archive = 'on'; update log.mt_events set is_archived = true where stream_id = '{hazard}' and version = 1", Unguarded(
            "log.mt_events", "refuse_update", "update log.mt_events set is_archived = false where stream_id = '{hazard}'",
            "always"), "event_marked", "archived"),
        (Unguarded(
            "log.mt_events", "refuse_update", "update log.mt_events set tenant_id = 'other' where stream_id = '{hazard}' and version = 1",
            "always"), Unguarded("log.mt_events", "refuse_update",
            "update log.mt_events set tenant_id = '*DEFAULT*' where tenant_id = 'other'", "always"), "event_marked", "tenant"),
        (Unguarded(
            "log.mt_events", "refuse_update", "update log.mt_events set bdata = '\\x01' where stream_id = '{hazard}' and version = 1",
            "always"), Unguarded("log.mt_events", "refuse_update", "update log.mt_events set bdata = null where bdata is not null",
            "always"), "event_marked", "binary data"),
        ("update log.mt_streams set is_archived = true where id = '{hazard}'",
            "update log.mt_streams set is_archived = false where id = '{hazard}'", "stream_marked", "{hazard}"),
        ("update log.mt_streams set tenant_id = 'other' where id = '{hazard}'",
            "update log.mt_streams set tenant_id = '*DEFAULT*' where id = '{hazard}'", "stream_marked", "{hazard}"),
        // Not in the index, and the index as it was: nothing in the catalogue tells.
        (Unindexed("rows.hazards", "rows.hazards_by_region", "hazard_id = '{hazard}'"), "reindex index rows.hazards_by_region",
            "index_differs", "hazards_by_region"),
        (Unindexed("rows.hazards", "rows.hazards_pkey", "hazard_id = '{hazard}'"), "reindex index rows.hazards_pkey", "index_differs",
            "hazards_pkey"),
        (Unindexed("log.append_keys", "log.pkey_append_keys", "true"), "reindex index log.pkey_append_keys", "index_differs",
            "pkey_append_keys"),
        (Unguarded(
            "files.blobs", "blobs_stay",
            "update files.blobs set bytes = 'another'::bytea || bytes where digest = '\\x{digest}'"), Unguarded("files.blobs", "blobs_stay",
            "update files.blobs set bytes = substring(bytes from 8) where digest = '\\x{digest}'"), "file_altered", "{digest}"),
        ("update log.append_keys set first_position = 1000000, last_position = 1000000 where key = 'of-the-tampering-tests'",
            "update log.append_keys k set first_position = e.seq_id, last_position = e.seq_id from log.mt_events e where e.stream_id = '{held}' and e.version = 1 and k.key = 'of-the-tampering-tests'", "append_key_altered", "of-the-tampering-tests"),
        ("insert into log.append_keys select scope, 'forged', fingerprint, first_position, last_position from log.append_keys where key = 'of-the-tampering-tests'", "delete from log.append_keys where key = 'forged'", "append_key_altered", "forged"),
        (Stashing(
            "files.blobs", "digest = '\\x{digest}'",
            "set session_replication_role = replica; delete from files.blobs where digest = '\\x{digest}'; set session_replication_role = default"), Restored("files.blobs"), "file_missing", "{digest}"),
        (Stashing(
            "persons.keys", Living,
            $"update persons.keys k set wrapped = o.wrapped from stash.kept o where o.person <> k.person and k.{Living}"), Rewrapped,
            "person_key_altered", "{person}"),
        (Stashing(
            "persons.keys", Living,
            $"update persons.keys set wrapped = set_byte(wrapped, 20, get_byte(wrapped, 20) # 1) where person = '{{person}}'"), Rewrapped,
            "person_key_altered", "{person}"),
        (Stashing("persons.keys", Living, "update persons.keys set wrapped = substring(wrapped from 2) where person = '{person}'"),
            Rewrapped, "person_key_altered", "{person}"),
        (Stashing("persons.keys", Living, "update persons.keys set master = 'persons-1.key:00000000' where person = '{person}'"), Rewrapped,
            "person_key_altered", "{person}"),
        (Unguarded("persons.keys", "keep_destroyed", "update persons.keys set kind = 'witness' where person = '{person}'"), Unguarded(
            "persons.keys", "keep_destroyed",
            "update persons.keys set kind = 'reporter' where person = '{person}'"), "person_key_altered", "{person}"),
        (Unguarded("persons.keys", "keep_destroyed", "update persons.keys set hazard_id = '{other}' where person = '{person}'"), Unguarded(
            "persons.keys", "keep_destroyed",
            "update persons.keys set hazard_id = '{held}' where person = '{person}'"), "person_key_altered", "{person}"),
        (Stashing(
            "persons.keys", "person = '{person}'",
            Unguarded("persons.keys", "keep_destroyed", "delete from persons.keys where person = '{person}'")), Restored("persons.keys"),
            "person_key_missing", "{person}"),
        (Unguarded(
            "persons.keys", "keep_destroyed",
            $"update persons.keys k set wrapped = o.wrapped, master = o.master, destroyed_at = null from persons.keys o where k.person = '{{erased}}' and o.{Living}"), Unguarded("persons.keys", "keep_destroyed", "update persons.keys set wrapped = null, master = null, destroyed_at = now() where person = '{erased}'"), "person_key_lives", "{erased}"),
        (Stashing(
            "evidence.chunks", Piece,
            $"update evidence.chunks set bytes = set_byte(bytes, 0, get_byte(bytes, 0) # 1) where {Piece}"),
            $"delete from evidence.chunks where {Piece}; {Restored("evidence.chunks")}", "package_altered", "{package}"),
        (Stashed("evidence.chunks", Piece), Restored("evidence.chunks"), "package_altered", "{package}"),
        (Stashing(
            "evidence.chunks", Pieces,
            $"update evidence.chunks c set bytes = o.bytes from stash.kept o where c.package = o.package and c.n = o.n and c.number in (select k.number from stash.kept k) and o.number <> c.number"), $"delete from evidence.chunks where {Pieces}; {Restored("evidence.chunks")}", "package_altered", "{package}"),
        // What the zip says of an entry, and not the entry.
        (Stashing(
            "evidence.parts", Piece.Replace(" and n = 0", "", StringComparison.Ordinal),
            $"update evidence.parts set crc32 = crc32 # 1 where {Piece.Replace(" and n = 0", "", StringComparison.Ordinal)}"),
            "update evidence.parts p set crc32 = o.crc32 from stash.kept o where o.package = p.package and o.number = p.number; drop schema stash cascade", "package_altered", "{package}"),
        ("update evidence.packages set digest = sha256(digest) where id = '{package}'; create schema stash",
            "update evidence.packages set digest = decode((select e.data ->> 'digest' from log.mt_events e where e.stream_id = '{package}' and e.type = 'evidence_made'), 'hex') where id = '{package}'; drop schema stash", "package_altered", "digest"),
        (Stashing(
            "evidence.packages", "id = '{package}'",
            "set session_replication_role = replica; delete from evidence.packages where id = '{package}'; set session_replication_role = default"), "insert into evidence.packages overriding system value select * from stash.kept; drop schema stash cascade", "package_missing", "{package}"),
        ("create schema stash; create table stash.persons as select * from persons.keys; update persons.keys set wrapped = null, master = null, destroyed_at = now() where wrapped is not null", "alter table persons.keys disable trigger keep_destroyed; delete from persons.keys; insert into persons.keys select * from stash.persons; alter table persons.keys enable trigger keep_destroyed; drop schema stash cascade", "person_key_unrecorded", "destroyed"),
    ];

    private const string Living = "wrapped is not null";

    private const string Rewrapped = "update persons.keys k set wrapped = o.wrapped, master = o.master from stash.kept o where o.person = k.person; drop schema stash cascade";

    private const string Unattributed = "drop owned by insider_of_tests; drop role insider_of_tests";

    /// <summary>Two pieces of a package, of one entry each, and the first of them.</summary>
    private const string Pieces = "package = '{package}' and number in (select p.number from evidence.parts p where p.package = '{package}' and not p.file and p.number < 20000000000000 and p.size > 0 order by p.number limit 2)";

    private const string Piece = "package = '{package}' and n = 0 and number = (select min(p.number) from evidence.parts p where p.package = '{package}' and not p.file and p.number < 20000000000000 and p.size > 0)";

    private Service Service => own.Service;

    private AuditDesk Desk => Service.Services.GetRequiredService<AuditDesk>();

    [Fact]
    public async Task Nothing_done_nothing_found() => (await FindingsAsync()).ShouldBeEmpty();

    [Fact]
    public Task What_is_done_to_the_catalogue_is_named_within_the_hour() =>
        FoundAndPutBackAsync(OfTheCatalogue, async () =>
            await new CatalogueAudit(Service.Services.GetRequiredService<NpgsqlDataSource>()).RunAsync(default));

    [Fact]
    public Task What_is_done_to_rows_and_shelves_is_named() => FoundAndPutBackAsync(OfTheRows, FindingsAsync);

    [Fact]
    public async Task A_row_deleted_from_the_ledger_is_noticed_within_the_hour_and_shown_everywhere()
    {
        await ExecuteAsync(Stashed("rows.hazards", "hazard_id = '{hazard}'"));
        var worker = Service.Services.GetRequiredService<AuditWorker>();
        (await worker.SampleAsync(default)).ShouldBeTrue();
        // On record already: the next hour looks at it and adds nothing.
        (await worker.SampleAsync(default)).ShouldBeFalse();
        (await Service.Admin.GetAsync("/health/ready"))["audit"].ShouldContain("row_missing");
        var audit = (await Service.Admin.GetAsync("log")).Require(HttpStatusCode.OK).Json["audit"]!;
        audit["holds"]!.GetValue<bool>().ShouldBeFalse();
        audit["codes"]!.ToJsonString().ShouldContain("row_missing");
        (await Service.Admin.GetAsync("log/audits?limit=1")).Json.ToJsonString().ShouldContain(own.Hazard);
        await ExecuteAsync(Restored("rows.hazards"));
        (await FindingsAsync()).ShouldBeEmpty();
    }

    // An audit costs more than an attack: that one is put back shows in the next one's being clean but for what is done then.
    private async Task FoundAndPutBackAsync(
        (string Do, string Undo, string Code, string Named)[] attacks, Func<Task<IReadOnlyList<AuditFinding>>> look)
    {
        var wrong = new List<string>();
        foreach (var attack in attacks)
        {
            try
            {
                await ExecuteAsync(attack.Do);
            }
            catch (PostgresException e)
            {
                // All of it is one transaction.
                wrong.Add($"{attack.Do}: {e.MessageText}");
                continue;
            }

            try
            {
                var found = await look();
                if (!found.Any(f => f.Code == attack.Code && f.English.Contains(own.Fill(attack.Named), StringComparison.Ordinal)))
                    wrong.Add($"{attack.Do}: {Said(found)}");
            }
            finally
            {
                await ExecuteAsync(attack.Undo);
            }
        }

        wrong.ShouldBeEmpty();
        (await look()).ShouldBeEmpty();

        static string Said(IEnumerable<AuditFinding> found) => string.Join("\n", found.Select(f => $"{f.Code} {f.English}"));
    }

    private async Task<IReadOnlyList<AuditFinding>> FindingsAsync() => (await Desk.RunAsync(AuditOrder.Full, 1, null, default)).Findings;

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = await Service.Owner.OpenConnectionAsync();
        await using var command = new NpgsqlCommand(own.Fill(sql), connection);
        await command.ExecuteNonQueryAsync();
    }

    private static string Stashed(string table, string where) =>
        $"create schema stash; create table stash.kept as select * from {table} where {where}; delete from {table} where {where}";

    private static string Stashing(string table, string where, string then) =>
        $"create schema stash; create table stash.kept as select * from {table} where {where}; {then}";

    private static string Attributed(string attribute) =>
        $"create role insider_of_tests {attribute}; grant insert on log.mt_events to insider_of_tests";

    private static string Restored(string table) => $"insert into {table} select * from stash.kept; drop schema stash cascade";

    private static string Unindexed(string table, string index, string where) => $"""
        create temp table taken as select * from {table} where {where}; delete from {table} where {where};
        update pg_index set indisready = false where indexrelid = '{index}'::regclass;
        insert into {table} select * from taken; drop table taken;
        update pg_index set indisready = true where indexrelid = '{index}'::regclass
        """;

    private static string Unguarded(string table, string trigger, string sql, string enable = "") =>
        $"alter table {table} disable trigger {trigger}; {sql}; alter table {table} enable {enable} trigger {trigger}";
}

/// <summary>A service with something of everything, for all tests of a class.</summary>
public sealed class TamperedService : IAsyncLifetime
{
    public Service Service { get; } = new()
    {
        Options = o => o with { CheckpointEvery = TimeSpan.FromMilliseconds(50), GrowEvery = TimeSpan.Zero },
    };

    /// <summary>At the stage of assignment, on two legs.</summary>
    public string Hazard { get; private set; } = "";

    /// <summary>With a file and a reporter, reported under an idempotency key.</summary>
    public string Held { get; private set; } = "";

    public string File { get; private set; } = "";

    /// <summary>Who reported that, and one more; and one whose data was erased.</summary>
    private string Person { get; set; } = "";

    private string Erased { get; set; } = "";

    /// <summary>A package of evidence that was made.</summary>
    private string Package { get; set; } = "";

    private string Other { get; } = Guid.CreateVersion7().ToString();

    public string Fill(string text) =>
        text.Replace("{hazard}", Hazard, StringComparison.Ordinal).Replace("{held}", Held, StringComparison.Ordinal)
        .Replace("{digest}", File, StringComparison.Ordinal)
        .Replace("{person}", Person, StringComparison.Ordinal).Replace("{erased}", Erased, StringComparison.Ordinal)
        .Replace("{package}", Package, StringComparison.Ordinal)
        .Replace("{other}", Other, StringComparison.Ordinal);

    public async Task InitializeAsync()
    {
        await Service.InitializeAsync();
        Hazard = await Service.HazardAsync(Stage.Assigned);
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes("现场说明，供核对之用"));
        content.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
        File = (await Service.Office.SendAsync(HttpMethod.Post, "files", content)).Require(HttpStatusCode.Created)["digest"];
        var report = Some.Report();
        report["reporter"] = new JsonObject { ["name"] = "张三", ["phone"] = "13900000000" };
        report["attachments"] = new JsonArray(new JsonObject { ["digest"] = File });
        Held = (await Service.Office.PostAsync("hazards", report, ("Idempotency-Key", "of-the-tampering-tests")))
            .Require(HttpStatusCode.Created)["id"];
        // What a batch took that came to nothing is nobody's doing.
        await using (var burnt = Service.Owner.CreateCommand("select nextval('log.mt_events_sequence') from generate_series(1, 3)"))
            await burnt.ExecuteNonQueryAsync();
        foreach (var _ in Enumerable.Range(0, 3))
            await Service.HazardAsync(Stage.Verified);
        Person = await PersonOfAsync(Held);
        report.Remove("attachments");
        await Service.Office.PostAsync("hazards", report);
        Erased = await PersonOfAsync((await Service.Office.PostAsync("hazards", report)).Require(HttpStatusCode.Created)["id"]);
        (await Service.Admin.PostAsync($"persons/{Erased}/erasure", new() { ["reason"] = "本人申请删除", ["documentNumber"] = "巍安委办〔2026〕8号" }))
            .Require(HttpStatusCode.OK);
        // What erases again what a backup brought back has its ten minutes.
        await using var earlier = Service.Owner.CreateCommand(
            $"update log.mt_streams set \"timestamp\" = now() - interval '1 hour' where id = '{Erased}'");
        await earlier.ExecuteNonQueryAsync();
        Package = (await Service.Supervisor.PostAsync("evidence", new() { ["reason"] = "调查", ["hazards"] = new JsonArray(Hazard) }))
            .Require(HttpStatusCode.Accepted)["id"];
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await Service.Supervisor.GetAsync($"evidence/{Package}")).Json["endedAt"] is null)
            await Task.Delay(30, patience.Token);
    }

    private async Task<string> PersonOfAsync(string hazard) =>
        (await Service.Admin.GetAsync($"hazards/{hazard}/persons")).Require(HttpStatusCode.OK).Json["persons"]![0]!["person"]!.ToString();

    public Task DisposeAsync() => Service.DisposeAsync();
}
