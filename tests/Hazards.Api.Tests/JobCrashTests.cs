using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Hazards.Domain;
using Hazards.Projections;
using Hazards.Projections.Store;
using Npgsql;
using Wolverine.Runtime.Serialization;

namespace Hazards.Api.Tests;

/// <summary>
/// kill -9 of the service at any moment, between an event and the work that follows from it too: none is forgotten, none done
/// twice.
/// </summary>
[Trait("Server", "any")]
public sealed class JobCrashTests
{
    private const int Kills = 3;

    // Random, and the same every time.
    private readonly Random random = new(20261128);

    [Fact]
    public async Task What_follows_from_a_command_is_done_exactly_once_however_often_the_service_is_killed()
    {
        var database = await TestServer.CreateDatabaseAsync();
        var key = Path.Combine(Path.GetTempPath(), $"hazards-key-{Guid.NewGuid():n}");
        try
        {
            var (packages, announced) = (new ConcurrentBag<string>(), 0);
            for (var kill = 0; kill < Kills; kill++)
            {
                using var service = await ServingProcess.StartAsync(database, key);
                var client = new Client(service.Address, service.Key);
                var before = packages.Count;
                var announcing = AnnounceAsync(client, kill);
                var asking = Task.WhenAll(AskAsync(client, packages), AskAsync(client, packages), announcing);
                // One announcement gets in, however busy the machine is.
                while ((packages.Count <= before + kill % 3 || (kill == 0 && !announcing.IsCompleted)) && !asking.IsFaulted)
                    await Task.Delay(10);
                // Somewhere among the next ones, and what follows from these.
                await Task.Delay(random.Next(0, 400));
                await service.KillAsync();
                announced += (await asking)[2];
            }

            packages.Count.ShouldBeGreaterThan(Kills);
            using var last = await ServingProcess.StartAsync(database, key);
            await using var source = NpgsqlDataSource.Create(database);
            await UntilAsync(source, "not exists (select from wolverine.wolverine_incoming_envelopes where status <> 'Handled')");
            await using var log = MartenEventLog.Open(source, rows: new RowWriter());
            await VerifyAsync(source, log, packages, announced);
        }
        finally
        {
            File.Delete(key);
            await TestServer.DropDatabaseAsync(database);
        }
    }

    [Fact]
    public async Task An_import_that_is_killed_again_and_again_ends_in_the_report_of_one_that_was_not()
    {
        const string path = "imports?fileName=l.csv&ledger=killed&region=140781";
        var file = Ledger();
        var whole = new Service { Options = o => o with { Rules = RulesTests.Working } };
        await whole.InitializeAsync();
        var database = await TestServer.CreateDatabaseAsync();
        var key = Path.Combine(Path.GetTempPath(), $"hazards-key-{Guid.NewGuid():n}");
        try
        {
            var expected = (await whole.Admin.SendAsync(HttpMethod.Post, path, Csv(file))).Require(HttpStatusCode.Created);
            string? id = null;
            var halves = 0;
            for (var kill = 0; kill < Kills - 1; kill++)
            {
                using var service = await ServingProcess.StartAsync(database, key);
                var client = new Client(service.Address, service.Key);
                id ??= (await AnsweredAsync(() => client.SendAsync(HttpMethod.Post, $"{path}&background=true", Csv(file), ("Idempotency-Key", "killed")))).Require(HttpStatusCode.Accepted)["id"];
                // Taken up again when the node that was killed is missed; then killed somewhere in the next rows.
                var (done, finished) = await ProgressAsync(client, id);
                for (var was = done; done == was && !finished; (done, finished) = await ProgressAsync(client, id))
                    await Task.Delay(10);
                await Task.Delay(random.Next(0, 300));
                halves += finished ? 0 : 1;
                await service.KillAsync();
            }

            halves.ShouldBeGreaterThan(0);
            using var last = await ServingProcess.StartAsync(database, key);
            var report = await ImportTests.FinishedAsync(new Client(last.Address, last.Key), id!);
            report.Json["rows"]!.ToJsonString().ShouldBe(expected.Json["rows"]!.ToJsonString());
            report.Json["finished"]!.ToJsonString().ShouldBe(expected.Json["finished"]!.ToJsonString());
            await using var source = NpgsqlDataSource.Create(database);
            await using var log = MartenEventLog.Open(source, rows: new RowWriter());
            var rows = new Dictionary<Guid, int>();
            await foreach (var e in log.ReadAllAsync(0))
                if (e.Type == "ledger_row_recorded")
                    rows[e.StreamId] = rows.GetValueOrDefault(e.StreamId) + 1;
            rows.Count.ShouldBe(report.Json["finished"]!["entered"]!.GetValue<int>());
            rows.Values.ShouldAllBe(count => count == 1);
        }
        finally
        {
            File.Delete(key);
            await TestServer.DropDatabaseAsync(database);
            await whole.DisposeAsync();
        }
    }

