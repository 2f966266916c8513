using System.Net;
using System.Text.Json.Nodes;

namespace Hazards.Api.Tests;

/// <summary>撤销导入: a whole import taken back while nobody has built on it; what was known before stays known.</summary>
[Trait("Server", "any")]
public sealed class ImportUndoTests(Service service) : IClassFixture<Service>
{
    private const string Header = "编号,发现时间,检查单位,地点,隐患内容,隐患等级,责任单位,整改期限,状态\n";

    [Fact]
    public async Task An_untouched_import_is_withdrawn_as_a_whole_and_counts_no_more()
    {
        var import = await ImportAsync("untouched", "140721", Row(1, "已销号"), Row(2, "未整改"), Row(3, "不属实"));
        var before = await FoundAsync("140721");
        before.ShouldBe(2);
        // Rows are entered several at once: when the last of them was.
        var lives = await Task.WhenAll(HazardsOf(import).Select(h => service.Admin.GetAsync($"hazards/{h}/events")));
        var instant = lives.Max(l => l.Json["events"]!.AsArray().Last()!["recordedAt"]!.ToString())!;
        var undone = (await UndoAsync(import)).Require(HttpStatusCode.OK);
        undone.Json["undone"]!["hazards"]!.GetValue<int>().ShouldBe(3);
        undone.Json["undone"]!["reason"]!.ToString().ShouldBe("列映射有误");
        foreach (var hazard in HazardsOf(import))
        {
            var history = (await service.Admin.GetAsync($"hazards/{hazard}/events")).Require(HttpStatusCode.OK).Json["events"]!.AsArray();
            history.Last()!["type"]!.ToString().ShouldBe("hazard_withdrawn");
            history.Last()!["data"]!["import"]!.ToString().ShouldBe(import["id"]);
            (await service.Admin.GetAsync($"hazards/{hazard}")).Json["stage"]!["code"]!.ToString().ShouldBe("rejected");
        }

        // As of now it counts no more, and nobody owes anything; as it was known before, it is counted as it was.
        (await FoundAsync("140721")).ShouldBe(0);
        (await FoundAsync("140721", instant)).ShouldBe(before);
        (await service.Admin.GetAsync("hazards?region=140721&overdue=true")).Json["items"]!.AsArray().ShouldBeEmpty();
        var listed = (await service.Admin.GetAsync("imports?limit=200")).Json["items"]!.AsArray()
            .Single(i => i!["id"]!.ToString() == import["id"])!;
        listed["undone"]!["reason"]!.ToString().ShouldBe("列映射有误");
    }

    [Fact]
    public async Task The_same_request_again_is_answered_and_another_is_told_that_it_was_undone()
    {
        var import = await ImportAsync("twice", "140722", Row(1, "未整改"));
        var first = (await UndoAsync(import, ("Idempotency-Key", "undo-1"))).Require(HttpStatusCode.OK);
        var head = await service.HeadAsync();
        (await UndoAsync(import, ("Idempotency-Key", "undo-1"))).Require(HttpStatusCode.OK).Json["undone"]!.ToJsonString()
            .ShouldBe(first.Json["undone"]!.ToJsonString());
        (await UndoAsync(import)).Refused(HttpStatusCode.Conflict, "import.undone_before");
        (await service.HeadAsync()).ShouldBe(head);
    }

