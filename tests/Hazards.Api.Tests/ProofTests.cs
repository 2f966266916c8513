using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Hazards.Api.Proofs;
using Hazards.Evidence.Proof;
using Hazards.Projections.Store;
using Microsoft.Extensions.DependencyInjection;
using ZXing;
using ZXing.Common;
using ZXing.QrCode;
using FormatException = System.FormatException;

namespace Hazards.Api.Tests;

/// <summary>Checkpoints, proofs, tiles and witnesses, by REST.</summary>
[Trait("Server", "any")]
public sealed class ProofTests(ProofTests.WithBothTrees fixture) : IClassFixture<ProofTests.WithBothTrees>
{
    private Service Service => fixture.Service;

    [Theory, InlineData("sha256"), InlineData("sm3")]
    public async Task An_event_is_proved_by_what_the_service_answers_and_nothing_else(string name)
    {
        var hash = name == "sm3" ? TreeHash.Sm3 : TreeHash.Sha256;
        await Service.HazardAsync();
        var head = await Service.HeadAsync();
        // The newest event is covered by a checkpoint signed on the spot.
        var proof = (await Service.Elsewhere.GetAsync($"log/proofs/inclusion?position={head}&hash={name}")).Require(HttpStatusCode.OK);
        SignedNote.TryParse(proof["checkpoint"], out var note).ShouldBeTrue();
        var keys = (await Service.Elsewhere.GetAsync("log/keys")).Require(HttpStatusCode.OK);
        NoteVerifier.TryParse(
            keys.Json["items"]!.AsArray().Single(k => k!["hash"]!.ToString() == name && k["until"] is null)!["verifier"]!.ToString(),
            out var verifier).ShouldBeTrue();
        note!.VerifiedBy(verifier!).ShouldNotBeNull();
        Checkpoint.TryParse(note.Text, out var checkpoint).ShouldBeTrue();
        var e = await EventAsync(head);
        Verify.Inclusion(hash, head - 1, checkpoint!.Size, hash.Leaf(Envelope.Write(e)), Digests(proof.Json["path"]!), checkpoint.Root)
            .ShouldBeTrue();
        proof["leaf"].ShouldBe(hash.Leaf(Envelope.Write(e)).ToString());

        // By its stream only whoever may see the stream: else the answer would say that it is there.
        (await Service.Elsewhere.GetAsync($"log/proofs/inclusion?stream={e.StreamId}&version={e.Version}&hash={name}"))
            .Refused(HttpStatusCode.NotFound, "proof.no_event");
        var byVersion = (await Service.Admin.GetAsync($"log/proofs/inclusion?stream={e.StreamId}&version={e.Version}&hash={name}"))
            .Require(HttpStatusCode.OK);
        byVersion["position"].ShouldBe($"{head}");
    }

    [Fact]
    public async Task A_later_tree_is_proved_to_continue_an_earlier_one()
    {
        var earlier = (await Service.Admin.PostAsync("log/checkpoints", [])).Require(HttpStatusCode.OK);
        await Service.HazardAsync();
        var later = (await Service.Admin.PostAsync("log/checkpoints", [])).Require(HttpStatusCode.OK);
        var proof = (await Service.Elsewhere.GetAsync($"log/proofs/consistency?from={earlier["size"]}&to={later["size"]}"))
            .Require(HttpStatusCode.OK);
        proof["fromRoot"].ShouldBe(earlier["root"]);
        Verify.Consistency(
            TreeHash.Sha256, long.Parse(earlier["size"]), long.Parse(later["size"]), Digests(proof.Json["path"]!), Root(earlier["root"]),
            Root(later["root"])).ShouldBeTrue();
        (await Service.Elsewhere.GetAsync($"log/checkpoints/{earlier["size"]}")).Require(HttpStatusCode.OK)["note"]
            .ShouldBe(earlier["note"]);
    }

