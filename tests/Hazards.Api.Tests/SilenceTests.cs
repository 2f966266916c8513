using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using Hazards.Projections.Store;
using Npgsql;

namespace Hazards.Api.Tests;

/// <summary>The database's host is gone without a word: callers wait as long as docs/operating.md says, however many there are.</summary>
[Trait("Server", "any")]
public sealed class SilenceTests : IAsyncLifetime
{
    // What is promised, and what a busy machine may take beside.
    private static readonly TimeSpan LookUp = TimeSpan.FromSeconds(5), Append = TimeSpan.FromSeconds(15), Spare = TimeSpan.FromSeconds(3);

    private readonly Service service = new() { Options = o => o with { Log = new EventLogOptions() } };
    private string database = "";
    private SilentHost host = null!;

    public async Task InitializeAsync()
    {
        database = await TestServer.CreateDatabaseAsync();
        host = SilentHost.Before(new NpgsqlConnectionStringBuilder(database) { MaxPoolSize = 100 }.ConnectionString);
        await service.StartAsync(host.ConnectionString);
        // Connections enough that are open, and dead in a moment.
        await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => service.Admin.GetAsync("hazards?limit=5")));
    }

    public async Task DisposeAsync()
    {
        host.ComeBack();
        await service.StopAsync();
        await host.DisposeAsync();
        await TestServer.DropDatabaseAsync(database);
    }

    [Fact]
    public async Task Look_ups_fail_after_five_seconds_and_the_service_is_back_when_the_host_is()
    {
        host.FallSilent();
        var asked = Enumerable.Range(0, 40).Select(_ => TimedAsync(() => service.Admin.GetAsync("me")))
            .Append(TimedAsync(() => service.Admin.PostAsync("hazards", Some.Report()))).ToArray();
        var ready = TimedAsync(() => service.Admin.GetAsync("/health/ready"));
        foreach (var (answer, took) in await Task.WhenAll(asked))
        {
            answer.Refused(HttpStatusCode.ServiceUnavailable, "log.unavailable");
            answer.Headers.RetryAfter.ShouldNotBeNull();
            took.ShouldBeLessThan(LookUp + Spare);
        }

        var (probe, waited) = await ready;
        probe.Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        probe["missing"].ShouldBe("database");
        waited.ShouldBeLessThan(LookUp + Spare);

        host.ComeBack();
        while ((await service.Admin.GetAsync("me")).Status != HttpStatusCode.OK)
        {
            // Each is answered in time; the loop ends as soon as one gets through.
        }

        (await TimedAsync(() => UntilAsync(() => service.Admin.PostAsync("hazards", Some.Report()), HttpStatusCode.Created))).Took.ShouldBeLessThan(Append + LookUp + Spare);
    }

    /// <summary>A command that had looked everything up, and waits for the log.</summary>
    [Fact]
    public async Task A_command_under_way_hears_after_fifteen_seconds()
    {
        var log = (IEventLog)service.Services.GetService(typeof(IEventLog))!;
        host.FallSilent();
        var began = Stopwatch.GetTimestamp();
        await Should.ThrowAsync<LogUnavailableException>(
            () => log.AppendAsync(new Append([new StreamAppend(Guid.CreateVersion7(), "hazard", 0,
            [new NewEvent(Guid.CreateVersion7(), new Hazards.Domain.CommentAdded("批注"), new EventHeaders("{}"u8.ToArray()))])])));
        Stopwatch.GetElapsedTime(began).ShouldBeLessThan(Append + Spare);
    }

    /// <summary>Twenty callers a second who hang up: Npgsql cancels each on a connection of its own, for which it waits.</summary>
    [Fact]
    public async Task Callers_who_hang_up_by_the_dozen_keep_nobody_else_waiting()
    {
        host.FallSilent();
        using var impatient = new HttpClient { Timeout = TimeSpan.FromMilliseconds(200) };
        impatient.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", service.AdminKey);
        var hangingUp = new List<Task>();
        var longest = TimeSpan.Zero;
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(8);)
        {
            hangingUp.Add(HangUpAsync(impatient));
            hangingUp.Add(HangUpAsync(impatient));
            var (alive, took) = await TimedAsync(() => service.Admin.GetAsync("/health/live"));
            alive.Status.ShouldBe(HttpStatusCode.OK);
            longest = took > longest ? took : longest;
            await Task.Delay(100);
        }

        longest.ShouldBeLessThan(Spare);
        (await TimedAsync(() => service.Admin.GetAsync("me"))).Took.ShouldBeLessThan(LookUp + Spare);
        await Task.WhenAll(hangingUp);
        host.ComeBack();
        (await TimedAsync(() => UntilAsync(() => service.Admin.GetAsync("me"), HttpStatusCode.OK))).Took.ShouldBeLessThan(LookUp + Spare);
    }

    private async Task HangUpAsync(HttpClient impatient)
    {
        try
        {
            using var answer = await impatient.GetAsync($"{service.Address}/api/v1/me");
        }
        catch (OperationCanceledException)
        {
            // As meant.
        }
    }

    private static async Task<Answer> UntilAsync(Func<Task<Answer>> ask, HttpStatusCode status)
    {
        while (true)
            if (await ask() is { } answer && answer.Status == status)
                return answer;
    }

    private static async Task<(Answer Answer, TimeSpan Took)> TimedAsync(Func<Task<Answer>> ask)
    {
        var began = Stopwatch.GetTimestamp();
        var answer = await ask();
        return (answer, Stopwatch.GetElapsedTime(began));
    }
}
