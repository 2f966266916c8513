using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Hazards.Api.Administration.Accounts;
using Hazards.Api.Administration.Registry;
using Hazards.Api.Proofs;
using Hazards.Api.Proofs.Auditing;
using Hazards.Domain;
using Hazards.Projections.Store;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OpenTelemetry.Trace;

namespace Hazards.Api.Tests;

/// <summary>
/// 谁办的: whoever owns the database, and has not the key folder, can act as nobody. What a row says of who somebody is counts
/// only as far as the log says the same; that it said otherwise stays on record when it is put back.
/// </summary>
public sealed class IdentityTests(AccountsService own) : IClassFixture<AccountsService>
{
    private const string Chosen = "correct horse battery";

    private const string Forged = "hz_forged-by-the-owner-of-the-database";

    private Service Service => own.Service;

    private SignIn SignIn => Service.Services.GetRequiredService<SignIn>();

    private Sessions Sessions => Service.Services.GetRequiredService<Sessions>();

    private AuditDesk Desk => Service.Services.GetRequiredService<AuditDesk>();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_digest_swapped_in_a_key_s_row_opens_nothing_and_stays_on_record(bool everywhere)
    {
        var (key, id) = await KeyAsync("ws-gov", "responsible");
        (await key.GetAsync("me")).Require(HttpStatusCode.OK);
        var before = await RowAsync(id);
        var digest = KeyStore.DigestOf(Forged + everywhere);
        await ExecuteAsync($"update rows.api_keys set digest = '{digest}' where key_id = '{id}'");
        if (everywhere)
            await SetAsync(id, "digest", $"\"{digest}\"");

        var forger = Service.ClientOf(Forged + everywhere);
        var refused = (await forger.PostAsync("hazards", Some.Report())).Refused(HttpStatusCode.Unauthorized, "caller.not_as_recorded");
        refused.Json["facts"]!["columns"]!.ToString().ShouldContain("digest");
        (await forger.GetAsync("me")).Refused(HttpStatusCode.Unauthorized, "caller.not_as_recorded");
        (await FindingsAsync()).ShouldContain(f =>
            f.Code == "identity_row_differs" && f.Stream == id && f.English.Contains("digest", StringComparison.Ordinal));

        await PutBackAsync(before);
        (await key.GetAsync("me")).Require(HttpStatusCode.OK);
        (await forger.GetAsync("me")).Refused(HttpStatusCode.Unauthorized, "key.unknown");
        (await Service.Admin.GetAsync("/health/ready"))["audit"].ShouldContain("identity_contradicted");
        var found = await FindingsAsync();
        found.ShouldNotContain(f => f.Code == "identity_row_differs" && f.Stream == id);
        found.ShouldContain(f => f.Code == "identity_contradicted" && f.Stream == id);

        // Audited, and listed with the audits; the next one finds nothing any more, the list and the log keep it.
        var report = await Desk.RunAsync(AuditOrder.Full, 1, null, default);
        await AuditDesk.RecordAsync(Service.Services.GetRequiredService<LogKeys>(), report, default);
        (await Service.Admin.GetAsync("/health/ready"))["audit"].ShouldContain("identity_contradicted");
        (await Service.Admin.GetAsync("/api/v1/log/audits?limit=1")).Json.ToJsonString().ShouldContain("identity_contradicted");
        (await FindingsAsync()).ShouldNotContain(f => f.Code == "identity_contradicted" && f.Stream == id);
        (await RecordedAsync(id)).ShouldHaveSingleItem().Columns.ShouldContain("digest");
    }

