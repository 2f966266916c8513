using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hazards.Api.Administration.Accounts;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Microsoft.Extensions.DependencyInjection;

namespace Hazards.Api.Tests;

/// <summary>The hazard's page, as a browser gets and sends it.</summary>
[Trait("Server", "any")]
public sealed partial class HazardPageTests(HazardPageTests.Prefecture prefecture) : IClassFixture<HazardPageTests.Prefecture>
{
    private const string Script = "<script>alert(1)</script>";

    [Fact]
    public async Task It_shows_what_is_due_with_its_clause_and_a_form_for_it()
    {
        var id = await prefecture.ReportAsync("阀井泄漏");
        var page = await prefecture.GetAsync($"/hazards/{id}");
        page.Status.ShouldBe(HttpStatusCode.OK);
        page.Text.ShouldContain("<h1>阀井泄漏</h1>");
        page.Text.ShouldContain("产品默认值");
        page.Text.ShouldContain("核实定级");
        (await prefecture.GetAsync($"/hazards/{id}?step=verify")).Text.ShouldContain("id=\"step-verify\"");
    }

    [Fact]
    public async Task A_form_is_done_once_however_often_it_is_sent()
    {
        var id = await prefecture.ReportAsync("重复提交");
        var form = await FormAsync(id, "comment");
        form["text"] = "已联系企业";
        var first = await prefecture.PostAsync($"/hazards/{id}", form);
        var again = await prefecture.PostAsync($"/hazards/{id}", form);
        first.Status.ShouldBe(HttpStatusCode.Redirect, first.Text);
        again.Status.ShouldBe(HttpStatusCode.Redirect, again.Text);
        (await prefecture.EventsAsync(id)).Count(e => e == "comment_added").ShouldBe(1);
    }

    /// <summary>Gone back to and changed after it was done: nothing is done twice unawares, and it can be sent again.</summary>
    [Fact]
    public async Task A_form_sent_again_saying_something_else_says_so_and_can_be_sent_once_more()
    {
        var id = await prefecture.ReportAsync("返回修改");
        var form = await FormAsync(id, "comment");
        form["text"] = "第一次的意见";
        (await prefecture.PostAsync($"/hazards/{id}", form)).Status.ShouldBe(HttpStatusCode.Redirect);
        form["text"] = "第二次的意见";
        var other = await prefecture.PostAsync($"/hazards/{id}", form);
        other.Status.ShouldBe(HttpStatusCode.Conflict);
        other.Text.ShouldContain("已经提交并办理过");
        other.Text.ShouldContain("第二次的意见");
        (await prefecture.EventsAsync(id)).Count(e => e == "comment_added").ShouldBe(1);
        var anew = Fields(other.Text, "step-comment");
        anew["_key"].ShouldNotBe(form["_key"]);
        anew["text"] = "第二次的意见";
        (await prefecture.PostAsync($"/hazards/{id}", anew)).Status.ShouldBe(HttpStatusCode.Redirect);
        (await prefecture.EventsAsync(id)).Count(e => e == "comment_added").ShouldBe(2);
    }

    [Fact]
    public async Task A_form_left_open_while_another_changed_the_hazard_says_what_changed_and_can_be_sent_again()
    {
        var id = await prefecture.ReportAsync("同时办理");
        var form = await FormAsync(id, "comment");
        form["text"] = "我的意见";
        (await prefecture.Office.PostAsync($"hazards/{id}/verification", new JsonObject { ["level"] = "general" }))
            .Require(HttpStatusCode.OK);
        var changed = await prefecture.PostAsync($"/hazards/{id}", form);
        changed.Status.ShouldBe(HttpStatusCode.PreconditionFailed);
        changed.Text.ShouldContain("有了变化");
        changed.Text.ShouldContain("我的意见");
        var anew = Fields(changed.Text, "step-comment");
        anew["_version"].ShouldBe("2");
        anew["text"] = "我的意见";
        (await prefecture.PostAsync($"/hazards/{id}", anew)).Status.ShouldBe(HttpStatusCode.Redirect);
        (await prefecture.EventsAsync(id)).ShouldBe(["hazard_reported", "hazard_verified", "comment_added"]);
    }

    [Fact]
    public async Task A_refusal_stands_beside_its_field_with_what_was_typed()
    {
        var id = await prefecture.ReportAsync("定级缺依据");
        var form = await FormAsync(id, "verify");
        form["level"] = "major";
        form["findings"] = "属实，需停产";
        var page = await prefecture.PostAsync($"/hazards/{id}", form);
        page.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        page.Text.ShouldContain("id=\"step-verify-basis-why\"");
        page.Text.ShouldContain("定为重大隐患必须写明判定依据");
        page.Text.ShouldContain("属实，需停产");
    }

