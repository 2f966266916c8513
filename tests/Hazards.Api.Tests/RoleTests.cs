using System.Net;
using Hazards.Api.Administration.Registry;
using Hazards.Api.Cli;
using Hazards.Domain;
using Hazards.LocalPostgres;
using Hazards.Projections.Store;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazards.Api.Tests;

/// <summary>Whom the database knows: the owner, who migrates, and the service, which owns nothing. All other tests run as it.</summary>
[Trait("Server", "each")]
public sealed class RoleTests(Service service) : IClassFixture<Service>
{
    public static TheoryData<string> Forbidden =>
    [
        "update log.mt_events set data = '{}'", "delete from log.mt_events", "truncate log.mt_events", "truncate log.mt_streams cascade",
        "set local log.archive = 'on'; update log.mt_events set is_archived = true",
        "update log.event_codes set code = ''", "delete from log.event_codes", "delete from log.append_keys", "delete from log.mt_streams",
        "delete from log.checkpoints", "truncate log.tiles", "select setval('log.mt_events_sequence', 1)",
        "delete from files.blobs", "update files.blobs set bytes = ''", "delete from persons.keys", "delete from evidence.gathered",
        "truncate rows.hazards", "truncate accounts.secrets",
        "insert into migrations.applied (module, name, checksum) values ('log', 'x', 'x')",
        "alter table log.mt_events disable trigger all", "alter table log.mt_events disable trigger refuse_delete",
        "drop trigger refuse_delete on log.mt_events",
        "create rule no_insert as on insert to log.mt_events do instead nothing", "alter table log.mt_events add column x int",
        "drop table log.mt_events", "drop schema log cascade", "create table log.mine (x int)", "create table rows.mine (x int)",
        "create table public.mine (x int)", "create schema mine",
        "create or replace function log.refuse_change() returns trigger language plpgsql as $$ begin return new; end $$",
        "set session_replication_role = replica", "alter system set fsync = off", "create role mine", "alter role hazards_tests superuser",
        "alter role hazards_tests createrole",
        "alter table log.mt_events owner to hazards_tests", "grant delete on log.mt_events to hazards_tests; delete from log.mt_events",
    ];

    [Theory, MemberData(nameof(Forbidden))]
    public async Task The_service_may_neither_change_what_is_recorded_nor_the_tables_it_is_in(string sql) =>
        await RefusedAsync(service.OfTheService, sql);

    [Fact]
    public async Task Nor_may_it_become_the_owner()
    {
        foreach (var become in new[] { "set role", "set session authorization" })
            await RefusedAsync(service.OfTheService, $"{become} {await OneAsync(service.Owner, "select quote_ident(current_user)")}");
    }

    [Fact]
    public async Task It_owns_nothing_and_plans_for_the_values_it_is_given()
    {
        await using var source = NpgsqlDataSource.Create(service.OfTheService);
        (await OneAsync(source, "select count(*)::text from pg_class where relowner = current_user::regrole")).ShouldBe("0");
        (await OneAsync(
            source,
            "select concat_ws(' ', rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls) from pg_roles where rolname = current_user")).ShouldBe("f f f f f");
        // Of the role itself: nothing of the connection says so.
        (await OneAsync(source, "show plan_cache_mode")).ShouldBe("force_custom_plan");
        (await OneAsync(source, "show jit")).ShouldBe("off");
        (await ServiceRole.ExcessAsync(source)).ShouldBeNull();
    }

    [Fact]
    public async Task After_a_kill_and_a_start_it_is_the_same()
    {
        await using var own = await LocalCluster.StartAsync(new LocalClusterOptions { Durable = false, SharedBuffers = "32MB" });
        var keys = Directory.CreateTempSubdirectory("hazards-keys-");
        var node = new Service { Options = o => o with { Keys = keys.FullName } };
        await node.StartAsync(own.ConnectionString);
        try
        {
            System.Diagnostics.Process.GetProcessById(own.ServerProcessId).Kill();
            Answer again;
            do
                again = await node.Admin.PostAsync("hazards", Some.Report(), ("Idempotency-Key", "again"));
            while (again.Status == HttpStatusCode.ServiceUnavailable);
            again.Require(HttpStatusCode.Created);
            await SharedServer.UntilEnteredAsync(own.ConnectionString);
            foreach (object[] sql in (System.Collections.IEnumerable)Forbidden)
                await RefusedAsync(node.OfTheService, (string)sql[0]);
        }
        finally
        {
            await node.StopAsync();
            keys.Delete(recursive: true);
        }
    }

