using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Hazards.Api.Administration.Jobs;
using Hazards.Api.Cli;
using Hazards.Domain.Codes;
using Hazards.Projections.Store;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Wolverine.Persistence.Durability;
using Wolverine.Runtime.Serialization;

namespace Hazards.Api.Tests;

/// <summary>后台任务: kept with the event they follow from, tried again, taken over, and seen when they failed for good.</summary>
[Trait("Server", "any")]
public sealed class JobTests : IAsyncLifetime
{
    private readonly Service service = new()
    {
        Options = o => o with
        {
            JobPoll = TimeSpan.FromMilliseconds(200), RingEvery = TimeSpan.FromMilliseconds(200),
            JobRetries = [TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(50)],
        },
    };

    public Task InitializeAsync() => service.InitializeAsync();

    public Task DisposeAsync() => service.DisposeAsync();

    [Fact]
    public async Task A_poisoned_job_is_seen_with_its_reason_and_done_when_it_is_sent_again()
    {
        await PoisonAsync("磁盘配额已满 the quota is used up");
        var package = await AskAsync();
        var letter = await UntilAsync(async () => (await LettersAsync()).SingleOrDefault());
        letter["job"]!["code"]!.ToString().ShouldBe("makePackage");
        letter["job"]!["chinese"]!.ToString().ShouldBe("制作证据包");
        letter["message"]!.ToString().ShouldContain(package);
        letter["error"]!.ToString().ShouldBe("Npgsql.PostgresException");
        letter["why"]!.ToString().ShouldContain("磁盘配额已满");
        letter["attempts"]!.GetValue<int>().ShouldBe(3);
        letter["failedAt"]!.GetValue<DateTimeOffset>().ShouldBeGreaterThan(letter["sentAt"]!.GetValue<DateTimeOffset>());
        // Whoever asked for it is told.
        var failed = await service.Office.GetAsync($"evidence/{package}");
        failed.Json["state"]!["code"]!.ToString().ShouldBe("failed");
        failed["failure"].ShouldContain("磁盘配额已满");
        failed.Json["endedAt"].ShouldNotBeNull();
        (await service.Office.GetAsync($"evidence/{package}/package")).Refused(HttpStatusCode.Conflict, "evidence.failed");

        var id = letter["id"]!.ToString();
        (await service.Office.GetAsync("jobs/dead-letters")).Refused(HttpStatusCode.Forbidden, "job.role");
        (await service.Office.PostAsync($"jobs/dead-letters/{id}/replay", [])).Refused(HttpStatusCode.Forbidden, "job.role");
        (await service.Admin.PostAsync($"jobs/dead-letters/{Guid.NewGuid():D}/replay", []))
            .Refused(HttpStatusCode.NotFound, "job.not_found");
        (await service.Admin.GetAsync("jobs/dead-letters?cursor=nonsense")).Refused(HttpStatusCode.BadRequest, "cursor.invalid");

        (await CommandAsync("jobs", "dead-letters")).ShouldContain($"{id}  制作证据包 makePackage");
        (await CommandAsync("jobs", "replay", Guid.NewGuid().ToString("D"))).ShouldContain("job.not_found");

        await ExecuteAsync("drop trigger poison on evidence.parts");
        (await service.Admin.PostAsync($"jobs/dead-letters/{id}/replay", [])).Require(HttpStatusCode.Accepted)["id"].ShouldBe(id);
        await MadeAsync(package);
        (await LettersAsync()).ShouldBeEmpty();
        (await StoryAsync(package)).ShouldBe(["evidence_requested", "evidence_counted", "evidence_failed", "evidence_made"]);
        (await service.Office.BytesAsync($"evidence/{package}/package")).Bytes.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_package_that_was_given_up_can_be_asked_for_again()
    {
        var hazard = await service.HazardAsync(Stage.Assigned);
        var (first, _) = await GivenUpAsync(hazard);
        var second = await AskAsync(hazard);
        second.ShouldNotBe(first);
        await MadeAsync(second);
        (await StoryAsync(first)).ShouldBe(["evidence_requested", "evidence_counted", "evidence_failed"]);
    }

    [Fact]
    public async Task A_job_that_fails_again_is_sent_again_by_the_command_line_as_well()
    {
        var (package, letter) = await GivenUpAsync();
        (await CommandAsync("jobs", "replay", letter["id"]!.ToString())).ShouldContain("waits to be done again");
        await MadeAsync(package);
        (await CommandAsync("jobs", "dead-letters")).ShouldContain("none");
    }

    /// <summary>
    /// Wolverine's agent copies what is marked as replayable and then deletes what is marked: nothing may be marked between the
    /// two.
    /// </summary>
    [Fact]
    public async Task A_job_that_is_sent_again_while_the_agent_moves_others_is_not_lost()
    {
        var (package, letter) = await GivenUpAsync();
        await using var agent = await service.Owner.OpenConnectionAsync();
        await using var moving = await agent.BeginTransactionAsync();
        await DoAsync("""
            insert into wolverine.wolverine_incoming_envelopes (id, status, owner_id, attempts, body, message_type, received_at)
            select id, 'Incoming', 0, 0, body, message_type, received_at from wolverine.wolverine_dead_letters where replayable
            """);
        (await service.Admin.PostAsync($"jobs/dead-letters/{letter["id"]}/replay", [])).Require(HttpStatusCode.Accepted);
        await DoAsync("delete from wolverine.wolverine_dead_letters where replayable");
        await moving.CommitAsync();
        await MadeAsync(package);
        (await LettersAsync()).ShouldBeEmpty();

        async Task DoAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, agent, moving);
            await command.ExecuteNonQueryAsync();
        }
    }

    [Fact]
    public async Task A_job_that_is_sent_again_twice_at_once_is_done_once()
    {
        var (package, letter) = await GivenUpAsync();
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => service.Admin.PostAsync($"jobs/dead-letters/{letter["id"]}/replay", [])));
        answers.Count(a => a.Status == HttpStatusCode.Accepted).ShouldBeGreaterThan(0);
        answers.ShouldAllBe(a => a.Status == HttpStatusCode.Accepted || a.Status == HttpStatusCode.NotFound);
        await MadeAsync(package);
        (await StoryAsync(package)).Count(e => e == "evidence_made").ShouldBe(1);
    }

    [Fact]
    public async Task What_is_scheduled_keeps_no_messages_and_says_what_keeps_failing()
    {
        await UntilAsync(async () => await OneAsync("select id from wolverine.wolverine_node_assignments where id like 'schedule%'"));
        var kept = await KeptAsync();
        // Five turns a second, none of which can be done.
        await ExecuteAsync("alter table rows.hazards rename to hazards_away");
        var failing = await UntilAsync(async () => await FailingAsync() is { } said && TimesOf(said) >= 5 ? said : null);
        failing.ShouldStartWith("时限与督办 passDeadlines: ");
        failing.ShouldContain("PostgresException");
        await ExecuteAsync("alter table rows.hazards_away rename to hazards");
        await UntilAsync(async () => await FailingAsync() is null ? "none" : null);
        // Handled ones stay for minutes.
        (await KeptAsync()).ShouldBe(kept);

        async Task<string?> FailingAsync() => (await service.Admin.GetAsync("/health/ready")).Json["jobs"]?.ToString();
        static int TimesOf(string said) => int.Parse(said.Split(": ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        Task<string?> KeptAsync() =>
            OneAsync("select coalesce(string_agg(i.id::text, ' ' order by i.id), 'none') from wolverine.wolverine_incoming_envelopes i where i.message_type not like '%EraseAgain'");
    }

    [Fact]
    public void A_job_that_fails_every_second_is_said_every_ten_minutes()
    {
        var clock = new MovedClock();
        using var health = new ScheduleHealth(clock);
        var said = new List<int>();
        for (var second = 0; second < 1500; second++, clock.Now += TimeSpan.FromSeconds(1))
            if (health.Failed(JobKind.PassDeadlines, new InvalidOperationException()).IsToBeSaid)
                said.Add(second);
        said.ShouldBe([0, 600, 1200]);
        health.Failure.ShouldBe("时限与督办 passDeadlines: 1500 × InvalidOperationException, 2026-03-01T00:00:00.0000000+00:00 起 since");
        health.Done(JobKind.PassDeadlines)!.Times.ShouldBe(1500);
        health.Failure.ShouldBeNull();
        health.Done(JobKind.PassDeadlines).ShouldBeNull();
    }

    [Theory]
    [InlineData("Incoming", "Hazards.Api.Persons.EraseAgain"), InlineData("Scheduled", "Hazards.Api.Persons.EraseAgain")]
    [InlineData("Incoming", "Hazards.Api.Jobs.OfAnOlderProgram"), InlineData("Scheduled", "Hazards.Api.Jobs.OfAnOlderProgram")]
    public async Task A_message_that_expired_before_it_was_done_ends(string status, string type)
    {
        const string Rows =
            "select string_agg(i.id || ' ' || i.status || ' ' || i.xmin, ', ' order by i.id) from wolverine.wolverine_incoming_envelopes i";
        await UntilAsync(async () => await OneAsync("select received_at from wolverine.wolverine_incoming_envelopes where message_type like '%EraseAgain' and status = 'Handled'"));
        var queue = $"local://{type.ToLowerInvariant()}/";
        var ids = Enumerable.Range(0, 3).Select(_ => Guid.NewGuid()).ToArray();
        foreach (var id in ids)
        {
            var envelope = new Wolverine.Envelope
            {
                Id = id, Data = "{}"u8.ToArray(), MessageType = type, ContentType = "application/json", Destination = new Uri(queue),
                DeliverBy = DateTimeOffset.UtcNow.AddHours(-1), SentAt = DateTimeOffset.UtcNow.AddHours(-2), Attempts = 3,
            };
            await using var insert = service.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand("""
                insert into wolverine.wolverine_incoming_envelopes (id, status, owner_id, execution_time, attempts, body, message_type, received_at)
                values ($1, $2, 0, case when $2 = 'Scheduled' then now() end, 3, $3, $4, $5)
                """);
            insert.Parameters.AddWithValue(id);
            insert.Parameters.AddWithValue(status);
            insert.Parameters.AddWithValue(EnvelopeSerializer.Serialize(envelope));
            insert.Parameters.AddWithValue(envelope.MessageType);
            insert.Parameters.AddWithValue(queue);
            await insert.ExecuteNonQueryAsync();
        }

        await UntilAsync(async () => await OneAsync("select 'all' where not exists (select from wolverine.wolverine_incoming_envelopes where status <> 'Handled')"));
        var before = await OneAsync(Rows);
        // Ten looks for what is left over: none takes them up again.
        await Task.Delay(TimeSpan.FromSeconds(2));
        (await OneAsync(Rows)).ShouldBe(before);
        (await LettersAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_job_of_a_node_that_died_is_taken_over()
    {
        // While another holds the package, its job waits.
        await using var other = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(service.ConnectionString) { Pooling = false }.ConnectionString);
        await other.OpenAsync();
        await using (var hold = new NpgsqlCommand("select pg_advisory_lock(x'65766964'::int, 1)", other))
            await hold.ExecuteNonQueryAsync();
        var package = await AskAsync();
        await UntilAsync(
            async () => await OneAsync("select status from wolverine.wolverine_incoming_envelopes where status = 'Scheduled'"));
        await service.StopAsync();
        // As a node that was killed leaves it: being done, by nobody. Stopped between two tries it may be as well.
        await using (var leave = new NpgsqlCommand("update wolverine.wolverine_incoming_envelopes set owner_id = 424242, status = 'Incoming', execution_time = null where message_type like '%MakePackage'", other))
            (await leave.ExecuteNonQueryAsync()).ShouldBe(1);
        await other.CloseAsync();
        await service.StartAsync(service.ConnectionString);
        var office = new Client(service.Address, service.Office.Key);
        await UntilAsync<JsonNode>(async () => (await office.GetAsync($"evidence/{package}")).Json is var answer
            && answer["endedAt"] is not null && answer["failure"] is null ? answer : null);
        (await LettersAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_tables_are_those_that_wolverine_wants() =>
        await service.Services.GetRequiredService<IMessageStore>().Admin.AssertStorageExistsAsync(CancellationToken.None);

    /// <summary>In a process of its own: a host that starts in this one meanwhile would believe that it is to write code.</summary>
    [Fact]
    public async Task The_committed_code_is_what_the_handlers_need_now()
    {
        using var process = Process.Start(new ProcessStartInfo(
            "dotnet", [typeof(HazardsService).Assembly.Location, "codegen", "test", "--out", Path.Combine(Root(), CodegenCommand.Folder)])
        { RedirectStandardError = true })!;
        var stale = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, $"run ./hazards codegen write\n{stale}");
    }

    internal static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Hazards.sln")))
            folder = folder.Parent!;
        return folder.FullName;
    }

    private async Task<string> AskAsync(string? hazard = null) => (await service.Office.PostAsync("evidence", new JsonObject
    {
        ["reason"] = "检查后台任务", ["actor"] = "经办人", ["hazards"] = new JsonArray(hazard ?? await service.HazardAsync(Stage.Assigned)),
    })).Require(HttpStatusCode.Accepted)["id"];

    /// <summary>A package that cannot be made and is given up; what was wrong is mended.</summary>
    private async Task<(string Package, JsonNode Letter)> GivenUpAsync(string? hazard = null)
    {
        await PoisonAsync("poisoned");
        var package = await AskAsync(hazard);
        var letter = await UntilAsync(async () => (await LettersAsync()).SingleOrDefault());
        await ExecuteAsync("drop trigger poison on evidence.parts");
        return (package, letter);
    }

    private Task PoisonAsync(string why) => ExecuteAsync($"""
        create function evidence.poison() returns trigger language plpgsql as $$ begin raise exception '{why}'; end $$;
        create trigger poison before insert on evidence.parts execute function evidence.poison()
        """);

    private async Task<List<string>> StoryAsync(string package)
    {
        var story = new List<string>();
        await foreach (var e in service.Services.GetRequiredService<IEventLog>().ReadStreamAsync(Guid.Parse(package)))
            story.Add(e.Type);
        return story;
    }

    private async Task<List<JsonNode>> LettersAsync() =>
        [.. (await service.Admin.GetAsync("jobs/dead-letters")).Require(HttpStatusCode.OK).Json["items"]!.AsArray().Select(l => l!)];

    private Task<JsonNode> MadeAsync(string package) => UntilAsync<JsonNode>(async () =>
        (await service.Office.GetAsync($"evidence/{package}")).Json is var answer && answer["endedAt"] is not null
            && answer["failure"] is null
            ? answer
            : null);

    private static async Task<T> UntilAsync<T>(Func<Task<T?>> look) where T : class
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            if (await look() is { } found)
                return found;
            await Task.Delay(50, patience.Token);
        }
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = service.Owner.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<string> CommandAsync(params string[] args)
    {
        await ReplayCommandTests.Console1.WaitAsync();
        var (output, error, before) = (new StringWriter(), Console.Error, Console.Out);
        Console.SetOut(output);
        Console.SetError(output);
        try
        {
            await CommandLine.RunAsync([.. args, "--postgres", service.OfTheService, "--owner", service.ConnectionString, "--keys", TestServer.KeysOf(service.ConnectionString)]);
        }
        finally
        {
            Console.SetOut(before);
            Console.SetError(error);
            ReplayCommandTests.Console1.Release();
        }

        return output.ToString();
    }

    private async Task<string?> OneAsync(string sql)
    {
        await using var command = service.Owner.CreateCommand(sql);
        return await command.ExecuteScalarAsync() as string;
    }

    private sealed class MovedClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
