using System.Net;
using Hazards.Domain;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazards.Api.Tests;

/// <summary>The database's own rights, and the key that is kept in a file.</summary>
public sealed class DatabaseTests(Service service) : IClassFixture<Service>
{
    [Fact]
    public async Task The_service_runs_as_a_role_that_cannot_change_an_event()
    {
        var owner = service.Services.GetRequiredService<NpgsqlDataSource>();
        (await Database.GrantAsync(owner, "hazards_service")).ShouldBeTrue();
        var limited = new NpgsqlConnectionStringBuilder(service.ConnectionString) { Options = "-c role=hazards_service" }.ConnectionString;
        await using var app = HazardsService.Build(new ServiceOptions(limited) { Keys = TestServer.KeysOf(limited), Urls = "http://127.0.0.1:0", JsonLogs = true });
        var store = app.Services.GetRequiredService<HazardStore>();
        var id = HazardId.Parse(await service.HazardAsync());
        var given = new Given(new Actor("测试", (await app.Services.GetRequiredService<BodyStore>().LoadAsync(BodyId.Parse("ws-awb")))!, [Domain.Codes.Role.Coordinator], "tests", RegionCode.Nation));
        (await store.ExecuteAsync(id, new AddComment("受限角色"), given)).ShouldBeOfType<Outcome<Hazard>.Done>();
        (await app.Services.GetRequiredService<Readiness>().WhatIsMissingAsync(default)).ShouldBeNull();
        await using var change = app.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand("update log.mt_events set version = 0");
        (await Should.ThrowAsync<PostgresException>(() => change.ExecuteNonQueryAsync())).SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
    }

    [Fact]
    public async Task The_first_key_is_kept_for_its_owner_only_and_used_again()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory().FullName, "dev-key");
        var first = ActivatorUtilities.CreateInstance<FirstKey>(service.Services);
        var key = await first.EnsureAsync(file, BodyId.Parse("dev-office"), "安委办（开发）", "dev", default);
        (await first.EnsureAsync(file, BodyId.Parse("dev-office"), "安委办（开发）", "dev", default)).ShouldBe(key);
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (await service.ClientOf(key).GetAsync("me")).Require(HttpStatusCode.OK)["region"].ShouldBe("0");
    }
}
