using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Hazards.Api.Tests;

/// <summary>A ledger looked at before it is imported: nothing is written until somebody has seen what every row becomes.</summary>
[Trait("Server", "any")]
public sealed class ImportDraftTests(Service service) : IClassFixture<Service>
{
    private const string Ledger = """
        编号,发现时间,检查单位,地点,隐患内容,隐患等级,责任单位,状态
        1,2026-03-02,县煤炭局,主井口,井口防冻设施未开启,C,运输队,已销号
        2,2026-03-03,县煤炭局,副井口,提升机制动不灵,二类,机电队,弄完了
        3,2026-03-04,县煤炭局,地面,,C,机电队,未整改
        """;

    [Fact]
    public async Task What_is_uploaded_is_shown_with_a_guess_and_nothing_is_written()
    {
        var head = await service.HeadAsync();
        var draft = await UploadAsync();
        draft.Json["trouble"].ShouldBeNull();
        draft.Json["guessed"]!.GetValue<bool>().ShouldBeTrue();
        var columns = draft.Json["sheets"]!.AsArray().ShouldHaveSingleItem()!["columns"]!.AsArray();
        columns.Select(c => c!["field"]!.ToString())
            .ShouldBe(["externalId", "foundAt", "inspectionBody", "place", "description", "level", "responsibleUnit", "state"]);
        columns[4]!["samples"]!.AsArray().Select(s => s!.ToString()).ShouldContain("提升机制动不灵");
        var counts = draft.Json["counts"]!;
        counts["hazards"]!.GetValue<int>().ShouldBe(2);
        counts["levels"]!.AsArray().ShouldHaveSingleItem()!["text"]!.ToString().ShouldBe("二类");
        counts["states"]!.AsArray().ShouldHaveSingleItem()!["text"]!.ToString().ShouldBe("弄完了");
        (await RowsAsync(draft)).Length.ShouldBe(3);
        (await service.HeadAsync()).ShouldBe(head);
    }

    [Fact]
    public async Task What_a_row_would_become_is_what_it_becomes()
    {
        var draft = await UploadAsync("&ledger=same");
        var rows = await RowsAsync(draft);
        var begun = (await service.Admin.PostAsync($"imports/drafts/{draft["id"]}/import", [])).Require(HttpStatusCode.Accepted);
        var report = await ImportTests.FinishedAsync(service.Admin, begun["id"]);
        report.Json["rows"]!.AsArray().Where(r => r!["outcome"]!.ToString() != "skipped").Select(Told).ShouldBe(rows.Select(Expected));
        // However often it is asked for, it is imported once.
        (await service.Admin.PostAsync($"imports/drafts/{draft["id"]}/import", [])).Require(HttpStatusCode.Accepted)["id"]
            .ShouldBe(begun["id"]);
        (await service.Admin.GetAsync($"imports/drafts/{draft["id"]}/rows")).Refused(HttpStatusCode.Conflict, "import.draft_used");
        (await service.Admin.GetAsync("imports?limit=1")).Json["items"]!.AsArray().ShouldHaveSingleItem()!["id"]!.ToString()
            .ShouldBe(begun["id"]);

        static string Told(JsonNode? r) =>
            $"{r!["row"]} {r["outcome"]} {r["hazard"]} {r["stage"]} {r["events"]} {r["notUnderstood"]!.ToJsonString()}";
        static string Expected(JsonNode r) =>
            $"{r["row"]} {r["outcome"]!["code"]} {r["hazard"]} {r["stage"]?["code"]} {r["events"]} {r["notUnderstood"]!.ToJsonString()}";
    }

    [Fact]
    public async Task A_corrected_mapping_is_what_the_rows_are_read_by()
    {
        var draft = await UploadAsync("&ledger=corrected");
        var mapping = draft.Json["mapping"]!.DeepClone();
        mapping["levels"] = new JsonObject { ["二类"] = "general" };
        mapping["states"] = new JsonObject { ["弄完了"] = "declared" };
        var changed = (await ChangeAsync(
            draft,
            new JsonObject
            {
                ["mapping"] = mapping.ToJsonString(), ["ledger"] = "另一名称", ["region"] = "140781",
            })).Require(HttpStatusCode.OK);
        changed["ledger"].ShouldBe("另一名称");
        changed.Json["counts"]!["levels"]!.AsArray().ShouldBeEmpty();
        (await RowsAsync(draft)).Single(r => (int)r["row"]! == 3)["stage"]!["code"]!.ToString().ShouldBe("awaitingAcceptance");

        // A mapping without the description is refused, and the one before it stays.
        mapping["columns"] = new JsonArray(new JsonObject { ["field"] = "place", ["header"] = "地点" });
        (await ChangeAsync(draft, new JsonObject { ["mapping"] = mapping.ToJsonString() }))
            .Refused(HttpStatusCode.UnprocessableEntity, "mapping.no_description");
        (await ChangeAsync(draft, new JsonObject { ["mapping"] = "{" })).Refused(HttpStatusCode.UnprocessableEntity, "mapping.broken");
        (await RowsAsync(draft)).Length.ShouldBe(3);
    }

