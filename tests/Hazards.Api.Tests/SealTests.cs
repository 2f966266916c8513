using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Hazards.Projections.Store;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazards.Api.Tests;

/// <summary>封存: an enterprise's records are frozen while an accident is investigated, and its hazards go on being fixed.</summary>
[Trait("Server", "any")]
public sealed class SealTests(Service service) : IClassFixture<Service>
{
    private static int orders;

    [Fact]
    public async Task A_seal_is_seen_by_everyone_who_reads_the_hazard()
    {
        var (id, name) = await HazardAsync();
        (await service.Gov.GetAsync($"hazards/{id}")).Json["sealed"].ShouldBeNull();
        var etag = (await service.Gov.GetAsync($"hazards/{id}")).ETag;
        var seal = await SealAsync(name);
        var notice = (await service.Gov.GetAsync($"hazards/{id}", ("If-None-Match", etag)))
            .Require(HttpStatusCode.OK).Json["sealed"]!.AsArray().ShouldHaveSingleItem()!;
        notice["id"]!.ToString().ShouldBe(seal["id"]);
        notice["authority"]!.ToString().ShouldBe("“3·2”事故调查组");
        notice["document"]!.ToString().ShouldStartWith("巍政调封");
        (await service.Gov.GetAsync($"hazards?q={name}"))
            .Require(HttpStatusCode.OK).Json["names"]!["sealed"]![id]!.AsArray().Count.ShouldBe(1);
        (await service.Gov.GetAsync($"seals/{seal["id"]}")).Require(HttpStatusCode.OK)["reason"].ShouldBe("燃气爆炸事故调查");
        (await service.Gov.GetAsync("seals?active=true")).Text.ShouldContain(seal["id"]);
        (await service.Elsewhere.GetAsync($"seals/{seal["id"]}")).Refused(HttpStatusCode.NotFound, "seal.not_found");
        (await service.Elsewhere.GetAsync("seals")).Text.ShouldNotContain(seal["id"]);
    }

    [Fact]
    public async Task What_would_change_the_record_is_refused_and_says_who_sealed_since_when_and_by_which_order()
    {
        var (id, name) = await HazardAsync();
        await SealAsync(name);
        var refused = (await CorrectAsync(id)).Refused(HttpStatusCode.Locked, "enterprise.sealed");
        foreach (var said in new[] { name, "“3·2”事故调查组", "巍政调封", "更正" })
            refused["detail"].ShouldContain(said);
        (await service.Office.PostAsync($"hazards/{id}/rejection", new() { ["reason"] = "不属实" }))
            .Refused(HttpStatusCode.Locked, "enterprise.sealed");
        var other = await service.HazardAsync();
        (await service.Office.PostAsync($"hazards/{id}/merge", new() { ["into"] = other, ["reason"] = "同一处" }))
            .Refused(HttpStatusCode.Locked, "enterprise.sealed");
        (await service.Office.PostAsync($"hazards/{other}/merge", new() { ["into"] = id, ["reason"] = "同一处" })).Require(HttpStatusCode.OK);
    }

    [Fact]
    public async Task And_every_attempt_is_on_record()
    {
        var (id, name) = await HazardAsync();
        var seal = await SealAsync(name);
        (await CorrectAsync(id)).Refused(HttpStatusCode.Locked, "enterprise.sealed");
        (await service.Gov.PostAsync($"hazards/{id}/corrections", new() { ["field"] = "title", ["to"] = "改", ["reason"] = "改" }))
            .Refused(HttpStatusCode.Forbidden, "role.forbidden");
        var attempt = (await service.Supervisor.GetAsync($"hazards/{id}/access")).Require(HttpStatusCode.OK).Json["items"]!.AsArray()
            .ShouldHaveSingleItem()!;
        attempt["event"]!["code"]!.ToString().ShouldBe("sealed_attempt_refused");
        attempt["body"]!.ToString().ShouldBe("ws-awb");
        attempt["refused"]!.GetValue<bool>().ShouldBeTrue();
        attempt["data"]!["command"]!.ToString().ShouldBe("correct");
        attempt["data"]!["attempt"]!.ToString().ShouldBe("title: 已无泄漏");
        attempt["data"]!["seals"]!.AsArray().ShouldHaveSingleItem()!.ToString().ShouldBe(seal["id"]);
    }