    [Fact]
    public async Task A_script_in_every_text_is_shown_and_not_run()
    {
        var id = await prefecture.ReportAsync($"标题{Script}", $"描述{Script}", $"地点{Script}", $"单位{Script}");
        async Task SayAsync(string path, JsonObject body) =>
            (await prefecture.Office.PostAsync($"hazards/{id}/{path}", body)).Require(HttpStatusCode.OK);
        await SayAsync("comments", new JsonObject { ["text"] = $"批注{Script}", ["actor"] = $"张工{Script}" });
        await SayAsync("verification", new JsonObject { ["level"] = "major", ["basis"] = $"依据{Script}", ["findings"] = $"情况{Script}" });
        await SayAsync("assignments", new JsonObject
        {
            ["legs"] = new JsonArray(
                new JsonObject
                {
                    ["leg"] = "sole", ["body"] = "xx-gov", ["deadline"] = Some.InDays(30), ["instructions"] = $"要求{Script}", ["responsiblePerson"] = $"责任人{Script}",
                }),
            ["documentNumber"] = $"文号{Script}",
        });
        await SayAsync("visits", new JsonObject { ["findings"] = $"督查{Script}", ["visitors"] = $"人员{Script}" });
        await SayAsync("corrections", new JsonObject { ["field"] = "category", ["to"] = $"类别{Script}", ["reason"] = $"理由{Script}" });
        foreach (var path in new[] { $"/hazards/{id}", $"/hazards/{id}?step=correct", $"/hazards/{id}/photos" })
        {
            var page = await prefecture.GetAsync(path);
            page.Status.ShouldBe(HttpStatusCode.OK);
            page.Text.ShouldNotContain(Script);
        }

        var form = await FormAsync(id, "comment");
        form["text"] = Script;
        form["_version"] = "1";
        (await prefecture.PostAsync($"/hazards/{id}", form)).Text.ShouldNotContain(Script);
    }

    [Fact]
    public async Task What_lies_outside_the_jurisdiction_is_as_what_does_not_exist()
    {
        var outside = (await prefecture.Elsewhere.PostAsync("hazards", Elsewhere())).Require(HttpStatusCode.Created)["id"];
        var nothing = Guid.CreateVersion7().ToString();
        foreach (var suffix in new[] { "", "/photos" })
        {
            var (one, other) = (await prefecture.GetAsync($"/hazards/{outside}{suffix}"), await prefecture.GetAsync(
                $"/hazards/{nothing}{suffix}"));
            one.Status.ShouldBe(HttpStatusCode.NotFound);
            Plain(one.Text, outside).ShouldBe(Plain(other.Text, nothing));
        }

        var (body, no) = (await prefecture.GetAsync("/bodies/bj-awb"), await prefecture.GetAsync("/bodies/no-such"));
        Plain(body.Text, "bj-awb").ShouldBe(Plain(no.Text, "no-such"));
    }

    [Fact]
    public async Task The_past_is_shown_whole_and_can_only_be_read()
    {
        var id = await prefecture.ReportAsync("当时的标题");
        var then = ChinaTime.Format(DateTimeOffset.UtcNow);
        await Task.Delay(TimeSpan.FromMilliseconds(20));
        (await prefecture.Office.PostAsync(
            $"hazards/{id}/corrections",
            new JsonObject { ["field"] = "title", ["to"] = "后来的标题", ["reason"] = "更正" })).Require(HttpStatusCode.OK);
        var past = await prefecture.GetAsync($"/hazards/{id}?asOf={Uri.EscapeDataString(then)}");
        past.Text.ShouldContain("当时的标题");
        past.Text.ShouldNotContain("后来的标题");
        past.Text.ShouldNotContain("name=\"_step\"");
    }