    /// <summary>A table that nobody thought of would be closed to the service; one that it may write too much of, open.</summary>
    [Fact]
    public async Task Every_table_is_open_to_it_as_far_as_the_code_goes_and_no_further()
    {
        var rights = new Dictionary<string, string>(StringComparer.Ordinal);
        await using (var command = service.Owner.CreateCommand("""
            select c.oid::regclass::text,
                   concat_ws(' ', case when has_table_privilege('hazards_tests', c.oid, 'select') then 's' end, case when has_table_privilege('hazards_tests', c.oid, 'insert') then 'i' end,
                     case when has_table_privilege('hazards_tests', c.oid, 'update') then 'u' end, case when has_table_privilege('hazards_tests', c.oid, 'delete') then 'd' end,
                     case when has_table_privilege('hazards_tests', c.oid, 'truncate, references, trigger') then '!' end)
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind in ('r', 'p', 'v') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
            """))
        await using (var reader = await command.ExecuteReaderAsync())
            while (await reader.ReadAsync())
                rights.Add(reader.GetString(0), reader.GetString(1));
        rights.ShouldAllBe(
            r => r.Value.StartsWith('s') && !r.Value.Contains('!'), string.Join('\n', rights.Where(r => !r.Value.StartsWith('s'))));
        rights["log.mt_events"].ShouldBe("s i");
        rights["log.event_codes"].ShouldBe("s i");
        rights["log.mt_streams"].ShouldBe("s i u");
        rights["files.blobs"].ShouldBe("s i");
        rights["migrations.applied"].ShouldBe("s");
        rights.Where(r => r.Key.StartsWith("rows.", StringComparison.Ordinal)).ShouldAllBe(r => r.Value == "s i u d");
        rights.Where(r => r.Key.StartsWith("accounts.", StringComparison.Ordinal)).Select(r => r.Value)
            .ShouldBe(["s i u d", "s i u d", "s i u d"]);
    }

    [Fact]
    public async Task What_a_migration_adds_is_open_to_whoever_may_append_already()
    {
        await ExecuteAsync(service.Owner, "create table rows.of_the_future (x int)");
        try
        {
            await using var source = NpgsqlDataSource.Create(service.OfTheService);
            await Should.ThrowAsync<PostgresException>(() => ExecuteAsync(source, "insert into rows.of_the_future values (1)"));
            await Database.MigrateAsync(service.Owner);
            await ExecuteAsync(source, "insert into rows.of_the_future values (1)");
        }
        finally
        {
            await ExecuteAsync(service.Owner, "drop table rows.of_the_future");
        }
    }

    /// <summary>Where only the service's login is known: what is up to date needs no owner.</summary>
    [Fact]
    public async Task It_may_start_and_run_commands_alone_but_not_migrate()
    {
        (await Database.PrepareAsync(new DatabaseLogins(service.OfTheService))).ShouldBeEmpty();
        await ReplayCommandTests.Console1.WaitAsync();
        try
        {
            (await CommandLine.RunAsync(
                ["policy", "list", "--postgres", service.OfTheService, "--keys", TestServer.KeysOf(service.ConnectionString)])).ShouldBe(0);
        }
        finally
        {
            ReplayCommandTests.Console1.Release();
        }

        var own = new Service();
        await own.InitializeAsync();
        try
        {
            await ExecuteAsync(own.Owner, "delete from migrations.applied where name = '0012_last_acts.sql'");
            (await Should.ThrowAsync<MigrationException>(() => Database.PrepareAsync(new DatabaseLogins(own.OfTheService)))).Message.ShouldContain("rows/0012_last_acts.sql");
        }
        finally
        {
            await own.DisposeAsync();
        }
    }