    [Fact]
    public async Task A_sealed_hazard_is_fixed_and_closed_as_any_other()
    {
        var (id, name) = await HazardAsync();
        await SealAsync(name);
        (await service.Office.PostAsync($"hazards/{id}/verification", new() { ["level"] = "general" })).Require(HttpStatusCode.OK);
        (await service.Office.PostAsync($"hazards/{id}/assignments", Some.DualAssignment())).Require(HttpStatusCode.OK);
        foreach (var (client, leg) in new[] { (service.Gov, "territorial"), (service.Regulator, "sectoral") })
        {
            (await client.PostAsync($"hazards/{id}/legs/{leg}/acknowledgement", [])).Require(HttpStatusCode.OK);
            (await client.PostAsync($"hazards/{id}/legs/{leg}/plans", new() { ["parts"] = Plan() })).Require(HttpStatusCode.OK);
            (await client.PostAsync($"hazards/{id}/legs/{leg}/completion", new() { ["results"] = "已更换阀门" })).Require(HttpStatusCode.OK);
            (await service.Office.PostAsync($"hazards/{id}/legs/{leg}/reinspections", new() { ["verdict"] = "pass", ["findings"] = "无泄漏" }))
                .Require(HttpStatusCode.OK);
        }

        (await service.Supervisor.PostAsync($"hazards/{id}/urgings", new() { ["message"] = "请抓紧" })).Require(HttpStatusCode.OK);
        (await service.Office.PostAsync($"hazards/{id}/closure", [])).Require(HttpStatusCode.OK)["stage"].ShouldContain("closed");
    }