    [Fact]
    public async Task Two_at_once_undo_it_once()
    {
        var import = await ImportAsync("at-once", "140723", [.. Enumerable.Range(1, 30).Select(n => Row(n, "未整改"))]);
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => UndoAsync(import)));
        answers.Count(a => a.Status == HttpStatusCode.OK).ShouldBe(1);
        foreach (var refused in answers.Where(a => a.Status != HttpStatusCode.OK))
            refused.Refused(HttpStatusCode.Conflict, "import.undone_before");
        foreach (var hazard in HazardsOf(import))
            (await service.Admin.GetAsync($"hazards/{hazard}/events")).Json["events"]!.AsArray()
                .Count(e => e!["type"]!.ToString() == "hazard_withdrawn").ShouldBe(1);
    }

    [Fact]
    public async Task What_somebody_has_built_upon_is_named_and_nothing_is_withdrawn()
    {
        var import = await ImportAsync("built", "140725", Row(1, "未整改"), Row(2, "未整改"));
        (await service.Admin.PostAsync($"hazards/{HazardsOf(import)[1]}/comments", new JsonObject { ["text"] = "已到现场核对" }))
            .Require(HttpStatusCode.OK);
        var head = await service.HeadAsync();
        var refused = (await UndoAsync(import)).Refused(HttpStatusCode.Conflict, "import.built_upon");
        refused["detail"].ShouldContain(HazardsOf(import)[1]);
        refused["detail"].ShouldNotContain(HazardsOf(import)[0]);
        (await service.HeadAsync()).ShouldBe(head);
    }

    [Fact]
    public async Task What_brought_hazards_of_earlier_imports_up_to_date_stands_and_so_do_those()
    {
        var first = await ImportAsync("monthly", "140729", Row(1, "未整改"));
        var second = await ImportAsync("monthly", "140729", Row(1, "已整改"), Row(2, "未整改"));
        (await UndoAsync(second)).Refused(HttpStatusCode.Conflict, "import.updated_others")["detail"].ShouldContain(HazardsOf(first)[0]);
        (await UndoAsync(first)).Refused(HttpStatusCode.Conflict, "import.built_upon");
    }

    [Fact]
    public async Task The_same_ledger_can_be_imported_again_afterwards_and_undone_again()
    {
        var first = await ImportAsync("again", "140727", Row(1, "未整改"), Row(2, "已销号"));
        (await UndoAsync(first)).Require(HttpStatusCode.OK);
        var second = await ImportAsync("again", "140727", Row(1, "未整改"), Row(2, "已销号"));
        second.Json["finished"]!["entered"]!.GetValue<int>().ShouldBe(2);
        HazardsOf(second).Intersect(HazardsOf(first)).ShouldBeEmpty();
        (await FoundAsync("140727")).ShouldBe(2);
        // And once more without doubling.
        (await ImportAsync("again", "140727", Row(1, "未整改"), Row(2, "已销号"))).Json["finished"]!["unchanged"]!.GetValue<int>().ShouldBe(2);
        (await UndoAsync(second)).Require(HttpStatusCode.OK);
        (await FoundAsync("140727")).ShouldBe(0);
    }

    [Fact]
    public async Task Single_rows_are_withdrawn_and_the_others_stand()
    {
        var import = await ImportAsync("rows", "140781", Row(1, "未整改"), Row(2, "未整改"), Row(3, "未整改"));
        var hazards = HazardsOf(import);
        (await UndoRowsAsync(import, hazards[1])).Require(HttpStatusCode.OK).Json["undone"].ShouldBeNull();
        (await service.Admin.GetAsync($"hazards/{hazards[1]}")).Json["stage"]!["code"]!.ToString().ShouldBe("rejected");
        (await service.Admin.GetAsync($"hazards/{hazards[0]}")).Json["stage"]!["code"]!.ToString().ShouldBe("rectifying");
        (await UndoRowsAsync(import, hazards[1])).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await UndoRowsAsync(import, Guid.NewGuid().ToString())).Refused(HttpStatusCode.UnprocessableEntity, "import.not_of_import");
        // One that somebody acts on does not keep the others from being taken back, one by one.
        (await service.Admin.PostAsync($"hazards/{hazards[0]}/comments", new JsonObject { ["text"] = "已到现场核对" }))
            .Require(HttpStatusCode.OK);
        (await UndoRowsAsync(import, hazards[0])).Refused(HttpStatusCode.Conflict, "import.built_upon");
        (await UndoRowsAsync(import, hazards[2])).Require(HttpStatusCode.OK);
    }

    private Task<Answer> UndoRowsAsync(Answer import, params string[] hazards) => service.Admin.PostAsync($"imports/{import["id"]}/undoing",
        new JsonObject { ["reason"] = "录入错误", ["hazards"] = new JsonArray([.. hazards.Select(h => (JsonNode)h)]) });

    [Fact]
    public async Task It_is_refused_to_others_and_without_a_reason()
    {
        var import = await ImportAsync("others", "140728", Row(1, "未整改"));
        var elsewhere = await service.KeyAsync("dali-awb", "5329", "importer");
        (await elsewhere.PostAsync($"imports/{import["id"]}/undoing", new JsonObject { ["reason"] = "x" }))
            .Refused(HttpStatusCode.NotFound, "import.not_found");
        (await service.Gov.PostAsync($"imports/{import["id"]}/undoing", new JsonObject { ["reason"] = "x" }))
            .Refused(HttpStatusCode.Forbidden, "role.forbidden");
        (await service.Admin.PostAsync($"imports/{import["id"]}/undoing", new JsonObject { ["reason"] = " " })).Status.ShouldBe(
            HttpStatusCode.BadRequest);
        var nothing = await ImportAsync("others", "140728", Row(1, "未整改"));
        (await UndoAsync(nothing)).Refused(HttpStatusCode.Conflict, "import.nothing_entered");
    }

    [Fact]
    public async Task Sealed_records_are_not_withdrawn_and_the_attempt_is_on_record()
    {
        const string header = "编号,发现时间,企业名称,隐患内容,隐患等级,责任单位,状态\n";
        var import = (await service.Admin.SendAsync(
            HttpMethod.Post, "imports?fileName=s.csv&region=140724&ledger=sealed",
            Some.Csv($"{header}1,2026-03-02,某矿业公司,阀门渗漏,C,运输队,未整改\n"))).Require(HttpStatusCode.Created);
        (await service.Admin.PostAsync("seals", new JsonObject
        {
            ["enterprise"] = new JsonObject { ["name"] = "某矿业公司" }, ["region"] = "140724", ["reason"] = "事故调查",
            ["documentNumber"] = "晋调〔2026〕9号",
        })).Require(HttpStatusCode.Created);
        (await UndoAsync(import)).Refused((HttpStatusCode)423, "enterprise.sealed");
        (await service.Admin.GetAsync($"access?kind=sealed_attempt_refused&hazard={HazardsOf(import)[0]}")).Json["items"]!.AsArray()
            .ShouldNotBeEmpty();
    }

    private async Task<Answer> ImportAsync(string ledger, string region, params string[] rows) =>
        (await service.Admin.SendAsync(
            HttpMethod.Post, $"imports?fileName=l.csv&ledger={ledger}&region={region}",
            Some.Csv(Header + string.Concat(rows)))).Require(HttpStatusCode.Created);

    private Task<Answer> UndoAsync(Answer import, params (string Name, string Value)[] headers) =>
        service.Admin.PostAsync($"imports/{import["id"]}/undoing", new JsonObject { ["reason"] = "列映射有误" }, headers);

    private static string[] HazardsOf(Answer import) =>
        [.. import.Json["rows"]!.AsArray().Where(r => r!["hazard"] is not null).Select(r => r!["hazard"]!.ToString())];

    /// <summary>排查一般隐患数 of March, as the monthly table has it.</summary>
    private async Task<int> FoundAsync(string region, string? asOf = null)
    {
        var table = (await service.Admin.GetAsync($"figures/monthly-table?period=2026-03&region={region}{(asOf is null ? "" : $"&asOf={Uri.EscapeDataString(asOf)}")}")).Require(HttpStatusCode.OK);
        return int.Parse(
            table.Json["table"]!["total"]!["foundGeneral"]?.ToString() ?? "0", System.Globalization.CultureInfo.InvariantCulture);
    }

    private static string Row(int number, string state) =>
        $"{number},2026-03-0{number % 9 + 1},县煤炭局,主井口{number},第{number}处防冻设施未开启,C,运输队,2026-03-20,{state}\n";
}
