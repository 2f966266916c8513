using Hazards.Api.Cli;
using Hazards.LocalPostgres;
using Npgsql;

namespace Hazards.Api.Tests;

/// <summary>The two logins of a data folder's own cluster.</summary>
[Trait("Server", "any")]
public sealed class PrivateClusterTests : IDisposable
{
    private readonly string data = TestServer.OpenFolder("hazards-private-");

    private string PasswordFile => Path.Combine(data, "postgres", "service-password");

    public void Dispose() => Directory.Delete(data, recursive: true);

    /// <summary>Its only role was the superuser; a command that migrates nothing is the first that this version is asked for.</summary>
    [Fact]
    public async Task A_folder_of_an_earlier_version_gets_the_services_login_and_keeps_it()
    {
        await using (var cluster = await StartAsync())
        {
            await using var owner = Database.Open(cluster.ConnectionString);
            await Database.MigrateAsync(owner);
        }

        File.Delete(PasswordFile);
        await AuditAsync();
        var password = await File.ReadAllTextAsync(PasswordFile);
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(PasswordFile).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await AuditAsync();
        (await File.ReadAllTextAsync(PasswordFile)).ShouldBe(password);

        // Lost, it is made anew: nobody else sets it.
        File.Delete(PasswordFile);
        await AuditAsync();
        await using (var cluster = await StartAsync())
        {
            await using var service = NpgsqlDataSource.Create(cluster.ServiceConnectionString);
            await using var asked = service.CreateCommand("""
                select concat_ws(' ', r.rolname, r.rolsuper, r.rolcreaterole, current_setting('plan_cache_mode'), (select count(*) from pg_class c where c.relowner = r.oid),
                  has_table_privilege('log.mt_events', 'insert'), has_table_privilege('log.mt_events', 'update, delete, truncate'))
                from pg_roles r where r.rolname = current_user
                """);
            (await asked.ExecuteScalarAsync()).ShouldBe("hazards_service f f force_custom_plan 0 t f");
        }
    }

    private Task<LocalCluster> StartAsync() =>
        LocalCluster.StartAsync(
            new LocalClusterOptions { DataDirectory = Path.Combine(data, "postgres"), Durable = false, SharedBuffers = "32MB" });

    private async Task AuditAsync()
    {
        await ReplayCommandTests.Console1.WaitAsync();
        try
        {
            (await CommandLine.RunAsync(["audit", "--data", data])).ShouldBe(0);
        }
        finally
        {
            ReplayCommandTests.Console1.Release();
        }
    }
}

/// <summary><c>./hazards docker-env</c>: passwords that are made are never made again.</summary>
public sealed class DockerEnvTests
{
    [Fact]
    public async Task An_older_file_is_completed_and_what_stands_in_it_stays()
    {
        var folder = Directory.CreateTempSubdirectory("hazards-env-").FullName;
        try
        {
            var script = Path.Combine(folder, "hazards");
            File.Copy(Path.Combine(Path.GetDirectoryName(Repository())!, "hazards"), script);
            var file = Path.Combine(folder, ".env");
            // As one of before, without the end of its line.
            await File.WriteAllTextAsync(file, "HAZARDS_DB_PASSWORD=of-before");
            await RunAsync(script);
            var made = await File.ReadAllLinesAsync(file);
            made.Length.ShouldBe(2);
            made[0].ShouldBe("HAZARDS_DB_PASSWORD=of-before");
            made[1].ShouldMatch("^HAZARDS_SERVICE_PASSWORD=[0-9a-f]{48}$");
            await RunAsync(script);
            (await File.ReadAllLinesAsync(file)).ShouldBe(made);

            File.Delete(file);
            await RunAsync(script);
            (await File.ReadAllLinesAsync(file)).Length.ShouldBe(2);
            if (!OperatingSystem.IsWindows())
                File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task RunAsync(string script)
    {
        using var process = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("bash", [script, "docker-env"]) { RedirectStandardOutput = true })!;
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0);
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Hazards.sln")))
            folder = folder.Parent;
        return Path.Combine(folder.FullName, "Hazards.sln");
    }
}
