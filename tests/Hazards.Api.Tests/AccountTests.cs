using System.Buffers.Binary;
using System.Net;
using System.Text.Json.Nodes;
using Hazards.Api.Administration.Accounts;
using Hazards.Api.Administration.Policies;
using Hazards.Api.Http.Access;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Hazards.Projections.Store;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OtpNet;

namespace Hazards.Api.Tests;

/// <summary>A service whose clock the tests set, and from which addresses may try as often as they like.</summary>
public sealed class AccountsService : IAsyncLifetime
{
    public SetClock Clock { get; } = new(DateTimeOffset.UtcNow);

    public Service Service { get; }

    public AccountsService() =>
        Service = new Service { Options = o => o with { Clock = Clock, SignInAttemptsAMinute = 100_000, Daemon = false } };

    public Task InitializeAsync() => Service.InitializeAsync();

    public Task DisposeAsync() => Service.DisposeAsync();
}

/// <summary>账号: people sign in, and what they do is on record, but never what opens an account.</summary>
public sealed class AccountTests(AccountsService own) : IClassFixture<AccountsService>
{
    private const string Chosen = "correct horse battery";

    private Service Service => own.Service;

    private SignIn SignIn => Service.Services.GetRequiredService<SignIn>();

    private Sessions Sessions => Service.Services.GetRequiredService<Sessions>();

    [Fact]
    public async Task An_account_is_opened_changed_and_closed()
    {
        var answer = await Service.Admin.PostAsync("accounts", Order("Zhao.Liu", "赵六", "reporter"));
        answer.Require(HttpStatusCode.Created).Headers.CacheControl!.NoStore.ShouldBeTrue();
        answer.Headers.Location!.ToString().ShouldBe($"/api/v1/accounts/{answer["id"]}");
        var path = $"accounts/{answer["id"]}";
        answer["firstPassword"].Length.ShouldBe(19);
        answer.Json["account"]!["login"]!.ToString().ShouldBe("zhao.liu");
        answer.Json["events"]!.AsArray().Select(e => e!["type"]!.ToString()).ShouldBe(["account_opened", "account_password_set"]);

        var found = (await Service.Admin.GetAsync(path)).Require(HttpStatusCode.OK);
        (found["name"], found["mustChangePassword"], found["needsSecondFactor"], found.ETag).ShouldBe(("赵六", "true", "false", "\"2\""));
        (await Service.Admin.GetAsync("accounts?body=ws-awb&limit=200")).Json["items"]!.AsArray()
            .ShouldContain(a => a!["login"]!.ToString() == "zhao.liu");

        await Refused(Service.Admin.PostAsync($"{path}/changes", []), 409, "account.nothing_changes");
        await Refused(
            Service.Admin.PostAsync($"{path}/changes", new JsonObject { ["name"] = "赵柳" }, ("If-Match", "\"1\"")), 412, "request.stale");
        var changed = (await Service.Admin.PostAsync(
            $"{path}/changes",
            new JsonObject { ["body"] = "ws-gov", ["roles"] = new JsonArray("responsible") })).Require(HttpStatusCode.OK);
        (changed.Json["account"]!["body"]!.ToString(), changed.Json["account"]!["name"]!.ToString()).ShouldBe(("ws-gov", "赵六"));
        changed.Json["firstPassword"].ShouldBeNull();

        (await Service.Admin.PostAsync($"{path}/closure", new JsonObject { ["reason"] = "调离" }))
            .Require(HttpStatusCode.OK).Json["account"]!["closed"]!.GetValue<bool>().ShouldBeTrue();
        foreach (var act in new[] { "changes", "closure", "password-reset", "second-factor-removal" })
            await Refused(Service.Admin.PostAsync($"{path}/{act}", act is "closure" or "second-factor-removal" ? new JsonObject { ["reason"] = "x" } : []), 409, "account.closed");
        (await Service.Admin.GetAsync("accounts?limit=200")).Json["items"]!.AsArray()
            .ShouldNotContain(a => a!["login"]!.ToString() == "zhao.liu");
        (await Service.Admin.GetAsync("accounts?closed=true&limit=200")).Json["items"]!.AsArray()
            .ShouldContain(a => a!["login"]!.ToString() == "zhao.liu");
        (await Service.Admin.GetAsync($"{path}/events")).Json["events"]!.AsArray().Select(e => e!["type"]!.ToString())
            .ShouldBe(["account_opened", "account_password_set", "account_changed", "account_closed"]);
        await Refused(Service.Admin.PostAsync("accounts", Order("ZHAO.LIU", "另一人", "reporter")), 409, "account.login_taken");
    }

