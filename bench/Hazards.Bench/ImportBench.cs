using System.Diagnostics;
using System.Globalization;
using System.Text;
using Hazards.Api.Administration.Registry;
using Hazards.Api.Import;
using Hazards.Api.LifeCycle;
using Hazards.Api.Running;
using Hazards.Api.Simulation;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazards.Bench;

/// <summary>A ledger as a clerk brings it: looked at, imported, and imported again.</summary>
internal sealed class ImportBench : IAsyncDisposable
{
    private static readonly RegionCode County = RegionCode.Parse(Facts.County);

    private readonly WebApplication app;
    private readonly Processor processor;

    /// <summary>The service on a migrated database.</summary>
    public ImportBench(NpgsqlDataSource dataSource, string connectionString, string folder)
    {
        app = HazardsService.Build(
            new ServiceOptions(connectionString) { Keys = Path.Combine(folder, "keys"), Urls = "http://127.0.0.1:0", JsonLogs = true });
        processor = new Processor(dataSource);
    }

    /// <summary>Seconds, and microseconds of processor a row, of each step.</summary>
    public async IAsyncEnumerable<(string Step, double Seconds, double Client, double Server)> RunAsync(int rows)
    {
        var bodies = app.Services.GetRequiredService<BodyStore>();
        var office = new Body(BodyId.Parse("ws-awb"), "巍山县安委办", BodyKind.CommitteeOffice, County, [], null, null, true, null, 0);
        var admin = new Given(new Actor("bench", office, [Role.Administrator], "bench", RegionCode.Nation));
        if (await bodies.ExecuteAsync(
            office.Id, new RegisterBody(office.Id, office.Name, office.Kind, office.Region, office.Sectors),
            admin) is not Outcome<Body>.Done)
            throw new InvalidOperationException("the office was not registered");
        var by = new Actor("bench", office, [Role.Importer], "bench", County);
        var file = Ledger(rows);
        var imports = app.Services.GetRequiredService<LedgerImport>();
        foreach (var step in (string[])["preview", "import", "again"])
        {
            var before = await processor.ReadAsync(default);
            var clock = Stopwatch.StartNew();
            var (plan, refusal) = await LedgerImport.OpenAsync(new LedgerUpload("台账.csv", new MemoryStream(file)) { Region = County }, by);
            using (plan ?? throw new InvalidOperationException(refusal!.English))
            {
                if (step == "preview")
                    await imports.TryAsync(plan, by, _ => true, 0, 50, default);
                else if ((await imports.RunAsync(plan, by)).Report!.Finished is not { } done || done.Entered + done.Unchanged != rows)
                    throw new InvalidOperationException("not all rows were imported");
            }

            var seconds = clock.Elapsed.TotalSeconds;
            var (client, server) = Processor.Between(before, await processor.ReadAsync(default), rows);
            yield return (step, seconds, client, server);
        }
    }

    // Half of them closed: some eight events a row.
    private static byte[] Ledger(int rows)
    {
        var text = new StringBuilder("\uFEFF序号,检查时间,检查单位,企业名称,行业领域,地点,隐患内容,隐患等级,整改责任单位,整改期限,整改情况,整改完成时间\n");
        var first = ChinaTime.DateAt(DateTimeOffset.UtcNow).AddDays(-200);
        for (var i = 1; i <= rows; i++)
        {
            var found = first.AddDays(i % 150);
            text.Append(
                CultureInfo.InvariantCulture,
                $"{i},{found:yyyy-MM-dd},巍山县安委办,第{i % 400}机械厂,工贸,{i % 20}号车间,配电箱未上锁，编号{i},一般,第{i % 400}机械厂,{found.AddDays(30):yyyy-MM-dd},");
            text.Append(i % 2 == 0 ? "整改中,\n" : string.Create(CultureInfo.InvariantCulture, $"已销号,{found.AddDays(9):yyyy-MM-dd}\n"));
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        await processor.DisposeAsync();
        await app.DisposeAsync();
    }
}