    /// <summary>
    /// A machine that is busy with kills and starts answers 503 at times: nothing was acknowledged, and the caller asks again.
    /// </summary>
    private static async Task<Answer> AnsweredAsync(Func<Task<Answer>> ask)
    {
        while (true)
        {
            var answer = await ask();
            if (answer.Status != HttpStatusCode.ServiceUnavailable)
                return answer;
            await Task.Delay(100);
        }
    }

    private static async Task<(int Done, bool Finished)> ProgressAsync(Client client, string id)
    {
        var report = (await AnsweredAsync(() => client.GetAsync($"imports/{id}"))).Require(HttpStatusCode.OK).Json;
        return (report["progress"]?["done"]?.GetValue<int>() ?? 0, report["finished"] is not null);
    }

    private static ByteArrayContent Csv(byte[] file) =>
        new(file) { Headers = { ContentType = new System.Net.Http.Headers.MediaTypeHeaderValue("text/csv") } };

    /// <summary>Rows in every state, of many units, some alike to the letter, some that nobody understands.</summary>
    private static byte[] Ledger()
    {
        string[] states = ["未五定", "已五定", "已整改", "已复查", "已现场处理"];
        var text = new StringBuilder("编号,发现时间,班次,检查人,检查单位,地点,隐患内容,隐患等级,专业类别,责任单位,责任人,状态,备注\n");
        for (var i = 0; i < 400; i++)
            text.Append(
                System.Globalization.CultureInfo.InvariantCulture,
                $"{i / 2},{(i % 50 == 7 ? "昨天" : "2026-03-02 09:12:05")},八点班,甲,县煤炭局,{i / 2} 号巷道,防冻设施未开启 {i / 2},C,其他,运输{i % 40}队,乙,{states[i % 5]},\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static async Task<int> AskAsync(Client client, ConcurrentBag<string> packages)
    {
        try
        {
            for (var i = 0; i < 5; i++)
            {
                var report = Some.Report();
                report["occurredAt"] = "2023-09-20T09:00:00+08:00";
                var hazard = (await AnsweredAsync(() => client.PostAsync("hazards", report))).Require(HttpStatusCode.Created)["id"];
                packages.Add((await AnsweredAsync(() => client.PostAsync("evidence", new JsonObject
                {
                    ["reason"] = "检查", ["actor"] = "经办人", ["hazards"] = new JsonArray(hazard),
                }))).Require(HttpStatusCode.Accepted)["id"]);
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // The service is gone: what was under way was not acknowledged.
        }

        return 0;
    }

    /// <summary>A change of the calendar that moves the due date of all: another one each time.</summary>
    private async Task<int> AnnounceAsync(Client client, int round)
    {
        try
        {
            await Task.Delay(random.Next(0, 500));
            var year = round == 0
                ? RulesTests.Year2023
                : RulesTests.Year2023.Replace("\"to\": \"2023-10-06\"", $"\"to\": \"2023-10-0{6 - round % 3}\"", StringComparison.Ordinal);
            var answer = await RulesTests.Announce(client, year, round == 0 ? null : $"第{round}次");
            return answer.Status == HttpStatusCode.Created ? 1 : 0;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return 0;
        }
    }

    private static async Task VerifyAsync(NpgsqlDataSource source, MartenEventLog log, ConcurrentBag<string> acknowledged, int announced)
    {
        var packages = new Dictionary<Guid, List<string>>();
        var recounts = new Dictionary<Guid, List<(int From, int To)>>();
        var editions = new List<int>();
        await foreach (var e in log.ReadAllAsync(0))
        {
            // Fills a number that a kill burnt.
            if (e.Type == "tombstone")
                continue;
            if (e.StreamType == EvidencePackage.StreamType)
                (packages.TryGetValue(e.StreamId, out var story) ? story : packages[e.StreamId] = []).Add(e.Type);
            if (e.StreamId == WorkCalendar.StreamId)
                editions.Add((int)e.Version);
            if (DomainJson.ReadEvent(e.Type, e.Data.Span) is DeadlinesRecounted recounted)
                (recounts.TryGetValue(e.StreamId, out var all) ? all : recounts[e.StreamId] = [])
                    .Add((recounted.FromEdition, DomainJson.ReadContext(e.Headers.Span).Calendar));
        }

        // Nothing that was acknowledged is missing, and each was made once.
        acknowledged.ShouldBeSubsetOf(packages.Keys.Select(k => k.ToString("D")));
        packages.Values.ShouldAllBe(story => story.SequenceEqual(new[] { "evidence_requested", "evidence_counted", "evidence_made" }));
        editions.Count.ShouldBeGreaterThanOrEqualTo(announced);
        // Each edition was counted by at most once, and the newest by all whom it moves.
        recounts.ShouldNotBeEmpty();
        recounts.Values.ShouldAllBe(all => all.Select(r => r.To).Distinct().Count() == all.Count);
        (await Rebuild.CompareAsync(source, log, new Rulebook(RulesTests.Working.Adopted, await CalendarAsync(log)))).Same.ShouldBeTrue();

        // A message for each event, kept with it: the schedule, which would have found what was forgotten, was not needed.
        var (asked, counted) = (new HashSet<Guid>(), new HashSet<int>());
        await using var kept = source.CreateCommand("select i.body from wolverine.wolverine_incoming_envelopes i");
        await using var reader = await kept.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            var envelope = EnvelopeSerializer.Deserialize(reader.GetFieldValue<byte[]>(0));
            var message = JsonNode.Parse(Encoding.UTF8.GetString(envelope.Data!))!.AsObject().Select(p => p.Value!).FirstOrDefault();
            if (envelope.MessageType!.EndsWith("MakePackage", StringComparison.Ordinal))
                asked.Add(Guid.Parse(message!.ToString()));
            else if (envelope.MessageType.EndsWith("RecountDueDates", StringComparison.Ordinal))
                counted.Add(message!.GetValue<int>());
        }

        asked.ShouldBe(packages.Keys, ignoreOrder: true);
        counted.ShouldBe(editions, ignoreOrder: true);
        (await IsAsync(source, "exists (select from wolverine.wolverine_dead_letters)")).ShouldBeFalse();
    }

    private static async Task<WorkCalendar> CalendarAsync(MartenEventLog log)
    {
        var calendar = WorkCalendar.Shipped;
        foreach (var e in await log.FetchAsync(WorkCalendar.StreamId))
            calendar = calendar.With(((ICalendarEvent)e.Data).Year);
        return calendar;
    }

    private static async Task UntilAsync(NpgsqlDataSource source, string condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        while (!await IsAsync(source, condition))
            await Task.Delay(100, patience.Token);
    }

    private static async Task<bool> IsAsync(NpgsqlDataSource source, string condition)
    {
        await using var command = source.CreateCommand($"select {condition}");
        return await command.ExecuteScalarAsync() is true;
    }
}
