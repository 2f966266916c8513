using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Hazards.Api.Tests;

/// <summary>No cheap request is dear, and nobody has so much that others have nothing.</summary>
[Trait("Server", "any")]
public sealed class LimitTests : IClassFixture<LimitTests.Narrow>
{
    private readonly Service service;

    public LimitTests(Narrow narrow) => service = narrow.Service;

    [Fact]
    public async Task A_client_hears_how_much_is_left_and_when_there_is_nothing()
    {
        var client = await service.KeyAsync("ws-new", "532927100", "reporter");
        var first = (await client.GetAsync("codes")).Require(HttpStatusCode.OK);
        Header(first, "RateLimit-Policy").ShouldBe("\"client\";q=300;w=60");
        Header(first, "RateLimit").ShouldStartWith("\"client\";r=299;t=");
        Answer? refused = null;
        for (var i = 0; i < 2_000 && refused is null; i++)
            if (await client.GetAsync("codes") is { Status: HttpStatusCode.TooManyRequests } last)
                refused = last;
        refused.ShouldNotBeNull().Refused(HttpStatusCode.TooManyRequests, "limit.requests");
        int.Parse(Header(refused, "Retry-After"), CultureInfo.InvariantCulture).ShouldBeInRange(1, 60);
        Header(refused, "RateLimit").ShouldStartWith("\"client\";r=0;t=");
        // Its own affair: others go on.
        (await service.Office.GetAsync("codes")).Require(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Who_tries_keys_waits_and_who_has_one_does_not()
    {
        (await service.Gov.GetAsync("codes")).Require(HttpStatusCode.OK);
        Answer? refused = null;
        for (var i = 0; i < 40 && refused is null; i++)
            if (await service.ClientOf($"hz_wrong{i}").GetAsync("codes") is { Status: HttpStatusCode.TooManyRequests } last)
                refused = last;
        refused.ShouldNotBeNull().Refused(HttpStatusCode.TooManyRequests, "limit.wrong_keys");
        int.Parse(Header(refused, "Retry-After"), CultureInfo.InvariantCulture).ShouldBeInRange(1, 2);
        (await service.Gov.GetAsync("codes")).Require(HttpStatusCode.OK);
        // Without a key there is nothing to guess.
        (await service.ClientOf(null).GetAsync("codes")).Refused(HttpStatusCode.Unauthorized, "key.missing");
    }

    [Fact]
    public async Task What_one_puts_in_a_day_is_limited()
    {
        var client = await service.KeyAsync("ws-new", "532927100", "reporter");
        for (var i = 0; i < 3; i++)
            (await PutAsync(client, $"第 {i} 份")).Require(HttpStatusCode.Created);
        var refused = (await PutAsync(client, "第四份")).Refused(HttpStatusCode.TooManyRequests, "limit.uploads");
        int.Parse(Header(refused, "Retry-After"), CultureInfo.InvariantCulture).ShouldBeInRange(1, 86_400);
        (await PutAsync(service.Office, "别人的")).Require(HttpStatusCode.Created);

        // However many it sends at once.
        var hasty = await service.KeyAsync("ws-gov", Service.County, "reporter");
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => PutAsync(hasty, $"同时第 {i} 份")));
        answers.Count(a => a.Status == HttpStatusCode.Created).ShouldBe(3);
        foreach (var more in answers.Where(a => a.Status != HttpStatusCode.Created))
            more.Refused(HttpStatusCode.TooManyRequests, "limit.uploads");
    }

    public static TheoryData<string, string> BehindTheirRole => new()
    {
        { "policies/check", "policy.forbidden" }, { "policies", "policy.forbidden" }, { "calendar/years", "calendar.forbidden" },
        { "webhooks", "webhook.forbidden" }, { "accounts", "account.forbidden" }, { "api-keys", "api_key.forbidden" },
        { "log/witnesses", "proof.forbidden" }, { "imports", "role.forbidden" }, { $"hazards/{Guid.Empty}/assignments", "role.forbidden" },
        { "campaigns", "role.forbidden" }, { "seals", "role.forbidden" },
    };

