using System.Diagnostics;
using System.Net;
using Npgsql;

namespace Hazards.Api.Tests;

/// <summary>Whatever ends a request before its answer says so, and nothing more than any other refusal does.</summary>
public sealed class TimeoutTests(TimeoutTests.Hurried with) : IClassFixture<TimeoutTests.Hurried>
{
    private readonly Service service = with.Service;

    [Fact]
    public async Task What_takes_too_long_hears_that_it_did_and_the_next_is_served()
    {
        var id = await service.HazardAsync();
        await using (var connection = await service.Owner.OpenConnectionAsync())
        {
            await using var held = await connection.BeginTransactionAsync();
            await using (var command = new NpgsqlCommand("lock table rows.hazards in access exclusive mode", connection, held))
                await command.ExecuteNonQueryAsync();
            var began = Stopwatch.GetTimestamp();
            // Nothing that lists remembers: what it asks is new.
            var refused = await service.Office.GetAsync($"hazards?reference={Guid.NewGuid():n}");
            Said(refused.Refused(HttpStatusCode.ServiceUnavailable, "request.timeout"));
            refused.Headers.GetValues("RateLimit").ShouldHaveSingleItem();
            refused.Headers.RetryAfter!.ToString().ShouldBe("2");
            Stopwatch.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(10));
        }

        (await service.Office.GetAsync($"hazards/{id}")).Require(HttpStatusCode.OK);
        (await service.Office.GetAsync($"hazards?reference={Guid.NewGuid():n}")).Require(HttpStatusCode.OK);
    }

    [Fact]
    public async Task What_breaks_off_an_answer_is_refused_like_anything_else() =>
        Said((await service.Office.GetAsync("hazards?cursor=nonsense")).Refused(HttpStatusCode.BadRequest, "cursor.invalid"));

    private static void Said(Answer refused)
    {
        refused.Headers.CacheControl!.ToString().ShouldBe("no-store");
        refused.Headers.Contains("Pragma").ShouldBeFalse();
        refused.ContentHeaders.Contains("Expires").ShouldBeFalse();
        refused.Headers.GetValues("X-Request-Id").ShouldHaveSingleItem();
        refused.Headers.GetValues("Content-Security-Policy").ShouldHaveSingleItem();
    }

    /// <summary>A service that waits for nothing long.</summary>
    public sealed class Hurried : IAsyncLifetime
    {
        public Service Service { get; } = new() { Options = o => o with { RequestTimeout = TimeSpan.FromSeconds(1.5) } };

        public Task InitializeAsync() => Service.InitializeAsync();

        public Task DisposeAsync() => Service.DisposeAsync();
    }
}
