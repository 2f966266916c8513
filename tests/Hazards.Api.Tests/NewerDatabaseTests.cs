using System.Net;
using Hazards.Projections.Store;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazards.Api.Tests;

/// <summary>A rolling upgrade: a newer node has migrated the database, and this one is older now.</summary>
public sealed class NewerDatabaseTests : IAsyncLifetime
{
    private const string Future = "insert into migrations.applied (module, name, checksum) values ('rows', '9999_future.sql', 'x')";

    private readonly Service service = new();

    public Task InitializeAsync() => service.InitializeAsync();

    public Task DisposeAsync() => service.DisposeAsync();

    [Fact]
    public async Task An_older_node_says_so_to_everybody_until_it_knows_the_database_again()
    {
        var id = await service.HazardAsync();
        await ExecuteAsync(Future);
        var ready = await service.Admin.GetAsync("/health/ready");
        ready.Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        ready["missing"].ShouldBe("newer database: migration rows/9999_future.sql");
        (await service.Admin.GetAsync("/health/live")).Require(HttpStatusCode.OK);

        Outdated(await service.Office.GetAsync($"hazards/{id}"));
        Outdated(await service.Office.GetAsync("hazards/of-a-newer-form"));
        Outdated(await service.Office.GetAsync("of/a/newer/version"));
        Outdated(await service.ClientOf("hz_of_a_newer_form").GetAsync("me"));
        Outdated(await service.ClientOf(null).GetAsync("boards/closed-loop"));
        Outdated(await service.Office.PostTextAsync("hazards", "{ no JSON"));
        Outdated(await service.Office.PostAsync("hazards", Some.Report()));
        (await service.Office.GetAsync("me", ("Accept-Language", "en")))["detail"].ShouldStartWith("The system is being upgraded");
        (await service.Office.GetAsync("me", ("Accept-Language", "zh")))["detail"].ShouldStartWith("系统正在升级");
        (await service.Admin.GetAsync("/problems/service.outdated")).Require(HttpStatusCode.OK);

        await ExecuteAsync("delete from migrations.applied where name = '9999_future.sql'");
        (await service.Admin.GetAsync("/health/ready")).Require(HttpStatusCode.OK);
        (await service.Office.GetAsync($"hazards/{id}")).Require(HttpStatusCode.OK);
        (await service.Office.PostAsync("hazards", Some.Report())).Require(HttpStatusCode.Created);
    }

    /// <summary>Before anybody has asked for its health, with whatever the migration changed.</summary>
    [Theory]
    [InlineData("alter table rows.hazards rename to hazards_of_the_future", false)]
    [InlineData("alter function rows.write_hazards rename to write_hazards_of_the_future", true)]
    [InlineData("alter table log.append_keys add column future int not null", true)]
    [InlineData("alter table log.mt_events add constraint future check (type <> 'hazard_reported') not valid", true)]
    public async Task No_request_is_refused_for_what_a_newer_node_changed(string change, bool write)
    {
        await ExecuteAsync($"begin; {change}; {Future}; commit");
        if (write)
            Outdated(await service.Office.PostAsync("hazards", Some.Report(), ("Idempotency-Key", Guid.NewGuid().ToString())));
        else
            Outdated(await service.Office.GetAsync("hazards"));
        Outdated(await service.Office.GetAsync("me"));
    }

    [Fact]
    public async Task It_is_noticed_without_being_asked()
    {
        await ExecuteAsync(Future);
        for (var deadline = DateTime.UtcNow.AddSeconds(30); ; await Task.Delay(50))
        {
            var answer = await service.Office.GetAsync("me");
            if (answer.Status == HttpStatusCode.ServiceUnavailable)
            {
                Outdated(answer);
                return;
            }

            answer.Require(HttpStatusCode.OK);
            DateTime.UtcNow.ShouldBeLessThan(deadline);
        }
    }

    /// <summary>A node of before that is started again does not put its tables over the newer ones.</summary>
    [Fact]
    public async Task An_older_node_leaves_newer_tables_alone()
    {
        await ExecuteAsync("insert into migrations.applied (module, name, checksum) values ('log', '9999_future.sql', 'x'); alter table log.mt_streams add column future int");
        await using var owner = NpgsqlDataSource.Create(service.ConnectionString);
        (await Database.MigrateAsync(owner)).ShouldBeEmpty();
        await ExecuteAsync("select future from log.mt_streams limit 1");
        await Should.ThrowAsync<MigrationException>(() => Database.RefuseNewerAsync(owner));
        (await service.Services.GetRequiredService<Readiness>().WhatIsMissingAsync(default))
            .ShouldBe("newer database: migration log/9999_future.sql");
    }

    private static void Outdated(Answer answer)
    {
        answer.Refused(HttpStatusCode.ServiceUnavailable, "service.outdated");
        answer.Headers.RetryAfter.ShouldNotBeNull();
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var owner = NpgsqlDataSource.Create(service.ConnectionString);
        await using var command = owner.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
