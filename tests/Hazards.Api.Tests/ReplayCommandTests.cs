using System.Globalization;
using System.Net;
using Hazards.Api.Cli;
using Hazards.Api.Investigation.Replay;
using Hazards.Domain.Codes;

namespace Hazards.Api.Tests;

/// <summary>追溯的命令行: laid out for reading, cited, without colours when nobody looks.</summary>
[Trait("Server", "any")]
public sealed class ReplayCommandTests(Service service) : IClassFixture<Service>
{
    [Fact]
    public async Task A_hazard_is_shown_with_its_timeline_silences_and_accountability_each_line_cited()
    {
        var id = await service.HazardAsync(Stage.Assigned);
        var (exit, text, _) = await RunAsync("replay", "hazard", id);
        exit.ShouldBe(0);
        text.ShouldContain("一、时间线");
        text.ShouldContain("巍山县人民政府（限");
        text.ShouldContain("未打开 never opened；未见回应");
        text.ShouldContain("告知后从未打开");
        text.ShouldContain("时限·签收");
        text.ShouldContain("〔事件 ");
        text.ShouldNotContain("\u001b", Case.Sensitive, "no colours in a file");
        text.ShouldNotContain("+00:00", Case.Sensitive, "instants in China time");
    }

    [Fact]
    public async Task It_is_shown_at_an_instant_between_two_and_step_by_step()
    {
        var id = await service.HazardAsync(Stage.Rectifying);
        var recorded = DateTimeOffset.Parse((await service.Office.GetAsync($"replay/hazards/{id}?version=2"))
            .Require(HttpStatusCode.OK).Json["event"]!["recordedAt"]!.ToString(), CultureInfo.InvariantCulture);
        var at = recorded.ToString("o", CultureInfo.InvariantCulture);
        (await RunAsync("replay", "hazard", id, "--at", at)).Text.ShouldContain("第 2 / 5 个事件之后");
        (await RunAsync("replay", "hazard", id, "--at", "2020-01-01")).Text.ShouldContain("当时没有任何登记");
        (await RunAsync("replay", "hazard", id, "--from", at)).Text.ShouldContain("待交办");
        var steps = (await RunAsync("replay", "hazard", id, "--step")).Text;
        for (var n = 1; n <= 5; n++)
            steps.ShouldContain($"第 {n} / 5 个事件");
    }

    [Fact]
    public async Task Bodies_persons_enterprises_regions_and_look_alikes_are_shown()
    {
        var id = await service.HazardAsync(Stage.Rectifying);
        (await RunAsync("replay", "body", "ws-gov")).Text.ShouldContain("被告知");
        (await RunAsync("replay", "body", "ws-gov", "--at", DateTimeOffset.UtcNow.ToString("o", CultureInfo.InvariantCulture))).Text.ShouldContain(id);
        (await RunAsync("replay", "body", "ws-gas", "--silences")).Exit.ShouldBe(0);
        (await RunAsync("replay", "region", Service.County, "--from", "2020-01-01", "--changes")).Text.ShouldContain("清单·双重交办");
        (await RunAsync("replay", "person", "无此人", "--body", "ws-gov")).Text.ShouldContain("（无 none）");
        (await RunAsync("replay", "region", Service.County, "--limit", "1")).Text.ShouldContain("只列前 1 条");
    }

    [Fact]
    public async Task What_makes_no_sense_is_said_in_a_sentence()
    {
        var id = await service.HazardAsync();
        (await RunAsync("replay", "hazard", id, "--from", "2026-03-02", "--to", "2026-03-01"))
            .ShouldSatisfyAllConditions(r => r.Exit.ShouldBe(1), r => r.Error.ShouldContain("replay.backwards"));
        (await RunAsync("replay", "hazard", id, "--at", "2099-01-01")).Error.ShouldContain("replay.future");
        (await RunAsync("replay", "hazard", id, "--at", "yesterday")).Error.ShouldContain("instant.malformed");
        (await RunAsync("replay", "hazard", Guid.NewGuid().ToString())).Error.ShouldContain("hazard.not_found");
        (await RunAsync("replay", "body", "nobody-knows")).Error.ShouldContain("body.not_found");
        (await RunAsync("replay", "enterprise", "1")).Error.ShouldContain("credit_code.malformed");
        (await RunAsync("replay", "body", "ws-gov", "--changes")).Error.ShouldContain("input.missing");
        (await RunAsync("replay", "look-alikes", id)).Exit.ShouldBe(0, "compared by its words");
        var wordless = Some.Report();
        (wordless["title"], wordless["description"], wordless["place"], wordless["category"]) = ("漏", "漏", null, null);
        var least = (await service.Office.PostAsync("hazards", wordless)).Require(HttpStatusCode.Created)["id"];
        (await RunAsync("replay", "look-alikes", least)).Error.ShouldContain("replay.no_enterprise");
    }

    [Fact]
    public void Columns_stand_under_each_other_however_wide_a_character_is()
    {
        var lines = Written(() => ConsoleScreen.Table(["单位 body", "事项"], [new("巍山县人民政府", "x"), new("ws", "x"), new("住建局，A", "x")]))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Skip(1).Select(l => ConsoleScreen.WidthOf(l.TrimEnd()) - 1).Distinct().ShouldBe([16]);
        ConsoleScreen.WidthOf("〔事件 12〕").ShouldBe(11);
    }

    internal static readonly SemaphoreSlim Console1 = new(1);

    private async Task<(int Exit, string Text, string Error)> RunAsync(params string[] args)
    {
        await Console1.WaitAsync();
        var (output, error) = (Console.Out, Console.Error);
        var (text, wrong) = (new StringWriter(), new StringWriter());
        try
        {
            Console.SetOut(text);
            Console.SetError(wrong);
            var exit = await CommandLine.RunAsync([.. args, "--postgres", service.OfTheService, "--owner", service.ConnectionString, "--keys", TestServer.KeysOf(service.ConnectionString)]);
            return (exit, text.ToString(), wrong.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(error);
            Console1.Release();
        }
    }

    private static string Written(Action write)
    {
        Console1.Wait();
        var output = Console.Out;
        var text = new StringWriter();
        try
        {
            Console.SetOut(text);
            write();
            return text.ToString();
        }
        finally
        {
            Console.SetOut(output);
            Console1.Release();
        }
    }
}
