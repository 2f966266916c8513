namespace Hazards.LocalPostgres.Tests;

/// <summary>kill -9 of each of the processes that there are, and what the next start finds.</summary>
public sealed class DeathTests
{
    private const string Keep = "create table kept as select 42::bigint as n; select n from kept";

    [Theory, Installed, Embedded]
    public async Task The_server_does_not_outlive_a_killed_host(PostgresSource source)
    {
        using var folder = new DataFolder();
        using var host = await OtherHost.StartAsync(folder, source);
        await Sql.ScalarAsync(host.ConnectionString, Keep);
        var server = await folder.ServerPidAsync();

        await host.KillAsync();
        await Processes.EndAsync(server);

        await using var again = await LocalCluster.StartAsync(folder.Options(source));
        (await Sql.ScalarAsync(again.ConnectionString, "select n from kept")).ShouldBe(42);
    }

    [Fact]
    public async Task The_server_does_not_outlive_a_killed_watchdog()
    {
        if (!OperatingSystem.IsLinux()) return;
        using var folder = new DataFolder();
        using var host = await OtherHost.StartAsync(folder, PostgresSource.Auto);
        var server = await folder.ServerPidAsync();
        Processes.Kill9(Processes.ParentOf(server));
        await host.KillAsync();
        await Processes.EndAsync(server);
    }

    [Theory, Installed, Embedded]
    public async Task A_killed_server_comes_back_with_its_data(PostgresSource source)
    {
        using var folder = new DataFolder();
        await using var cluster = await LocalCluster.StartAsync(folder.Options(source));
        await Sql.ScalarAsync(cluster.ConnectionString, Keep);
        Processes.Kill9(await folder.ServerPidAsync());
        (await Sql.ScalarOnceBackAsync(cluster.ConnectionString, "select n from kept")).ShouldBe(42);
    }

    [Theory, Installed, Embedded]
    public async Task A_cluster_whose_processes_were_all_killed_recovers_at_the_next_start(PostgresSource source)
    {
        using var folder = new DataFolder();
        using (var host = await OtherHost.StartAsync(folder, source))
        {
            await Sql.ScalarAsync(host.ConnectionString, Keep);
            var server = await folder.ServerPidAsync();
            Processes.Kill9(Processes.ParentOf(server), server);
            await host.KillAsync();
        }
        File.Exists(Path.Combine(folder.Cluster, "postmaster.pid")).ShouldBeTrue();
        await using var again = await LocalCluster.StartAsync(folder.Options(source));
        (await Sql.ScalarAsync(again.ConnectionString, "select n from kept")).ShouldBe(42);
    }

    [Theory, Installed, Embedded]
    public async Task A_server_left_running_is_stopped_in_order_and_replaced(PostgresSource source)
    {
        using var folder = new DataFolder();
        await using (var made = await LocalCluster.StartAsync(folder.Options(source)))
            await Sql.ScalarAsync(made.ConnectionString, Keep);
        var account = await Account.ChooseAsync(folder.Path, default);
        var server = await ServerAsync(source, account);
        (await Command.RunAsync(
            account.Wrap(
                "sh", "-c", "\"$1\" start -w -D \"$2\" -l \"$2/../server.log\" -o '-c listen_addresses= -k /tmp -p 1' >/dev/null 2>&1",
                "sh", server.PgCtl, folder.Cluster),
            default)).ExitCode.ShouldBe(0);
        var orphan = await folder.ServerPidAsync();

        var told = new List<string>();
        await using var cluster = await LocalCluster.StartAsync(folder.Options(source) with { Progress = new Told(told) });

        Processes.Runs(orphan).ShouldBeFalse();
        told.ShouldContain(line => line.Contains("left behind", StringComparison.Ordinal));
        (await Sql.ScalarAsync(cluster.ConnectionString, "select n from kept")).ShouldBe(42);
    }

    [Fact]
    public async Task A_lock_file_that_names_another_program_is_stale()
    {
        using var folder = new DataFolder();
        await using (await LocalCluster.StartAsync(folder.Options())) { }
        var account = await Account.ChooseAsync(folder.Path, default);
        // A process of the same account, as after a restart of the machine: PostgreSQL alone would refuse to start.
        using var stranger = System.Diagnostics.Process.Start(Command.Prepare(account.Wrap("sleep", "60")))!;
        var pidFile = Path.Combine(folder.Cluster, "postmaster.pid");
        await File.WriteAllTextAsync(pidFile, $"{stranger.Id}\n{folder.Cluster}\n1700000000\n5432\n{folder.Path}\n\n  1  0\nready\n");
        await File.WriteAllTextAsync(Path.Combine(folder.Path, ".s.PGSQL.5432.lock"), $"{stranger.Id}\n{folder.Cluster}\n");
        await account.GiveAsync(pidFile, default);
        try
        {
            await using var cluster = await LocalCluster.StartAsync(folder.Options());
            (await Sql.ScalarAsync(cluster.ConnectionString, "select 1::bigint")).ShouldBe(1);
            stranger.HasExited.ShouldBeFalse();
        }
        finally
        {
            stranger.Kill();
        }
    }

    private static async Task<Server> ServerAsync(PostgresSource source, Account account) => source == PostgresSource.Embedded
        ? await EmbeddedServer.GetAsync(new LocalClusterOptions(), account, default)
        : (await InstalledServers.FindAsync(account, default))[0];

    private sealed class Told(List<string> lines) : IProgress<string>
    {
        public void Report(string value) => lines.Add(value);
    }
}
