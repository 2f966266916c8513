using System.Net;
using System.Text.Json.Nodes;

namespace Hazards.Api.Tests;

/// <summary>系统名归属 by REST: who owns a system's name is the only one to report under it, hazards and inspections.</summary>
[Trait("Server", "any")]
public sealed class SystemNameTests(Service service) : IClassFixture<Service>
{
    [Fact]
    public async Task A_name_that_belongs_to_a_client_is_nobody_elses()
    {
        var system = $"热线-{Guid.NewGuid():n}";
        var number = new JsonObject { ["system"] = system, ["id"] = "LN-1" };
        var taken = Some.Report();
        taken["reference"] = number.DeepClone();
        (await service.Enforcer.PostAsync("hazards", taken)).Require(HttpStatusCode.Created);

        var me = (await service.Office.GetAsync("me")).Require(HttpStatusCode.OK).Json;
        var order = new JsonObject
        {
            ["system"] = system, ["body"] = me["body"]!["id"]!.ToString(), ["client"] = me["key"]!["client"]!.ToString(),
        };
        (await service.Office.PostAsync("system-names", order)).Refused(HttpStatusCode.Forbidden, "system_name.forbidden");
        (await service.Admin.PostAsync("system-names", order)).Require(HttpStatusCode.Created);
        (await service.Admin.PostAsync("system-names", order)).Refused(HttpStatusCode.Conflict, "system_name.taken");
        (await service.Admin.GetAsync("system-names")).Require(HttpStatusCode.OK).Text.ShouldContain(system);
        (await service.Office.GetAsync("system-names")).Refused(HttpStatusCode.Forbidden, "system_name.forbidden");

        // A number that it has reported before and one that nobody has: the same answer.
        foreach (var id in new[] { "LN-1", "LN-2" })
        {
            var report = Some.Report();
            report["reference"] = new JsonObject { ["system"] = system, ["id"] = id };
            var refused = (await service.Enforcer.PostAsync("hazards", report)).Refused(HttpStatusCode.Forbidden, "reference.system_owned");
            refused.Text.ShouldNotContain(id);
            (await service.Office.PostAsync("hazards", report.DeepClone().AsObject())).Require(HttpStatusCode.Created);
        }

        var visit = new JsonObject
        {
            ["unit"] = new JsonObject { ["name"] = "巍山燃气公司" }, ["region"] = Service.County, ["sector"] = "city_gas",
            ["on"] = Some.InDays(0),
            ["reference"] = new JsonObject { ["system"] = system, ["id"] = "J-1" },
        };
        (await service.Enforcer.PostAsync("inspections", visit)).Refused(HttpStatusCode.Forbidden, "reference.system_owned");
        (await service.Office.PostAsync("inspections", visit.DeepClone().AsObject())).Require(HttpStatusCode.Created);
        (await service.Admin.GetAsync("authority/changes?limit=1"))
            .Require(HttpStatusCode.OK).Json["items"]![0]!["event"]!["code"]!.ToString()
            .ShouldBe("system_name_granted");
        (await service.Admin.PostAsync("system-names/releases", new JsonObject { ["system"] = system, ["reason"] = "系统停用" }))
            .Require(HttpStatusCode.OK).Text.ShouldNotContain(system);
        (await service.Enforcer.PostAsync("hazards", taken.DeepClone().AsObject()))
            .Refused(HttpStatusCode.Conflict, "hazard.reported_before");
    }
}
