using System.Net;
using Hazards.Api.Cli;
using Hazards.Api.Proofs;
using Hazards.Domain.Codes;
using Hazards.Evidence.Proof;

namespace Hazards.Api.Tests;

/// <summary>When nothing is signed, GET /log says so and why; what failed leaves nothing behind; and the service works on.</summary>
[Trait("Server", "any")]
public sealed class SigningTroubleTests
{
    private static readonly string Memory = SignedMemory.NameOf(TreeHash.Sha256);

    [Fact]
    public async Task A_memory_that_cannot_be_written_stops_signing_and_nothing_else()
    {
        // Signs by itself as well, and fails so.
        var service = await StartAsync(o => o with { CheckpointEvery = TimeSpan.FromMilliseconds(50) });
        try
        {
            var folder = TestServer.KeysOf(service.ConnectionString);
            (await SignAsync(service)).Require(HttpStatusCode.OK);
            PutInTheWay(Path.Combine(folder, Memory));
            await service.HazardAsync();

            var refused = (await SignAsync(service)).Refused(HttpStatusCode.ServiceUnavailable, "key_folder.unusable");
            refused["detail"].ShouldContain(Memory);
            (await SignAsync(service, ("Accept-Language", "en")))["detail"].ShouldContain("check the folder's owner");
            (await TroubleAsync(service)).ShouldBe("key_folder.unusable");
            Directory.GetFiles(folder).ShouldNotContain(f => Path.GetFileName(f).StartsWith('.'), "no drafts");
            await service.HazardAsync(Stage.Assigned);

            Directory.Delete(Path.Combine(folder, Memory));
            (await SignAsync(service)).Require(HttpStatusCode.OK);
            (await TroubleAsync(service)).ShouldBeNull();
        }
        finally
        {
            await service.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_service_starts_without_a_signing_key_it_can_use_and_says_so()
    {
        var service = await StartAsync(o =>
        {
            PutInTheWay(Path.Combine(o.Keys!, LogKeyFile.Name));
            return o;
        });
        try
        {
            (await TroubleAsync(service)).ShouldBe("key_folder.unusable");
            (await SignAsync(service)).Refused(HttpStatusCode.ServiceUnavailable, "key_folder.unusable");
            (await service.Admin.PostAsync("log/keys/rotation", new() { ["reason"] = "定期轮换" }))
                .Refused(HttpStatusCode.ServiceUnavailable, "key_folder.unusable");
            Directory.GetFiles(TestServer.KeysOf(service.ConnectionString)).Select(Path.GetFileName).ShouldAllBe(f => !f!.StartsWith('.'));
        }
        finally
        {
            await service.DisposeAsync();
        }
    }

    [Fact]
    public async Task Without_a_key_folder_and_with_that_of_another_it_says_which()
    {
        var service = await StartAsync(o => o);
        try
        {
            (await TroubleAsync(service)).ShouldBeNull();
            await OtherAsync(service, null, "proof.no_key_folder");
            await OtherAsync(service, Path.Combine(TestServer.KeysOf(service.ConnectionString), "another"), "proof.key_of_another");
            await File.WriteAllTextAsync(Path.Combine(TestServer.KeysOf(service.ConnectionString), Memory), "half a check");
            (await TroubleAsync(service)).ShouldBe("proof.key_damaged");
        }
        finally
        {
            await service.DisposeAsync();
        }
    }

    [Fact]
    public void Without_a_key_to_authenticate_events_with_nothing_starts_and_a_sentence_says_why()
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        PutInTheWay(Path.Combine(folder, LogKeys.AppendKeyName));
        var failure = Should.Throw<KeyFolderException>(() => HazardsService.Build(new ServiceOptions("Host=127.0.0.1") { Keys = folder }));
        Failure.Explains(failure).ShouldBeTrue();
        failure.Message.ShouldContain("密钥目录");
        failure.Message.ShouldContain(LogKeys.AppendKeyName);
    }

    private static async Task OtherAsync(Service service, string? keys, string code)
    {
        var other = new Service { Options = o => o with { Keys = keys } };
        await other.StartAsync(service.ConnectionString);
        try
        {
            (await TroubleAsync(other)).ShouldBe(code);
            (await SignAsync(other)).Refused(HttpStatusCode.ServiceUnavailable, code);
        }
        finally
        {
            await other.StopAsync();
        }
    }

    private static async Task<Service> StartAsync(Func<ServiceOptions, ServiceOptions> change)
    {
        var service = new Service { Options = change };
        await service.InitializeAsync();
        return service;
    }

    private static Task<Answer> SignAsync(Service service, params (string, string)[] headers) =>
        service.Admin.SendAsync(HttpMethod.Post, "log/checkpoints", null, headers);

    private static async Task<string?> TroubleAsync(Service service) =>
        (await service.Admin.GetAsync("log")).Require(HttpStatusCode.OK).Json["trees"]![0]!["trouble"]?["code"]!.ToString();

    /// <summary>A folder where a file should be: neither read nor replaced, whoever tries.</summary>
    private static void PutInTheWay(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        while (!Directory.Exists(path))
            try
            {
                File.Delete(path);
                Directory.CreateDirectory(path);
            }
            catch (IOException)
            {
                // The service was faster.
            }
    }
}