    [Fact]
    public async Task A_verifier_can_recount_the_root_from_the_tiles()
    {
        var signed = (await Service.Admin.PostAsync("log/checkpoints", [])).Require(HttpStatusCode.OK);
        var size = long.Parse(signed["size"]);
        var builder = new TileBuilder(TreeHash.Sha256);
        for (var first = 0L; first < size; first += Tile.FullWidth)
        {
            var tile = new Tile(0, first / Tile.FullWidth, (int)Math.Min(Tile.FullWidth, size - first));
            var (bytes, type) = await Service.Elsewhere.BytesAsync($"log/{tile.Path}");
            type.ShouldBe("application/octet-stream");
            foreach (var leaf in bytes.Chunk(Digest.Size))
                builder.Add(new Digest(leaf));
        }

        builder.Root().ToString().ShouldBe(signed["root"]);
        var (note, _) = await Service.Elsewhere.BytesAsync($"log/checkpoints/{size}/note");
        Encoding.UTF8.GetString(note).ShouldBe(signed["note"]);
    }

    [Theory]
    [InlineData("log/proofs/inclusion", HttpStatusCode.BadRequest, "proof.which_event")]
    [InlineData("log/proofs/inclusion?position=1&stream=0195f0a0-0000-7000-8000-00000000000a&version=1", HttpStatusCode.BadRequest, "proof.which_event")]
    [InlineData("log/proofs/inclusion?position=0", HttpStatusCode.BadRequest, "input.out_of_range")]
    [InlineData("log/proofs/inclusion?position=x", HttpStatusCode.BadRequest, "query.malformed")]
    [InlineData("log/proofs/inclusion?position=99999999", HttpStatusCode.UnprocessableEntity, "proof.beyond_log")]
    [InlineData("log/proofs/inclusion?position=2&size=1", HttpStatusCode.UnprocessableEntity, "proof.beyond_size")]
    [InlineData("log/proofs/inclusion?position=1&size=99999999", HttpStatusCode.UnprocessableEntity, "proof.beyond_tree")]
    [InlineData("log/proofs/inclusion?stream=0195f0a0-0000-7000-8000-00000000000a&version=1", HttpStatusCode.NotFound, "proof.no_event")]
    [InlineData("log/proofs/inclusion?position=1&hash=md5", HttpStatusCode.NotFound, "proof.no_tree")]
    [InlineData("log/proofs/consistency", HttpStatusCode.BadRequest, "input.missing")]
    [InlineData("log/proofs/consistency?from=2&to=1", HttpStatusCode.UnprocessableEntity, "proof.sizes_backwards")]
    [InlineData("log/proofs/consistency?from=1&to=99999999", HttpStatusCode.UnprocessableEntity, "proof.beyond_tree")]
    [InlineData("log/checkpoints/99999999", HttpStatusCode.NotFound, "proof.no_checkpoint")]
    [InlineData("log/checkpoints/0", HttpStatusCode.BadRequest, "proof.size")]
    [InlineData("log/checkpoints/newest", HttpStatusCode.BadRequest, "proof.size")]
    [InlineData("log/tile/0/999", HttpStatusCode.NotFound, "proof.no_tile")]
    [InlineData("log/tile/0/000", HttpStatusCode.NotFound, "proof.no_tile")]
    [InlineData("log/tile/../../secrets", HttpStatusCode.NotFound, "route.unknown")]
    [InlineData("log/tile/0/00.p/1", HttpStatusCode.NotFound, "proof.no_tile")]
    public async Task What_cannot_be_proved_is_refused_with_its_reason(string path, HttpStatusCode status, string code)
    {
        await Service.Admin.PostAsync("log/checkpoints", []);
        (await Service.Elsewhere.GetAsync(path)).Refused(status, code);
    }

