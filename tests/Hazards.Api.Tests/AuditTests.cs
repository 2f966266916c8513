using Hazards.Api.Proofs;
using Hazards.Api.Proofs.Auditing;
using Hazards.Evidence.Proof;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazards.Api.Tests;

/// <summary>Audits of a whole service: on a schedule, recorded, listed, and shown where people look.</summary>
public sealed class AuditTests : IAsyncLifetime
{
    private readonly Service service = new()
    {
        Options = o => o with { CheckpointEvery = TimeSpan.FromMilliseconds(50), GrowEvery = TimeSpan.Zero },
    };

    public Task InitializeAsync() => service.InitializeAsync();

    public Task DisposeAsync() => service.DisposeAsync();

    [Fact]
    public async Task A_lively_service_has_no_findings_and_one_altered_event_is_named_everywhere()
    {
        var lively = Task.WhenAll(Enumerable.Range(0, 10).Select(_ => service.HazardAsync()));
        var desk = service.Services.GetRequiredService<AuditDesk>();
        (await desk.RunAsync(AuditOrder.Full, 2, null, default)).Findings.ShouldBeEmpty();
        await lively;
        await service.Services.GetRequiredService<CheckpointDesk>().SignNowAsync(TreeHash.Sha256);
        await AuditAsync();
        var clean = (await service.Admin.GetAsync("/api/v1/log/audits")).Json["items"]!.AsArray().ShouldHaveSingleItem()!;
        clean["audit"]!["holds"]!.GetValue<bool>().ShouldBeTrue();
        (await service.Admin.GetAsync("/health/ready")).Json["audit"].ShouldBeNull();

        var position = await BehindTheBackAsync("update log.mt_events set headers = jsonb_set(headers, '{actor}', '\"somebody else\"') where seq_id = (select max(seq_id) - 8 from log.mt_events) returning seq_id");
        await AuditAsync();
        var found = (await service.Admin.GetAsync("/api/v1/log/audits?limit=1")).Json;
        found["next"].ShouldNotBeNull();
        var audit = found["items"]!.AsArray().ShouldHaveSingleItem()!["audit"]!;
        audit["holds"]!.GetValue<bool>().ShouldBeFalse();
        audit["findings"]!.AsArray().Select(f => $"{f!["code"]}@{f["first"]}")
            .ShouldBe([$"event_altered@{position}", $"event_code_wrong@{position}"], ignoreOrder: true);
        var ready = await service.Admin.GetAsync("/health/ready");
        ((int)ready.Status).ShouldBe(200);
        ready["audit"].ShouldContain("event_altered");
        // As of then, there was one audit only.
        (await service.Admin.GetAsync($"/api/v1/log/audits?asOf={Uri.EscapeDataString(clean["recordedAt"]!.ToString())}")).Json["items"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_key_file_that_was_replaced_is_named()
    {
        await service.Services.GetRequiredService<CheckpointDesk>().SignNowAsync(TreeHash.Sha256);
        var folder = service.Services.GetRequiredService<KeyFolder>();
        folder.Replace(LogKeyFile.Name, LogKeyFile.Create().Text());
        var codes = (await service.Services.GetRequiredService<AuditDesk>()
            .RunAsync(AuditOrder.Full, 1, null, default)).Findings.Select(f => f.Code).ToArray();
        codes.ShouldContain("key_replaced");
    }

    /// <summary>
    /// As the schedule does, now: whoever is due is found by the clock, so the desk and the record are called themselves.
    /// </summary>
    private async Task AuditAsync()
    {
        var report = await service.Services.GetRequiredService<AuditDesk>().RunAsync(AuditOrder.Full, 1, null, default);
        await AuditDesk.RecordAsync(service.Services.GetRequiredService<LogKeys>(), report, default);
        await service.Services.GetRequiredService<AuditWorker>().AuditIfDueAsync(default);
    }

    private async Task<long> BehindTheBackAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(service.ConnectionString);
        await using var connection = await source.OpenConnectionAsync();
        await using var command = new NpgsqlCommand($"alter table log.mt_events disable trigger refuse_update", connection);
        await command.ExecuteNonQueryAsync();
        command.CommandText = sql;
        var position = (long)(await command.ExecuteScalarAsync())!;
        command.CommandText = "alter table log.mt_events enable always trigger refuse_update";
        await command.ExecuteNonQueryAsync();
        return position;
    }
}
