using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Hazards.Api.Investigation.Packages;
using Hazards.Api.Proofs;
using Hazards.Api.Proofs.Auditing;
using Hazards.Domain.Codes;
using Hazards.Evidence;
using Hazards.Evidence.Proof;
using Microsoft.Extensions.DependencyInjection;

namespace Hazards.Api.Tests;

/// <summary>A deployment whose tree hashes by SM3 and that signs by SM2 as well.</summary>
public sealed class Sm2Tests : IAsyncLifetime
{
    private readonly Service service = new()
    {
        Options = o => o with { Trees = [TreeHash.Sm3], Signatures = [NoteSignatureType.Ed25519, NoteSignatureType.Sm2] },
    };

    public Task InitializeAsync() => service.InitializeAsync();

    public Task DisposeAsync() => service.DisposeAsync();

    [Fact]
    public async Task A_package_is_believed_by_who_has_the_SM2_key_only_before_and_after_a_rotation_and_a_forgery_is_not()
    {
        var first = await KeyAsync(NoteSignatureType.Sm2);
        var package = await PackageAsync();
        var verification = Checked(package, first);
        verification.Holds.ShouldBeTrue(Words(verification));
        verification.Checks.Single(c => c.Name == "signature").English.ShouldContain("(SM2)");
        verification.Checks.Single(c => c.Name == "contents").English.ShouldContain("SM3");
        Checked(package, await KeyAsync(NoteSignatureType.Ed25519)).Holds.ShouldBeTrue();

        // A byte of an event; a package signed by another SM2 key in the log's name.
        var at = package.AsSpan().IndexOf("\"type\":\"hazard_reported\""u8);
        var altered = package.ToArray();
        altered[at + 10] ^= 1;
        Checked(altered, first).Fits.ShouldBeFalse();
        Checked(package, NoteSigner.Create(first.Name, NoteSignatureType.Sm2).Verifier).Checks.ShouldContain(c => c.Code == "key.other");

        (await service.Admin.PostAsync("log/keys/rotation", new JsonObject { ["reason"] = "定期更换" })).Require(HttpStatusCode.OK);
        var next = await KeyAsync(NoteSignatureType.Sm2);
        next.ShouldNotBe(first);
        var later = await PackageAsync();
        Checked(later, first).Holds.ShouldBeTrue("the key before vouched for it");
        Checked(later, next).Holds.ShouldBeTrue();
        Checked(package, next).Holds.ShouldBeFalse("none vouches for the one before");
    }

    [Fact]
    public async Task Checkpoints_bear_both_signatures_and_the_audit_understands_them()
    {
        await service.HazardAsync();
        var signed = (await service.Admin.PostAsync("log/checkpoints", [])).Require(HttpStatusCode.OK);
        signed["hash"].ShouldBe("sm3");
        signed.Json["signatures"]!.AsArray().Select(s => (s!["algorithm"]?.ToString(), s["by"]!.ToString(), s["holds"]!.GetValue<bool>()))
            .ShouldBe([(null, "log", true), ("SM2", "log", true)]);
        SignedNote.TryParse(Encoding.UTF8.GetBytes(signed["note"]), out var note).ShouldBeTrue();
        note!.VerifiedBy(await KeyAsync(NoteSignatureType.Sm2)).ShouldNotBeNull();
        var proof = (await service.Admin.GetAsync($"log/proofs/inclusion?position={signed["size"]}")).Require(HttpStatusCode.OK);
        proof["hash"].ShouldBe("sm3");

        var desk = service.Services.GetRequiredService<AuditDesk>();
        var findings = (await desk.RunAsync(AuditOrder.Full, null, null, default)).Findings;
        findings.ShouldBeEmpty(string.Join("\n", findings.Select(f => f.English)));
        // A checkpoint that another signed in the name of the SM2 key.
        var size = signed["size"];
        var line = new SignedNote("something else\n", [])
            .SignedBy(NoteSigner.Create((await KeyAsync(NoteSignatureType.Sm2)).Name, NoteSignatureType.Sm2),
                DateTimeOffset.UtcNow).Signatures[0];
        var forged = note.With(line with { KeyId = (await KeyAsync(NoteSignatureType.Sm2)).Id });
        await using (var connection = await service.Owner.OpenConnectionAsync())
        {
            foreach (var sql in new[] { "alter table log.checkpoints disable trigger refuse_update", $"update log.checkpoints set note = '{forged}' where size = {size}", "alter table log.checkpoints enable always trigger refuse_update" })
            {
                await using var command = new Npgsql.NpgsqlCommand(sql, connection);
                await command.ExecuteNonQueryAsync();
            }
        }

        (await desk.RunAsync(AuditOrder.Full, null, null, default)).Findings.ShouldContain(f => f.Code == "checkpoint_signature_wrong");
    }

    [Fact]
    public async Task A_lost_SM2_key_signs_nothing_until_it_is_put_back()
    {
        var path = Path.Combine(TestServer.KeysOf(service.ConnectionString), LogKeyFile.Sm2Name);
        var kept = await File.ReadAllTextAsync(path);
        File.Delete(path);
        await service.HazardAsync();
        var desk = service.Services.GetRequiredService<CheckpointDesk>();
        var refusal = (await desk.SignNowAsync(TreeHash.Sm3)).Refusal.ShouldNotBeNull();
        (refusal.Code, refusal.Facts["file"]).ShouldBe(("proof.key_of_another", LogKeyFile.Sm2Name));
        File.Exists(path).ShouldBeFalse("no other key is made");
        await File.WriteAllTextAsync(path, kept);
        (await desk.SignNowAsync(TreeHash.Sm3)).Refusal.ShouldBeNull();
    }

    private async Task<NoteVerifier> KeyAsync(NoteSignatureType type) =>
        (await service.Services.GetRequiredService<LogKeys>().RegisterAsync()).ActiveKeys("sm3").Select(k => k.Verifier)
            .Single(v => v.Type == type);

    private async Task<byte[]> PackageAsync()
    {
        var hazard = await service.HazardAsync(Stage.Assigned);
        var asked = (await service.Office.PostAsync(
            "evidence",
            new JsonObject { ["reason"] = "调查", ["actor"] = "赵某", ["hazards"] = new JsonArray(hazard) })).Require(HttpStatusCode.Accepted);
        var shelf = service.Services.GetRequiredService<PackageShelf>();
        while ((await shelf.FindAsync(Guid.Parse(asked["id"]), default))?.EndedAt is null)
            await Task.Delay(50);
        return (await service.Office.BytesAsync($"evidence/{asked["id"]}/package")).Bytes;
    }

    private static Verification Checked(byte[] package, NoteVerifier key)
    {
        var path = Path.Combine(Path.GetTempPath(), $"hazards-{Guid.NewGuid():n}.zip");
        try
        {
            File.WriteAllBytes(path, package);
            return PackageVerifier.Verify(path, new VerifyOptions { Keys = [key] });
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string Words(Verification verification) =>
        string.Join("\n", verification.Checks.Select(c => $"{c.Outcome} {c.Name} {c.Code} {c.English}"));
}