    [Theory, MemberData(nameof(BehindTheirRole))]
    public async Task Who_may_not_is_told_so_before_the_body_is_read(string path, string code)
    {
        // Nothing of it would be understood.
        var body = "{" + new string('[', 450_000);
        var watch = Stopwatch.StartNew();
        (await service.Gov.PostTextAsync(path, body)).Refused(HttpStatusCode.Forbidden, code);
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Reads_take_no_place_of_commands_and_one_client_not_those_of_all()
    {
        using var limits = new Limits(new LimitOptions { Reads = 4, Commands = 2, Waiting = 1 });
        var held = new List<IDisposable?>();
        for (var i = 0; i < 2; i++)
            held.Add(await limits.PlaceAsync(Request("GET", "10.0.0.1"), null));
        var waits = limits.PlaceAsync(Request("GET", "10.0.0.1"), null);
        waits.IsCompleted.ShouldBeFalse();
        (await limits.PlaceAsync(Request("GET", "10.0.0.1"), null)).ShouldBeNull("one waits already");
        for (var i = 0; i < 2; i++)
            held.Add((await limits.PlaceAsync(Request("GET", "10.0.0.2"), null)).ShouldNotBeNull());
        (await limits.PlaceAsync(Request("POST", "10.0.0.1"), null)).ShouldNotBeNull().Dispose();
        held[0]!.Dispose();
        (await waits).ShouldNotBeNull().Dispose();
    }

    [Fact]
    public async Task Who_hangs_up_waits_no_longer()
    {
        using var limits = new Limits(new LimitOptions { Reads = 1, Waiting = 1 });
        using var place = await limits.PlaceAsync(Request("GET", "10.0.0.1"), null);
        using var stop = new CancellationTokenSource();
        var request = Request("GET", "10.0.0.2");
        request.RequestAborted = stop.Token;
        var waits = limits.PlaceAsync(request, null);
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(async () => await waits);
    }

    [Fact]
    public void The_environment_may_say_otherwise_in_numbers_only()
    {
        LimitOptions.Of(Environment("HAZARDS_LIMIT_REQUESTS", "120")).RequestsAMinute.ShouldBe(120);
        LimitOptions.Of(Environment("HAZARDS_LIMIT_UPLOADS", "7")).UploadsADay.ShouldBe(7);
        LimitOptions.Of(Environment("OTHER", "7")).ShouldBe(new LimitOptions());
        foreach (var wrong in new[] { "0", "-1", "many", "1e3", "99999999999999999999" })
            Should.Throw<InvalidOperationException>(() => LimitOptions.Of(Environment("HAZARDS_LIMIT_READS", wrong))).Message.ShouldContain("HAZARDS_LIMIT_READS");
    }

    private static IConfiguration Environment(string name, string value) =>
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { [name] = value }).Build();

    private static DefaultHttpContext Request(string method, string address)
    {
        var http = new DefaultHttpContext();
        http.Request.Method = method;
        http.Request.Path = "/api/v1/hazards";
        http.Connection.RemoteIpAddress = IPAddress.Parse(address);
        http.SetEndpoint(new Endpoint(null, EndpointMetadataCollection.Empty, "some"));
        return http;
    }

    private static string Header(Answer answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? values.Single() : throw new ShouldAssertException($"no {name}");

    private static Task<Answer> PutAsync(Client client, string text)
    {
        var content = new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(text));
        content.Headers.ContentType = new System.Net.Http.Headers.MediaTypeHeaderValue("text/plain");
        return client.SendAsync(HttpMethod.Post, "files", content);
    }

    /// <summary>A service with narrow limits.</summary>
    public sealed class Narrow : IAsyncLifetime
    {
        internal Service Service { get; } = new()
        {
            Options = o => o with
            {
                Limits = new LimitOptions
                {
                    RequestsAMinute = 300, WrongKeysAMinute = 20, UploadsADay = 3,
                    FirstLockout = TimeSpan.FromSeconds(2), LongestLockout = TimeSpan.FromSeconds(2),
                },
            },
        };

        public Task InitializeAsync() => Service.InitializeAsync();

        public Task DisposeAsync() => Service.DisposeAsync();
    }
}
