using System.Net;
using Hazards.Api.Administration.Registry;
using Hazards.Api.Http.Access;
using Hazards.Domain;
using Microsoft.Extensions.DependencyInjection;

namespace Hazards.Api.Tests;

/// <summary>The key that is kept in a file.</summary>
public sealed class DatabaseTests(Service service) : IClassFixture<Service>
{
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

    /// <summary>A key of all roles that nobody has must not be in use.</summary>
    [Fact]
    public async Task A_first_key_that_cannot_be_kept_is_not_issued()
    {
        var folder = Directory.CreateTempSubdirectory();
        var file = Path.Combine(folder.FullName, "dev-key");
        // Something is in its place that no file can take.
        Directory.CreateDirectory(file);
        var head = await service.HeadAsync();
        var first = ActivatorUtilities.CreateInstance<FirstKey>(service.Services);
        var failure = await Should.ThrowAsync<IOException>(
            () => first.EnsureAsync(file, BodyId.Parse("kept-office"), "安委办", "dev", default));
        failure.Message.ShouldContain(file);
        failure.Message.ShouldContain("没有签发密钥");
        failure.Message.ShouldContain("no key was issued");
        (await service.HeadAsync()).ShouldBe(head, "neither a key nor a body");
        Directory.GetFileSystemEntries(folder.FullName).ShouldBe([file], "no draft with a secret in it");

        Directory.Delete(file);
        var key = await first.EnsureAsync(file, BodyId.Parse("kept-office"), "安委办", "dev", default);
        (await service.ClientOf(key).GetAsync("me")).Require(HttpStatusCode.OK);
    }

    /// <summary>Killed between the file and the log: the file holds what opens nothing, and the next start makes another.</summary>
    [Fact]
    public async Task A_key_that_was_kept_and_never_issued_is_made_anew()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory().FullName, "dev-key");
        PrivateFile.Replace(file, KeyStore.NewSecret() + "\n");
        var draft = Path.Combine(Path.GetDirectoryName(file)!, ".dev-key.0123");
        await File.WriteAllTextAsync(draft, "half");
        File.SetLastWriteTimeUtc(draft, DateTime.UtcNow.AddDays(-1));
        var key = await ActivatorUtilities.CreateInstance<FirstKey>(service.Services)
            .EnsureAsync(file, BodyId.Parse("dev-office"), "安委办（开发）", "dev", default);
        (await File.ReadAllTextAsync(file)).Trim().ShouldBe(key);
        (await service.ClientOf(key).GetAsync("me")).Require(HttpStatusCode.OK);
        File.Exists(draft).ShouldBeFalse("what an older start left");
    }
}
