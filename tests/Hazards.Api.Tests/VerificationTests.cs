using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Hazards.Api.Tests;

/// <summary>核验: packages checked by the service, by the verifier that also stands alone; audits on demand.</summary>
[Trait("Server", "any")]
public sealed class VerificationTests(Service service) : IClassFixture<Service>
{
    [Fact]
    public async Task A_package_made_here_holds_and_an_altered_one_is_refused_with_the_reason()
    {
        var id = await MadeAsync();
        var made = (await service.Office.PostAsync($"evidence/{id}/verification", [])).Require(HttpStatusCode.OK);
        made.Json["holds"]!.GetValue<bool>().ShouldBeTrue(made.Text);
        made.Json["own"]!.GetValue<bool>().ShouldBeTrue();
        made.Json["checks"]!.AsArray().Select(c => c!["name"]!.ToString()).ShouldContain("proofs");
        made.Json["contents"]!["hazards"]!.GetValue<int>().ShouldBe(1);

        var (bytes, _) = await service.Office.BytesAsync($"evidence/{id}/package");
        var sent = (await SendAsync(bytes)).Require(HttpStatusCode.OK);
        sent.Json["checks"]!.ToJsonString().ShouldBe(made.Json["checks"]!.ToJsonString());
        sent["digest"].ShouldBe(made["digest"]);

        bytes[bytes.Length / 3] ^= 1;
        var altered = (await SendAsync(bytes)).Require(HttpStatusCode.OK);
        altered.Json["holds"]!.GetValue<bool>().ShouldBeFalse();
        altered.Json["checks"]!.AsArray().ShouldContain(c => c!["outcome"]!.ToString() == "fails" && c["code"] != null);
        var none = (await SendAsync("no package at all"u8.ToArray())).Require(HttpStatusCode.OK);
        none.Json["checks"]![0]!["code"]!.ToString().ShouldBe("package.not_zip");
        Directory.EnumerateFiles(Path.GetTempPath(), "hazards-verify-*").ShouldBeEmpty();
    }

    [Fact]
    public async Task With_a_key_of_another_log_it_is_refused_and_with_ones_own_it_holds()
    {
        var id = await MadeAsync();
        var (bytes, _) = await service.Office.BytesAsync($"evidence/{id}/package");
        var own = (await service.Office.GetAsync("log/keys")).Json["items"]![0]!["verifier"]!.ToString();
        (await SendAsync(bytes, own)).Json["holds"]!.GetValue<bool>().ShouldBeTrue();
        var other = Hazards.Evidence.Proof.NoteSigner.Create("other/log").Verifier.ToString();
        var foreign = await SendAsync(bytes, other);
        foreign.Json["holds"]!.GetValue<bool>().ShouldBeFalse();
        foreign.Json["own"]!.GetValue<bool>().ShouldBeFalse();
        (await SendAsync(bytes, "no key")).Refused(HttpStatusCode.UnprocessableEntity, "proof.verifier");
    }

    [Fact]
    public async Task Nobody_has_a_package_checked_that_he_may_not_know_of()
    {
        var id = await MadeAsync();
        (await service.Gov.PostAsync($"evidence/{id}/verification", [])).Refused(HttpStatusCode.Forbidden, "evidence.role");
        (await service.Office.PostAsync($"evidence/{Guid.NewGuid():D}/verification", []))
            .Refused(HttpStatusCode.NotFound, "evidence.not_found");
    }

    [Fact]
    public async Task An_audit_that_is_asked_for_joins_the_list()
    {
        (await service.Gov.PostAsync("log/audits", [])).Refused(HttpStatusCode.Forbidden, "audit.forbidden");
        var before = (await service.Admin.GetAsync("log/audits")).Json["items"]!.AsArray().Count;
        (await service.Admin.PostAsync("log/audits", [])).Require(HttpStatusCode.Accepted)["since"].ShouldNotBeNullOrEmpty();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await service.Admin.GetAsync("log/audits")).Json["items"]!.AsArray().Count == before)
            await Task.Delay(100, patience.Token);
        (await service.Admin.GetAsync("log/audits")).Json["items"]![0]!["audit"]!["holds"]!.GetValue<bool>().ShouldBeTrue();
    }

    private async Task<string> MadeAsync()
    {
        var hazard = await service.HazardAsync();
        var id = (await service.Office.PostAsync("evidence", new JsonObject { ["reason"] = "核验", ["hazards"] = new JsonArray(hazard) }))
            .Require(HttpStatusCode.Accepted)["id"];
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        while ((await service.Office.GetAsync($"evidence/{id}"))
            .Require(HttpStatusCode.OK).Json["state"]!["code"]!.ToString() is not "ready")
            await Task.Delay(100, patience.Token);
        return id;
    }

    private Task<Answer> SendAsync(byte[] bytes, params string[] keys) => service.Office.SendAsync(
        HttpMethod.Post, $"evidence/verification?{string.Join('&', keys.Select(k => $"key={Uri.EscapeDataString(k)}"))}",
        new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("application/zip") } });
}