    [Fact]
    public async Task What_it_was_given_too_much_is_taken_back()
    {
        await ExecuteAsync(
            service.Owner, "grant update, delete, truncate on log.mt_events to hazards_tests; grant create on schema log to hazards_tests");
        await Database.PrepareAsync(TestServer.LoginsOf(service.ConnectionString));
        foreach (var sql in new[] { "truncate log.mt_events", "create table log.mine (x int)" })
            await RefusedAsync(service.OfTheService, sql);
    }

    [Fact]
    public async Task A_role_that_was_made_by_hand_keeps_its_password_and_gets_the_rest()
    {
        var role = $"by_hand_{Guid.NewGuid():n}"[..20];
        await ExecuteAsync(service.Owner, $"create role {role} login password 'of an administrator'");
        var by = new NpgsqlConnectionStringBuilder(service.ConnectionString) { Username = role, Password = "mistyped" };
        try
        {
            await Database.PrepareAsync(DatabaseLogins.Of(by.ConnectionString, service.ConnectionString));
            await using (var wrong = NpgsqlDataSource.Create(by.ConnectionString))
                (await Should.ThrowAsync<PostgresException>(() => OneAsync(wrong, "select ''"))).SqlState.ShouldBe(
                    PostgresErrorCodes.InvalidPassword);
            by.Password = "of an administrator";
            await using var source = NpgsqlDataSource.Create(by.ConnectionString);
            (await OneAsync(source, "show plan_cache_mode")).ShouldBe("force_custom_plan");
            await using var app = HazardsService.Build(new ServiceOptions(by.ConnectionString) { Keys = TestServer.KeysOf(service.ConnectionString), Urls = "http://127.0.0.1:0", JsonLogs = true });
            (await app.Services.GetRequiredService<Readiness>().WhatIsMissingAsync(default)).ShouldBeNull();
        }
        finally
        {
            await ExecuteAsync(service.Owner, $"drop owned by {role}; drop role {role}");
        }
    }

    /// <summary>As documented for a login that may act as the service: <c>migrate --grant</c> and <c>Options=-c role=…</c>.</summary>
    [Fact]
    public async Task A_role_that_nobody_logs_in_as_serves_too()
    {
        var role = $"granted_{Guid.NewGuid():n}"[..20];
        try
        {
            await ReplayCommandTests.Console1.WaitAsync();
            try
            {
                (await CommandLine.RunAsync(["migrate", "--postgres", service.ConnectionString, "--grant", role])).ShouldBe(0);
            }
            finally
            {
                ReplayCommandTests.Console1.Release();
            }

            var limited = new NpgsqlConnectionStringBuilder(service.ConnectionString) { Options = $"-c role={role}" }.ConnectionString;
            await using var app = HazardsService.Build(
                new ServiceOptions(limited) { Keys = TestServer.KeysOf(limited), Urls = "http://127.0.0.1:0", JsonLogs = true });
            var store = app.Services.GetRequiredService<HazardStore>();
            var id = HazardId.Parse(await service.HazardAsync());
            var given = new Given(new Actor("测试", (await app.Services.GetRequiredService<BodyStore>()
                .LoadAsync(BodyId.Parse("ws-awb")))!, [Domain.Codes.Role.Coordinator], "tests", RegionCode.Nation));
            (await store.ExecuteAsync(id, new AddComment("受限角色"), given)).ShouldBeOfType<Outcome<Hazard>.Done>();
            await RefusedAsync(limited, "update log.mt_events set version = 0");
        }
        finally
        {
            await ExecuteAsync(service.Owner, $"drop owned by {role}; drop role {role}");
        }
    }