    [Fact]
    public async Task A_header_that_is_not_found_can_be_pointed_at()
    {
        var draft = await UploadAsync("", Encoding.UTF8.GetBytes("某县台账\n甲,乙\n1,边坡开裂\n2,护栏缺失\n"));
        draft.Json["trouble"]!["code"]!.ToString().ShouldBe("header.missing");
        draft.Json["sheets"]![0]!["top"]!.AsArray().Count.ShouldBe(4);
        var pointed = (await ChangeAsync(draft, new JsonObject { ["headerRow"] = 2 })).Require(HttpStatusCode.OK);
        pointed.Json["sheets"]![0]!["columns"]!.AsArray().Select(c => c!["header"]!.ToString()).ShouldBe(["甲", "乙"]);
        var mapping = new JsonObject
        {
            ["headerRow"] = 2, ["columns"] = new JsonArray(new JsonObject { ["field"] = "description", ["header"] = "乙" }),
        };
        (await ChangeAsync(draft, new JsonObject { ["mapping"] = mapping.ToJsonString(), ["region"] = "140781" }))
            .Require(HttpStatusCode.OK).Json["counts"]!["hazards"]!.GetValue<int>().ShouldBe(2);
    }

    [Fact]
    public async Task Nobody_else_sees_it_and_only_importers_may_upload()
    {
        var draft = await UploadAsync();
        var other = await service.KeyAsync("dali-awb", "5329", "importer");
        (await other.GetAsync($"imports/drafts/{draft["id"]}")).Refused(HttpStatusCode.NotFound, "import.draft_not_found");
        (await other.PostAsync($"imports/drafts/{draft["id"]}/import", [])).Refused(HttpStatusCode.NotFound, "import.draft_not_found");
        (await service.Gov.SendAsync(HttpMethod.Post, "imports/drafts?fileName=a.csv", Some.Csv(Ledger)))
            .Refused(HttpStatusCode.Forbidden, "role.forbidden");
        (await service.Admin.SendAsync(HttpMethod.Post, "imports/drafts?fileName=a.xlsx", Some.Csv(Encoding.UTF8.GetBytes("no workbook"))))
            .Refused(HttpStatusCode.UnprocessableEntity, "xlsx.not_zip");
    }

    [Fact]
    public async Task Only_the_newest_few_of_an_owner_are_kept()
    {
        var first = await UploadAsync();
        for (var i = 0; i < 5; i++)
            await UploadAsync();
        (await service.Admin.GetAsync($"imports/drafts/{first["id"]}")).Refused(HttpStatusCode.NotFound, "import.draft_not_found");
    }

    [Fact]
    public async Task The_same_ledger_of_the_next_month_is_known_by_its_title()
    {
        const string head = "序号,检查时间,存在问题,隐患等级,责任单位,整改期限,是否整改\n";
        var march = await ImportedAsync("case-03.csv", $"某县2026年3月安全隐患台账,,,,,,\n{head}1,2026-03-01,阀门渗漏,一般,甲厂,2026-03-20,否\n");
        march.Json["finished"]!["entered"]!.GetValue<int>().ShouldBe(1);
        var april = await ImportedAsync("case-04.csv", $"某县2026年4月安全隐患台账,,,,,,\n{head}1,2026-03-01,阀门渗漏,一般,甲厂,2026-03-20,是\n");
        april["ledger"].ShouldBe("某县安全隐患台账");
        (april.Json["finished"]!["entered"]!.GetValue<int>(), april.Json["finished"]!["updated"]!.GetValue<int>()).ShouldBe((0, 1));
    }

    private async Task<Answer> ImportedAsync(string name, string text) =>
        (await service.Admin.SendAsync(HttpMethod.Post, $"imports?fileName={name}&region=140781", Some.Csv(text)))
            .Require(HttpStatusCode.Created);

    private async Task<Answer> UploadAsync(string query = "", byte[]? bytes = null) =>
        (await service.Admin.SendAsync(
            HttpMethod.Post, $"imports/drafts?fileName=coal.csv&region=140781{query}",
            Some.Csv(bytes ?? Encoding.UTF8.GetBytes(Ledger)))).Require(HttpStatusCode.Created);

    private Task<Answer> ChangeAsync(Answer draft, JsonObject body) =>
        service.Admin.PostAsync($"imports/drafts/{draft["id"]}/mapping", body);

    private async Task<JsonNode[]> RowsAsync(Answer draft) =>
        [.. (await service.Admin.GetAsync($"imports/drafts/{draft["id"]}/rows")).Require(HttpStatusCode.OK).Json["items"]!.AsArray().Select(r => r!)];
}
