using System.Net;
using System.Text.Json.Nodes;
using Hazards.Api.Administration.Policies;
using Hazards.Api.Proofs.Auditing;
using Hazards.Domain.Codes;
using Hazards.Projections.Store;
using Microsoft.Extensions.DependencyInjection;

namespace Hazards.Api.Tests;

/// <summary>
/// 告知与打开以事件为准: whoever owns the database and puts a row in, or takes one away, changes nothing of what the record says of
/// who was told and who opened it, and the audit names the row.
/// </summary>
public sealed class ToldTests(Service service) : IClassFixture<Service>
{

    // {0}: the message that was opened; {1}: one that was not; {2}: the hazard; {3}: a message of nobody.
    private static readonly (string Sql, string Code)[] Attacks =
    [
        ("delete from rows.inbox_openings where message_id = '{0}'", "opening_row_missing"),
        ("update rows.inbox_openings set actor = '王五' where message_id = '{0}'", "opening_row_unrecorded"),
        ("update rows.inbox_openings set opened_at = opened_at - interval '9 days' where message_id = '{0}'", "opening_row_differs"),
        ("insert into rows.inbox_openings select '{1}', body, actor, position, opened_at from rows.inbox_openings where message_id = '{0}'",
            "opening_row_unrecorded"),
        ("delete from rows.inbox where message_id = '{0}'", "inbox_row_missing"),
        ("delete from rows.inbox where message_id = '{1}'", "inbox_row_missing"),
        ("delete from rows.inbox where hazard_id = '{2}'", "inbox_row_missing"),
        ("update rows.inbox set opened_position = null, opened_at = null where message_id = '{0}'", "inbox_row_differs"),
        ("update rows.inbox set opened_position = position, opened_at = told_at where message_id = '{1}'", "inbox_row_differs"),
        ("update rows.inbox set told_as = 'notice' where message_id = '{1}'", "inbox_row_differs"),
        ("update rows.inbox set told_at = told_at - interval '9 days' where message_id = '{1}'", "inbox_row_differs"),
        ("update rows.inbox set addressee = 'ws-gov' where message_id = '{1}'", "inbox_row_differs"),
        ("insert into rows.inbox select '{3}', 'ws-emb', position, told_at, hazard_id, region, told_as from rows.inbox where message_id = '{1}'", "inbox_row_unrecorded"),
    ];