    /// <summary>A site's administrator gives out a database of its own, and no superuser.</summary>
    [Theory, InlineData(true), InlineData(false)]
    public async Task An_owner_that_is_no_superuser_is_enough(bool mayMakeRoles)
    {
        var name = $"api_{Guid.NewGuid():n}"[..20];
        await SharedServer.ExecuteAsync($"create role {name} login password 'x' {(mayMakeRoles ? "createrole" : "")}");
        if (!mayMakeRoles)
            await SharedServer.ExecuteAsync($"create role {name}_service login password 'y'");
        await SharedServer.ExecuteAsync($"create database {name} owner {name} template template0 encoding 'UTF8' locale 'C.UTF-8'");
        var owner = new NpgsqlConnectionStringBuilder(await SharedServer.ConnectionStringAsync())
        {
            Database = name, Username = name, Password = "x", Pooling = false,
        }.ConnectionString;
        var logins = DatabaseLogins.Of(
            new NpgsqlConnectionStringBuilder(owner) { Username = $"{name}_service", Password = "y" }.ConnectionString, owner);
        try
        {
            await Database.PrepareAsync(logins);
            await Database.PrepareAsync(logins);
            await using (var source = NpgsqlDataSource.Create(owner))
                (await ServiceRole.ExcessAsync(source)).ShouldNotBeNull().English.ShouldBe("the owner of its tables");
            // A connection of the service's pool plans so, whoever made the role.
            await using (var source = Database.Open(logins.Service))
                (await OneAsync(source, "show plan_cache_mode")).ShouldBe("force_custom_plan");
            await RefusedAsync(logins.Service, "delete from log.mt_events");
            await using var app = HazardsService.Build(new ServiceOptions(logins.Service) { Urls = "http://127.0.0.1:0", JsonLogs = true });
            await app.StartAsync();
            (await app.Services.GetRequiredService<Readiness>().WhatIsMissingAsync(default)).ShouldBeNull();
            await app.StopAsync();
        }
        finally
        {
            await SharedServer.ExecuteAsync($"drop database {name} with (force)");
            await SharedServer.ExecuteAsync($"drop role {name}_service");
            await SharedServer.ExecuteAsync($"drop role {name}");
        }
    }

    [Fact]
    public async Task One_login_for_both_is_taken_and_said()
    {
        (await ServiceRole.ExcessAsync(service.Owner)).ShouldNotBeNull().English.ShouldBe("a superuser");
        DatabaseLogins.Of("Host=a;Database=d;Username=u", null).OfTheOwner.ShouldBe("Host=a;Database=d;Username=u");
        DatabaseLogins.Of("Host=a;Database=d;Username=u", "Host=b;Database=d;Username=u").Owner.ShouldBeNull();
        Should.Throw<ArgumentException>(() => DatabaseLogins.Of("Host=a;Database=d;Username=u", "Host=a;Database=e;Username=o")).Message.ShouldContain("two databases");
        Should.Throw<ArgumentException>(() => DatabaseLogins.Of("Host=a;Database=d", "Host=a;Database=d;Username=o")).Message.ShouldContain("Username");
    }

    [Fact]
    public void The_environments_owner_goes_with_the_environments_database_only()
    {
        const string test = "Host=test;Database=d;Username=u", production = "Host=production;Database=d;Username=u",
        owner = "Host=production;Database=d;Username=o";
        string? Both(string name) => name == "HAZARDS_POSTGRES" ? production : owner;
        DatabaseOptions.LoginsGiven(null, null, Both).ShouldBe(new DatabaseLogins(production, owner));
        DatabaseOptions.LoginsGiven(test, null, Both).ShouldBe(new DatabaseLogins(test));
        DatabaseOptions.LoginsGiven(test, "Host=test;Database=d;Username=o", Both)!.Owner.ShouldBe("Host=test;Database=d;Username=o");
        DatabaseOptions.LoginsGiven(null, null, name => name == "HAZARDS_OWNER" ? owner : null)
            .ShouldBe(new DatabaseLogins(owner), "one alone does everything");
        DatabaseOptions.LoginsGiven(null, null, _ => null).ShouldBeNull();
    }

    private static async Task RefusedAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        var refused = await Should.ThrowAsync<PostgresException>(() => command.ExecuteNonQueryAsync(), sql);
        refused.SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege, $"{sql}: {refused.Message}");
    }

    private static async Task<string?> OneAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync() as string;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