    [Theory]
    [InlineData("roles", """["responsible","administrator"]""")]
    [InlineData("region", "\"53\"")]
    [InlineData("body", "\"dali-awb\"")]
    [InlineData("client", "\"somebody else\"")]
    [InlineData("expiresAt", "\"2099-01-01T00:00:00+08:00\"")]
    [InlineData("version", "7")]
    public async Task A_key_s_row_with_other_rights_opens_nothing_until_it_is_put_back(string member, string value)
    {
        var (key, id) = await KeyAsync("ws-gov", "responsible");
        (await key.GetAsync("me")).Require(HttpStatusCode.OK);
        var before = await RowAsync(id);
        await SetAsync(id, member, value);
        (await RefusedAsync(key)).ShouldBe(member);
        (await FindingsAsync()).ShouldContain(f =>
            f.Code == "identity_row_differs" && f.Stream == id && f.Chinese.Contains(member, StringComparison.Ordinal));
        await PutBackAsync(before);
        (await key.GetAsync("me")).Require(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_revoked_key_s_former_row_opens_nothing(bool usedSince)
    {
        var (key, id) = await KeyAsync("ws-gov", "responsible");
        (await key.GetAsync("me")).Require(HttpStatusCode.OK);
        var before = await RowAsync(id);
        (await Service.Admin.PostAsync($"api-keys/{id}/revocation", new JsonObject { ["reason"] = "遗失" })).Require(HttpStatusCode.OK);
        if (usedSince)
            (await key.GetAsync("me")).Refused(HttpStatusCode.Unauthorized, "key.revoked");
        await PutBackAsync(before);
        (await RefusedAsync(key)).ShouldContain("version");
        await ExecuteAsync($"update rows.api_keys set version = 2 where key_id = '{id}'");
        await SetAsync(id, "version", "2");
        (await RefusedAsync(key)).ShouldBe("revoked");
    }

    [Fact]
    public async Task A_key_that_the_owner_wrote_into_the_log_as_well_opens_nothing()
    {
        var (_, like) = await KeyAsync("ws-gov", "responsible");
        var (id, digest) = (Guid.CreateVersion7(), KeyStore.DigestOf(Forged));
        await ExecuteAsync($"""
            create temp table forged as select * from log.mt_events where stream_id = '{like}';
            update forged set seq_id = nextval('log.mt_events_sequence'), id = gen_random_uuid(), stream_id = '{id}',
              data = data || jsonb_build_object('id', '{id}', 'digest', '{digest}');
            insert into log.mt_streams
            select (s).* from (select jsonb_populate_record(t, jsonb_build_object('id', '{id}')) as s
                               from log.mt_streams t where t.id = '{like}') x;
            insert into log.mt_events select * from forged;
            insert into rows.api_keys
            select '{id}', version, (select seq_id from forged), '{digest}', region,
                   (key::jsonb || jsonb_build_object('id', '{id}', 'digest', '{digest}'))::json
            from rows.api_keys where key_id = '{like}';
            drop table forged;
            """);
        (await RefusedAsync(Service.ClientOf(Forged))).ShouldBe("log");
        await ExecuteAsync($"delete from rows.api_keys where key_id = '{id}'");
    }

    [Fact]
    public async Task A_key_s_row_of_no_stream_and_a_row_that_is_gone_are_named()
    {
        var (key, id) = await KeyAsync("ws-gov", "responsible");
        var other = Guid.CreateVersion7();
        await ExecuteAsync($"update rows.api_keys set key_id = '{other}' where key_id = '{id}'");
        (await RefusedAsync(key)).ShouldContain("stream");
        var found = await FindingsAsync();
        found.ShouldContain(f => f.Code == "identity_row_unrecorded" && f.Stream == other);
        found.ShouldContain(f => f.Code == "identity_row_missing" && f.Stream == id);
        await ExecuteAsync($"update rows.api_keys set key_id = '{id}' where key_id = '{other}'");
    }

    [Fact]
    public async Task A_body_s_row_of_another_kind_gives_its_keys_nothing()
    {
        var (key, _) = await KeyAsync("ws-new", "responsible");
        (await key.GetAsync("me")).Require(HttpStatusCode.OK);
        var before = await OneAsync("select body::text from rows.bodies where body_id = 'ws-new' and recorded_to = 'infinity'");
        await ExecuteAsync("""
            update rows.bodies set body = jsonb_set(body::jsonb, '{kind}', '"committeeOffice"')::json
            where body_id = 'ws-new' and recorded_to = 'infinity'
            """);
        (await RefusedAsync(key)).ShouldBe("kind");
        (await FindingsAsync()).ShouldContain(f => f.Code == "identity_row_differs" && f.Stream == BodyId.Parse("ws-new").StreamId);
        await ExecuteAsync($"update rows.bodies set body = '{before}' where body_id = 'ws-new' and recorded_to = 'infinity'");
        (await key.GetAsync("me")).Require(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_password_put_in_place_of_another_opens_nothing()
    {
        var (one, _) = await ReadyAsync("hash.one");
        var (two, _) = await ReadyAsync("hash.two");
        var kept = await OneAsync($"select password_hash from accounts.secrets where account = '{one}'");
        // With its code and without any.
        foreach (var code in new[] { "o.code", "null", "s.code" })
        {
            await ExecuteAsync($"""
                update accounts.secrets s set password_hash = o.password_hash, code = {code} from accounts.secrets o
                where s.account = '{one}' and o.account = '{two}'
                """);
            (await SignIn.PasswordAsync("hash.one", Chosen, null, null)).Refusal!.Code.ShouldBe("sign_in.refused");
        }

        (await FindingsAsync()).ShouldContain(f => f.Code == "password_unauthenticated" && f.Stream == one);
        (await RecordedAsync(one)).ShouldContain(e => e.Kind == "password");
        await ExecuteAsync($"update accounts.secrets s set password_hash = '{kept}' where s.account = '{one}'");
        (await SignIn.PasswordAsync("hash.one", Chosen, null, null)).Refusal!.Code.ShouldBe("sign_in.refused", "it has no code now");
        (await Service.Admin.PostAsync($"accounts/{one}/password-reset", [])).Require(HttpStatusCode.OK);
        (await FindingsAsync()).ShouldNotContain(f => f.Code == "password_unauthenticated");
    }

    [Fact]
    public async Task A_session_that_nobody_began_opens_nothing()
    {
        var (id, opened) = await ReadyAsync("session.forged");
        var digest = Sha256Digest.Of("a token of the owner's"u8.ToArray());
        await ExecuteAsync($"""
            insert into accounts.sessions (id, digest, account, rights_version, created_at, last_seen_at, expires_at, step, code)
            select gen_random_uuid(), '{digest}', account, rights_version, created_at, last_seen_at, expires_at, step, code
            from accounts.sessions where id = '{opened.Session.Id}'
            """);
        (await Sessions.FindAsync("a token of the owner's")).ShouldBeNull();
        (await FindingsAsync()).ShouldContain(f => f.Code == "session_unauthenticated" && f.Stream == id);
        await ExecuteAsync($"delete from accounts.sessions where digest = '{digest}'");
        await ExecuteAsync($"update accounts.sessions set expires_at = expires_at + interval '1 year' where id = '{opened.Session.Id}'");
        (await Sessions.FindAsync(opened.Token)).ShouldBeNull();
        await ExecuteAsync($"update accounts.sessions set expires_at = expires_at - interval '1 year' where id = '{opened.Session.Id}'");
        (await Sessions.FindAsync(opened.Token)).ShouldNotBeNull();
        (await RecordedAsync(id)).ShouldAllBe(e => e.Kind == "session");
    }

    [Fact]
    public async Task A_session_that_ended_is_not_opened_again_by_its_row()
    {
        var (id, opened) = await ReadyAsync("session.again");
        var who = (await Sessions.FindAsync(opened.Token)).ShouldNotBeNull();
        await SignIn.SignOutAsync(who);
        (await Sessions.FindAsync(opened.Token)).ShouldBeNull();
        await ExecuteAsync($"update accounts.sessions set ended_at = null where id = '{opened.Session.Id}'");
        (await Sessions.FindAsync(opened.Token)).ShouldBeNull();
        (await RecordedAsync(id)).ShouldHaveSingleItem().Columns.ShouldBe(["ended_at"]);
    }

    [Theory]
    [InlineData("roles", """["reporter","administrator"]""")]
    [InlineData("region", "\"53\"")]
    [InlineData("secondFactor", "true")]
    [InlineData("mustChangePassword", "true")]
    public async Task An_account_s_row_with_other_rights_opens_nothing_and_does_not_get_into_the_log(string member, string value)
    {
        var login = $"row.{member}".ToLowerInvariant();
        var (id, opened) = await ReadyAsync(login);
        (await Sessions.FindAsync(opened.Token)).ShouldNotBeNull();
        var before = await OneAsync($"select account::text from rows.accounts where account_id = '{id}'");
        await ExecuteAsync($"""
            update rows.accounts set account = jsonb_set(account::jsonb, array['{member}'], '{value}')::json where account_id = '{id}'
            """);
        (await Sessions.FindAsync(opened.Token)).ShouldBeNull();
        (await SignIn.PasswordAsync(login, Chosen, null, null)).Refusal!.Code.ShouldBe("caller.not_as_recorded");
        (await SignIn.ExternalAsync(login, null, null)).Refusal!.Code.ShouldBe("caller.not_as_recorded");
        (await Service.Admin.PostAsync($"accounts/{id}/changes", new JsonObject { ["name"] = "另一人" }))
            .Refused(HttpStatusCode.Unauthorized, "caller.not_as_recorded");
        (await FindingsAsync()).ShouldContain(f => f.Code == "identity_row_differs" && f.Stream == id);
        await ExecuteAsync($"update rows.accounts set account = '{before}' where account_id = '{id}'");
        (await Sessions.FindAsync(opened.Token)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Another_system_s_login_pointed_at_somebody_else_s_account_opens_nothing()
    {
        var (id, _) = await ReadyAsync("chief.one");
        await ExecuteAsync($"update rows.accounts set login = 'mallory' where account_id = '{id}'");
        (await SignIn.ExternalAsync("mallory", null, null)).Refusal!.Code.ShouldBe("caller.not_as_recorded");
        await ExecuteAsync($"update rows.accounts set login = 'chief.one' where account_id = '{id}'");
        (await SignIn.ExternalAsync("chief.one", null, null)).Opened.ShouldNotBeNull();
    }

    /// <summary>By the key as by the account: what a body belongs to is looked up at every request, the first and the next.</summary>
    [Theory, InlineData("ws-gov", HttpStatusCode.OK), InlineData(null, HttpStatusCode.Forbidden)]
    public async Task A_unit_of_a_public_body_sees_what_that_sees_and_one_of_nobody_known_only_its_own(
        string? parent, HttpStatusCode status)
    {
        var id = $"unit-of-{parent ?? "nobody"}";
        (await Service.Admin.PostAsync(
            "bodies", new JsonObject { ["id"] = id, ["name"] = id, ["kind"] = "unit", ["region"] = Service.County, ["parent"] = parent }))
            .Require(HttpStatusCode.Created);
        var key = await Service.KeyAsync(id, Service.County, "supervisor");
        for (var request = 0; request < 2; request++)
            (await key.GetAsync("boards/closed-loop")).Status.ShouldBe(status);
    }

    [Fact]
    public async Task A_warm_request_asks_once_for_the_key_and_its_body_and_nothing_else()
    {
        var spans = new List<Activity>();
        var service = new Service { Options = o => o with { Daemon = false, Traces = b => b.AddInMemoryExporter(spans) } };
        await service.InitializeAsync();
        try
        {
            (await service.Gov.GetAsync("me")).Require(HttpStatusCode.OK);
            using var outer = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
            outer.ActivityTraceFlags = ActivityTraceFlags.Recorded;
            (await service.Gov.GetAsync("me", ("traceparent", outer.Id!))).Require(HttpStatusCode.OK);
            service.Services.GetRequiredService<TracerProvider>().ForceFlush();
            var asked = spans.ToArray().Where(s => s.Source.Name == "Npgsql" && s.TraceId == outer.TraceId).ToArray();
            asked.Length.ShouldBe(1, string.Join("\n", asked.SelectMany(s => s.TagObjects).Select(t => $"{t.Key} {t.Value}")));
        }
        finally
        {
            await service.DisposeAsync();
        }
    }

    [Fact]
    public async Task Passwords_of_before_get_their_codes_once_at_the_start()
    {
        var withKeys = false;
        var service = new Service { Options = o => (withKeys ? o : o with { Keys = null }) with { Daemon = false } };
        await service.InitializeAsync();
        try
        {
            var order = new JsonObject
            {
                ["login"] = "from.before", ["name"] = "某人", ["body"] = "ws-awb", ["region"] = Service.County,
                ["roles"] = new JsonArray("reporter"),
            };
            var first = (await service.Admin.PostAsync("accounts", order)).Require(HttpStatusCode.Created)["firstPassword"];
            (await service.Services.GetRequiredService<SignIn>().PasswordAsync("from.before", first, null, null)).Opened.ShouldNotBeNull();
            await service.StopAsync();
            withKeys = true;
            await service.StartAsync(service.ConnectionString);
            (await service.Services.GetRequiredService<IEventLog>().FetchAsync(LogStream.Id)).Select(e => e.Data)
                .OfType<CredentialsBound>().ShouldHaveSingleItem().Accounts.ShouldBe(1);
            (await service.Services.GetRequiredService<SignIn>().PasswordAsync("from.before", first, null, null)).Opened.ShouldNotBeNull();
            await using (var command = service.Owner.CreateCommand("update accounts.secrets set code = null"))
                await command.ExecuteNonQueryAsync();
            var refused = await service.Services.GetRequiredService<SignIn>().PasswordAsync("from.before", first, null, null);
            refused.Refusal!.Code.ShouldBe("sign_in.refused");
        }
        finally
        {
            await service.DisposeAsync();
        }
    }

    /// <summary>Which columns its refusal names.</summary>
    private static async Task<string> RefusedAsync(Client key) =>
        (await key.GetAsync("me")).Refused(HttpStatusCode.Unauthorized, "caller.not_as_recorded").Json["facts"]!["columns"]!.ToString();

    private async Task<(Client Key, Guid Id)> KeyAsync(string body, string role)
    {
        var answer = (await Service.Admin.PostAsync("api-keys", new JsonObject
        {
            ["client"] = $"client-{Guid.NewGuid():n}", ["body"] = body, ["region"] = Service.County, ["roles"] = new JsonArray(role),
        })).Require(HttpStatusCode.Created);
        return (Service.ClientOf(answer["secret"]), Guid.Parse(answer["id"]));
    }

    private async Task<(Guid Id, Opened Opened)> ReadyAsync(string login)
    {
        var answer = (await Service.Admin.PostAsync("accounts", new JsonObject
        {
            ["login"] = login, ["name"] = login, ["body"] = "ws-awb", ["region"] = Service.County, ["roles"] = new JsonArray("reporter"),
        })).Require(HttpStatusCode.Created);
        var opened = (await SignIn.PasswordAsync(login, answer["firstPassword"], null, null)).Opened!;
        (await SignIn.ChangePasswordAsync((await Sessions.FindAsync(opened.Token))!, answer["firstPassword"], Chosen)).ShouldBeNull();
        return (Guid.Parse(answer["id"]), opened);
    }

    private async Task<IEnumerable<AuditFinding>> FindingsAsync() => (await Desk.RunAsync(AuditOrder.Full, 1, null, default)).Findings;

    private async Task<List<IdentityContradicted>> RecordedAsync(Guid id) =>
        [.. (await Service.Services.GetRequiredService<IEventLog>().FetchAsync(LogStream.Id)).Select(e => e.Data)
            .OfType<IdentityContradicted>().Where(e => e.Identity == id)];

    private Task<string?> RowAsync(Guid key) => OneAsync($"select to_jsonb(k)::text from rows.api_keys k where key_id = '{key}'");

    private Task SetAsync(Guid key, string member, string value) =>
        ExecuteAsync($"update rows.api_keys set key = jsonb_set(key::jsonb, '{{{member}}}', '{value}')::json where key_id = '{key}'");

    private Task PutBackAsync(string? row) => ExecuteAsync($"""
        update rows.api_keys k set version = o.version, position = o.position, digest = o.digest, region = o.region, key = o.key
        from jsonb_populate_record(null::rows.api_keys, '{row}'::jsonb) o where k.key_id = o.key_id
        """);

    private async Task<string?> OneAsync(string sql)
    {
        await using var command = Service.Owner.CreateCommand(sql);
        return await command.ExecuteScalarAsync() as string;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = await Service.Owner.OpenConnectionAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