    /// <summary>A past is not made by leaving out whose it is: what an enterprise or its part reports of nobody may be its own.</summary>
    [Theory, InlineData(false), InlineData(true)]
    public async Task An_enterprise_that_is_sealed_enters_no_past_of_nobodys(bool byPart)
    {
        var name = $"封存企业{Guid.NewGuid():n}";
        var (of, part) = ($"e-{Guid.NewGuid():n}"[..20], $"u-{Guid.NewGuid():n}"[..20]);
        await service.BodyAsync(of, name, "enterprise", Service.County);
        (await service.Admin.PostAsync("bodies", new()
        {
            ["id"] = part, ["name"] = "一车间", ["kind"] = "unit", ["region"] = Service.County, ["parent"] = of,
        })).Require(HttpStatusCode.Created);
        var by = await service.KeyAsync(byPart ? part : of, Service.County, "reporter", "responsible");
        var report = Report(name);
        report.Remove("enterprise");
        (report["source"], report["occurredAt"]) = ("selfInspection", Instant(DateTimeOffset.UtcNow.AddHours(-3)));
        var before = (await by.PostAsync("hazards", report.DeepClone().AsObject())).Require(HttpStatusCode.Created)["id"];
        await SealAsync(name);
        report["occurredAt"] = Instant(DateTimeOffset.UtcNow.AddDays(-6));
        (await by.PostAsync("hazards", report.DeepClone().AsObject())).Refused(HttpStatusCode.Locked, "enterprise.sealed_past");
        (await by.PostAsync($"hazards/{before}/own-check-fix", new()
        {
            ["measures"] = "早已整改", ["occurredAt"] = Instant(DateTimeOffset.UtcNow.AddMinutes(-10)),
        })).Refused(HttpStatusCode.Locked, "enterprise.sealed_past");
        report.Remove("occurredAt");
        report["title"] = "新发现的";
        (await by.PostAsync("hazards", report)).Require(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Nothing_dated_before_the_sealing_is_entered_any_more()
    {
        var (id, name) = await HazardAsync(found: DateTimeOffset.UtcNow.AddHours(-6));
        await SealAsync(name);
        (await service.Supervisor.PostAsync(
            $"hazards/{id}/urgings",
            new() { ["message"] = "曾经催办", ["occurredAt"] = Instant(DateTimeOffset.UtcNow.AddHours(-2)) })).Refused(HttpStatusCode.Locked,
            "enterprise.sealed_past");
        var late = Report(name);
        late["occurredAt"] = Instant(DateTimeOffset.UtcNow.AddDays(-40));
        (await service.Office.PostAsync("hazards", late)).Refused(HttpStatusCode.Locked, "enterprise.sealed_past");
        var prompt = Report(name);
        prompt["occurredAt"] = Instant(DateTimeOffset.UtcNow.AddHours(-1));
        (await service.Office.PostAsync("hazards", prompt)).Require(HttpStatusCode.Created);
        (await service.Admin.GetAsync($"access?kind=sealed_attempt_refused&body=ws-awb")).Text.ShouldContain("\"command\":\"report\"");
    }

    [Fact]
    public async Task Whoever_sealed_lifts_and_the_past_stays_as_it_was()
    {
        var (id, name) = await HazardAsync();
        var group = await service.KeyAsync("ws-duc", Service.County, "investigator");
        var seal = await SealAsync(name, group);
        var between = Instant(DateTimeOffset.UtcNow);
        var office = await service.KeyAsync("ws-awb", Service.County, "administrator");
        (await office.PostAsync($"seals/{seal["id"]}/lifting", Lifting())).Refused(HttpStatusCode.Forbidden, "seal.not_yours");
        (await service.Office.PostAsync($"seals/{seal["id"]}/lifting", Lifting())).Refused(HttpStatusCode.Forbidden, "role.forbidden");
        (await group.PostAsync($"seals/{seal["id"]}/lifting", new() { ["reason"] = "调查结束" }))
            .Refused(HttpStatusCode.UnprocessableEntity, "document_number.required");
        (await group.PostAsync($"seals/{seal["id"]}/lifting", Lifting())).Require(HttpStatusCode.OK)["version"].ShouldBe("2");
        (await group.PostAsync($"seals/{seal["id"]}/lifting", Lifting())).Refused(HttpStatusCode.Conflict, "seal.lifted");
        (await CorrectAsync(id)).Require(HttpStatusCode.OK);
        (await service.Gov.GetAsync($"hazards/{id}")).Json["sealed"].ShouldBeNull();
        (await service.Gov.GetAsync($"hazards/{id}?asOf={between}")).Json["sealed"]!.AsArray().Count.ShouldBe(1);
        (await service.Gov.GetAsync($"seals?active=true&asOf={between}")).Text.ShouldContain(seal["id"]);
        (await service.Gov.GetAsync("seals?active=true")).Text.ShouldNotContain(seal["id"]);
        (await service.Gov.GetAsync("seals?active=false")).Text.ShouldContain(seal["id"]);
        (await service.Gov.GetAsync($"seals/{seal["id"]}/events")).Require(HttpStatusCode.OK).Json["events"]!.AsArray().Count.ShouldBe(2);
    }

    [Fact]
    public async Task One_above_lifts_what_a_county_sealed()
    {
        var (_, name) = await HazardAsync();
        var seal = await SealAsync(name, await service.KeyAsync("ws-duc", Service.County, "investigator"));
        var above = await service.KeyAsync("dali-awb", "5329", "administrator");
        (await above.PostAsync($"seals/{seal["id"]}/lifting", Lifting())).Require(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_county_is_told_of_what_its_prefecture_sealed_and_cannot_lift_it()
    {
        var (id, name) = await HazardAsync();
        var order = Order(name);
        order["region"] = "5329";
        var above = await service.KeyAsync("dali-awb", "5329", "investigator");
        var seal = (await above.PostAsync("seals", order)).Require(HttpStatusCode.Created)["id"];
        (await service.Gov.GetAsync($"hazards/{id}")).Json["sealed"]!.AsArray().Count.ShouldBe(1);
        (await service.Gov.GetAsync($"seals/{seal}")).Require(HttpStatusCode.OK);
        (await service.Gov.GetAsync($"seals?region={Service.County}")).Text.ShouldNotContain(seal);
        (await service.Gov.GetAsync("seals")).Text.ShouldContain(seal);
        (await CorrectAsync(id)).Refused(HttpStatusCode.Locked, "enterprise.sealed");
        var group = await service.KeyAsync("ws-duc", Service.County, "investigator");
        (await group.PostAsync($"seals/{seal}/lifting", Lifting())).Refused(HttpStatusCode.NotFound, "seal.not_found");
        (await above.PostAsync($"seals/{seal}/lifting", Lifting())).Require(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_seal_needs_an_order_and_a_role()
    {
        var order = Order("无此公司");
        (await service.Office.PostAsync("seals", Order("无此公司"))).Refused(HttpStatusCode.Forbidden, "role.forbidden");
        order.Remove("documentNumber");
        (await service.Admin.PostAsync("seals", order)).Refused(HttpStatusCode.UnprocessableEntity, "document_number.required");
        var elsewhere = Order("无此公司");
        elsewhere["region"] = "110101";
        var group = await service.KeyAsync("ws-duc", Service.County, "investigator");
        (await group.PostAsync("seals", elsewhere)).Refused(HttpStatusCode.Forbidden, "region.outside_jurisdiction");
        var twice = Order("两次公司");
        (await group.PostAsync("seals", twice)).Require(HttpStatusCode.Created);
        (await group.PostAsync("seals", twice)).Refused(HttpStatusCode.Conflict, "seal.sealed_before");
        (await group.PostAsync($"seals/{Guid.NewGuid()}/lifting", Lifting())).Refused(HttpStatusCode.NotFound, "seal.not_found");
    }

    [Fact]
    public async Task The_same_order_entered_by_many_at_once_seals_once()
    {
        var order = Order("同时公司");
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 12).Select(_ => service.Admin.PostAsync("seals", (JsonObject)order.DeepClone())));
        answers.Count(a => a.Status == HttpStatusCode.Created).ShouldBe(1);
        answers.Where(a => a.Status != HttpStatusCode.Created).ShouldAllBe(a => a["code"] == "seal.sealed_before");
    }

    /// <summary>Whatever the race, in the log no correction follows the seal it did not know.</summary>
    [Fact]
    public async Task A_correction_never_passes_a_seal_it_did_not_know()
    {
        var log = service.Services.GetRequiredService<IEventLog>();
        for (var round = 0; round < 6; round++)
        {
            var (_, name) = await HazardAsync();
            var hazards = new List<string>();
            for (var i = 0; i < 12; i++)
                hazards.Add((await service.Office.PostAsync("hazards", Report(name))).Require(HttpStatusCode.Created)["id"]);
            var before = await service.HeadAsync();
            var correcting = hazards.Select((id, i) => Task.Run(async () =>
            {
                var answers = new List<Answer>();
                for (var n = 0; n < 4; n++)
                    answers.Add(await service.Office.PostAsync($"hazards/{id}/corrections", new() { ["field"] = "description", ["to"] = $"第{n}次", ["reason"] = "改" }));
                return answers;
            })).ToArray();
            var sealing = Task.Run(async () =>
            {
                while (await service.HeadAsync() < before + 5)
                    await Task.Yield();
                return await service.Admin.PostAsync("seals", Order(name));
            });
            var seal = (await sealing).Require(HttpStatusCode.Created).Json["events"]![0]!["position"]!.GetValue<long>();
            var all = (await Task.WhenAll(correcting)).SelectMany(a => a).ToArray();
            all.Where(a => a.Status != HttpStatusCode.OK).ShouldAllBe(a => a["code"] == "enterprise.sealed");
            await foreach (var e in log.ReadAllAsync(before))
                if (e.Type == "hazard_corrected")
                    e.Position.ShouldBeLessThan(seal);
            all.Count(a => a.Status == HttpStatusCode.OK).ShouldBeGreaterThan(0);
        }
    }

    /// <summary>
    /// The same without luck, on two nodes: both have decided and wait for the log's lock, which lets them in one after
    /// the other. Neither could know of the other when it decided.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_a_seal_and_a_correction_that_both_wait_the_first_in_line_wins(bool sealFirst)
    {
        var (id, name) = await HazardAsync();
        // Patient nodes: on a busy machine the usual test's five seconds may pass while the two are lining up.
        Service one = Patient(), other = Patient();
        await one.StartAsync(service.ConnectionString);
        await other.StartAsync(service.ConnectionString);
        try
        {
            var admin = one.ClientOf(service.AdminKey);
            var office = other.ClientOf(await SecretAsync());
            await using var line = await service.Owner.OpenConnectionAsync();
            // Of a transaction, which gives it back also when this test fails half way; a pooled session would keep it from all others.
            await using var held = await line.BeginTransactionAsync();
            await ExecuteAsync(line, "select pg_advisory_xact_lock(7311142570156650343)");
            Task<Answer> Seal() => admin.PostAsync("seals", Order(name));
            Task<Answer> Correct() =>
                office.PostAsync($"hazards/{id}/corrections", new() { ["field"] = "title", ["to"] = "已无泄漏", ["reason"] = "录错" });
            var first = sealFirst ? Seal() : Correct();
            await WaitingAsync(line, 1);
            var second = sealFirst ? Correct() : Seal();
            await WaitingAsync(line, 2);
            await held.RollbackAsync();
            var (seal, correction) = sealFirst ? (await first, await second) : (await second, await first);
            seal.Require(HttpStatusCode.Created);
            if (sealFirst)
                correction.Refused(HttpStatusCode.Locked, "enterprise.sealed");
            else
                correction.Require(HttpStatusCode.OK);
            var history = (await service.Office.GetAsync($"hazards/{id}/events")).Json["events"]!.AsArray();
            history.Count(e => e!["type"]!.ToString() == "hazard_corrected").ShouldBe(sealFirst ? 0 : 1);
        }
        finally
        {
            await one.StopAsync();
            await other.StopAsync();
        }
    }

    private static Service Patient() => new() { Options = o => o with { Log = o.Log with { AppendTimeout = TimeSpan.FromSeconds(25) } } };

    private static async Task WaitingAsync(NpgsqlConnection line, int many)
    {
        await using var waiting = new NpgsqlCommand(
            "select count(*) from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())", line);
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        while ((long)(await waiting.ExecuteScalarAsync())! < many)
            System.Diagnostics.Stopwatch.GetElapsedTime(began)
                .ShouldBeLessThan(TimeSpan.FromSeconds(20), $"{many} should wait for the log's lock");
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<string> SecretAsync() =>
        (await service.Admin.PostAsync("api-keys", new()
        {
            ["client"] = "second", ["body"] = "ws-awb", ["region"] = Service.County, ["roles"] = new JsonArray("coordinator"),
        })).Require(HttpStatusCode.Created)["secret"];

    /// <summary>The guard by itself, under a decision that knew of no seal.</summary>
    [Fact]
    public async Task A_change_decided_before_the_seal_and_appended_after_it_is_decided_again()
    {
        var (id, name) = await HazardAsync();
        var log = service.Services.GetRequiredService<IEventLog>();
        var hazard = (await service.Services.GetRequiredService<HazardStore>().LoadAsync(HazardId.Parse(id)))!;
        var seen = await service.Services.GetRequiredService<SealQueries>().InForceAsync(hazard.Enterprise, hazard.Region);
        await SealAsync(name);
        var corrected = new HazardCorrected(CorrectableField.Title, hazard.Title, "已无泄漏", "改");
        var context = new EventContext(
            DateTimeOffset.UtcNow, Entry.Prompt, "张工", BodyId.Parse("ws-awb"), Role.Coordinator, "tests", "national-baseline@1", null, []);
        var after = Hazard.Apply(hazard.Id, hazard, new Happening(corrected, context));
        var happened = new NewEvent(Guid.NewGuid(), corrected, new EventHeaders(context));
        var head = await service.HeadAsync();
        StreamAppend Append(long position) => new(hazard.Id.StreamId, HazardStore.StreamType, hazard.Version, [happened],
            new PendingState.OfHazard(hazard, after, Rulebook.Baseline)
            {
                Guards = [new SealGuard(hazard.Enterprise!, hazard.Region, position)],
            });
        (await Should.ThrowAsync<AppendRejectedException>(() => log.AppendAsync(new Append([Append(seen.Seen)])))).SqlState.ShouldBe(SealGuard.Broken);
        (await service.HeadAsync()).ShouldBe(head, "nothing was written");

        // Others of the same batch are not harmed.
        var reports = Enumerable.Range(0, 8).Select(_ => service.Office.PostAsync("hazards", Some.Report())).ToArray();
        await Should.ThrowAsync<AppendRejectedException>(() => log.AppendAsync(new Append([Append(seen.Seen)])));
        (await Task.WhenAll(reports)).ShouldAllBe(a => a.Status == HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_hazard_is_not_corrected_into_sealed_records()
    {
        var name = $"南诏燃气{++orders}公司";
        await SealAsync(name);
        var report = Some.Report();
        report["enterprise"] = new JsonObject { ["name"] = "别的公司" };
        var id = (await service.Office.PostAsync("hazards", report)).Require(HttpStatusCode.Created)["id"];
        (await service.Office.PostAsync(
            $"hazards/{id}/corrections",
            new() { ["field"] = "enterpriseName", ["to"] = name, ["reason"] = "录错" })).Refused(HttpStatusCode.Locked, "enterprise.sealed");
        (await service.Office.PostAsync(
            $"hazards/{id}/corrections",
            new() { ["field"] = "enterpriseName", ["to"] = "又一公司", ["reason"] = "录错" })).Require(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Inspections_of_the_enterprise_are_neither_corrected_nor_voided()
    {
        var name = $"受检{++orders}公司";
        var inspection = (await service.Office.PostAsync("inspections", new()
        {
            ["unit"] = new JsonObject { ["name"] = name }, ["region"] = Service.County, ["sector"] = "city_gas", ["on"] = Some.InDays(0),
        })).Require(HttpStatusCode.Created)["id"];
        await SealAsync(name);
        (await service.Office.PostAsync($"inspections/{inspection}/corrections", new() { ["findings"] = "改", ["reason"] = "改" }))
            .Refused(HttpStatusCode.Locked, "enterprise.sealed");
        (await service.Office.PostAsync($"inspections/{inspection}/voiding", new() { ["reason"] = "重复" }))
            .Refused(HttpStatusCode.Locked, "enterprise.sealed");
        (await service.Admin.GetAsync("access?kind=sealed_attempt_refused&limit=200")).Text.ShouldContain(inspection);
    }

    [Fact]
    public async Task Rows_of_a_ledger_that_would_change_sealed_records_are_kept_and_said()
    {
        var name = $"台账{++orders}公司";
        string Ledger(string text) => $"序号,隐患描述,单位名称,隐患等级,发现日期\n1,{text},{name},一般隐患,2026-01-05\n";
        var importer = await service.KeyAsync("ws-awb", Service.County, "importer", "coordinator");
        async Task<JsonNode> ImportAsync(string text) =>
            (await importer.SendAsync(
                HttpMethod.Post, $"imports?fileName=l.csv&ledger={Uri.EscapeDataString(name)}",
                new ByteArrayContent(Encoding.UTF8.GetBytes(text)) { Headers = { ContentType = new("text/csv") } }))
                    .Require(HttpStatusCode.Created).Json;
        var first = await ImportAsync(Ledger("阀门锈蚀"));
        first["rows"]!.AsArray().Count(r => r!["outcome"]!.ToString().Contains("entered", StringComparison.Ordinal))
            .ShouldBe(1, first.ToJsonString());
        await SealAsync(name);
        var head = await service.HeadAsync();
        var again = await ImportAsync(Ledger("阀门完好") + $"2,新发现的旧隐患,{name},一般隐患,2026-01-06\n");
        var rows = again["rows"]!.AsArray().Where(r => r!["outcome"]!.ToString().Contains("kept", StringComparison.Ordinal)).ToArray();
        rows.Length.ShouldBe(2, again.ToJsonString());
        rows.ShouldAllBe(r => r!["notUnderstood"]!.ToJsonString().Contains("enterprise.sealed", StringComparison.Ordinal));
        rows.ShouldAllBe(r => r!["cells"]!.AsArray().Count > 0, "nothing is lost");
        (await service.HeadAsync()).ShouldBeGreaterThan(head);
    }

    /// <summary>同一事项: what is sealed is sealed in what it was merged into, in what that was merged into, and in what else was.</summary>
    [Fact]
    public async Task A_seal_holds_what_shares_the_fate_of_what_is_sealed()
    {
        await service.BodyAsync("fc-dl", "大理州安委办", "committeeOffice", "5329");
        var prefecture = await service.KeyAsync("fc-dl", "5329", "coordinator", "listingAuthority");
        var days = DateTimeOffset.UtcNow.AddDays(-1);
        var (of, name) = await HazardAsync(days);
        var (middle, survivor, beside, away) =
            ((await HazardAsync(days)).Id, (await HazardAsync(days)).Id, (await HazardAsync(days)).Id, (await HazardAsync(days)).Id);
        (await service.Office.PostAsync($"hazards/{of}/verification", new() { ["level"] = "major", ["basis"] = "判定标准第五条" }))
            .Require(HttpStatusCode.OK);
        foreach (var hazard in new[] { middle, survivor })
            (await service.Office.PostAsync($"hazards/{hazard}/verification", new() { ["level"] = "major", ["basis"] = "判定标准第五条" }))
                .Require(HttpStatusCode.OK);
        foreach (var (from, into) in new[] { (of, middle), (middle, survivor), (beside, survivor) })
            (await service.Office.PostAsync($"hazards/{from}/merge", new() { ["into"] = into, ["reason"] = "同一处" }))
                .Require(HttpStatusCode.OK);
        var seal = await SealAsync(name);
        foreach (var hazard in new[] { of, middle, survivor, beside })
        {
            (await service.Office.GetAsync($"hazards/{hazard}")).Json["sealed"]!.AsArray().ShouldHaveSingleItem()!["id"]!.ToString()
                .ShouldBe(seal["id"]);
            (await CorrectAsync(hazard)).Refused(HttpStatusCode.Locked, "enterprise.sealed");
        }

        foreach (var (noun, body) in new (string, JsonObject)[]
        {
            ("rejection", new() { ["reason"] = "不属实", ["withMerged"] = true }),
            ("regrading", new() { ["level"] = "general", ["reason"] = "降级", ["withMerged"] = true }),
            ("corrections", new() { ["field"] = "region", ["to"] = "532930", ["reason"] = "实属外县", ["withMerged"] = true }),
            ("merge", new() { ["into"] = away, ["reason"] = "同一处" }),
        })
            (await prefecture.PostAsync($"hazards/{survivor}/{noun}", body)).Refused(HttpStatusCode.Locked, "enterprise.sealed");
        (await service.Office.PostAsync(
            $"hazards/{survivor}/comments", new() { ["text"] = "早已查过", ["occurredAt"] = Instant(DateTimeOffset.UtcNow.AddMinutes(-10)) }))
            .Refused(HttpStatusCode.Locked, "enterprise.sealed_past");
        (await service.Office.GetAsync($"hazards/{survivor}/steps")).Text.ShouldNotContain("\"reject\"");
        (await service.Admin.GetAsync("access?kind=sealed_attempt_refused&limit=200")).Text.ShouldContain(survivor);
        (await service.Office.PostAsync($"hazards/{survivor}/comments", new() { ["text"] = "正在整改" })).Require(HttpStatusCode.OK);
        (await CorrectAsync(away)).Require(HttpStatusCode.OK);

        // Taking the merger back lets nothing out of the seal; what was taken back before the seal is not under it.
        foreach (var hazard in new[] { of, beside })
            (await service.Office.PostAsync($"hazards/{hazard}/reopening", new() { ["reason"] = "不是同一处" })).Require(HttpStatusCode.OK);
        foreach (var hazard in new[] { of, middle, survivor, beside })
        {
            (await CorrectAsync(hazard)).Refused(HttpStatusCode.Locked, "enterprise.sealed");
            (await service.Office.GetAsync($"hazards/{hazard}")).Json["sealed"]!.AsArray().Count.ShouldBe(1);
        }

        var (apart, apartName) = await HazardAsync(days);
        (await service.Office.PostAsync($"hazards/{apart}/merge", new() { ["into"] = away, ["reason"] = "同一处" }))
            .Require(HttpStatusCode.OK);
        (await service.Office.PostAsync($"hazards/{apart}/reopening", new() { ["reason"] = "不是同一处" })).Require(HttpStatusCode.OK);
        await SealAsync(apartName);
        (await CorrectAsync(apart)).Refused(HttpStatusCode.Locked, "enterprise.sealed");
        (await service.Office.PostAsync($"hazards/{away}/corrections", new() { ["field"] = "title", ["to"] = "另一个", ["reason"] = "录错" }))
            .Require(HttpStatusCode.OK);

        // What was merged while it was called major is not verified away either.
        var (reported, plain) = (Report($"上报{++orders}公司"), await service.HazardAsync());
        reported["reportedLevel"] = "重大";
        var said = (await service.Office.PostAsync("hazards", reported)).Require(HttpStatusCode.Created)["id"];
        reported["enterprise"] = new JsonObject { ["name"] = $"并入{orders}公司" };
        var target = (await service.Office.PostAsync("hazards", reported)).Require(HttpStatusCode.Created)["id"];
        (await service.Office.PostAsync($"hazards/{said}/merge", new() { ["into"] = target, ["reason"] = "同一处" }))
            .Require(HttpStatusCode.OK);
        await SealAsync($"上报{orders}公司");
        (await service.Office.PostAsync($"hazards/{target}/verification", new() { ["level"] = "general", ["withMerged"] = true }))
            .Refused(HttpStatusCode.Locked, "enterprise.sealed");
        (await service.Office.PostAsync($"hazards/{target}/verification", new() { ["level"] = "major", ["basis"] = "判定标准第五条" }))
            .Require(HttpStatusCode.OK);
        (await service.Office.PostAsync($"hazards/{plain}/verification", new() { ["level"] = "general" })).Require(HttpStatusCode.OK);
    }

    /// <summary>What an inspection is said to have found before the sealing is no more entered than a hazard would be.</summary>
    [Fact]
    public async Task No_inspection_of_before_the_sealing_is_entered_late()
    {
        var name = $"补检{++orders}公司";
        JsonObject On(int days) => new()
        {
            ["unit"] = new JsonObject { ["name"] = name }, ["region"] = Service.County, ["sector"] = "city_gas", ["on"] = Some.InDays(days),
            ["findings"] = "已检查，未发现问题",
        };
        (await service.Office.PostAsync("inspections", On(-20))).Require(HttpStatusCode.Created);
        await SealAsync(name);
        (await service.Office.PostAsync("inspections", On(-20))).Refused(HttpStatusCode.Locked, "enterprise.sealed_past");
        (await service.Admin.GetAsync("access?kind=sealed_attempt_refused&limit=200")).Text
            .ShouldContain($"inspection on {Some.InDays(-20)}");
        (await service.Office.PostAsync("inspections", On(0))).Require(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Attachments_of_a_sealed_hazard_are_held()
    {
        var (_, name) = await HazardAsync();
        await SealAsync(name);
        var digest = await service.Services.GetRequiredService<FileStore>()
            .PutAsync(Encoding.UTF8.GetBytes(name), "text/plain", RegionCode.Nation);
        foreach (var sql in new[] { $"delete from files.blobs where digest = '\\x{digest}'", $"update files.blobs set media_type = 'x' where digest = '\\x{digest}'", "truncate files.blobs cascade", "delete from files.owners" })
        {
            await using var purge = service.Owner.CreateCommand(sql);
            (await Should.ThrowAsync<PostgresException>(() => purge.ExecuteNonQueryAsync())).MessageText.ShouldContain(
                "neither changed nor deleted");
        }
    }

    [Fact]
    public async Task The_rows_of_looks_and_seals_are_what_the_log_says()
    {
        var (id, name) = await HazardAsync();
        var group = await service.KeyAsync("ws-duc", Service.County, "investigator");
        var seal = await SealAsync(name, group);
        await CorrectAsync(id);
        (await group.GetAsync($"hazards/{id}")).Require(HttpStatusCode.OK);
        (await group.PostAsync($"seals/{seal["id"]}/lifting", Lifting())).Require(HttpStatusCode.OK);
        (await CorrectAsync(id)).Require(HttpStatusCode.OK);
        var comparison = await Rebuild.CompareAsync(service.Owner, service.Services.GetRequiredService<IEventLog>(), Rulebook.Baseline);
        comparison.Rebuilt.Access.ShouldBe(comparison.Live.Access);
    }

    private async Task<(string Id, string Name)> HazardAsync(DateTimeOffset? found = null)
    {
        var name = $"南诏燃气{Interlocked.Increment(ref orders)}公司";
        var report = Report(name);
        if (found is { } at)
            report["occurredAt"] = Instant(at);
        return ((await service.Office.PostAsync("hazards", report)).Require(HttpStatusCode.Created)["id"], name);
    }

    private static JsonObject Report(string name)
    {
        var report = Some.Report();
        report["enterprise"] = new JsonObject { ["name"] = name };
        report["description"] = $"{name}阀井有燃气味";
        return report;
    }

    private async Task<Answer> SealAsync(string name, Client? by = null) =>
        (await (by ?? service.Admin).PostAsync("seals", Order(name))).Require(HttpStatusCode.Created);

    private static JsonObject Order(string name) => new()
    {
        ["enterprise"] = new JsonObject { ["name"] = name }, ["region"] = Service.County, ["reason"] = "燃气爆炸事故调查",
        ["authority"] = "“3·2”事故调查组",
        ["documentNumber"] = $"巍政调封〔2026〕{Interlocked.Increment(ref orders)}号",
    };

    private static JsonObject Lifting() =>
        new() { ["reason"] = "调查结束", ["documentNumber"] = $"巍政调解〔2026〕{Interlocked.Increment(ref orders)}号" };

    private static JsonObject Plan() =>
        new() { ["measures"] = "更换阀门", ["responsible"] = "站长", ["funds"] = "自筹", ["timeLimits"] = "月底", ["emergency"] = "停气" };

    private Task<Answer> CorrectAsync(string id) =>
        service.Office.PostAsync($"hazards/{id}/corrections", new() { ["field"] = "title", ["to"] = "已无泄漏", ["reason"] = "录错" });

    private static string Instant(DateTimeOffset at) =>
        at.ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", System.Globalization.CultureInfo.InvariantCulture);
}