    [Fact]
    public async Task A_photo_goes_with_the_step_and_a_false_one_is_refused_beside_its_field()
    {
        var id = await prefecture.ReportAsync("拍照上传");
        var form = await FormAsync(id, "fix_on_the_spot");
        form["measures"] = "当场关闭阀门";
        var refused = await prefecture.PostAsync($"/hazards/{id}", form, ("attachments", "现场.jpg", "image/jpeg", "<html>"u8.ToArray()));
        refused.Status.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        refused.Text.ShouldContain("step-fix_on_the_spot-attachments-why");
        refused.Text.ShouldContain("当场关闭阀门");
        (await prefecture.PostAsync($"/hazards/{id}", form, ("attachments", "现场.jpg", "image/jpeg", Photos.OfACamera()))).Status.ShouldBe(HttpStatusCode.Redirect);
        var photos = await prefecture.GetAsync($"/hazards/{id}/photos");
        photos.Text.ShouldContain("整改后");
        photos.Text.ShouldContain("2026-03-05 14:30");
        photos.Text.ShouldContain("未核实");
    }

    [Fact]
    public async Task A_double_assignment_is_made_as_it_is_proposed()
    {
        var id = await prefecture.ReportAsync("双重交办");
        (await prefecture.Office.PostAsync($"hazards/{id}/verification", new JsonObject { ["level"] = "general" }))
            .Require(HttpStatusCode.OK);
        var form = await FormAsync(id, "assign");
        form["legs.territorial.body"].ShouldBe("xx-gov");
        form["legs.sectoral.body"].ShouldBe("xx-gas");
        (await prefecture.PostAsync($"/hazards/{id}", form)).Status.ShouldBe(HttpStatusCode.Redirect);
        var legs = await prefecture.GetAsync($"/hazards/{id}");
        legs.Text.ShouldContain("凤凰县人民政府");
        legs.Text.ShouldContain("凤凰县住建局");
    }

    private async Task<Dictionary<string, string>> FormAsync(string id, string step) =>
        Fields((await prefecture.GetAsync($"/hazards/{id}?step={step}")).Text, $"step-{step}");

    /// <summary>What a browser would send of a form.</summary>
    private static Dictionary<string, string> Fields(string page, string form)
    {
        var text = page[page.IndexOf($"id=\"{form}\"", StringComparison.Ordinal)..];
        text = text[..text.IndexOf("</form>", StringComparison.Ordinal)];
        var fields = new Dictionary<string, string>();
        foreach (Match input in Input().Matches(text))
            if (Attribute(input.Value, "type") is not ("file" or "checkbox") && Attribute(input.Value, "name") is { } name)
                fields[name] = Attribute(input.Value, "value") ?? "";
        foreach (Match area in Area().Matches(text))
            fields[area.Groups[1].Value] = WebUtility.HtmlDecode(area.Groups[2].Value);
        foreach (Match select in Select().Matches(text))
            fields[select.Groups[1].Value] = Option().Match(select.Groups[2].Value) is { Success: true } chosen
                ? chosen.Groups[1].Value
                : "";
        return fields;
    }

    private static string? Attribute(string tag, string name) =>
        Regex.Match(tag, $" {name}=\"([^\"]*)\"") is { Success: true } found ? WebUtility.HtmlDecode(found.Groups[1].Value) : null;

    private static string Plain(string page, string id) => Token().Replace(page.Replace(id, "ID", StringComparison.Ordinal), "");

    private static JsonObject Elsewhere()
    {
        var report = Some.Report();
        report["region"] = "110101";
        return report;
    }

    /// <summary>What the address narrows figures by counts on every page of them, and goes along; what it cannot be is said.</summary>
    [Theory, InlineData("/figures"), InlineData("/figures/rankings"), InlineData("/figures/rankings?of=counties")]
    [InlineData("/figures/quotas"), InlineData("/figures/bulletin"), InlineData("/figures/difference")]
    [InlineData("/figures/rows?column=foundGeneral")]
    public async Task Figures_of_a_part_say_so_on_every_page(string path)
    {
        var campaign = (await prefecture.Office.PostAsync("campaigns", new()
        {
            ["name"] = $"冬季攻坚{Guid.NewGuid():n}", ["from"] = Some.InDays(-20), ["to"] = Some.InDays(30),
            ["regions"] = new JsonArray("4331"), ["documentNumber"] = "湘州安办〔2026〕5号", ["requirements"] = "逐户检查",
        })).Require(HttpStatusCode.Created);
        var part = $"{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}campaign={campaign["id"]}&kind=safety";
        var (status, text) = await prefecture.GetAsync($"{path}{part}&period=2026-01");
        status.ShouldBe(HttpStatusCode.OK, text);
        WebUtility.HtmlDecode(text).ShouldContain($"campaign={campaign["id"]}", Case.Sensitive, "it goes along");
        if (!path.Contains("rows", StringComparison.Ordinal) && !path.Contains("rankings", StringComparison.Ordinal))
            WebUtility.HtmlDecode(text).ShouldContain(campaign.Json["record"]!["name"]!.ToString());
        if (path is "/figures" or "/figures/bulletin")
            WebUtility.HtmlDecode(text).ShouldContain("检查单位不分种类");
        foreach (var wrong in new[] { "campaign=none", "kind=none", "region=xx", "period=2026-13" })
        {
            (status, text) = await prefecture.GetAsync($"{path}{part[..1]}{wrong}");
            status.ShouldBe(HttpStatusCode.BadRequest, wrong + text);
        }
    }

