using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Store;

namespace Hazards.Projections.Tests;

public sealed class RegistryTests(RowsDatabase database) : IClassFixture<RowsDatabase>
{
    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private RegistryQueries Queries => new(database.DataSource);

    [Fact]
    public async Task A_body_is_read_as_it_is_and_as_it_was()
    {
        await using var log = database.Open();
        var body = await RegisterAsync(log, "office-one", "第一办公室", Town.County);
        var renamed = new BodyRenamed(body.Name, "第二办公室", "改名");
        await AppendAsync(log, body.Id, 1, Begin.AddDays(5), renamed, Body.Apply(body, renamed));

        (await Queries.BodyAsync(body.Id, null))!.Name.ShouldBe("第二办公室");
        (await Queries.BodyAsync(body.Id, Begin.AddDays(4)))!.Name.ShouldBe("第一办公室");
        (await Queries.BodyAsync(body.Id, Begin.AddDays(-1))).ShouldBeNull();
        (await Queries.BodiesAsync([body.Id, BodyId.Parse("nobody")], null)).Keys.ShouldBe([body.Id]);
    }

    [Fact]
    public async Task Bodies_are_listed_by_region_name_and_life_page_by_page()
    {
        await using var log = database.Open();
        for (var i = 0; i < 7; i++)
            await RegisterAsync(log, $"list-{i}", $"列表{i}科", Town.OtherCounty);
        var gone = await RegisterAsync(log, "list-gone", "列表旧科", Town.OtherCounty);
        var dissolved = new BodyDissolved(null, "撤销");
        await AppendAsync(log, gone.Id, 1, Begin.AddDays(9), dissolved, Body.Apply(gone, dissolved));

        var first = await Queries.ListBodiesAsync(Town.Prefecture, BodyKind.CommitteeOffice, null, "列表", false, null, null, 5);
        var second = await Queries.ListBodiesAsync(Town.Prefecture, BodyKind.CommitteeOffice, null, "列表", false, null, first.Next, 5);
        first.Items.Concat(second.Items).Select(b => b.Id.Value).ShouldBe(Enumerable.Range(0, 7).Select(i => $"list-{i}"));
        second.Next.ShouldBeNull();
        (await Queries.ListBodiesAsync(Town.Prefecture, null, null, "旧", true, null, null, 5)).Items.ShouldHaveSingleItem().Dissolved.ShouldBeTrue();
        (await Queries.ListBodiesAsync(Town.County, null, null, "列表", true, null, null, 5)).Items.ShouldBeEmpty();
        await Should.ThrowAsync<BadCursorException>(Queries.ListBodiesAsync(Town.County, null, null, null, false, null, first.Next, 5));
    }

    [Fact]
    public async Task A_key_is_found_by_its_digest_revoked_or_not()
    {
        await using var log = database.Open();
        var issued = new ApiKeyIssued(
            Guid.CreateVersion7(), Sha256Digest.Of("secret"u8), "hotline", BodyId.Parse("office-one"), [Role.Reporter], Town.County, null);
        var key = ApiKey.Apply(null, issued);
        await log.AppendAsync(new Append([new StreamAppend(key.Id, "api_key", 0, [Told.Event(issued)], new PendingState.OfKey(key))]));
        (await Queries.KeyAsync(key.Digest))!.Revoked.ShouldBeFalse();

        var revoked = new ApiKeyRevoked("泄露");
        await log.AppendAsync(new Append([new StreamAppend(key.Id, "api_key", 1, [Told.Event(revoked)], new PendingState.OfKey(ApiKey.Apply(key, revoked)))]));

        (await Queries.KeyAsync(key.Digest))!.Revoked.ShouldBeTrue();
        (await Queries.KeyAsync(Sha256Digest.Of("other"u8))).ShouldBeNull();
        (await Queries.ListKeysAsync(Town.Prefecture)).Select(k => k.Id).ShouldContain(key.Id);
        (await Queries.ListKeysAsync(Town.OtherCounty)).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_account_is_found_by_its_login_and_listed_by_region()
    {
        await using var log = database.Open();
        var logins = new[] { "zhang.wei", "li.na", "王芳" };
        foreach (var login in logins)
        {
            var opened = new AccountOpened(Guid.CreateVersion7(), login, login, BodyId.Parse("office-one"), [Role.Reporter], Town.County);
            await log.AppendAsync(new Append([new StreamAppend(opened.Id, "account", 0, [Told.Event(opened)], new PendingState.OfAccount(Account.Apply(null, opened)))]));
        }

        var account = (await Queries.AccountAsync("li.na")).ShouldNotBeNull();
        account.Roles.ShouldBe([Role.Reporter]);
        var closed = new AccountClosed("调离");
        await log.AppendAsync(new Append([new StreamAppend(account.Id, "account", 1, [Told.Event(closed)], new PendingState.OfAccount(Account.Apply(account, closed)))]));
        (await Queries.AccountAsync(account.Id)).ShouldNotBeNull()
            .ShouldSatisfyAllConditions(a => a.Closed.ShouldBeTrue(), a => a.Version.ShouldBe(2));
        (await Queries.AccountAsync("nobody")).ShouldBeNull();
        (await Queries.AccountAsync(Guid.NewGuid())).ShouldBeNull();

        var first = await Queries.ListAccountsAsync(Town.Prefecture, null, true, null, 2);
        first.Items.Select(a => a.Login).ShouldBe(["li.na", "zhang.wei"]);
        (await Queries.ListAccountsAsync(Town.Prefecture, null, true, first.Next, 2))
            .ShouldSatisfyAllConditions(p => p.Items.Single().Login.ShouldBe("王芳"), p => p.Next.ShouldBeNull());
        (await Queries.ListAccountsAsync(Town.Prefecture, BodyId.Parse("office-one"), false, null, 10)).Items.Select(a => a.Login)
            .ShouldBe(["zhang.wei", "王芳"]);
        (await Queries.ListAccountsAsync(Town.Prefecture, BodyId.Parse("office-two"), false, null, 10)).Items.ShouldBeEmpty();
        (await Queries.ListAccountsAsync(Town.OtherCounty, null, true, null, 10)).Items.ShouldBeEmpty();
        var taken = new AccountOpened(Guid.CreateVersion7(), "li.na", "另一人", BodyId.Parse("office-one"), [Role.Reporter], Town.County);
        await Should.ThrowAsync<AppendRejectedException>(() =>
            log.AppendAsync(new Append([new StreamAppend(taken.Id, "account", 0, [Told.Event(taken)], new PendingState.OfAccount(Account.Apply(null, taken)))])));
    }

    private static async Task<Body> RegisterAsync(MartenEventLog log, string id, string name, RegionCode region)
    {
        var registered = new BodyRegistered(BodyId.Parse(id), name, BodyKind.CommitteeOffice, region, [], null, null);
        var body = Body.Apply(null, registered);
        await AppendAsync(log, body.Id, 0, Begin, registered, body);
        return body;
    }

    private static async Task AppendAsync(MartenEventLog log, BodyId id, long version, DateTimeOffset at, IBodyEvent happened, Body after) =>
        (await log.AppendAsync(new Append([new StreamAppend(id.StreamId, "body", version, [Told.Event(happened)], new PendingState.OfBody(after))], RecordedAt: at)))
            .ShouldBeOfType<AppendResult.Committed>();
}
