using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Hazards.Api.Administration.Persons;
using Hazards.Api.Administration.Policies;
using Hazards.Api.Administration.Registry;
using Hazards.Domain;
using Hazards.Projections;
using Hazards.Projections.Store;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazards.Api.Tests;

/// <summary>个人信息: nowhere in clear, seen only by whom the policy names, every look on record, gone when erased.</summary>
[Trait("Server", "any")]
public sealed class PersonTests(PersonTests.Place place) : IClassFixture<PersonTests.Place>
{
    private const string Name = "欧阳靖雯";
    private const string Phone = "13987654321";
    private const string IdNumber = "532927199001011234";
    private const string Statement = "当晚十点闻到浓烈的煤气味";

    private Service Town => place.Town;

    private Client Office => Town.Office;

    private Client Enforcer => Town.Enforcer;

    [Fact]
    public async Task Nothing_of_a_person_is_anywhere_in_clear()
    {
        using var spans = new Spans();
        var report = Reported(secret: true);
        report["foundBy"] = "欧阳大姐";
        var id = (await Office.PostAsync("hazards", report, ("Idempotency-Key", "reporter-1"))).Require(HttpStatusCode.Created)["id"];
        (await Office.PostAsync("hazards", report, ("Idempotency-Key", "reporter-1"))).Require(HttpStatusCode.Created)["id"].ShouldBe(id);
        (await Enforcer.PostAsync($"hazards/{id}/witnesses", Witness())).Require(HttpStatusCode.OK);
        // What is refused says nothing either.
        (await Office.PostAsync("hazards", Reported(text: $"请联系{Phone}")))
            .Refused(HttpStatusCode.UnprocessableEntity, "person.in_clear").Text.ShouldNotContain(Phone);
        var wrong = Reported();
        wrong["reporter"]!["phone"] = Phone + new string('0', 60);
        (await Office.PostAsync("hazards", wrong)).Refused(HttpStatusCode.BadRequest, "input.too_long").Text.ShouldNotContain(Phone);
        var mistyped = Reported();
        mistyped["reporter"]!["secret"] = Name;
        (await Office.PostAsync("hazards", mistyped)).Text.ShouldNotContain(Name);

        var whistleBlower = await PersonOfAsync(Enforcer, id, "whistleBlower");
        (await Enforcer.PostAsync($"hazards/{id}/persons/{whistleBlower}/disclosures", Why()))
            .Require(HttpStatusCode.OK).Json["data"]!["name"]!.ToString().ShouldBe(Name);

        place.Output.ShouldContain("listening");
        spans.Text.ShouldContain("POST /api/v1/hazards");
        string[] secrets = [Name, Phone, IdNumber, Statement, "欧阳大姐"];
        await ShouldNotBeInTheDatabaseAsync(secrets);
        foreach (var secret in secrets)
        {
            place.Output.ShouldNotContain(secret);
            spans.Text.ShouldNotContain(secret);
        }
        foreach (var path in new[] { $"hazards/{id}", $"hazards/{id}/events", $"hazards/{id}/told", "events?limit=500", "hazards?q=欧阳", $"hazards/{id}/persons" })
        {
            var shown = (await Enforcer.GetAsync(path)).Require(HttpStatusCode.OK).Text;
            foreach (var secret in secrets)
                shown.Replace("q=欧阳", "", StringComparison.Ordinal).ShouldNotContain(secret, Case.Sensitive, path);
        }
    }

