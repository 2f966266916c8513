using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Hazards.Api.Tests;

/// <summary>A node asks itself what the first callers will ask, before it says that it is ready.</summary>
public sealed class WarmUpTests : IAsyncLifetime
{
    // Rows are not estimated but counted, and of a sequence what it gave last.
    private const string Kept = """
        select string_agg(t.name || ' ' || t.kept, chr(10) order by t.name)
        from (
          select format('%I.%I', n.nspname, c.relname) as name,
                 (xpath('//kept/text()', query_to_xml(format(
                   case when c.relkind = 'S' then 'select last_value as kept from %I.%I' else 'select count(*) as kept from %I.%I' end,
                   n.nspname, c.relname), true, true, '')))[1]::text as kept
          from pg_class c join pg_namespace n on n.oid = c.relnamespace
          where c.relkind in ('r', 'S') and n.nspname not like 'pg\_%' and n.nspname not in ('information_schema', 'wolverine')
        ) t
        """;

    private readonly Service service = new() { Options = o => o with { Jobs = false, Daemon = false } };

    public Task InitializeAsync() => service.InitializeAsync();

    public Task DisposeAsync() => service.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Its_questions_are_answered_its_report_is_refused_and_nothing_is_left(bool anything)
    {
        var hazard = anything ? await service.HazardAsync() : null;
        var before = await KeptAsync();
        before.ShouldContain("log.mt_events ");

        var answers = await service.Services.GetRequiredService<WarmUp>().AskAsync(default);

        answers.ShouldBe(new Dictionary<string, HttpStatusCode>
        {
            ["GET /boards/closed-loop"] = HttpStatusCode.OK, ["GET /hazards"] = HttpStatusCode.OK,
            ["GET /lists/overdue"] = HttpStatusCode.OK, ["GET /lists/listed"] = HttpStatusCode.OK,
            ["POST /hazards"] = HttpStatusCode.UnprocessableEntity,
        }.Concat(hazard is null ? [] : [KeyValuePair.Create($"GET /hazards/{hazard}", HttpStatusCode.OK)]), ignoreOrder: true);
        (await KeptAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task Who_asks_is_nobody_outside()
    {
        foreach (var key in new[] { "warm-up", Guid.Empty.ToString(), "" })
            (await service.ClientOf(key).GetAsync("hazards")).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    /// <summary>What is missing is said by others; whoever asks for something else is served.</summary>
    [Theory]
    [InlineData("alter table rows.hazards rename to hazards_no_more")]
    [InlineData("alter table rows.api_keys rename to api_keys_no_more")]
    public async Task Nodes_that_begin_at_once_serve_whatever_their_questions_came_to(string change)
    {
        await using (var command = service.Owner.CreateCommand(change))
            await command.ExecuteNonQueryAsync();
        await using var one = Another();
        await using var other = Another();
        await Task.WhenAll(WarmUp.StartAsync(one, default), WarmUp.StartAsync(other, default));
        foreach (var app in new[] { one, other })
        {
            (await app.Services.GetRequiredService<Readiness>().WhatIsMissingAsync(default)).ShouldNotBe("warm-up");
            await app.StopAsync();
        }
    }

    private WebApplication Another() => HazardsService.Build(new ServiceOptions(service.OfTheService)
    {
        Keys = TestServer.KeysOf(service.ConnectionString), Urls = "http://127.0.0.1:0", JsonLogs = true, Jobs = false, Daemon = false,
    });

    private async Task<string> KeptAsync()
    {
        await using var command = service.Owner.CreateCommand(Kept);
        return (string)(await command.ExecuteScalarAsync())!;
    }
}
