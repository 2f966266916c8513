using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Hazards.Evidence.Proof;

namespace Hazards.Evidence.Tests.Proof;

public sealed class TreeFacts
{
    private static readonly string[] Leaves = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

    public static readonly TheoryData<int, string> Roots = new()
    {
        { 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
        { 1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d" },
        { 2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125" },
        { 3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77" },
        { 4, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7" },
        { 5, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4" },
        { 6, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef" },
        { 7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c" },
        { 8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328" },
    };

    [Theory, MemberData(nameof(Roots))]
    public async Task The_published_roots_come_out(int size, string root) =>
        (await TreeProofs.RootAsync(TreeHash.Sha256, size, Memory.Of(TreeHash.Sha256, Leaves.Select(Convert.FromHexString)))).ToHex()
            .ShouldBe(root);

    [Fact]
    public void Every_published_inclusion_proof_is_judged_as_published()
    {
        var all = Vectors("inclusion.jsonl");
        all.Count.ShouldBe(98);
        foreach (var v in all.Where(v => Holds(v, "leafHash", "root")))
            (TryProof(v, out var proof)
             && Verify.Inclusion(TreeHash.Sha256, Whole(v, "leafIdx"), Whole(v, "treeSize"), Hash(v, "leafHash"), proof, Hash(v, "root")))
                .ShouldBe(!v.GetProperty("wantErr").GetBoolean(), v.GetProperty("name").GetString());
    }

    [Fact]
    public void Every_published_consistency_proof_is_judged_as_published()
    {
        var all = Vectors("consistency.jsonl");
        all.Count.ShouldBe(98);
        foreach (var v in all.Where(v => Holds(v, "root1", "root2"))) // some hold “don't care” where a root should be
            (TryProof(v, out var proof)
             && Verify.Consistency(TreeHash.Sha256, Whole(v, "size1"), Whole(v, "size2"), proof, Hash(v, "root1"), Hash(v, "root2")))
                .ShouldBe(!v.GetProperty("wantErr").GetBoolean(), v.GetProperty("name").GetString());
    }

    [Theory, InlineData("sha256"), InlineData("sm3")]
    public async Task Every_proof_made_holds_and_no_other_leaf_or_root_passes(string name)
    {
        var hash = name == "sm3" ? TreeHash.Sm3 : TreeHash.Sha256;
        const int most = 70;
        var leaves = Enumerable.Range(0, most).Select(i => Encoding.UTF8.GetBytes($"leaf {i}")).ToArray();
        var roots = new Digest[most + 1];
        for (var size = 0; size <= most; size++)
            roots[size] = await TreeProofs.RootAsync(hash, size, Memory.Of(hash, leaves));
        for (var size = 1; size <= most; size++)
        {
            var reader = Memory.Of(hash, leaves.Take(size));
            for (var i = 0; i < size; i++)
            {
                var proof = await TreeProofs.InclusionAsync(hash, i, size, reader);
                Verify.Inclusion(hash, i, size, hash.Leaf(leaves[i]), proof, roots[size]).ShouldBeTrue();
                Verify.Inclusion(hash, i, size, hash.Leaf(leaves[(i + 1) % most]), proof, roots[size]).ShouldBeFalse();
                Verify.Inclusion(hash, (i + 1) % size, size, hash.Leaf(leaves[i]), proof, roots[size]).ShouldBe(size == 1);
                Verify.Inclusion(hash, i, size, hash.Leaf(leaves[i]), proof, roots[size - 1]).ShouldBeFalse();
            }
            for (var earlier = 1; earlier <= size; earlier++)
            {
                var proof = await TreeProofs.ConsistencyAsync(hash, earlier, size, reader);
                Verify.Consistency(hash, earlier, size, proof, roots[earlier], roots[size]).ShouldBeTrue();
                Verify.Consistency(hash, earlier, size, proof, roots[earlier - 1], roots[size]).ShouldBeFalse();
                Verify.Consistency(hash, earlier, size, proof, roots[earlier], roots[size - 1]).ShouldBeFalse();
            }
        }
    }

    [Fact]
    public async Task A_leaf_beyond_the_tree_has_no_proof()
    {
        var reader = Memory.Of(TreeHash.Sha256, Leaves.Select(Convert.FromHexString));
        await Should.ThrowAsync<ArgumentOutOfRangeException>(async () => await TreeProofs.InclusionAsync(TreeHash.Sha256, 8, 8, reader));
        await Should.ThrowAsync<ArgumentOutOfRangeException>(async () => await TreeProofs.InclusionAsync(TreeHash.Sha256, -1, 8, reader));
        await Should.ThrowAsync<ArgumentOutOfRangeException>(async () => await TreeProofs.ConsistencyAsync(TreeHash.Sha256, 9, 8, reader));
        await Should.ThrowAsync<ArgumentOutOfRangeException>(async () => await TreeProofs.ConsistencyAsync(TreeHash.Sha256, 0, 8, reader));
        Verify.Inclusion(TreeHash.Sha256, -1, 8, default, [], default).ShouldBeFalse();
        Verify.Consistency(TreeHash.Sha256, 9, 8, [], default, default).ShouldBeFalse();
    }

    [Theory]
    [InlineData("616263", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")]
    [InlineData("61626364616263646162636461626364616263646162636461626364616263646162636461626364616263646162636461626364616263646162636461626364", "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732")]
    public void Sm3_gives_the_standards_digests(string data, string digest)
    {
        var found = new byte[32];
        Sm3.HashData(Convert.FromHexString(data), found);
        Convert.ToHexStringLower(found).ShouldBe(digest);
    }

    private static List<JsonElement> Vectors(string file) =>
        [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Proof", "Vectors", file)).Select(line => JsonDocument.Parse(line).RootElement)];

    private static long Whole(JsonElement v, string name) => unchecked((long)v.GetProperty(name).GetUInt64());

    /// <summary>Whether these are digests at all: what is shorter cannot even be handed over.</summary>
    private static bool Holds(JsonElement v, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (!TryHash(v.GetProperty(name), out _))
                return false;
        return true;
    }

    private static Digest Hash(JsonElement v, string name) => TryHash(v.GetProperty(name), out var digest) ? digest : default;

    private static bool TryHash(JsonElement v, out Digest digest)
    {
        var bytes = v.ValueKind == JsonValueKind.String ? Convert.FromBase64String(v.GetString()!) : [];
        digest = bytes.Length == Digest.Size ? new Digest(bytes) : default;
        return bytes.Length == Digest.Size;
    }

    private static bool TryProof(JsonElement v, out ImmutableArray<Digest> proof)
    {
        var hashes = v.GetProperty("proof") is { ValueKind: JsonValueKind.Array } given ? given.EnumerateArray().ToArray() : [];
        proof = [.. hashes.Select(h => TryHash(h, out var digest) ? digest : default)];
        return hashes.All(h => TryHash(h, out _));
    }
}

/// <summary>A tree in memory, for tests.</summary>
internal static class Memory
{
    public static SubtreeReader Of(TreeHash hash, IEnumerable<byte[]> leaves)
    {
        var levels = new List<Digest[]> { leaves.Select(l => hash.Leaf(l)).ToArray() };
        while (levels[^1].Length > 1)
            levels.Add([.. levels[^1].Chunk(2).Where(p => p.Length == 2).Select(p => hash.Node(p[0], p[1]))]);
        return (subtrees, _) => ValueTask.FromResult<IReadOnlyList<Digest>>([.. subtrees.Select(s => levels[s.Level][s.Index])]);
    }
}