    [Fact]
    public async Task Nothing_is_told_without_a_key_and_checkpoints_to_everybody_with_one()
    {
        (await Service.ClientOf(null).GetAsync("log/checkpoint")).Refused(HttpStatusCode.Unauthorized, "key.missing");
        await Service.Admin.PostAsync("log/checkpoints", []);
        (await Service.Elsewhere.GetAsync("log/checkpoint")).Require(HttpStatusCode.OK).Text.ShouldStartWith("hazards/");
        var log = (await Service.Elsewhere.GetAsync("log")).Require(HttpStatusCode.OK);
        log.Json["trees"]!.AsArray().Select(t => t!["trouble"]).ShouldAllBe(t => t == null);
        (await Service.Elsewhere.GetAsync("log/checkpoints?limit=1")).Require(HttpStatusCode.OK).Json["items"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_checkpoint_can_be_printed_stamped_and_kept()
    {
        var signed = (await Service.Admin.PostAsync("log/checkpoints", [])).Require(HttpStatusCode.OK);
        var (bytes, type) = await Service.Elsewhere.BytesAsync($"log/checkpoints/{signed["size"]}/sheet");
        type.ShouldBe("text/html");
        var page = WebUtility.HtmlDecode(Encoding.UTF8.GetString(bytes));
        page.ShouldContain("检查点存证单");
        page.ShouldContain(signed["note"]);
        page.ShouldContain($"<span>{signed["rootHex"][..4]}</span>");
        page.ShouldContain("有效 valid");
        Scanned(page).ShouldBe(signed["note"]);
        if (Environment.GetEnvironmentVariable("HAZARDS_KEEP_SHEET") is { Length: > 0 } file)
            await File.WriteAllBytesAsync(file, bytes);
    }

    /// <summary>More signatures than a symbol holds: what they sign is still scanned, and the verifier takes it.</summary>
    [Fact]
    public async Task The_symbol_of_a_checkpoint_with_many_signatures_is_what_they_sign()
    {
        var signed = (await Service.Admin.PostAsync("log/checkpoints", [])).Require(HttpStatusCode.OK);
        SignedNote.TryParse(signed["note"], out var note).ShouldBeTrue();
        for (var i = 0; i < 12; i++)
            note = note!.SignedBy(NoteSigner.Create($"witness-{i}.example/审计局", NoteSignatureType.Cosignature), DateTimeOffset.UtcNow);
        var view = new CheckpointView(
            "sha256", signed["origin"], 1, signed["root"], signed["rootHex"], DateTimeOffset.UtcNow, [], note!.ToString(),
            new Dictionary<string, string> { ["note"] = "/" });
        Scanned(CheckpointSheet.Write(view, note!.ToString())).ShouldBe(note.Text);
    }

    // The squares of the picture, each a few points wide, as a camera sees them.
    private static string Scanned(string page)
    {
        const int scale = 4;
        var svg = page[page.IndexOf("<svg", StringComparison.Ordinal)..(page.IndexOf("</svg>", StringComparison.Ordinal) + 6)];
        var drawn = XDocument.Parse(svg).Root!;
        var side = int.Parse(drawn.Attribute("viewBox")!.Value.Split(' ')[2], CultureInfo.InvariantCulture) * scale;
        var points = Enumerable.Repeat((byte)255, side * side).ToArray();
        foreach (Match run in Regex.Matches(drawn.Elements().Single(e => (string?)e.Attribute("fill") == "#000").Attribute("d")!.Value, "M(\\d+) (\\d+)h(\\d+)v1"))
        {
            var (x, y, width) = (Of(run.Groups[1]), Of(run.Groups[2]), Of(run.Groups[3]));
            for (var line = y; line < y + scale; line++)
                Array.Fill(points, (byte)0, (line * side) + x, width);
        }

        static int Of(Group group) => int.Parse(group.Value, CultureInfo.InvariantCulture) * scale;
        var seen = new BinaryBitmap(new HybridBinarizer(new RGBLuminanceSource(points, side, side, RGBLuminanceSource.BitmapFormat.Gray8)));
        // One symbol in some hundred has squares that this reader takes for a corner; told that there is nothing else to see, it reads it.
        return (Read(DecodeHintType.TRY_HARDER) ?? Read(DecodeHintType.PURE_BARCODE)).ShouldNotBeNull("nothing was read").Text;

        Result? Read(DecodeHintType how) => new QRCodeReader().decode(
            seen, new Dictionary<DecodeHintType, object> { [DecodeHintType.CHARACTER_SET] = "UTF-8", [how] = true });
    }

    [Fact]
    public async Task Only_an_administrator_of_the_whole_keeps_keys_and_witnesses()
    {
        (await Service.Office.PostAsync("log/keys/rotation", new JsonObject { ["reason"] = "试" }))
            .Refused(HttpStatusCode.Forbidden, "proof.forbidden");
        (await Service.Office.PostAsync("log/witnesses", Witness(NoteSigner.Create("w", NoteSignatureType.Cosignature))))
            .Refused(HttpStatusCode.Forbidden, "proof.forbidden");
        (await Service.Admin.PostAsync("log/keys/rotation", new JsonObject { ["reason"] = " " })).Status.ShouldBe(
            HttpStatusCode.BadRequest);
        var rotated = (await Service.Admin.PostAsync("log/keys/rotation", new JsonObject { ["reason"] = "定期轮换" }))
            .Require(HttpStatusCode.OK);
        rotated.Json["items"]!.AsArray().Count(k => k!["until"] is null).ShouldBe(2);
    }

    [Fact]
    public async Task A_registered_witness_brings_its_cosignature_once_and_a_wrong_one_is_refused()
    {
        var witness = NoteSigner.Create("witness.example/审计局", NoteSignatureType.Cosignature);
        var signed = (await Service.Admin.PostAsync("log/checkpoints", [])).Require(HttpStatusCode.OK);
        SignedNote.TryParse(signed["note"], out var note).ShouldBeTrue();
        var line = note!.SignedBy(witness, DateTimeOffset.UtcNow).VerifiedBy(witness.Verifier)!.Line();
        var path = $"log/checkpoints/{signed["size"]}/cosignatures";
        (await CosignAsync(path, line)).Refused(HttpStatusCode.UnprocessableEntity, "proof.witness_unknown");

        (await Service.Admin.PostAsync("log/witnesses", Witness(witness, url: "ftp://x")))
            .Refused(HttpStatusCode.UnprocessableEntity, "proof.url");
        (await Service.Admin.PostAsync("log/witnesses", Witness(NoteSigner.Create("plain"))))
            .Refused(HttpStatusCode.UnprocessableEntity, "proof.verifier");
        (await Service.Admin.PostAsync("log/witnesses", Witness(witness))).Require(HttpStatusCode.Created);
        (await Service.Admin.PostAsync("log/witnesses", Witness(witness))).Refused(HttpStatusCode.Conflict, "proof.witness_known");

        (await CosignAsync(path, "")).Refused(HttpStatusCode.BadRequest, "proof.cosignature_form");
        (await CosignAsync(path, "一份文件\n")).Refused(HttpStatusCode.BadRequest, "proof.cosignature_form");
        var other = new SignedNote("hazards/other\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", [])
            .SignedBy(witness, DateTimeOffset.UtcNow).Signatures[0].Line();
        (await CosignAsync(path, other)).Refused(HttpStatusCode.UnprocessableEntity, "proof.cosignature_wrong");

        var cosigned = (await CosignAsync(path, line)).Require(HttpStatusCode.OK);
        (await CosignAsync(path, line)).Require(HttpStatusCode.OK)["note"].ShouldBe(cosigned["note"]);
        cosigned["note"].ShouldBe(signed["note"] + line);
        cosigned.Json["signatures"]!.AsArray().Single(s => s!["by"]!.ToString() == "witness")!["holds"]!.GetValue<bool>().ShouldBeTrue();

        (await Service.Admin.PostAsync(
            "log/witnesses/retirement",
            new JsonObject { ["verifier"] = witness.Verifier.ToString(), ["reason"] = "机构改革" })).Require(HttpStatusCode.OK);
        await Service.HazardAsync();
        var next = (await Service.Admin.PostAsync("log/checkpoints", [])).Require(HttpStatusCode.OK);
        SignedNote.TryParse(next["note"], out var nextNote).ShouldBeTrue();
        (await CosignAsync(
            $"log/checkpoints/{next["size"]}/cosignatures",
            nextNote!.SignedBy(witness, DateTimeOffset.UtcNow).VerifiedBy(witness.Verifier)!.Line())).Refused(
                HttpStatusCode.UnprocessableEntity, "proof.witness_unknown");
    }

    [Fact]
    public async Task One_government_witnesses_anothers_log()
    {
        var witness = new Service();
        await witness.InitializeAsync();
        try
        {
            var own = (await witness.Admin.GetAsync("witness")).Require(HttpStatusCode.OK)["verifier"];
            (await Service.Admin.PostAsync(
                "log/witnesses",
                new JsonObject
                {
                    ["verifier"] = own, ["witness"] = "邻州", ["url"] = $"{witness.Address}/api/v1/witness",
                })).Require(HttpStatusCode.Created);
            NoteVerifier.TryParse(own, out var verifier).ShouldBeTrue();
            var deliveries = Service.Services.GetRequiredService<Deliveries>();
            (await Service.Admin.PostAsync("log/checkpoints", [])).Require(HttpStatusCode.OK);

            // Not known there yet: tried again later, and said so.
            (await deliveries.PassAsync()).ShouldBe(0);
            (await deliveries.StateAsync(verifier!)).Trouble.ShouldBe(
                "404：见证方未联署 · the witness did not cosign", "what it answered is nobody's business");
            (await deliveries.StateAsync(verifier!)).NextAt.ShouldNotBeNull();

            var origin = (await Service.Admin.GetAsync("log")).Json["trees"]![0]!["origin"]!.ToString();
            foreach (var key in (await Service.Admin.GetAsync("log/keys")).Json["items"]!.AsArray().Where(
                k => k!["hash"]!.ToString() == "sha256"))
                (await witness.Admin.PostAsync(
                    "witness/logs",
                    new JsonObject { ["verifier"] = key!["verifier"]!.ToString(), ["log"] = "本州" })).Require(HttpStatusCode.Created);
            await ForgetPauseAsync();
            (await deliveries.PassAsync()).ShouldBe(1);
            (await deliveries.PassAsync()).ShouldBe(0);
            await Service.HazardAsync();
            var second = (await Service.Admin.PostAsync("log/checkpoints", [])).Require(HttpStatusCode.OK);
            (await deliveries.PassAsync()).ShouldBe(1);
            var shown = (await Service.Admin.GetAsync($"log/checkpoints/{second["size"]}")).Require(HttpStatusCode.OK);
            SignedNote.TryParse(shown["note"], out var note).ShouldBeTrue();
            note!.VerifiedBy(verifier!)!.CosignedAt.ShouldNotBeNull();
            (await witness.ClientOf(null).GetAsync($"witness/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(origin)))}/checkpoint")).Require(HttpStatusCode.OK).Text.ShouldContain(origin);

            // A database that lost what it sent finds out what the witness knows.
            await ForgetPauseAsync("delete from log.deliveries");
            await Service.HazardAsync();
            (await Service.Admin.PostAsync("log/checkpoints", [])).Require(HttpStatusCode.OK);
            (await deliveries.PassAsync()).ShouldBe(1);
        }
        finally
        {
            await witness.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_witness_cosigns_only_what_continues_what_it_knows()
    {
        var log = NoteSigner.Create($"hazards/{Guid.NewGuid():n}");
        (await Service.Admin.PostAsync("witness/logs", new JsonObject { ["verifier"] = log.Verifier.ToString(), ["log"] = "邻州" }))
            .Require(HttpStatusCode.Created);
        var tree = Enumerable.Range(0, 20).Select(i => TreeHash.Sha256.Leaf([(byte)i])).ToArray();
        var forked = tree.Select((leaf, i) => i == 3 ? TreeHash.Sha256.Leaf([77]) : leaf).ToArray();

        (await SubmitAsync("old 0\n\nnobody\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— nobody AAAAAAAA\n")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await SubmitAsync("one two three")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await SubmitAsync(await RequestAsync(NoteSigner.Create(log.Verifier.Name), tree, 0, 5))).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await SubmitAsync((await RequestAsync(log, tree, 0, 5))
            .Replace("\n5\n", "\n6\n", StringComparison.Ordinal))).Status.ShouldBe(HttpStatusCode.Forbidden);

        var first = await SubmitAsync(await RequestAsync(log, tree, 0, 5));
        first.Status.ShouldBe(HttpStatusCode.OK, first.Text);
        first.Text.ShouldStartWith("— hazards/");
        first.Text.ShouldEndWith("\n");

        var behind = await SubmitAsync(await RequestAsync(log, tree, 0, 9));
        behind.Status.ShouldBe(HttpStatusCode.Conflict);
        behind.Text.ShouldBe("5\n");
        behind.ContentHeaders.ContentType!.MediaType.ShouldBe("text/x.tlog.size");
        (await SubmitAsync(await RequestAsync(log, forked, 5, 9))).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await SubmitAsync(await RequestAsync(log, forked, 5, 5))).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await SubmitAsync((await RequestAsync(log, tree, 5, 4)))).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await SubmitAsync(await RequestAsync(log, tree, 5, 5))).Status.ShouldBe(HttpStatusCode.OK);

        // Two at once on the same old size: one is next, the other is told so.
        var both = await Task.WhenAll(SubmitAsync(await RequestAsync(log, tree, 5, 12)), SubmitAsync(await RequestAsync(log, tree, 5, 20)));
        both.Select(a => a.Status).Order().ShouldBe([HttpStatusCode.OK, HttpStatusCode.Conflict]);

        (await Service.Admin.PostAsync(
            "witness/logs/removal",
            new JsonObject { ["verifier"] = log.Verifier.ToString(), ["reason"] = "不再受托" })).Require(HttpStatusCode.OK);
        (await SubmitAsync(await RequestAsync(log, tree, 5, 5))).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    private async Task ForgetPauseAsync(string sql = "update log.deliveries set next_at = null")
    {
        await using var command = Service.Owner.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<RecordedEvent> EventAsync(long position)
    {
        await foreach (var e in Service.Services.GetRequiredService<IEventLog>().ReadAllAsync(position - 1, position))
            return e;
        throw new InvalidOperationException();
    }

    private static async Task<string> RequestAsync(NoteSigner log, Digest[] leaves, int old, int size)
    {
        SubtreeReader reader = (subtrees, _) =>
            ValueTask.FromResult<IReadOnlyList<Digest>>([.. subtrees.Select(s => Complete(leaves.AsSpan((int)s.Start, 1 << s.Level)))]);
        var root = await TreeProofs.RootAsync(TreeHash.Sha256, size, reader);
        IReadOnlyList<Digest> proof = old is 0 || old >= size ? [] : await TreeProofs.ConsistencyAsync(TreeHash.Sha256, old, size, reader);
        return Witnessing.Submission.Write(
            old, proof, new Checkpoint(log.Verifier.Name, size, root).ToNote().SignedBy(log, DateTimeOffset.UtcNow));
    }

    private static Digest Complete(ReadOnlySpan<Digest> leaves) =>
        leaves.Length == 1
            ? leaves[0]
            : TreeHash.Sha256.Node(Complete(leaves[..(leaves.Length / 2)]), Complete(leaves[(leaves.Length / 2)..]));

    private Task<Answer> SubmitAsync(string body) =>
        Service.ClientOf(null).SendAsync(HttpMethod.Post, "witness/add-checkpoint", new StringContent(body, Encoding.UTF8, "text/plain"));

    private Task<Answer> CosignAsync(string path, string lines) =>
        Service.Elsewhere.SendAsync(HttpMethod.Post, path, new StringContent(lines, Encoding.UTF8, "text/plain"));

    private static JsonObject Witness(NoteSigner signer, string? url = null) =>
        new() { ["verifier"] = signer.Verifier.ToString(), ["witness"] = "州审计局", ["url"] = url };

    private static Digest[] Digests(JsonNode array) => [.. array.AsArray().Select(d => Root(d!.ToString()))];

    private static Digest Root(string base64) => Digest.TryParse(base64, out var digest) ? digest : throw new FormatException(base64);

    /// <summary>A service that grows both trees and sends nothing out by itself.</summary>
    public sealed class WithBothTrees : IAsyncLifetime
    {
        public Service Service { get; } = new()
        {
            Options = o =>
                // A job's first turn comes whenever a node has been named for it, between any two lines of a test.
                o with { Trees = [TreeHash.Sha256, TreeHash.Sm3], Jobs = false, Webhooks = new() { Private = true } },
        };

        public Task InitializeAsync() => Service.InitializeAsync();

        public Task DisposeAsync() => Service.DisposeAsync();
    }
}