    [Fact]
    public async Task Telephone_numbers_of_a_ledgers_rows_are_sealed_wherever_they_stand()
    {
        string[] numbers = ["13811110001", "138-1111-0002", "0872-6111003", "１３８１１１１０００４", "13811110005", "13811110006",
            "13811110011", "13811110012", "13811110013", "0872-6111014", "13811110015", "13811110016"];
        const string inClear = "13811110007";
        const string kept = "13811110008";
        var text = $"序号,检查时间,检查单位,检查人,隐患内容,隐患等级,整改责任单位,整改责任人,联系电话,整改期限,状态,复查人,备注,地点,隐患类型,项目名称,来源,班次\n"
            + $"1,{Some.InDays(-3)},县应急局{numbers[0]},李工 {numbers[1]},配电箱未上锁（张贴的电话{inClear}已停用）,一般,"
            + $"南诏镇中学 {numbers[2]},王五 {numbers[3]},{numbers[4]},{Some.InDays(20)},未整改（{numbers[10]}）,赵六,"
            + $"值班{numbers[5]},甲地李某{numbers[6]},用电 {numbers[7]},二期{numbers[8]},日常检查{numbers[9]},早班{numbers[11]}\n"
            + $"2,{Some.InDays(-3)},县应急局,李工,,一般,南诏镇中学,王五 {kept},,{Some.InDays(20)},未整改,,,,,,,\n";
        var importer = await Town.KeyAsync("dali-awb", "5329", "importer");
        var report = (await importer.SendAsync(
            HttpMethod.Post, $"imports?fileName=电话.csv&ledger=电话&region={Service.County}", Some.Csv(text))).Require(HttpStatusCode.Created);
        report.Json["finished"]!["entered"]!.GetValue<int>().ShouldBe(1, report.Text);
        var id = report.Json["rows"]!.AsArray().Single(r => r!["hazard"] is not null)!["hazard"]!.ToString();

        await ShouldNotBeInTheDatabaseAsync(numbers);
        foreach (var path in new[] { $"hazards/{id}", $"hazards/{id}/events", "events?limit=500", $"imports/{report["id"]}", $"imports/{report["id"]}/rows" })
        {
            var shown = (await Office.GetAsync(path)).Require(HttpStatusCode.OK).Text;
            numbers.ShouldAllBe(n => !shown.Contains(n), path);
            shown.ShouldNotContain(kept);
        }

        // What a person wrote as the hazard's own words stays; a row that could not be entered is whole for whoever imports it anew.
        (await Office.GetAsync($"hazards/{id}")).Text.ShouldContain(inClear);
        (await importer.GetAsync($"imports/{report["id"]}")).Text.ShouldContain(kept);
        var hazard = (await Office.GetAsync($"hazards/{id}")).Json["hazard"]!;
        hazard["foundBy"]!.ToString().ShouldBe("李工");
        (await Town.Admin.GetAsync("bodies?name=" + Uri.EscapeDataString("县应急局"))).Json["items"]!.AsArray()
            .Select(b => b!["name"]!.ToString()).ShouldContain("县应急局");

        var contact = await PersonOfAsync(Office, id, "contact");
        var opened = (await Office.PostAsync($"hazards/{id}/persons/{contact}/disclosures", Why())).Require(HttpStatusCode.OK);
        opened.Json["data"]!["name"]!.ToString().ShouldBe("王五");
        numbers.ShouldAllBe(n => opened.Json["statement"]!.ToString().Contains(n));
        (await importer.PostAsync($"hazards/{id}/persons/{contact}/disclosures", Why())).Refused(HttpStatusCode.Forbidden, "person.role");

        // The same ledger again changes nothing, and seals nothing anew.
        var again = (await importer.SendAsync(
            HttpMethod.Post, $"imports?fileName=电话.csv&ledger=电话&region={Service.County}", Some.Csv(text))).Require(HttpStatusCode.Created);
        again.Json["finished"]!["unchanged"]!.GetValue<int>().ShouldBe(1, again.Text);
        (await Office.GetAsync($"hazards/{id}/persons")).Json["persons"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_request_with_a_person_leaves_no_hash_that_names_can_be_tried_on()
    {
        var body = Reported();
        (await Office.PostAsync("hazards", body, ("Idempotency-Key", "guess"))).Require(HttpStatusCode.Created);
        var plain = System.Security.Cryptography.SHA256.HashData(
            [.. "POST\n/api/v1/hazards\n"u8, .. System.Text.Encoding.UTF8.GetBytes(body.ToJsonString())]);
        await ShouldNotBeInTheDatabaseAsync(Convert.ToHexStringLower(plain), Convert.ToBase64String(plain));
        // Still the same request, and still no other.
        (await Office.PostAsync("hazards", body, ("Idempotency-Key", "guess")))
            .Require(HttpStatusCode.Created).Headers.Contains("Idempotency-Replayed").ShouldBeTrue();
        body["reporter"]!["phone"] = "13900000000";
        (await Office.PostAsync("hazards", body, ("Idempotency-Key", "guess"))).Refused(HttpStatusCode.Conflict, "idempotency.key_reused");
    }

    [Fact]
    public async Task A_whistle_blower_is_shown_to_the_roles_of_the_policy_and_to_nobody_else()
    {
        var id = await ReportAsync(Reported(secret: true));
        var person = await PersonOfAsync(Enforcer, id, "whistleBlower");
        foreach (var client in new[] { Office, Town.Regulator, Town.Supervisor })
        {
            (await client.GetAsync($"hazards/{id}/persons")).Json["persons"]!.AsArray().ShouldBeEmpty();
            (await client.GetAsync($"hazards/{id}")).Json["persons"]!.AsArray().ShouldBeEmpty();
            foreach (var path in new[] { $"hazards/{id}/events", $"hazards/{id}", "events?limit=500" })
                (await client.GetAsync(path)).Text.ShouldNotContain(person);
            (await client.PostAsync($"hazards/{id}/persons/{person}/disclosures", Why()))
                .Refused(HttpStatusCode.NotFound, "person.not_found");
        }
        (await LooksAsync(person)).ShouldAllBe(look => look.Parts == 0 && look.Refusal == "person.role");
        var seen = (await Enforcer.PostAsync($"hazards/{id}/persons/{person}/disclosures", Why())).Require(HttpStatusCode.OK);
        seen.Json["data"]!["name"]!.ToString().ShouldBe(Name);
        seen.Json["data"]!["phone"]!.ToString().ShouldBe(Phone);
        seen.Headers.CacheControl!.NoStore.ShouldBeTrue();
        var looks = await LooksAsync(person);
        looks.Length.ShouldBe(4);
        looks[^1].ShouldBe((3, null, "核查举报（巍安委办〔2026〕7号）"));
    }

    [Fact]
    public async Task A_reporter_and_a_witness_are_shown_as_sealed_and_opened_by_right()
    {
        var id = await ReportAsync(Reported(secret: false));
        (await Enforcer.PostAsync($"hazards/{id}/witnesses", Witness())).Require(HttpStatusCode.OK);
        var reporter = await PersonOfAsync(Town.Regulator, id, "reporter");
        var witness = await PersonOfAsync(Town.Regulator, id, "witness");
        var history = (await Office.GetAsync($"hazards/{id}/events")).Json["events"]!;
        history[0]!["data"]!["reporter"]!["sealed"]!.ToString().ShouldBe("个人信息已封存");
        history[1]!["data"]!["statement"]!.ToString().ShouldBe("个人信息已封存");
        (await Office.PostAsync($"hazards/{id}/persons/{reporter}/disclosures", Why()))
            .Require(HttpStatusCode.OK).Json["data"]!["name"]!.ToString().ShouldBe(Name);
        (await Office.PostAsync($"hazards/{id}/persons/{witness}/disclosures", Why())).Refused(HttpStatusCode.Forbidden, "person.role");
        var said = (await Enforcer.PostAsync($"hazards/{id}/persons/{witness}/disclosures", Why())).Require(HttpStatusCode.OK);
        said["statement"].ShouldBe(Statement);
        (await Town.Regulator.PostAsync($"hazards/{id}/persons/{reporter}/disclosures", Why()))
            .Refused(HttpStatusCode.Forbidden, "person.role");
    }

    [Fact]
    public async Task A_look_needs_a_reason_a_person_and_a_hazard_that_the_caller_may_see()
    {
        var id = await ReportAsync(Reported(secret: false));
        var person = await PersonOfAsync(Office, id, "reporter");
        (await Office.PostAsync($"hazards/{id}/persons/{person}/disclosures", [])).Refused(HttpStatusCode.BadRequest, "input.missing");
        (await Office.PostAsync($"hazards/{id}/persons/{person}/disclosures", new JsonObject { ["reason"] = " " }))
            .Refused(HttpStatusCode.BadRequest, "input.missing");
        (await Office.PostAsync(
            $"hazards/{id}/persons/{person}/disclosures",
            new JsonObject { ["reason"] = "回访", ["occurredAt"] = "2026-01-01T00:00:00+08:00" })).Refused(HttpStatusCode.BadRequest,
            "request.unknown_field");
        (await Office.PostAsync($"hazards/{id}/persons/{Guid.NewGuid()}/disclosures", Why()))
            .Refused(HttpStatusCode.NotFound, "person.not_found");
        (await Office.PostAsync($"hazards/{id}/persons/x/disclosures", Why())).Refused(HttpStatusCode.NotFound, "person.not_found");
        (await Town.Elsewhere.PostAsync($"hazards/{id}/persons/{person}/disclosures", Why()))
            .Refused(HttpStatusCode.NotFound, "hazard.not_found");
        var other = await ReportAsync(Reported(secret: false));
        (await Office.PostAsync($"hazards/{other}/persons/{person}/disclosures", Why()))
            .Refused(HttpStatusCode.NotFound, "person.not_found");
    }

    [Fact]
    public async Task What_is_erased_is_gone_for_everybody_and_the_log_stays_as_it_was()
    {
        var id = await ReportAsync(Reported(secret: true));
        var person = await PersonOfAsync(Enforcer, id, "whistleBlower");
        var before = await DigestAsync(await Town.HeadAsync());
        var head = await Town.HeadAsync();

        (await Town.Elsewhere.PostAsync($"persons/{person}/erasure", Because())).Refused(HttpStatusCode.NotFound, "person.not_found");
        (await Enforcer.PostAsync($"persons/{person}/erasure", Because())).Refused(HttpStatusCode.Forbidden, "person.erase_role");
        (await Town.Admin.PostAsync($"persons/{person}/erasure", new JsonObject { ["reason"] = "本人申请" }))
            .Refused(HttpStatusCode.UnprocessableEntity, "document_number.required");
        (await Town.Admin.PostAsync($"persons/{Guid.NewGuid()}/erasure", Because())).Refused(HttpStatusCode.NotFound, "person.not_found");

        var erased = (await Town.Admin.PostAsync($"persons/{person}/erasure", Because(), ("Idempotency-Key", $"erase-{person}")))
            .Require(HttpStatusCode.OK);
        erased.Json["events"]![0]!["type"]!.ToString().ShouldBe("person_erased");
        (await Town.Admin.PostAsync($"persons/{person}/erasure", Because(), ("Idempotency-Key", $"erase-{person}")))
            .Require(HttpStatusCode.OK)["erasedAt"].ShouldBe(erased["erasedAt"]);
        (await Town.Admin.PostAsync($"persons/{person}/erasure", Because())).Require(HttpStatusCode.OK).Json["events"]!.AsArray()
            .ShouldBeEmpty();

        (await Enforcer.PostAsync($"hazards/{id}/persons/{person}/disclosures", Why())).Refused(HttpStatusCode.Gone, "person.erased");
        (await Enforcer.GetAsync($"hazards/{id}/persons")).Json["persons"]![0]!["state"]!.ToString().ShouldBe("个人信息已删除");
        (await ScalarAsync<long>($"select count(*) from persons.keys where person = '{person}' and wrapped is null and master is null"))
            .ShouldBe(1);
        (await ScalarAsync<long>($"select count(*) from log.mt_events where stream_id = '{person}'")).ShouldBe(1);
        (await DigestAsync(head)).ShouldBe(before);
        var source = Town.Owner;
        (await Rebuild.CompareAsync(
            source, Town.Services.GetRequiredService<IEventLog>(),
            await Town.Services.GetRequiredService<RulebookSource>().RefreshAsync(default), null, default)).Same.ShouldBeTrue();
    }

    [Fact]
    public async Task While_records_are_sealed_nothing_is_erased_and_everything_is_still_shown()
    {
        var report = Reported(secret: true);
        report["enterprise"] = new JsonObject { ["name"] = "南诏燃气有限公司" };
        var id = await ReportAsync(report);
        var person = await PersonOfAsync(Enforcer, id, "whistleBlower");
        // A citizen's words on the same thing are evidence of it, whoever he thought it was.
        var citizens = await ReportAsync(Reported(secret: true));
        var citizen = await PersonOfAsync(Enforcer, citizens, "whistleBlower");
        (await Office.PostAsync($"hazards/{citizens}/merge", new() { ["into"] = id, ["reason"] = "同一处" })).Require(HttpStatusCode.OK);
        await SealAsync(new Enterprise("南诏燃气有限公司"));
        (await Town.Admin.PostAsync($"persons/{citizen}/erasure", Because())).Refused(HttpStatusCode.Locked, "person.held");
        var held = (await Town.Admin.PostAsync($"persons/{person}/erasure", Because())).Refused(HttpStatusCode.Locked, "person.held");
        held["detail"].ShouldContain("南诏燃气有限公司");
        (await Enforcer.PostAsync($"hazards/{id}/persons/{person}/disclosures", Why())).Require(HttpStatusCode.OK);
        (await ScalarAsync<long>($"select count(*) from persons.keys where person = '{person}' and wrapped is not null")).ShouldBe(1);
    }

    [Fact]
    public async Task A_witness_is_recorded_by_who_inspects_and_supervises_and_not_by_investigators()
    {
        var id = await ReportAsync(Some.Report());
        (await Town.Supervisor.PostAsync($"hazards/{id}/witnesses", Witness())).Require(HttpStatusCode.OK);
        (await Town.Regulator.PostAsync($"hazards/{id}/witnesses", Witness())).Refused(HttpStatusCode.Forbidden, "role.forbidden");
        var investigator = await Town.KeyAsync("ws-awb", Service.County, "investigator");
        (await investigator.PostAsync($"hazards/{id}/witnesses", Witness()))
            .Refused(HttpStatusCode.Forbidden, "role.forbidden").Text.ShouldNotContain(Name);
        (await Enforcer.PostAsync($"hazards/{id}/witnesses", new JsonObject { ["statement"] = Statement }))
            .Refused(HttpStatusCode.BadRequest, "person.nothing_given");
        (await Enforcer.PostAsync($"hazards/{id}/witnesses", new JsonObject { ["name"] = Name, ["actor"] = Name }))
            .Refused(HttpStatusCode.UnprocessableEntity, "person.in_clear");
    }

    [Fact]
    public async Task Looks_and_an_erasure_at_once_come_one_after_the_other()
    {
        var id = await ReportAsync(Reported(secret: true));
        var person = await PersonOfAsync(Enforcer, id, "whistleBlower");
        async Task<HttpStatusCode[]> LookAsync()
        {
            var answers = new List<HttpStatusCode>();
            for (var i = 0; i < 6; i++)
                answers.Add((await Enforcer.PostAsync($"hazards/{id}/persons/{person}/disclosures", Why())).Status);
            return [.. answers];
        }
        var looking = Enumerable.Range(0, 6).Select(_ => LookAsync()).ToArray();
        await Task.WhenAny(looking);
        var erasing = Enumerable.Range(0, 3).Select(_ => Town.Admin.PostAsync($"persons/{person}/erasure", Because())).ToArray();
        foreach (var erasure in await Task.WhenAll(erasing))
            erasure.Require(HttpStatusCode.OK);
        (await Enforcer.PostAsync($"hazards/{id}/persons/{person}/disclosures", Why())).Refused(HttpStatusCode.Gone, "person.erased");
        var answers = (await Task.WhenAll(looking)).SelectMany(a => a).ToArray();
        answers.ShouldAllBe(status => status == HttpStatusCode.OK || status == HttpStatusCode.Gone);
        var looks = await LooksAsync(person);
        looks.Count(l => l.Parts > 0).ShouldBe(answers.Count(a => a == HttpStatusCode.OK), "what was shown is on record, and nothing else");
        (await ScalarAsync<long>($"select count(*) from log.mt_events where stream_id = '{person}'")).ShouldBe(1);
        (await ScalarAsync<bool>($"""
            select coalesce(max(seq_id) filter (where data -> 'parts' <> '[]') < (select seq_id from log.mt_events where stream_id = '{person}'), true)
            from log.mt_events where type = 'personal_data_viewed' and data ->> 'person' = '{person}'
            """)).ShouldBeTrue("nothing is shown after the erasure");
    }

    [Fact]
    public async Task A_key_that_comes_back_from_a_backup_is_destroyed_again()
    {
        var id = await ReportAsync(Reported(secret: true));
        var person = await PersonOfAsync(Enforcer, id, "whistleBlower");
        var desk = Town.Services.GetRequiredService<PersonDesk>();
        await ExecuteAsync($"create table backup_of_keys as select * from persons.keys where person = '{person}'");
        (await Town.Admin.PostAsync($"persons/{person}/erasure", Because())).Require(HttpStatusCode.OK);
        await ExecuteAsync($"""
            alter table persons.keys disable trigger keep_destroyed;
            update persons.keys k set wrapped = b.wrapped, master = b.master, destroyed_at = null from backup_of_keys b where b.person = k.person;
            alter table persons.keys enable trigger keep_destroyed
            """);
        (await Enforcer.PostAsync($"hazards/{id}/persons/{person}/disclosures", Why())).Refused(HttpStatusCode.Gone, "person.erased");
        (await desk.EraseAgainAsync()).ShouldBe(1);
        (await ScalarAsync<long>($"select count(*) from persons.keys where person = '{person}' and wrapped is null")).ShouldBe(1);
        (await desk.EraseAgainAsync()).ShouldBe(0);

        // The log came from the backup too and has forgotten; the key folder has not.
        var forgotten = await PersonOfAsync(Enforcer, await ReportAsync(Reported(secret: true)), "whistleBlower");
        await File.WriteAllTextAsync(Path.Combine(TestServer.KeysOf(Town.ConnectionString), $"person-erased-{forgotten}"), "\n");
        (await desk.EraseAgainAsync()).ShouldBe(1);
        (await ScalarAsync<string>($"select data ->> 'reason' from log.mt_events where stream_id = '{forgotten}'")).ShouldContain("从备份恢复");
        (await desk.EraseAgainAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task The_database_alone_neither_opens_widens_nor_revives_anything()
    {
        var id = await ReportAsync(Reported(secret: true));
        var person = await PersonOfAsync(Enforcer, id, "whistleBlower");
        await Should.ThrowAsync<PostgresException>(
            () => ExecuteAsync($"update persons.keys set kind = 'reporter' where person = '{person}'"));
        await Should.ThrowAsync<PostgresException>(() => ExecuteAsync($"delete from persons.keys where person = '{person}'"));
        await ExecuteAsync($"""
            alter table persons.keys disable trigger keep_destroyed;
            update persons.keys set kind = 'reporter' where person = '{person}';
            alter table persons.keys enable trigger keep_destroyed
            """);
        (await Enforcer.PostAsync($"hazards/{id}/persons/{person}/disclosures", Why()))
            .Refused(HttpStatusCode.ServiceUnavailable, "person.key_missing");
    }

    [Fact]
    public async Task Without_a_folder_for_keys_no_person_is_taken_down_and_other_reports_are()
    {
        await using var app = HazardsService.Build(new ServiceOptions(Town.OfTheService) { Urls = "http://127.0.0.1:0", JsonLogs = true });
        var store = app.Services.GetRequiredService<HazardStore>();
        var office = (await app.Services.GetRequiredService<BodyStore>().LoadAsync(BodyId.Parse("ws-awb")))!;
        var given = new Given(new Actor("测试", office, [Domain.Codes.Role.Reporter], "tests", RegionCode.Nation));
        var report = new ReportHazard(
            Domain.Codes.ReportSource.Public, RegionCode.Parse(Service.County), SectorCode.Parse("city_gas"), "漏气", "漏气");
        (await store.ReportAsync(report, given)).ShouldBeOfType<Outcome<Hazard>.Done>();
        (await store.ReportAsync(report with { FoundBy = Name }, given))
            .ShouldBeOfType<Outcome<Hazard>.Refused>().Refusal.Code.ShouldBe("person.no_keys");
    }

    [Fact]
    public async Task A_new_master_key_opens_what_was_sealed_before_and_the_old_one_is_needed_no_more()
    {
        await using var town = await Place.StartAsync();
        var id = (await town.Office.PostAsync("hazards", Reported(secret: false))).Require(HttpStatusCode.Created)["id"];
        var person = await PersonOfAsync(town.Office, id, "reporter");
        var keys = town.Services.GetRequiredService<PersonKeys>();
        var (master, idle) = await keys.RewrapAsync(new Progress<(long, long)>());
        master.ShouldStartWith("persons-2.key:");
        File.Delete(idle.ShouldHaveSingleItem());
        (await town.Office.PostAsync($"hazards/{id}/persons/{person}/disclosures", Why()))
            .Require(HttpStatusCode.OK).Json["data"]!["name"]!.ToString().ShouldBe(Name);
        File.Delete(Path.Combine(TestServer.KeysOf(town.ConnectionString), "persons-2.key"));
        (await town.Office.PostAsync($"hazards/{id}/persons/{person}/disclosures", Why()))
            .Refused(HttpStatusCode.ServiceUnavailable, "person.key_missing")["detail"].ShouldContain("persons-2.key");
        await Should.ThrowAsync<InvalidOperationException>(() => keys.RewrapAsync(new Progress<(long, long)>()));
    }

    [Fact]
    public async Task A_person_opened_for_a_package_is_checked_by_whoever_has_the_event()
    {
        var id = await ReportAsync(Reported(secret: true));
        (await Enforcer.PostAsync($"hazards/{id}/witnesses", Witness())).Require(HttpStatusCode.OK);
        var hazard = (await Town.Services.GetRequiredService<HazardStore>().LoadAsync(HazardId.Parse(id)))!;
        var body = (await Town.Services.GetRequiredService<BodyStore>().LoadAsync(BodyId.Parse("ws-awb")))!;
        var desk = Town.Services.GetRequiredService<PersonDesk>();
        var asked = new PersonAsked(new Actor("调查员", body, [Domain.Codes.Role.Investigator], "tests", RegionCode.Nation), "事故调查");
        var (persons, refusal) = await desk.DiscloseAsync(hazard, [hazard.Reporter!.Person, hazard.Witnesses[0].Witness.Person], asked);
        refusal.ShouldBeNull();
        persons[0].Check(hazard.Reporter).ShouldBe(PersonOpening.Opened);
        persons[1].Check(hazard.Witnesses[0].Witness, hazard.Witnesses[0].Statement).ShouldBe(PersonOpening.Opened);
        (await LooksAsync(hazard.Reporter.Person.ToString())).ShouldHaveSingleItem().Purpose.ShouldBe("事故调查");
        var office = asked with { By = asked.By with { Roles = [Domain.Codes.Role.Coordinator] } };
        (await desk.DiscloseAsync(hazard, [hazard.Reporter.Person], office)).Refusal!.Code.ShouldBe("person.not_found");
    }

    private static JsonObject Reported(bool? secret = null, string? text = null)
    {
        var report = Some.Report();
        if (text is not null)
            report["description"] = text;
        report["reporter"] = new JsonObject { ["name"] = Name, ["phone"] = Phone, ["idNumber"] = IdNumber, ["secret"] = secret };
        return report;
    }

    private static JsonObject Witness() => new() { ["name"] = Name, ["phone"] = Phone, ["statement"] = Statement };

    private static JsonObject Why() => new() { ["reason"] = "核查举报", ["documentNumber"] = "巍安委办〔2026〕7号" };

    private static JsonObject Because() => new() { ["reason"] = "本人申请删除", ["documentNumber"] = "巍安委办〔2026〕8号" };

    private async Task<string> ReportAsync(JsonObject report) =>
        (await Office.PostAsync("hazards", report)).Require(HttpStatusCode.Created)["id"];

    private static async Task<string> PersonOfAsync(Client client, string id, string kind) =>
        (await client.GetAsync($"hazards/{id}/persons")).Require(HttpStatusCode.OK).Json["persons"]!.AsArray()
            .Single(p => p!["kind"]!["code"]!.ToString() == kind)!["person"]!.ToString();

    /// <summary>The looks at a person, in order: how many parts were shown, with which refusal, for what.</summary>
    private async Task<(int Parts, string? Refusal, string Purpose)[]> LooksAsync(string person)
    {
        var looks = new List<(int, string?, string)>();
        await foreach (var e in Town.Services.GetRequiredService<IEventLog>().ReadAllAsync(0))
            if (e.Type == "personal_data_viewed" && DomainJson.ReadEvent(e.Type, e.Data.Span) is PersonalDataViewed viewed
                && viewed.Person.ToString() == person)
                looks.Add((viewed.Parts.Length, viewed.Looked.Asked!.Refusal, viewed.Looked.Purpose!));
        return [.. looks];
    }

    /// <summary>封存 of an enterprise's records, as its own command leaves it.</summary>
    private async Task SealAsync(Enterprise enterprise)
    {
        var now = DateTimeOffset.UtcNow;
        var happened = new RecordsSealed(Guid.NewGuid(), enterprise, RegionCode.Parse(Service.County), "燃气爆炸事故调查", "县事故调查组", now, now);
        var context = new EventContext(
            now, Domain.Codes.Entry.Prompt, "调查组", BodyId.Parse("ws-awb"), Domain.Codes.Role.Investigator, "tests", "national-baseline@2",
            DocumentNumber.Parse("巍政办〔2026〕9号"), []);
        var append = new StreamAppend(
            happened.Id, "seal", 0, [Facts.Of(happened, context, Terms.None)],
            new PendingState.OfSeal(Seal.Apply(null, happened, context)));
        (await Town.Services.GetRequiredService<IEventLog>().AppendAsync(new Append([append]))).ShouldBeOfType<AppendResult.Committed>();
    }

    /// <summary>Every column of every table of ours, as text.</summary>
    private async Task ShouldNotBeInTheDatabaseAsync(params string[] secrets)
    {
        await using var source = NpgsqlDataSource.Create(Town.ConnectionString);
        await using var tables = source.CreateCommand("""
            select format('%I.%I', table_schema, table_name) from information_schema.tables
            where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'
            """);
        var names = new List<string>();
        await using (var reader = await tables.ExecuteReaderAsync())
            while (await reader.ReadAsync())
                names.Add(reader.GetString(0));
        names.ShouldContain("log.mt_events");
        names.ShouldContain("rows.hazards");
        foreach (var table in names)
            foreach (var secret in secrets)
            {
                // A bytea is shown as hexadecimal; text kept in one would be found by that.
                var hex = Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(secret));
                await using var command = source.CreateCommand(
                    $"select count(*) from {table} t where strpos(t::text, $1) > 0 or strpos(t::text, $2) > 0");
                command.Parameters.AddWithValue(secret);
                command.Parameters.AddWithValue(hex);
                ((long)(await command.ExecuteScalarAsync())!).ShouldBe(0, $"{secret} in {table}");
            }
    }

    private Task<string> DigestAsync(long upTo) =>
        ScalarAsync<string>($"select md5(string_agg(e::text, '' order by seq_id)) from log.mt_events e where seq_id <= {upTo}");

    private async Task<T> ScalarAsync<T>(string sql)
    {
        await using var source = NpgsqlDataSource.Create(Town.ConnectionString);
        await using var command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(Town.ConnectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>A service whose log output is kept.</summary>
    public sealed class Place : IAsyncLifetime
    {
        private readonly System.Text.StringBuilder output = new();

        public Service Town { get; private set; } = null!;

        public string Output
        {
            get
            {
                lock (output)
                    return output.ToString();
            }
        }

        public async Task InitializeAsync()
        {
            await ReplayCommandTests.Console1.WaitAsync();
            var before = Console.Out;
            Console.SetOut(TextWriter.Synchronized(new StreamTo(output)));
            try
            {
                Town = new Service { Options = o => o with { Jobs = false } };
                await Town.InitializeAsync();
            }
            finally
            {
                Console.SetOut(before);
                ReplayCommandTests.Console1.Release();
            }
        }

        public Task DisposeAsync() => Town.DisposeAsync();

        public static async Task<Started> StartAsync()
        {
            var service = new Service();
            await service.InitializeAsync();
            return new Started(service);
        }

        /// <summary>A service of one test's own.</summary>
        public sealed record Started(Service Service) : IAsyncDisposable
        {
            public Client Office => Service.Office;

            public IServiceProvider Services => Service.Services;

            public string ConnectionString => Service.ConnectionString;

            public async ValueTask DisposeAsync() => await Service.DisposeAsync();
        }

        private sealed class StreamTo(System.Text.StringBuilder writer) : TextWriter
        {
            public override System.Text.Encoding Encoding => System.Text.Encoding.UTF8;

            public override void Write(char value)
            {
                lock (writer)
                    writer.Append(value);
            }

            public override void Write(string? value)
            {
                lock (writer)
                    writer.Append(value);
            }
        }
    }

    /// <summary>All spans of all sources while it lives, as text.</summary>
    private sealed class Spans : IDisposable
    {
        private readonly ConcurrentQueue<string> texts = [];
        private readonly ActivityListener listener;

        public Spans()
        {
            listener = new ActivityListener
            {
                ShouldListenTo = _ => true,
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = a => texts.Enqueue($"{a.DisplayName} {string.Join(' ', a.TagObjects)} {string.Join(' ', a.Events.SelectMany(e => e.Tags))} {string.Join(' ', a.Baggage)}"),
            };
            ActivitySource.AddActivityListener(listener);
        }

        public string Text => string.Join('\n', texts);

        public void Dispose() => listener.Dispose();
    }
}
