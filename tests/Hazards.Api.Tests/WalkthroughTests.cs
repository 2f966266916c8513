using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Hazards.Api.Tests;

/// <summary>docs/walkthrough.md is what a newcomer pastes: the same text runs here, block after block, in one shell.</summary>
[Trait("Server", "any")]
public sealed partial class WalkthroughTests(Service service) : IClassFixture<Service>
{
    [Fact]
    public async Task Every_block_of_the_walkthrough_does_what_it_says()
    {
        var text = await File.ReadAllTextAsync(Repository.Find("docs/walkthrough.md"));
        var script = string.Join('\n', Block().Matches(text).Select(m => m.Groups[1].Value));
        script.ShouldContain("lookbacks");
        var bash = Process.Start(new ProcessStartInfo("bash", ["-euo", "pipefail", "-c", script])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["HAZARDS_URL"] = service.Address, ["HAZARDS_KEY"] = service.AdminKey },
        })!;
        var output = bash.StandardOutput.ReadToEndAsync();
        var errors = bash.StandardError.ReadToEndAsync();
        await bash.WaitForExitAsync();
        bash.ExitCode.ShouldBe(0, $"{await errors}\n…\n{Tail(await output)}");
    }

    private static string Tail(string text) => text.Length <= 2000 ? text : text[^2000..];

    [GeneratedRegex("```bash\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}

/// <summary>Finds files of the checkout from wherever the tests run.</summary>
internal static class Repository
{
    public static string Find(string path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Hazards.sln")))
                return Path.Combine(folder.FullName, path);
        throw new InvalidOperationException("the tests do not run below a checkout");
    }
}
