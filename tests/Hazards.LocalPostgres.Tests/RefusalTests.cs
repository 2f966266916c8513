namespace Hazards.LocalPostgres.Tests;

public sealed class RefusalTests
{
    [Fact]
    public async Task A_second_host_on_the_same_data_is_refused_and_the_first_goes_on()
    {
        using var folder = new DataFolder();
        using var other = await OtherHost.StartAsync(folder, PostgresSource.Auto);
        (await RefusalAsync(folder.Options())).Code.ShouldBe(LocalClusterErrors.DataBusy);
        (await Sql.ScalarAsync(other.ConnectionString, "select 1::bigint")).ShouldBe(1);
    }

    [Fact]
    public async Task Within_one_process_too()
    {
        using var folder = new DataFolder();
        await using var first = await LocalCluster.StartAsync(folder.Options());
        (await RefusalAsync(folder.Options())).Code.ShouldBe(LocalClusterErrors.DataBusy);
    }

    [Fact]
    public async Task Data_of_a_version_that_is_not_here_are_left_alone()
    {
        using var folder = new DataFolder();
        await using (await LocalCluster.StartAsync(folder.Options())) { }
        var version = Path.Combine(folder.Cluster, "PG_VERSION");
        await File.WriteAllTextAsync(version, "12\n");

        var refusal = await RefusalAsync(folder.Options());

        refusal.Code.ShouldBe(LocalClusterErrors.VersionMissing);
        refusal.Message.ShouldContain("PostgreSQL 12");
        (await File.ReadAllTextAsync(version)).ShouldBe("12\n");
    }

    [Theory, Embedded]
    public async Task Data_of_18_never_meet_an_older_server(PostgresSource source)
    {
        using var folder = new DataFolder();
        await using (await LocalCluster.StartAsync(folder.Options(source))) { }
        await using var again = await LocalCluster.StartAsync(folder.Options(PostgresSource.Auto));
        again.ServerVersion.Major.ShouldBe(18);
    }

    [Fact]
    public async Task A_folder_that_is_no_cluster_is_left_alone()
    {
        using var folder = new DataFolder();
        Directory.CreateDirectory(folder.Cluster);
        await File.WriteAllTextAsync(Path.Combine(folder.Cluster, "letter.txt"), "keep me");
        (await RefusalAsync(folder.Options())).Code.ShouldBe(LocalClusterErrors.DataUnusable);
        File.Exists(Path.Combine(folder.Cluster, "letter.txt")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_setting_that_the_server_rejects_is_told_in_its_own_words()
    {
        using var folder = new DataFolder();
        var refusal = await RefusalAsync(folder.Options() with { Settings = new Dictionary<string, string> { ["work_mem"] = "lots" } });
        refusal.Code.ShouldBe(LocalClusterErrors.StartFailed);
        refusal.Message.ShouldContain("work_mem");
        await using var mended = await LocalCluster.StartAsync(folder.Options());
    }

    [Fact]
    public async Task Half_a_cluster_is_made_anew()
    {
        using var folder = new DataFolder();
        Directory.CreateDirectory(folder.Cluster + ".new-0123");
        await using var cluster = await LocalCluster.StartAsync(folder.Options());
        Directory.Exists(folder.Cluster + ".new-0123").ShouldBeFalse();
    }

    [RootFact]
    public async Task Below_a_folder_closed_to_the_lent_account_the_data_live_elsewhere_and_are_found_again()
    {
        using var folder = new DataFolder();
        File.SetUnixFileMode(folder.Parent, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await using (var cluster = await LocalCluster.StartAsync(folder.Options()))
        {
            cluster.DataDirectory.ShouldStartWith(ClusterFolder.Elsewhere);
            await Sql.ScalarAsync(cluster.ConnectionString, "create table kept as select 42::bigint as n; select n from kept");
        }
        await using var again = await LocalCluster.StartAsync(folder.Options());
        (await Sql.ScalarAsync(again.ConnectionString, "select n from kept")).ShouldBe(42);
    }

    private static async Task<LocalClusterException> RefusalAsync(LocalClusterOptions options) =>
        await Should.ThrowAsync<LocalClusterException>(async () =>
        {
            await using var cluster = await LocalCluster.StartAsync(options);
        });
}