    [GeneratedRegex("<input [^>]*>")]
    private static partial Regex Input();

    [GeneratedRegex("<textarea [^>]*?name=\"([^\"]+)\"[^>]*>([^<]*)</textarea>")]
    private static partial Regex Area();

    [GeneratedRegex("<select [^>]*?name=\"([^\"]+)\"[^>]*>(.*?)</select>", RegexOptions.Singleline)]
    private static partial Regex Select();

    [GeneratedRegex("<option value=\"([^\"]*)\" selected")]
    private static partial Regex Option();

    [GeneratedRegex("value=\"CfDJ8[^\"]*\"")]
    private static partial Regex Token();

    /// <summary>A service with a prefecture's office, whose officer has signed in.</summary>
    public sealed class Prefecture : IAsyncLifetime, IDisposable
    {
        private const string Region = "433123";
        private readonly Service service = new();
        private readonly HttpClient http = new(
            new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() });

        public Client Office { get; private set; } = null!;

        public Client Elsewhere => service.Elsewhere;

        public async Task InitializeAsync()
        {
            await service.InitializeAsync();
            await service.BodyAsync("seed-4331-office", "湘西州安委办", "committeeOffice", "4331");
            await service.BodyAsync("xx-gov", "凤凰县人民政府", "government", Region);
            await service.BodyAsync("xx-gas", "凤凰县住建局", "regulator", Region, "city_gas");
            Office = await service.KeyAsync("seed-4331-office", "4331", "reporter", "coordinator", "inspector", "supervisor");
            http.DefaultRequestHeaders.Add("Cookie", $"hazards_session={await SignInAsync()}");
        }

        private async Task<string> SignInAsync()
        {
            const string login = "officer", password = "what the tests sign in with";
            await service.Services.GetRequiredService<AccountStore>()
                .EnsureDemoAsync(login, password, "张经办", BodyId.Parse("seed-4331-office"),
                [Role.Reporter, Role.Coordinator, Role.Inspector, Role.Supervisor, Role.Responsible, Role.ListingAuthority, Role.Enforcer], RegionCode.Parse("4331"));
            // Its roles ask for a second factor; whom another system vouches for need not give one.
            var (opened, refusal) = await service.Services.GetRequiredService<SignIn>().ExternalAsync(login, null, null);
            return opened?.Token ?? throw new InvalidOperationException(refusal?.English);
        }

        public async Task<string> ReportAsync(
            string title, string description = "古城南门阀井有燃气味", string? place = null, string? enterprise = null)
        {
            var report = Some.Report();
            (report["region"], report["title"], report["description"]) = (Region, title, description);
            if (place is not null)
                report["place"] = new JsonObject { ["text"] = place };
            if (enterprise is not null)
                report["enterprise"] = new JsonObject { ["name"] = enterprise };
            return (await Office.PostAsync("hazards", report)).Require(HttpStatusCode.Created)["id"];
        }

        public async Task<string[]> EventsAsync(string id) =>
            [.. (await Office.GetAsync($"hazards/{id}/events")).Require(HttpStatusCode.OK).Json["events"]!.AsArray().Select(e => e!["type"]!.ToString())];

        public async Task<(HttpStatusCode Status, string Text)> GetAsync(string path)
        {
            using var answer = await http.GetAsync(new Uri(service.Address + path));
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }

        public async Task<(HttpStatusCode Status, string Text)> PostAsync(
            string path, Dictionary<string, string> fields, params (string Name, string File, string Type, byte[] Bytes)[] files)
        {
            using var form = new MultipartFormDataContent();
            foreach (var (name, value) in fields)
                form.Add(new StringContent(value), name);
            foreach (var (name, file, type, bytes) in files)
                form.Add(new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue(type) } }, name, file);
            using var answer = await http.PostAsync(new Uri(service.Address + path), form);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }

        public Task DisposeAsync() => service.DisposeAsync();

        public void Dispose() => http.Dispose();
    }
}