    [Fact]
    public async Task Accounts_reach_no_further_than_the_administrator_who_opens_them()
    {
        var county = await Service.KeyAsync("ws-awb", Service.County, "administrator");
        var id = (await OpenAsync("within", "reporter")).Id;
        await Refused(Service.Office.PostAsync("accounts", Order("x-y-z", "某人", "reporter")), 403, "account.forbidden");
        await Refused(county.PostAsync("accounts", Order("x-y-z", "某人", "reporter", region: "5329")), 403, "account.region_outside");
        await Refused(county.PostAsync("accounts", Order("x-y-z", "某人", "reporter", body: "bj-awb")), 422, "body.unknown");
        await Refused(Service.Admin.PostAsync("accounts", Order("x-y-z", "某人", "clock")), 422, "account.clock_role");
        await Refused(Service.Admin.PostAsync("accounts", Order("x-y-z", "某人", "reporter", body: "nobody")), 422, "body.unknown");
        await Refused(Service.Admin.PostAsync("accounts", Order("x y z", "某人", "reporter")), 400, "account.login_malformed");
        await Refused(Service.Admin.PostAsync("accounts", Order("x-y-z", "某人")), 400, "input.missing");

        (await county.GetAsync($"accounts/{id}")).Require(HttpStatusCode.OK);
        await Refused(county.PostAsync($"accounts/{id}/changes", new JsonObject { ["region"] = "5329" }), 403, "account.region_outside");
        var elsewhere = await Service.KeyAsync("bj-awb", "110101", "administrator");
        foreach (var part in new[] { "", "/events", "/sessions" })
        {
            await Refused(elsewhere.GetAsync($"accounts/{id}{part}"), 404, "account.not_found");
            await Refused(Service.Office.GetAsync($"accounts/{id}{part}"), 403, "account.forbidden");
        }

        await Refused(elsewhere.PostAsync($"accounts/{id}/password-reset", []), 404, "account.not_found");
        (await elsewhere.GetAsync("accounts")).Json["items"]!.AsArray().ShouldBeEmpty();
        await Refused(Service.Admin.GetAsync("accounts/nothing"), 404, "account.not_found");
    }

    [Fact]
    public async Task A_repeated_request_does_not_give_the_password_again()
    {
        (string, string) key = ("Idempotency-Key", Guid.NewGuid().ToString());
        var first = (await Service.Admin.PostAsync("accounts", Order("again.and", "某人", "reporter"), key)).Require(HttpStatusCode.Created);
        var second = (await Service.Admin.PostAsync("accounts", Order("again.and", "某人", "reporter"), key)).Require(HttpStatusCode.Created);
        (second["id"], second.Json["firstPassword"], second.Headers.Contains("Idempotency-Replayed")).ShouldBe((first["id"], null, true));
        (await SignIn.PasswordAsync("again.and", first["firstPassword"], null, null)).Refusal.ShouldBeNull();

        key = ("Idempotency-Key", Guid.NewGuid().ToString());
        var reset = (await Service.Admin.PostAsync($"accounts/{first["id"]}/password-reset", [], key)).Require(HttpStatusCode.OK);
        (await Service.Admin.PostAsync($"accounts/{first["id"]}/password-reset", [], key)).Require(HttpStatusCode.OK).Json["firstPassword"]
            .ShouldBeNull();
        (await SignIn.PasswordAsync("again.and", first["firstPassword"], null, null)).Refusal!.Code.ShouldBe("sign_in.refused");
        (await SignIn.PasswordAsync("again.and", reset["firstPassword"], null, null)).Opened.ShouldNotBeNull();
    }

