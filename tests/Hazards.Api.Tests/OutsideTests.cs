using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Hazards.Api.Proofs;
using Hazards.Evidence.Proof;
using Microsoft.Extensions.DependencyInjection;

namespace Hazards.Api.Tests;

/// <summary>A node says when nobody outside holds what it signed, and goes on serving.</summary>
[Trait("Server", "any")]
public sealed class OutsideTests(Service service) : IClassFixture<Service>
{
    [Fact]
    public async Task A_node_says_that_no_holder_is_named_and_later_that_none_has_a_new_checkpoint()
    {
        var outside = service.Services.GetRequiredService<OutsideHolders>();
        var ready = (await service.Admin.GetAsync("/health/ready")).Require(HttpStatusCode.OK);
        ready["outside"].ShouldBe(OutsideHolders.NoneNamed);

        var witness = NoteSigner.Create("witness.example/市审计局", NoteSignatureType.Cosignature);
        (await service.Admin.PostAsync(
            "log/witnesses",
            new JsonObject { ["verifier"] = witness.Verifier.ToString(), ["witness"] = "市审计局" })).Require(HttpStatusCode.Created);
        var signed = (await service.Admin.PostAsync("log/checkpoints", [])).Require(HttpStatusCode.OK);
        var (now, later) = (DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(2));
        (await outside.FindAsync(now, default)).ShouldBeNull();
        (await outside.FindAsync(later, default)).ShouldBe(OutsideHolders.TooOld);

        SignedNote.TryParse(Encoding.UTF8.GetBytes(signed["note"]), out var note).ShouldBeTrue();
        var line = note!.SignedBy(witness, now).VerifiedBy(witness.Verifier)!.Line();
        (await service.Admin.SendAsync(
            HttpMethod.Post, $"log/checkpoints/{signed["size"]}/cosignatures",
            new StringContent(line, Encoding.UTF8, "text/plain"))).Require(HttpStatusCode.OK);
        (await outside.FindAsync(later, default)).ShouldBeNull();
    }
}
