using System.Net;
using System.Text.Json.Nodes;

namespace Hazards.Api.Tests;

/// <summary>A node whose clock was set back behind what is on record: what it was just told has come, whatever its clock says.</summary>
public sealed class ClockSetBackTests : IAsyncLifetime
{
    private readonly Service service = new() { Options = o => o with { Clock = new SetBack() } };

    public Task InitializeAsync() => service.InitializeAsync();

    public Task DisposeAsync() => service.DisposeAsync();

    [Fact]
    public async Task What_was_just_recorded_can_be_looked_at_as_of_then()
    {
        var id = (await service.Office.PostAsync("hazards", Some.Report())).Require(HttpStatusCode.Created)["id"];
        var recorded = (await service.Office.GetAsync($"hazards/{id}/events")).Require(HttpStatusCode.OK).Json["events"]![0]!["recordedAt"]!
            .GetValue<DateTimeOffset>();
        recorded.ShouldBeGreaterThan(DateTimeOffset.UtcNow - SetBack.By + TimeSpan.FromMinutes(1));
        var then = Said(recorded);
        (await service.Office.GetAsync($"hazards/{id}?asOf={then}")).Require(HttpStatusCode.OK)["id"].ShouldBe(id);
        (await service.Office.GetAsync($"hazards?asOf={then}")).Require(HttpStatusCode.OK).Json["items"]!.AsArray().Count.ShouldBe(1);
        (await service.Supervisor.GetAsync($"replay/hazards/{id}?at={then}")).Require(HttpStatusCode.OK);
        // What nobody has recorded yet is the future.
        var later = Said(DateTimeOffset.UtcNow.AddMinutes(10));
        (await service.Office.GetAsync($"hazards/{id}?asOf={later}")).Refused(HttpStatusCode.UnprocessableEntity, "as_of.future");
        (await service.Supervisor.GetAsync($"replay/hazards/{id}?at={later}")).Refused(HttpStatusCode.UnprocessableEntity, "replay.future");
    }

    private static string Said(DateTimeOffset instant) =>
        Uri.EscapeDataString(instant.ToString("O", System.Globalization.CultureInfo.InvariantCulture));

    private sealed class SetBack : TimeProvider
    {
        public static readonly TimeSpan By = TimeSpan.FromHours(1);

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UtcNow - By;
    }
}