    [Fact]
    public async Task Of_two_who_want_one_login_at_once_one_gets_it()
    {
        var both = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => Service.Admin.PostAsync("accounts", Order("race.login", "某人", "reporter"))));
        both.Count(a => a.Status == HttpStatusCode.Created).ShouldBe(1);
        foreach (var refused in both.Where(a => a.Status != HttpStatusCode.Created))
            refused.Refused(HttpStatusCode.Conflict, "account.login_taken");
    }

    [Fact]
    public async Task A_first_password_must_be_changed_before_anything_else()
    {
        var (id, first) = await OpenAsync("first.one", "reporter");
        var other = (await SignIn.PasswordAsync("first.one", first, null, null)).Opened!;
        var (opened, _) = await SignIn.PasswordAsync(" First.ONE ", first, "203.0.113.7", "Firefox");
        opened!.Session.Step.ShouldBe(SessionStep.ChangePassword);
        await Refused(GetAsync(opened.Token, "me"), 401, "session.unfinished");

        var who = await WhoAsync(opened);
        (await SignIn.ChangePasswordAsync(who, first, "short"))!.Code.ShouldBe("password.too_short");
        (await SignIn.ChangePasswordAsync(who, first, first))!.Code.ShouldBe("password.same");
        (await SignIn.ChangePasswordAsync(who, "not the old one", Chosen))!.Code.ShouldBe("password.old_wrong");
        (await SignIn.ChangePasswordAsync(who, first, Chosen)).ShouldBeNull();

        who = await WhoAsync(opened);
        (who.Session.Step, who.Session.ExpiresAt, who.Account.MustChangePassword)
            .ShouldBe((SessionStep.Full, opened.Session.CreatedAt + Sessions.Longest, false));
        (await GetAsync(opened.Token, "me")).Require(HttpStatusCode.OK);
        (await Sessions.FindAsync(other.Token)).ShouldBeNull("whoever knew the old password is out");
        (await SignIn.PasswordAsync("first.one", first, null, null)).Refusal!.Code.ShouldBe("sign_in.refused");
        (await SignIn.PasswordAsync("first.one", Chosen, null, null)).Opened!.Session.Step.ShouldBe(SessionStep.Full);
        (await TypesAsync(id)).Skip(2)
            .ShouldBe(["signed_in", "signed_in", "sign_in_refused", "account_password_set", "signed_out", "sign_in_refused", "signed_in"]);
    }

    [Fact]
    public async Task Who_assigns_hazards_sets_a_second_factor_and_gives_it_ever_after()
    {
        var (id, opened) = await ReadyAsync("coord.one", "coordinator");
        var who = await WhoAsync(opened);
        who.Session.Step.ShouldBe(SessionStep.SetFactor);
        await Refused(GetAsync(opened.Token, "me"), 401, "session.unfinished");
        (await SignIn.ConfirmFactorAsync(who, "000000"))!.Code.ShouldBe("second_factor.not_begun");
        var (secret, uri) = await SignIn.BeginFactorAsync(who);
        uri.ShouldStartWith("otpauth://totp/");
        uri.ShouldContain(secret);
        (await SignIn.ConfirmFactorAsync(who, Wrong(secret)))!.Code.ShouldBe("sign_in.code");
        (await SignIn.BeginFactorAsync(who)).Secret.ShouldBe(secret, "it was scanned: a wrong code or another tab changes nothing");
        // Another session takes its place and learns nothing of it; then this one scans anew.
        var other = await WhoAsync((await SignIn.PasswordAsync("coord.one", Chosen, null, null)).Opened!);
        (await SignIn.BeginFactorAsync(other)).Secret.ShouldNotBe(secret);
        (await SignIn.ConfirmFactorAsync(who, Code(secret)))!.Code.ShouldBe("second_factor.not_begun");
        (secret, _) = await SignIn.BeginFactorAsync(who);
        (await SignIn.ConfirmFactorAsync(other, Code(secret)))!.Code.ShouldBe("second_factor.not_begun");
        (await SignIn.ConfirmFactorAsync(who, Code(secret))).ShouldBeNull();
        (await WhoAsync(opened)).Session.Step.ShouldBe(SessionStep.Full);
        await SignIn.BeginFactorAsync(await WhoAsync(opened));
        (await SignIn.ConfirmFactorAsync(await WhoAsync(opened), Code(secret)))!.Code.ShouldBe(
            "second_factor.set", "a stolen session must not put another device in its place");

        var next = await WhoAsync((await SignIn.PasswordAsync("coord.one", Chosen, null, null)).Opened!);
        next.Session.Step.ShouldBe(SessionStep.GiveFactor);
        (await SignIn.ChangePasswordAsync(next, Chosen, "another password"))!.Code.ShouldBe("session.unfinished");
        (await SignIn.FactorAsync(next, Code(secret)))!.Code.ShouldBe("sign_in.code", "the code was used when it was confirmed");
        own.Clock.Now += TimeSpan.FromSeconds(30);
        (await SignIn.FactorAsync(next, Code(secret))).ShouldBeNull();
        (await SignIn.FactorAsync(await WhoAsync((await SignIn.PasswordAsync("coord.one", Chosen, null, null)).Opened!), Code(secret)))!.Code.ShouldBe("sign_in.code", "each code opens once");

        // Who stands at the code when the factor is removed is asked for none, and is not counted as guessing.
        var waiting = await WhoAsync((await SignIn.PasswordAsync("coord.one", Chosen, null, null)).Opened!);
        waiting.Session.Step.ShouldBe(SessionStep.GiveFactor);
        (await Service.Admin.PostAsync($"accounts/{id}/second-factor-removal", new JsonObject { ["reason"] = "手机遗失" }))
            .Require(HttpStatusCode.OK);
        (await SignIn.FactorAsync(waiting, "000000")).ShouldBeNull();
        await Refused(
            Service.Admin.PostAsync($"accounts/{id}/second-factor-removal", new JsonObject { ["reason"] = "手机遗失" }), 409,
            "account.no_second_factor");
        (await SignIn.PasswordAsync("coord.one", Chosen, null, null)).Opened!.Session.Step.ShouldBe(SessionStep.SetFactor);
    }

    [Fact]
    public async Task Where_no_second_factor_is_required_who_has_set_one_gives_it_all_the_same()
    {
        var (_, opened) = await ReadyAsync("coord.two", "coordinator");
        using var easy = ActivatorUtilities.CreateInstance<SignIn>(
            Service.Services, Service.Services.GetRequiredService<ServiceOptions>() with { RequireSecondFactor = false });
        (await easy.PasswordAsync("coord.two", Chosen, null, null)).Opened!.Session.Step.ShouldBe(SessionStep.Full);
        await FactorAsync(opened);
        (await easy.PasswordAsync("coord.two", Chosen, null, null)).Opened!.Session.Step.ShouldBe(SessionStep.GiveFactor);
    }

    [Fact]
    public async Task Five_wrong_passwords_lock_the_account_and_the_right_one_waits_too()
    {
        var (id, _) = await ReadyAsync("locked.one", "reporter");
        for (var i = 0; i < Lockout.MostFailures; i++)
            (await SignIn.PasswordAsync("locked.one", "wrong", "203.0.113.7", null)).Refusal!.Chinese.ShouldBe("用户名或密码不对");
        (await SignIn.PasswordAsync("locked.one", Chosen, null, null)).Refusal!.Code.ShouldBe("sign_in.locked");
        (await Service.Admin.GetAsync($"accounts/{id}"))["failures"].ShouldBe("5");
        own.Clock.Now += Lockout.Length;
        (await SignIn.PasswordAsync("locked.one", Chosen, null, null)).Refusal.ShouldBeNull();
        var last = (await EventsAsync(id)).OfType<SignInRefused>().ToArray();
        last.Select(e => e.Reason).ShouldBe([.. Enumerable.Repeat(SignInRefusal.Password, 5), SignInRefusal.Locked]);
        last[4].ShouldSatisfyAllConditions(e => e.LockedUntil.ShouldNotBeNull(), e => e.Address.ShouldBe("203.0.113.7"));
    }

    [Fact]
    public async Task Guesses_made_all_at_once_count_one_by_one()
    {
        var (id, _) = await ReadyAsync("locked.two", "reporter");
        var refused = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => SignIn.PasswordAsync("locked.two", $"guess {i}", null, null)));
        refused.Count(r => r.Refusal!.Code == "sign_in.refused").ShouldBe(Lockout.MostFailures);
        refused.Count(r => r.Refusal!.Code == "sign_in.locked").ShouldBe(12 - Lockout.MostFailures);
        (await Service.Admin.PostAsync($"accounts/{id}/password-reset", [])).Require(HttpStatusCode.OK).Json["account"]!["lockedUntil"]
            .ShouldBeNull();
    }

    [Fact]
    public async Task Wrong_codes_lock_it_and_the_password_does_not_forgive_them()
    {
        var (_, opened) = await ReadyAsync("locked.three", "coordinator");
        var secret = await FactorAsync(opened);
        for (var i = 0; i < Lockout.MostFailures; i++)
            (await SignIn.FactorAsync(
                await WhoAsync((await SignIn.PasswordAsync("locked.three", Chosen, null, null)).Opened!),
                Wrong(secret)))!.Code.ShouldBe("sign_in.code");
        (await SignIn.PasswordAsync("locked.three", Chosen, null, null)).Refusal!.Code.ShouldBe("sign_in.locked");
    }

    [Fact]
    public async Task What_is_typed_for_a_login_that_there_is_none_of_is_not_kept()
    {
        var position = await Service.HeadAsync();
        foreach (var typed in new[] { "my-secret-password", "no such login!", "" })
            (await SignIn.PasswordAsync(typed, "whatever it is", "203.0.113.9", null)).Refusal!.Chinese.ShouldBe("用户名或密码不对");
        await foreach (var e in Service.Services.GetRequiredService<IEventLog>().ReadAllAsync(position))
        {
            (e.StreamType, e.Type).ShouldBe(("sign_in", "sign_in_unknown"));
            DomainJson.ReadEvent(e.Type, e.Data.Span).ShouldBe(new SignInUnknown("203.0.113.9"));
        }

        (await InLogAsync("my-secret-password")).ShouldBe(0);
        (await Service.HeadAsync()).ShouldBe(position + 3);
    }

    [Fact]
    public async Task One_address_does_not_try_for_ever()
    {
        using var strict = ActivatorUtilities.CreateInstance<SignIn>(
            Service.Services, Service.Services.GetRequiredService<ServiceOptions>() with { SignInAttemptsAMinute = 2 });
        for (var i = 0; i < 2; i++)
            (await strict.PasswordAsync("nobody.here", "x", "203.0.113.20", null)).Refusal!.Code.ShouldBe("sign_in.refused");
        (await strict.PasswordAsync("nobody.here", "x", "203.0.113.20", null)).Refusal!.Code.ShouldBe("sign_in.too_many");
        (await strict.PasswordAsync("nobody.here", "x", "203.0.113.21", null)).Refusal!.Code.ShouldBe("sign_in.refused");
    }

    [Fact]
    public async Task A_closed_account_opens_nothing_and_says_nothing_of_itself()
    {
        var (id, opened) = await ReadyAsync("closed.one", "reporter");
        (await Service.Admin.PostAsync($"accounts/{id}/closure", new JsonObject { ["reason"] = "调离" })).Require(HttpStatusCode.OK);
        (await Sessions.FindAsync(opened.Token)).ShouldBeNull();
        (await SignIn.PasswordAsync("closed.one", Chosen, null, null)).Refusal!.Code.ShouldBe("sign_in.refused");
        (await SignIn.ExternalAsync("closed.one", null, null)).Refusal!.Code.ShouldBe("sign_in.no_account");
        (await EventsAsync(id)).TakeLast(4).ShouldBe(
        [
            new AccountClosed("调离"), new SignedOut(opened.Session.Id, SignOutReason.AccountClosed),
            new SignInRefused(SignInRefusal.Closed, null, null), new SignInRefused(SignInRefusal.Closed, null, null),
        ]);
    }

    [Fact]
    public async Task Another_system_may_vouch_for_a_person()
    {
        var (id, _) = await OpenAsync("oidc.one", "coordinator");
        var (opened, _) = await SignIn.ExternalAsync("OIDC.one", "203.0.113.7", null);
        opened!.Session.Step.ShouldBe(SessionStep.Full);
        (await GetAsync(opened.Token, "me")).Require(HttpStatusCode.OK);
        (await EventsAsync(id))[^1].ShouldBe(new SignedIn(opened.Session.Id, SignInMethod.Oidc, "203.0.113.7"));
        (await SignIn.ExternalAsync("oidc.nobody", null, null)).Refusal!.Code.ShouldBe("sign_in.no_account");
    }

    [Fact]
    public async Task A_session_ends_by_its_time_or_by_being_left()
    {
        await ReadyAsync("times.one", "reporter");
        var (used, left) = (await InAsync("times.one"), await InAsync("times.one"));
        for (var hours = 0; hours < 11; hours++)
        {
            own.Clock.Now += TimeSpan.FromMinutes(59);
            (await Sessions.FindAsync(used.Token)).ShouldNotBeNull();
        }

        (await Sessions.FindAsync(left.Token)).ShouldBeNull();
        own.Clock.Now = used.Session.CreatedAt + Sessions.Longest - TimeSpan.FromMinutes(30);
        (await Sessions.ListAsync(used.Session.Account)).Select(s => s.Id).ShouldBe([used.Session.Id]);
        (await Sessions.FindAsync(used.Token)).ShouldNotBeNull();
        own.Clock.Now += TimeSpan.FromMinutes(30);
        (await Sessions.FindAsync(used.Token)).ShouldBeNull();
        (await Sessions.FindAsync("no such token")).ShouldBeNull();
    }

    [Fact]
    public async Task That_it_was_used_is_written_once_a_minute()
    {
        await ReadyAsync("minute.one", "reporter");
        var opened = await InAsync("minute.one");
        async Task<string?> RowAsync() => await OneAsync($"select xmin::text from accounts.sessions where id = '{opened.Session.Id}'");
        var row = await RowAsync();
        await Sessions.FindAsync(opened.Token);
        (await RowAsync()).ShouldBe(row);
        own.Clock.Now += TimeSpan.FromMinutes(1);
        await Sessions.FindAsync(opened.Token);
        (await RowAsync()).ShouldNotBe(row);
    }

    [Fact]
    public async Task Sessions_are_ended_by_the_person_by_an_administrator_and_with_the_rights()
    {
        var (id, one) = await ReadyAsync("ends.one", "reporter");
        var (two, three, four) = (await InAsync("ends.one"), await InAsync("ends.one"), await InAsync("ends.one"));
        await SignIn.SignOutAsync(await WhoAsync(one));
        await SignIn.SignOutAsync(new SignedInAs((await WhoAsync(two)).Account, one.Session));
        await Sessions.EndAsync(await WhoAsync(two), three.Session.Id);
        (await Service.Admin.GetAsync($"accounts/{id}/sessions")).Json["items"]!.AsArray().Select(s => s!["id"]!.ToString())
            .ShouldBe([$"{four.Session.Id}", $"{two.Session.Id}"]);
        (await Service.Admin.PostAsync($"accounts/{id}/sessions/{four.Session.Id}/end", [])).Require(HttpStatusCode.OK);
        await Refused(Service.Admin.PostAsync($"accounts/{id}/sessions/{four.Session.Id}/end", []), 404, "account.session_not_found");
        await Refused(Service.Admin.PostAsync($"accounts/{id}/sessions/nothing/end", []), 404, "account.session_not_found");
        var five = await InAsync("ends.one");
        await Sessions.EndOthersAsync(await WhoAsync(five));
        (await Sessions.FindAsync(two.Token)).ShouldBeNull();
        (await Service.Admin.PostAsync($"accounts/{id}/changes", new JsonObject { ["name"] = "新名" })).Require(HttpStatusCode.OK);
        (await WhoAsync(five)).Account.Name.ShouldBe("新名");
        (await Service.Admin.PostAsync($"accounts/{id}/changes", new JsonObject { ["roles"] = new JsonArray("reporter", "inspector") }))
            .Require(HttpStatusCode.OK);
        foreach (var ended in new[] { one, two, three, four, five })
            (await Sessions.FindAsync(ended.Token)).ShouldBeNull();
        (await EventsAsync(id)).OfType<SignedOut>().Select(e => (e.Session, e.Reason)).ShouldBe(
        [
            (one.Session.Id, SignOutReason.Self), (three.Session.Id, SignOutReason.Self), (four.Session.Id, SignOutReason.Administrator),
            (two.Session.Id, SignOutReason.Self), (five.Session.Id, SignOutReason.AccountChanged),
        ]);
    }

    /// <summary>
    /// A process may die between the log and the table, and a sign-in may be under way: the account's own version decides.
    /// </summary>
    [Fact]
    public async Task A_session_that_nobody_came_to_mark_opens_nothing_all_the_same()
    {
        var (id, opened) = await ReadyAsync("crash.one", "reporter");
        (await Service.Admin.PostAsync($"accounts/{id}/password-reset", [])).Require(HttpStatusCode.OK);
        await ExecuteAsync($"update accounts.sessions set ended_at = null where id = '{opened.Session.Id}'");
        (await Sessions.FindAsync(opened.Token)).ShouldBeNull();
        (await Sessions.ListAsync(id)).ShouldBeEmpty();
        await ExecuteAsync($"update accounts.secrets set password_version = password_version - 1 where account = '{id}'");
        (await SignIn.PasswordAsync("crash.one", Chosen, null, null)).Refusal!.Code.ShouldBe("sign_in.refused");
    }

    [Fact]
    public async Task Pages_download_by_the_cookie_and_nothing_is_written_by_it()
    {
        var (_, opened) = await ReadyAsync("cookie.one", "reporter");
        var me = (await GetAsync(opened.Token, "me")).Require(HttpStatusCode.OK);
        (me.Json["key"]!["client"]!.ToString(), me.Json["body"]!["id"]!.ToString(), me["region"])
            .ShouldBe(("pages", "ws-awb", Service.County));
        (await GetAsync(opened.Token, "hazards")).Require(HttpStatusCode.OK);
        await Refused(GetAsync(opened.Token, "accounts"), 403, "account.forbidden");
        await Refused(Service.ClientOf(null).PostAsync("hazards", Some.Report(), Cookie(opened.Token)), 401, "key.missing");
        await Refused(GetAsync("of-nobody", "me"), 401, "session.ended");
        await Refused(Service.ClientOf("hz_wrong").GetAsync("me", Cookie(opened.Token)), 401, "key.unknown");
        await SignIn.SignOutAsync(await WhoAsync(opened));
        await Refused(GetAsync(opened.Token, "me"), 401, "session.ended");
    }

    [Fact]
    public async Task Who_signed_in_reads_under_his_own_name_and_for_the_purpose_he_said()
    {
        var (id, opened) = await ReadyAsync("looks.one", "investigator");
        await Sessions.SetPurposeAsync(opened.Session.Id, "“3·2”事故调查");
        (await GetAsync(opened.Token, "hazards", ("X-Actor", "Somebody"))).Require(HttpStatusCode.OK);
        (await GetAsync(opened.Token, "hazards", ("X-Purpose", "another"))).Require(HttpStatusCode.OK);
        var looks = (await Service.Admin.GetAsync("access?limit=200")).Json["items"]!.AsArray()
            .Where(l => l!["actor"]!.ToString() == "looks.one 的人").ToArray();
        looks.Select(l => l!["purpose"]!.ToString()).ShouldBe(["“3·2”事故调查", "another"], ignoreOrder: true);
        looks.ShouldAllBe(l => l!["data"]!["looked"]!["key"]!.ToString() == id.ToString() && l["client"]!.ToString() == "pages");
    }

    /// <summary>The format of ASP.NET Core Identity: 1 for the third, the function (2: HMAC-SHA512), the iterations.</summary>
    [Fact]
    public void The_products_hashes_are_as_slow_as_they_should_be()
    {
        var hash = Convert.FromBase64String(QuickHashes.OfTheProduct);
        (hash[0], BinaryPrimitives.ReadUInt32BigEndian(hash.AsSpan(1)), BinaryPrimitives.ReadUInt32BigEndian(hash.AsSpan(5)))
            .ShouldBe(((byte)1, 2u, 210_000u));
    }

    [Fact]
    public async Task The_looks_that_a_page_is_made_of_are_on_record_together_before_it_goes_out()
    {
        var (_, opened) = await ReadyAsync("looks.page", "investigator");
        await Sessions.SetPurposeAsync(opened.Session.Id, "“3·2”事故调查");
        var before = await Service.HeadAsync();
        (await GetAsync(opened.Token, "/overview")).Require(HttpStatusCode.OK);
        var looks = (await Service.Admin.GetAsync("access?limit=200")).Json["items"]!.AsArray()
            .Where(l => l!["actor"]!.ToString() == "looks.page 的人" && l["position"]!.GetValue<long>() > before).ToArray();
        looks.Length.ShouldBeGreaterThan(3, "each question that the page asks is a look of its own");
        looks.Select(l => l!["data"]!["looked"]!["asked"]!["route"]!.ToString()).ShouldContain("/api/v1/boards/closed-loop");
        await using var command = Service.Owner.CreateCommand(
            "select count(distinct xmin::text) from log.mt_events where type = 'records_read' and seq_id > $1");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = before });
        (await command.ExecuteScalarAsync()).ShouldBe(1L, "one transaction");

        // Where they cannot be put on record, nothing is shown.
        await using (var refusing = Service.Owner.CreateCommand("""
            create function refuse_looks() returns trigger language plpgsql as $$ begin
              raise exception 'no space left on device' using errcode = 'disk_full';
            end $$;
            create trigger refuse_looks before insert on log.mt_events for each statement execute function refuse_looks()
            """))
            await refusing.ExecuteNonQueryAsync();
        try
        {
            var refused = await GetAsync(opened.Token, "/overview");
            refused.Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
            refused.Text.ShouldNotContain("闭环看板");
        }
        finally
        {
            await using var removed = Service.Owner.CreateCommand("drop function refuse_looks() cascade");
            await removed.ExecuteNonQueryAsync();
        }
    }

    [Fact]
    public async Task A_person_acts_under_the_accounts_own_name_with_requests_of_his_own()
    {
        var (_, one) = await ReadyAsync("acts.one", "reporter");
        var (_, two) = await ReadyAsync("acts.two", "reporter");
        var body = (await Service.Services.GetRequiredService<IRegistryQueries>().BodiesAsync([BodyId.Parse("ws-awb")])).Values.Single();
        var (first, second) = (Caller.Of(await WhoAsync(one), body), Caller.Of(await WhoAsync(two), body));
        first.As("somebody else").ShouldSatisfyAllConditions(
            a => a.Name.ShouldBe("acts.one 的人"), a => a.Client.ShouldBe("pages"), a => a.Roles.ShouldBe([Role.Reporter]),
            a => a.Jurisdiction.Value.ShouldBe(Service.County));
        first.KeyScope.ShouldNotBe(second.KeyScope);
    }

    [Fact]
    public async Task No_secret_is_in_the_log_and_rows_can_be_made_anew_from_it()
    {
        var (id, first) = await OpenAsync("secret.one", "coordinator");
        var opened = (await SignIn.PasswordAsync("secret.one", first, null, null)).Opened!;
        (await SignIn.ChangePasswordAsync(await WhoAsync(opened), first, "a chosen password")).ShouldBeNull();
        var secret = await FactorAsync(opened);
        var hash = (await OneAsync($"select password_hash from accounts.secrets where account = '{id}'"))!;
        foreach (var kept in new[] { first, "a chosen password", secret, hash, opened.Token })
            (await InLogAsync(kept)).ShouldBe(0, kept);
        (await InLogAsync("secret.one")).ShouldBeGreaterThan(0, "what is there is found");
        (await OneAsync($"select 'found' from accounts.secrets where account = '{id}' and position(decode('{Convert.ToHexString(Base32Encoding.ToBytes(secret))}', 'hex') in totp) > 0")).ShouldBeNull();
        (await OneAsync($"select 'found' from accounts.sessions s where position('{opened.Token}' in s::text) > 0")).ShouldBeNull();

        var rules = await Service.Services.GetRequiredService<RulebookSource>().RefreshAsync(default);
        (await Rebuild.CompareAsync(Service.Owner, Service.Services.GetRequiredService<IEventLog>(), rules)).Same.ShouldBeTrue();
    }

    [Fact]
    public async Task A_second_factor_of_another_accounts_row_opens_nothing()
    {
        var (one, opened) = await ReadyAsync("swap.one", "coordinator");
        var (two, other) = await ReadyAsync("swap.two", "coordinator");
        var (secret, _) = (await FactorAsync(opened), await FactorAsync(other));
        await ExecuteAsync($"update accounts.secrets s set totp = o.totp, totp_step = 0 from accounts.secrets o where s.account = '{two}' and o.account = '{one}'");
        var who = await WhoAsync((await SignIn.PasswordAsync("swap.two", Chosen, null, null)).Opened!);
        await Should.ThrowAsync<KeyFolderException>(() => SignIn.FactorAsync(who, Code(secret)));
    }

    [Fact]
    public async Task A_sign_in_costs_one_event()
    {
        await ReadyAsync("cost.one", "reporter");
        var events = await Service.EventsAsync();
        await InAsync("cost.one");
        (await Service.EventsAsync()).ShouldBe(events + 1);
    }

    /// <summary>A phone whose answer was lost sends again: it is the same report, though the account has another name by now.</summary>
    [Fact]
    public async Task What_a_phone_sent_is_answered_as_before_though_the_name_was_corrected_meanwhile()
    {
        var (id, opened) = await ReadyAsync("grid.three", "reporter");
        using var phone = await new Person("吴一", Service.Address, opened.Token, null!).ReadyAsync();
        var number = Guid.NewGuid();
        async Task<(HttpStatusCode, string)> SentAsync(string what, string place = "北门")
        {
            var written = ChinaTime.Format(own.Clock.Now.AddDays(-1).AddTicks(-(own.Clock.Now.Ticks % TimeSpan.TicksPerSecond)));
            var answer = await phone.SendAsync(new PageAsking("/field/reports", new Dictionary<string, string>
            {
                ["account"] = id.ToString("D"), ["report"] = number.ToString("D"), ["writtenAt"] = written, ["what"] = what,
                ["place"] = place, ["attachments"] = "[]",
            }, []));
            return (answer.Status, JsonNode.Parse(answer.Text)!["id"]?.ToString() ?? JsonNode.Parse(answer.Text)!["code"]!.ToString());
        }

        var (status, hazard) = await SentAsync("灭火器过期");
        status.ShouldBe(HttpStatusCode.Created);
        (await Service.Admin.PostAsync($"accounts/{id}/changes", new JsonObject { ["name"] = "吴一新" })).Require(HttpStatusCode.OK);
        (await SentAsync("灭火器过期")).ShouldBe((HttpStatusCode.OK, hazard));
        (await SentAsync("灭火器过期，通道堵塞")).ShouldBe((HttpStatusCode.Conflict, "page.sent_before"));
        (await SentAsync("灭火器过期", "南门")).ShouldBe((HttpStatusCode.Conflict, "page.sent_before"));
    }

    [Fact]
    public async Task Demonstrations_have_accounts_with_known_passwords()
    {
        var store = Service.Services.GetRequiredService<AccountStore>();
        var demo = await store.EnsureDemoAsync(
            "demo.one", "hazards-demo", "演示", BodyId.Parse("ws-awb"), [Role.Reporter], RegionCode.Parse(Service.County));
        (await store.EnsureDemoAsync(
            "demo.one", "hazards-demo", "演示", BodyId.Parse("ws-awb"), [Role.Reporter],
            RegionCode.Parse(Service.County))).Id.ShouldBe(demo.Id, "it is there already");
        (await SignIn.PasswordAsync("demo.one", "hazards-demo", null, null)).Opened!.Session.Step.ShouldBe(SessionStep.Full);
    }

    [Fact]
    public async Task Views_are_saved_by_person_and_page()
    {
        var (views, account) = (Service.Services.GetRequiredService<SavedViews>(), Guid.NewGuid());
        (await views.SaveAsync(account, "ledger", "本县超期", "overdue=true")).ShouldBeNull();
        (await views.SaveAsync(account, "ledger", " 本县超期 ", "overdue=true&region=532927")).ShouldBeNull();
        (await views.ListAsync(account, "ledger")).ShouldHaveSingleItem().Query.ShouldBe("overdue=true&region=532927");
        (await views.ListAsync(account, "inbox")).ShouldBeEmpty();
        (await views.ListAsync(Guid.NewGuid(), "ledger")).ShouldBeEmpty();
        (await views.SaveAsync(account, "ledger", "", "x"))!.Code.ShouldBe("input.missing");
        (await views.SaveAsync(account, "ledger", "x", new string('x', 2001)))!.Code.ShouldBe("input.too_long");
        for (var i = 1; i < 30; i++)
            (await views.SaveAsync(account, "ledger", $"视图{i}", "")).ShouldBeNull();
        (await views.SaveAsync(account, "ledger", "再一个", ""))!.Code.ShouldBe("saved_view.too_many");
        (await views.SaveAsync(account, "ledger", "本县超期", "")).ShouldBeNull("in place of one there is");
        await views.DeleteAsync(account, "ledger", "本县超期");
        (await views.SaveAsync(account, "ledger", "再一个", "")).ShouldBeNull();
    }

    private static JsonObject Order(
        string login, string name, string? role = null, string body = "ws-awb", string region = Service.County) => new()
    {
        ["login"] = login, ["name"] = name, ["body"] = body, ["region"] = region,
        ["roles"] = role is null ? new JsonArray() : new JsonArray(role),
    };

    private async Task<(Guid Id, string FirstPassword)> OpenAsync(string login, string role)
    {
        var answer = (await Service.Admin.PostAsync("accounts", Order(login, $"{login} 的人", role))).Require(HttpStatusCode.Created);
        return (Guid.Parse(answer["id"]), answer["firstPassword"]);
    }

    /// <summary>An account whose person has chosen a password, and is signed in.</summary>
    private async Task<(Guid Id, Opened Opened)> ReadyAsync(string login, string role)
    {
        var (id, first) = await OpenAsync(login, role);
        var opened = (await SignIn.PasswordAsync(login, first, null, null)).Opened!;
        (await SignIn.ChangePasswordAsync(await WhoAsync(opened), first, Chosen)).ShouldBeNull();
        return (id, opened);
    }

    private async Task<Opened> InAsync(string login)
    {
        // Sessions are listed by when they began.
        own.Clock.Now += TimeSpan.FromMilliseconds(1);
        return (await SignIn.PasswordAsync(login, Chosen, null, null)).Opened.ShouldNotBeNull();
    }

    /// <summary>Sets a second factor, and waits for its next code.</summary>
    private async Task<string> FactorAsync(Opened opened)
    {
        var (secret, _) = await SignIn.BeginFactorAsync(await WhoAsync(opened));
        (await SignIn.ConfirmFactorAsync(await WhoAsync(opened), Code(secret))).ShouldBeNull();
        own.Clock.Now += TimeSpan.FromSeconds(30);
        return secret;
    }

    private async Task<SignedInAs> WhoAsync(Opened opened) => (await Sessions.FindAsync(opened.Token)).ShouldNotBeNull();

    private string Code(string secret) => new Totp(Base32Encoding.ToBytes(secret)).ComputeTotp(own.Clock.Now.UtcDateTime);

    private string Wrong(string secret)
    {
        var near = Enumerable.Range(-1, 3)
            .Select(step => new Totp(Base32Encoding.ToBytes(secret)).ComputeTotp(own.Clock.Now.UtcDateTime.AddSeconds(30 * step)));
        return Enumerable.Range(0, 4).Select(n => $"00000{n}").Except(near).First();
    }

    private static (string, string) Cookie(string token) => ("Cookie", $"{SessionCookie.Name}={token}");

    private Task<Answer> GetAsync(string token, string path, params (string, string)[] headers) =>
        Service.ClientOf(null).GetAsync(path, [Cookie(token), .. headers]);

    private static async Task Refused(Task<Answer> answer, int status, string code) => (await answer).Refused((HttpStatusCode)status, code);

    private async Task<List<IAccountEvent>> EventsAsync(Guid id) =>
        [.. (await Service.Services.GetRequiredService<IEventLog>().FetchAsync(id)).Select(e => (IAccountEvent)e.Data)];

    private async Task<IEnumerable<string>> TypesAsync(Guid id) => (await EventsAsync(id)).Select(e => EventTypes.NameOf(e));

    /// <summary>How many events hold a text, anywhere.</summary>
    private async Task<long> InLogAsync(string text)
    {
        await using var command = Service.Owner.CreateCommand(
            "select count(*) from log.mt_events e where position($1 in e::text) > 0 or position($1 in e.data::text) > 0");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = text });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task<string?> OneAsync(string sql)
    {
        await using var command = Service.Owner.CreateCommand(sql);
        return await command.ExecuteScalarAsync() as string;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = Service.Owner.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
