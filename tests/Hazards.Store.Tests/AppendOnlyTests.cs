using Npgsql;

namespace Hazards.Store.Tests;

public sealed class AppendOnlyTests(LogDatabase database) : IClassFixture<LogDatabase>, IAsyncLifetime
{
    public async Task InitializeAsync()
    {
        await using var log = database.Open();
        await log.CommitAsync(Some.Append(Guid.CreateVersion7(), events: 2));
    }

    public Task DisposeAsync() => Task.CompletedTask;

    private Task ShouldBeRefusedAsync(string sql) => ShouldBeRefusedAsync(database.DataSource, sql);

    private static async Task ShouldBeRefusedAsync(NpgsqlDataSource dataSource, string sql)
    {
        await using var command = dataSource.CreateCommand(sql);
        (await Should.ThrowAsync<PostgresException>(() => command.ExecuteNonQueryAsync()))
            .SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege, sql);
    }

    [Theory]
    [InlineData("update log.mt_events set data = '{}'")]
    [InlineData("update log.mt_events set is_archived = true")]
    [InlineData("delete from log.mt_events")]
    [InlineData("delete from log.mt_events where seq_id = 1")]
    [InlineData("truncate log.mt_events")]
    [InlineData("truncate log.mt_streams, log.mt_events")]
    [InlineData("insert into log.mt_events (seq_id, id, stream_id, version, data, type) select 1, id, stream_id, version, data, type from log.mt_events on conflict (seq_id) do update set data = '{}'")]
    public async Task Even_the_owner_cannot_change_or_delete_an_event(string sql)
    {
        await ShouldBeRefusedAsync(sql);
        await ShouldBeRefusedAsync($"set local session_replication_role = replica; {sql}");
    }

    [Fact]
    public async Task The_archive_path_marks_events_and_does_nothing_else()
    {
        await using var log = database.Open();
        var archived = (await log.CommitAsync(Some.Append(Guid.CreateVersion7()))).LastPosition;

        (await database.ExecuteAsync(
            $"set local log.archive = 'on'; update log.mt_events set is_archived = true where seq_id = {archived}")).ShouldBe(1);

        await ShouldBeRefusedAsync($"set local log.archive = 'on'; update log.mt_events set is_archived = false where seq_id = {archived}");
        await ShouldBeRefusedAsync("set local log.archive = 'on'; update log.mt_events set is_archived = true, data = '{}'");
        await ShouldBeRefusedAsync("set local log.archive = 'on'; delete from log.mt_events");
        await ShouldBeRefusedAsync("set local log.archive = 'on'; truncate log.mt_events");
    }

    [Fact]
    public async Task The_services_role_appends_and_reads_and_has_no_further_right()
    {
        var role = $"service_{Guid.NewGuid():n}"[..30];
        await ServiceRole.EnsureAsync(database.DataSource, role, null);
        await ServiceRole.EnsureAsync(database.DataSource, role, null); // a second start
        try
        {
            var asService = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Options = $"-c role={role}" };
            await using var dataSource = NpgsqlDataSource.Create(asService.ConnectionString);
            await using var log = LogDatabase.Open(dataSource);
            var stream = Guid.CreateVersion7();
            await log.CommitAsync(Some.Append(stream));
            await log.CommitAsync(Some.Append(stream, 1) with { Key = Some.Key("k") });
            (await log.StreamAsync(stream)).Count.ShouldBe(2);
            await using (var daemon = await AttachedDaemon.StartAsync(dataSource))
                await daemon.ReachAsync((await log.HeadAsync()).Position);

            await ShouldBeRefusedAsync(dataSource, "update log.mt_events set is_archived = true");
            await ShouldBeRefusedAsync(dataSource, "set local log.archive = 'on'; update log.mt_events set is_archived = true");
            await ShouldBeRefusedAsync(dataSource, "delete from log.mt_events");
            await ShouldBeRefusedAsync(dataSource, "truncate log.mt_events");
            await ShouldBeRefusedAsync(dataSource, "alter table log.mt_events disable trigger all");
            await ShouldBeRefusedAsync(dataSource, "drop table log.mt_events");
            await ShouldBeRefusedAsync(dataSource, "delete from log.mt_streams");
            await ShouldBeRefusedAsync(dataSource, "delete from log.append_keys");
        }
        finally
        {
            await database.ExecuteAsync($"drop owned by {role}; drop role {role}");
        }
    }

    [Fact]
    public async Task A_user_that_may_not_make_roles_says_what_an_administrator_must_do()
    {
        var user = $"plain_{Guid.NewGuid():n}"[..30];
        await database.ExecuteAsync($"create role {user} login password 'x'");
        try
        {
            var asUser = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Options = $"-c role={user}" };
            await using var dataSource = NpgsqlDataSource.Create(asUser.ConnectionString);
            var failure = await Should.ThrowAsync<MigrationException>(
                () => ServiceRole.EnsureAsync(dataSource, "role_nobody_made", new ServiceLogin("x")));
            failure.Message.ShouldContain("create role role_nobody_made login");
        }
        finally
        {
            await database.ExecuteAsync($"drop role {user}");
        }
    }
}
