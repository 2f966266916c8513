using System.ComponentModel;
using System.Diagnostics;

namespace Hazards.Api.Tests;

/// <summary>
/// Two linters find nothing in docs/openapi.json, and clients generated from it by others' tools compile and walk through the
/// closed loop. Needed: node and npm; tools/contract/package-lock.json says which versions of what.
/// </summary>
[Trait("Server", "any")]
public sealed class GeneratedClientTests(Service service) : IClassFixture<Service>
{
    private const string Document = "../../docs/openapi.json";

    // Fetched once for the whole run, and kept until the lock file changes.
    private static readonly Lazy<Task> Tools = new(InstallAsync);

    private static string Folder => Repository.Find("tools/contract");

    [Fact]
    public async Task Redocly_finds_nothing()
    {
        await Tools.Value;
        (await RunAsync("npx", "--no-install", "redocly", "lint", Document, "--config", "redocly.yaml", "--format", "stylish")).ShouldNotContain("You have"); // … so many warnings
    }

    [Fact]
    public async Task Spectral_finds_nothing()
    {
        await Tools.Value;
        await RunAsync("npx", "--no-install", "spectral", "lint", Document, "--ruleset", "spectral.yaml", "--fail-severity", "hint");
    }

    [Fact]
    public async Task A_client_in_typescript_compiles_and_walks()
    {
        await Tools.Value;
        await RunAsync("npx", "--no-install", "openapi-typescript", Document, "-o", "obj/api.d.ts");
        (await File.ReadAllTextAsync(Path.Combine(Folder, "obj/api.d.ts"))).ShouldNotContain("unknown[]");
        await RunAsync("npx", "--no-install", "tsc", "-p", ".");
        (await RunAsync("node", "obj/walkthrough.js", service.Address, service.AdminKey)).ShouldContain("walked: ");
    }

    [Fact]
    public async Task A_client_in_csharp_walks() =>
        (await Hazards.Client.Walkthrough.WalkAsync(service.Address, service.AdminKey)).ShouldNotBe(Guid.Empty);

    private static async Task InstallAsync()
    {
        var (wanted, had) = (Path.Combine(Folder, "package-lock.json"), Path.Combine(Folder, "node_modules/.package-lock.json"));
        if (!File.Exists(had) || File.GetLastWriteTimeUtc(had) < File.GetLastWriteTimeUtc(wanted))
            await RunAsync("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline");
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
            Environment = { ["REDOCLY_TELEMETRY"] = "off", ["REDOCLY_SUPPRESS_UPDATE_NOTICE"] = "true", ["NO_COLOR"] = "1" },
        };
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            var said = $"{await output}\n{await errors}";
            process.ExitCode.ShouldBe(0, $"{program} {string.Join(' ', arguments)}\n{said}");
            return said;
        }
        catch (Win32Exception)
        {
            throw new InvalidOperationException(
                $"没有找到 {program}，请安装 Node.js 和 npm。"
                + $" {program} was not found: install Node.js and npm (Debian, Ubuntu: apt-get install npm).");
        }
    }
}