    /// <summary>Each on a hazard of its own, all looked at by one audit.</summary>
    [Fact]
    public async Task A_row_put_in_taken_away_or_changed_says_nothing_and_is_named()
    {
        var investigator = await service.KeyAsync("ws-duc", Service.County, "investigator");
        var attacked = new List<(string Sql, string Code, string[] Names)>();
        foreach (var (sql, code) in Attacks)
        {
            var (hazard, opened, unopened) = await TalkAsync();
            var asked = DateTimeOffset.UtcNow;
            var before = await SaidAsync(investigator, hazard, asked);
            foreach (var what in new[] { "told", "timeline", "body" })
                before[what].ShouldContain("李科长");
            before["person"].ShouldContain("\"打开告知\"");
            await ExecuteAsync(
                string.Format(System.Globalization.CultureInfo.InvariantCulture, sql, opened, unopened, hazard, Guid.NewGuid()));
            foreach (var (what, said) in await SaidAsync(investigator, hazard, asked))
                said.ShouldBe(before[what], $"{what} after {sql}");
            attacked.Add((sql, code, [hazard, opened, unopened]));
        }

        var found = await FindingsAsync();
        foreach (var (sql, code, names) in attacked)
            found.ShouldContain(
                f => f.Code == code && names.Contains(f.Stream!.ToString()),
                $"{sql}: {string.Join("\n", found.Select(f => $"{f.Code} {f.English}"))}");
        // By what the events say of it, and by what the rows are when they are made again; what is as the events say is not accused.
        found.ShouldAllBe(
            f => f.Code.StartsWith("opening_row", StringComparison.Ordinal) || f.Code.StartsWith("inbox_row", StringComparison.Ordinal)
            || (f.Code.StartsWith("row_", StringComparison.Ordinal) && f.English.Contains("rows.inbox", StringComparison.Ordinal)));
        await ExecuteAsync("delete from rows.inbox; delete from rows.inbox_openings");
        await Rebuilding.RowsOf(service);
        (await FindingsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_row_that_no_event_bears_out_gives_nobody_a_message_and_hides_none()
    {
        var (hazard, _, unopened) = await TalkAsync();
        var own = (await service.Gov.GetAsync("inbox?limit=200")).Require(HttpStatusCode.OK).Text;
        // The message of another, under its own number and under an invented one.
        await ExecuteAsync($"""
            insert into rows.inbox
            select gen_random_uuid(), 'ws-gov', position, told_at, hazard_id, region, told_as from rows.inbox cross join generate_series(1, 300)
            where message_id = '{unopened}'
            """);
        (await service.Gov.GetAsync("inbox?limit=200")).Require(HttpStatusCode.OK).Json["items"]!.ToJsonString()
            .ShouldBe(JsonNode.Parse(own)!["items"]!.ToJsonString());
        await ExecuteAsync($"update rows.inbox set addressee = 'ws-gov' where message_id = '{unopened}'");
        (await service.Gov.GetAsync($"inbox/{unopened}")).Refused(HttpStatusCode.NotFound, "message.not_found");
        (await service.Gov.PostAsync($"inbox/{unopened}/opening", new JsonObject { ["actor"] = "李科长" }))
            .Refused(HttpStatusCode.NotFound, "message.not_found");
        (await FindingsAsync()).Count(f => f.Code == "inbox_row_unrecorded").ShouldBe(300);
        await Rebuilding.RowsOf(service);
        (await FindingsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_body_that_was_told_of_much_is_replayed_the_same()
    {
        var (hazard, _, _) = await TalkAsync();
        var investigator = await service.KeyAsync("ws-duc", Service.County, "investigator");
        async Task<List<string>> EntriesAsync()
        {
            var (all, cursor) = (new List<string>(), "");
            while (true)
            {
                var page = (await investigator.GetAsync($"replay/bodies/ws-gov?limit=7{cursor}")).Require(HttpStatusCode.OK);
                all.AddRange(
                    page.Json["items"]!.AsArray().Where(i => i!["event"]!["hazard"]!.ToString() == hazard).Select(i => i!.ToJsonString()));
                if (page.Json["next"] is not { } next)
                    return all;
                cursor = $"&cursor={next}";
            }
        }

        var few = await EntriesAsync();
        few.ShouldNotBeEmpty();
        await ExecuteAsync("""
            insert into rows.inbox
            select gen_random_uuid(), 'ws-gov', position, told_at, hazard_id, region, told_as
            from (select * from rows.inbox limit 1) i cross join generate_series(1, 6000)
            """);
        (await EntriesAsync()).ShouldBe(few);
        await Rebuilding.RowsOf(service);
    }

    /// <summary>A double assignment; the government opened its message, the regulator did not.</summary>
    private async Task<(string Hazard, string Opened, string Unopened)> TalkAsync()
    {
        var hazard = await service.HazardAsync(Stage.Assigned);
        var opened = await MessageAsync(service.Gov, hazard);
        (await service.Gov.PostAsync($"inbox/{opened}/opening", new JsonObject { ["actor"] = "李科长" })).Require(HttpStatusCode.OK);
        return (hazard, opened, await MessageAsync(service.Regulator, hazard));
    }

    private static async Task<Dictionary<string, string>> SaidAsync(Client investigator, string hazard, DateTimeOffset asked)
    {
        var (said, asOf) = (new Dictionary<string, string>(), Uri.EscapeDataString(asked.ToString("O")));
        foreach (var (what, path) in new[]
        {
            ("told", $"hazards/{hazard}/told?asOf={asOf}"), ("timeline", $"replay/hazards/{hazard}/timeline?asOf={asOf}"),
            ("silences", $"replay/hazards/{hazard}/silences?asOf={asOf}"), ("state", $"replay/hazards/{hazard}?at={asOf}&knownAt={asOf}"),
            ("body", $"replay/bodies/ws-gov?limit=200&to={asOf}"), ("addressee", $"replay/bodies/ws-gas?limit=200&to={asOf}"),
            ("hazards", $"replay/bodies/ws-gas/silences?limit=200&to={asOf}"),
            ("person", $"replay/persons?body=ws-gov&name={Uri.EscapeDataString("李科长")}&limit=200&to={asOf}"),
        })
            said[what] = (await investigator.GetAsync(path)).Require(HttpStatusCode.OK).Text;
        return said;
    }

    private async Task<IReadOnlyList<AuditFinding>> FindingsAsync() =>
        (await service.Services.GetRequiredService<AuditDesk>().RunAsync(AuditOrder.Full, 1, null, default)).Findings;

    private async Task ExecuteAsync(string sql)
    {
        await using var command = service.Owner.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<string> MessageAsync(Client client, string hazard) =>
        (await client.GetAsync($"inbox?hazard={hazard}")).Require(HttpStatusCode.OK).Json["items"]![0]!["id"]!.ToString();
}

/// <summary>Makes the rows anew from the events, as <c>rebuild</c> does.</summary>
internal static class Rebuilding
{
    public static Task RowsOf(Service service) =>
        Hazards.Projections.Rebuild.RunAsync(
            service.Owner, service.Services.GetRequiredService<IEventLog>(), service.Services.GetRequiredService<RulebookSource>().Current);
}
