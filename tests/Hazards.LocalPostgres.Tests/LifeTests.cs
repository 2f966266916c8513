namespace Hazards.LocalPostgres.Tests;

public sealed class LifeTests
{
    [Theory, Installed, Embedded]
    public async Task A_new_cluster_speaks_Chinese_keeps_what_it_commits_and_listens_to_nobody_else(PostgresSource source)
    {
        using var folder = new DataFolder();
        await using var cluster = await LocalCluster.StartAsync(folder.Options(source));

        cluster.ServerVersion.Major.ShouldBeGreaterThanOrEqualTo(LocalClusterOptions.OldestMajor);
        (await Sql.ScalarAsync<string>(cluster.ConnectionString, "select current_database()::text")).ShouldBe("hazards");
        (await Sql.ScalarAsync<string>(cluster.ConnectionString,
            "select concat_ws(' ', datcollate, datctype, pg_encoding_to_char(encoding)) from pg_database where datname = current_database()"))
            .ShouldBe("C.UTF-8 C.UTF-8 UTF8");
        (await Sql.ScalarAsync<string>(cluster.ConnectionString,
            "select string_agg(name || '=' || setting, ' ' order by name) from pg_settings " +
            "where name in ('fsync', 'synchronous_commit', 'full_page_writes', 'listen_addresses', 'TimeZone', 'jit')"))
            .ShouldBe("TimeZone=UTC fsync=on full_page_writes=on jit=off listen_addresses= synchronous_commit=on");
        await Sql.ScalarAsync<object>(cluster.ConnectionString, "create extension pg_trgm; select 1");
        (await Sql.ScalarAsync<bool>(cluster.ConnectionString,
            "select '燃气管道泄漏' ilike '%管道%' and array_length(show_trgm('燃气管道'), 1) > 0")).ShouldBeTrue();
    }

    [Theory, Installed, Embedded]
    public async Task Stopped_and_started_again_it_has_its_data(PostgresSource source)
    {
        using var folder = new DataFolder();
        int first;
        await using (var cluster = await LocalCluster.StartAsync(folder.Options(source)))
        {
            first = cluster.ServerProcessId;
            await Sql.ScalarAsync(cluster.ConnectionString, "create table kept as select 42::bigint as n; select n from kept");
        }
        Processes.Runs(first).ShouldBeFalse();
        await using var again = await LocalCluster.StartAsync(folder.Options(source));
        (await Sql.ScalarAsync(again.ConnectionString, "select n from kept")).ShouldBe(42);
    }

    /// <summary>A command beside a running service: the same data, and the service goes on when the command has ended.</summary>
    [Fact]
    public async Task Another_process_joins_the_server_that_runs_and_leaves_it_running()
    {
        using var folder = new DataFolder();
        using (var other = await OtherHost.StartAsync(folder, PostgresSource.Auto))
        {
            await Sql.ScalarAsync(other.ConnectionString, "create table kept as select 42::bigint as n; select n from kept");
            await using (var joined = await LocalCluster.StartAsync(folder.Options() with { Join = true }))
            {
                joined.ServerProcessId.ShouldBe(await folder.ServerPidAsync());
                joined.ServerVersion.Major.ShouldBeGreaterThanOrEqualTo(LocalClusterOptions.OldestMajor);
                (await Sql.ScalarAsync(joined.ConnectionString, "select n from kept")).ShouldBe(42);
            }

            (await Sql.ScalarAsync(other.ConnectionString, "select n from kept")).ShouldBe(42);
            await other.KillAsync();
        }

        // Where none runs any more it starts its own.
        await using var own = await LocalCluster.StartAsync(folder.Options() with { Join = true });
        (await Sql.ScalarAsync(own.ConnectionString, "select n from kept")).ShouldBe(42);
    }

    [Fact]
    public async Task Who_joins_waits_for_a_server_that_is_being_made()
    {
        using var folder = new DataFolder();
        var both = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => LocalCluster.StartAsync(folder.Options() with { Join = true })));
        both[0].ServerProcessId.ShouldBe(both[1].ServerProcessId);
        // In whichever order they end.
        foreach (var one in both)
            await one.DisposeAsync();
    }

    [Fact]
    public async Task A_temporary_cluster_leaves_nothing()
    {
        string folder;
        int server;
        await using (var cluster = await LocalCluster.StartAsync(new LocalClusterOptions { Durable = false, SharedBuffers = "16MB" }))
        {
            (folder, server) = (cluster.DataDirectory, cluster.ServerProcessId);
            (await Sql.ScalarAsync<string>(cluster.ConnectionString, "show fsync")).ShouldBe("off");
        }
        Directory.Exists(folder).ShouldBeFalse();
        Processes.Runs(server).ShouldBeFalse();
    }

    [Fact]
    public async Task Its_settings_can_be_told()
    {
        await using var cluster = await LocalCluster.StartAsync(new LocalClusterOptions
        {
            Durable = false,
            SharedBuffers = "24MB",
            Settings = new Dictionary<string, string> { ["work_mem"] = "3MB" },
        });
        (await Sql.ScalarAsync<string>(cluster.ConnectionString, "show work_mem")).ShouldBe("3MB");
        (await Sql.ScalarAsync<string>(cluster.ConnectionString, "show shared_buffers")).ShouldBe("24MB");
    }

    [Fact]
    public async Task A_path_too_long_for_a_socket_gets_a_shorter_one()
    {
        using var folder = new DataFolder();
        var path = Path.Combine(folder.Parent, new string('长', 30), new string('x', 60));
        await using var cluster = await LocalCluster.StartAsync(folder.Options() with { DataDirectory = path });
        (await Sql.ScalarAsync<string>(cluster.ConnectionString, "show unix_socket_directories")).Length.ShouldBeLessThan(60);
    }

    [Fact]
    public async Task Its_password_is_for_its_owner_only()
    {
        using var folder = new DataFolder();
        await using var cluster = await LocalCluster.StartAsync(folder.Options());
        File.GetUnixFileMode(Path.Combine(folder.Path, "password")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.GetUnixFileMode(folder.Path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
