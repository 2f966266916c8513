using System.Collections.Immutable;
using System.CommandLine;
using Hazards.Api.Administration.Policies;
using Hazards.Api.Administration.Registry;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Cli;

/// <summary>What the administrator's commands share.</summary>
internal static class AdministratorCommands
{
    private static readonly BodyId[] Usual = [BodyId.Parse("first-office"), BodyId.Parse("dev-office")];

    public static Argument<FileInfo> File() =>
        new Argument<FileInfo>("file") { Description = "JSON 文件 · a JSON file" }.AcceptExistingOnly();

    public static Option<string?> Body() =>
        new("--body") { Description = "以哪个已登记单位的名义；默认初始安委办 · the registered body acted for; the first office when left out" };

    public static int Say(FileInfo file, ImmutableArray<Finding> findings)
    {
        foreach (var finding in findings)
            Console.WriteLine(finding.Say(file.Name));
        Console.WriteLine(findings.IsEmpty ? $"{file.Name}: 没有错误 no mistakes" : $"{file.Name}: {findings.Length} 处错误 mistakes");
        return findings.IsEmpty ? 0 : 1;
    }

    public static int Done(string sentence)
    {
        Console.WriteLine(sentence);
        return 0;
    }

    public static int Fail(Refusal refusal)
    {
        Console.Error.WriteLine($"{refusal.Code}: {refusal.Chinese} · {refusal.English}");
        return 1;
    }

    public static async Task<int> RunAsync(
        DatabaseOptions database, ParseResult parsed, Func<IServiceProvider, Task<int>> work, CancellationToken stop)
    {
        await using var opened = await database.OpenAsync(parsed, stop);
        var services = new ServiceCollection();
        HazardsService.AddCore(services, new ServiceOptions(opened.ConnectionString) { Keys = opened.Keys });
        await using var provider = services.BuildServiceProvider();
        await opened.PrepareAsync(stop);
        await provider.GetRequiredService<RulebookSource>().RefreshAsync(stop);
        return await work(provider);
    }

    /// <summary>An administrator of the body's own region; null, and said, when there is no such body.</summary>
    public static async Task<Given?> OnBehalfOfAsync(IServiceProvider services, string? body, CancellationToken stop)
    {
        var store = services.GetRequiredService<BodyStore>();
        BodyId[] wanted = Usual;
        if (body is not null)
        {
            if (!BodyId.TryParse(body, out var id, out var malformed))
            {
                Fail(malformed);
                return null;
            }
            wanted = [id];
        }
        foreach (var id in wanted)
            if (await store.LoadAsync(id, null, stop) is { Dissolved: false } found)
                return new Given(new Actor(Environment.UserName, found, [Role.Administrator], "hazards command line", found.Region));
        Fail(BodyRefusals.Unknown.Because("--body", ("id", string.Join(" / ", wanted))));
        return null;
    }
}
