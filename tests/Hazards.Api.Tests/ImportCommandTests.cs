using System.Diagnostics;
using Hazards.Api.Cli;

namespace Hazards.Api.Tests;

/// <summary><c>hazards import</c>: finds the service that serves its data folder, and asks what a ledger leaves open.</summary>
[Trait("Server", "any")]
public sealed class ImportCommandTests(Service service) : IClassFixture<Service>, IDisposable
{
    private readonly string data = Directory.CreateTempSubdirectory("hazards-import-").FullName;

    [Fact]
    public async Task It_finds_the_service_of_its_data_folder_and_says_how_its_question_is_answered()
    {
        var importer = await service.KeyAsync("dali-awb", "5329", "importer");
        await KeptAsync(service.Address, importer.Key!);
        var ledger = await LedgerAsync();

        var (preview, looked) = await RunAsync("import", ledger, "--preview");
        preview.ShouldBe(0);
        looked.ShouldContain("import.region_needed");
        looked.ShouldContain("532927");
        looked.ShouldContain("--region");
        var head = await service.HeadAsync();
        var (refused, asked) = await RunAsync("import", ledger);
        refused.ShouldBe(1);
        asked.ShouldContain("import.region_needed");
        asked.ShouldContain("--region");
        (await service.HeadAsync()).ShouldBe(head);

        var (answered, entered) = await RunAsync("import", ledger, "--region", Service.County);
        answered.ShouldBe(0, entered);
        entered.ShouldContain("新登记 entered 1");
        (await RunAsync("import", ledger, "--preview", "--region", Service.County)).Said.ShouldNotContain("import.region_needed");
        (await RunAsync("import", ledger, "--preview", "--region", "14")).Said.ShouldContain("jurisdiction");
    }

    [Fact]
    public async Task A_preview_needs_no_service()
    {
        await KeptAsync("http://127.0.0.1:9", "hz_none");
        var (code, said) = await RunAsync("import", await LedgerAsync(), "--preview");
        code.ShouldBe(0, said);
        said.ShouldContain("import.region_needed");
    }

    [Theory]
    [InlineData("http://0.0.0.0:5080", "http://localhost:5080")]
    [InlineData("http://[::]:80", "http://localhost:80")]
    [InlineData("https://hazards.example:443", "https://hazards.example:443")]
    [InlineData("http://127.0.0.1:40123", "http://127.0.0.1:40123")]
    public void An_address_that_means_all_of_them_is_kept_as_one_that_answers(string listened, string kept) =>
        ServedAddress.Reachable(listened).ShouldBe(kept);

    public void Dispose() => Directory.Delete(data, recursive: true);

    private async Task KeptAsync(string address, string key)
    {
        await ServedAddress.KeepAsync(data, address, CancellationToken.None);
        await File.WriteAllTextAsync(Path.Combine(data, "dev-key"), key + "\n");
    }

    private async Task<string> LedgerAsync()
    {
        var file = Path.Combine(data, $"命令行{Guid.NewGuid():n}.csv");
        await File.WriteAllTextAsync(
            file, $"序号,检查时间,隐患内容,隐患等级,整改责任单位,整改期限,状态\n1,{Some.InDays(-3)},消防通道堆放杂物影响通行{Guid.NewGuid():n},一般,南诏镇中学,{Some.InDays(20)},未整改\n");
        return file;
    }

    private async Task<(int Code, string Said)> RunAsync(params string[] words)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(HazardsService).Assembly.Location, .. words, "--data", data])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
            Environment = { ["HAZARDS_KEY"] = null, ["HAZARDS_POSTGRES"] = null },
        };
        using var process = Process.Start(start)!;
        var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, string.Concat(said));
    }
}
