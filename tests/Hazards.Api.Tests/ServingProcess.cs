using System.Diagnostics;
using Hazards.Api.Http.Access;
using Hazards.Domain;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Hazards.Api.Tests;

/// <summary>
/// The service as a process that can be killed: this test assembly, started with <c>serve</c>, a connection string and a file
/// for the first key. Verification is counted in working days, and a node is missed after seconds. It ends with its parent.
/// </summary>
internal sealed class ServingProcess : IDisposable
{
    private const string Verb = "serve";

    private readonly Process process;

    private ServingProcess(Process process, string address, string key) => (this.process, Address, Key) = (process, address, key);

    public string Address { get; }

    public string Key { get; }

    public bool HasExited => process.HasExited;

    /// <summary>The test platform loads this assembly as a library; as a program it is this process.</summary>
    public static async Task<int> Main(string[] args)
    {
        if (args is not [Verb, var connectionString, var file])
            return 64;
        await using var app = HazardsService.Build(new ServiceOptions(await TestServer.PrepareAsync(connectionString))
        {
            Keys = TestServer.KeysOf(connectionString), Urls = "http://127.0.0.1:0", Rules = RulesTests.Working,
            JobPoll = TimeSpan.FromMilliseconds(500),
        });
        var key = await ActivatorUtilities.CreateInstance<FirstKey>(app.Services)
            .EnsureAsync(file, BodyId.Parse("first-office"), "安委办", "tests", default);
        await app.StartAsync();
        await Console.Error.WriteLineAsync(
            $"{app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First()} {key}");
        // Reading the console blocks, whatever its name says.
        await Task.Run(Console.In.ReadToEnd);
        await app.StopAsync();
        return 0;
    }

    /// <summary>Starts it, and waits until it serves.</summary>
    public static async Task<ServingProcess> StartAsync(string connectionString, string file)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileName(host) == "dotnet" ? host : "dotnet")
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var argument in (string[])[typeof(ServingProcess).Assembly.Location, Verb, connectionString, file])
            start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        _ = process.StandardOutput.ReadToEndAsync();
        var said = await process.StandardError.ReadLineAsync();
        if (said?.Split(' ') is not [var address, var key] || !address.StartsWith("http", StringComparison.Ordinal))
            throw new InvalidOperationException($"the service did not start: {said} {await process.StandardError.ReadToEndAsync()}");
        return new ServingProcess(process, address, key);
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill();
        process.Dispose();
    }
}
