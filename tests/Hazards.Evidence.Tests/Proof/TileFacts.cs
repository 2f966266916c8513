using Hazards.Evidence.Proof;

namespace Hazards.Evidence.Tests.Proof;

public sealed class TileFacts
{
    [Theory]
    [InlineData(0, 0L, 256, "tile/0/000")]
    [InlineData(0, 273L, 112, "tile/0/273.p/112")]
    [InlineData(0, 1234067L, 256, "tile/0/x001/x234/067")]
    [InlineData(2, 0L, 1, "tile/2/000.p/1")]
    [InlineData(0, 999L, 256, "tile/0/999")]
    [InlineData(0, 1000L, 256, "tile/0/x001/000")]
    public void A_tile_has_one_path(int level, long index, int width, string path)
    {
        new Tile(level, index, width).Path.ShouldBe(path);
        Tile.TryParse(path, out var tile).ShouldBeTrue();
        tile.ShouldBe(new Tile(level, index, width));
    }

    [Theory]
    [InlineData(null), InlineData(""), InlineData("tile/0"), InlineData("tile/0/0"), InlineData("tile/0/0000"), InlineData("tile/00/000")]
    [InlineData("tile/-1/000")]
    [InlineData("tile/0/x000/001"), InlineData("tile/0/001/002"), InlineData("tile/0/000.p/0"), InlineData("tile/0/000.p/256")]
    [InlineData("tile/0/000.p/05"), InlineData("tile/8/000"), InlineData("tile/0/../000"), InlineData("tile/0/x001/x001")]
    public void Another_path_is_none(string? path) => Tile.TryParse(path, out _).ShouldBeFalse();

    [Fact]
    public void The_example_of_the_specification_has_these_tiles() =>
        // 70,000 leaves: 273 full tiles and one of 112, at the level above one full and one of 17, and one of 1 on top.
        Tile.Between(0, 70_000).Where(t => t.Index >= 272 || t.Level > 0).Select(t => t.Path)
            .ShouldBe(["tile/0/272", "tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"]);

    [Fact]
    public void A_tree_that_grew_has_only_its_right_edge_anew() =>
        Tile.Between(255, 258).Select(t => t.Path).ShouldBe(["tile/0/000", "tile/0/001.p/2", "tile/1/000.p/1"]);

    [Fact]
    public async Task Every_subtree_of_a_tree_comes_out_of_its_tile()
    {
        const int size = 1000;
        var hash = TreeHash.Sha256;
        var reader = Memory.Of(hash, Enumerable.Range(0, size).Select(BitConverter.GetBytes));
        for (var level = 0; 1 << level <= size; level++)
            for (long index = 0; (index + 1) << level <= size; index++)
            {
                var subtree = new Subtree(level, index);
                var tile = Tile.Holding(subtree, size);
                var hashes = await reader([.. Enumerable.Range(0, tile.Width)
                    .Select(i => new Subtree(tile.Level * Tile.Height, (tile.Index << Tile.Height) + i))], default);
                tile.HashOf(subtree, hashes.ToArray(), hash).ShouldBe((await reader([subtree], default))[0]);
            }
    }
}

public sealed class GrowthFacts
{
    [Theory, InlineData(1), InlineData(7), InlineData(256), InlineData(300)]
    public async Task A_tree_grown_in_steps_and_resumed_at_each_has_the_root_and_tiles_of_the_whole(int step)
    {
        const int size = 66_000;
        var hash = TreeHash.Sha256;
        var leaves = Enumerable.Range(0, size).Select(i => hash.Leaf(BitConverter.GetBytes(i))).ToArray();
        var stored = new Dictionary<(int Level, long Index), Digest[]>();
        var builder = new TileBuilder(hash);
        for (var done = 0; done < (step < 256 ? 2_000 : size);)
        {
            for (var i = 0; i < step && done < size; i++)
                builder.Add(leaves[done++]);
            foreach (var (tile, hashes) in builder.TakeChanged())
            {
                hashes.Length.ShouldBe(tile.Width);
                if (stored.TryGetValue((tile.Level, tile.Index), out var narrower))
                    hashes.Span[..narrower.Length].SequenceEqual(narrower).ShouldBeTrue("a tile only grows");
                stored[(tile.Level, tile.Index)] = hashes.ToArray();
            }
            builder = TileBuilder.Resume(
                hash, done, TileBuilder.Edge(done).Select(t => new FilledTile(t, stored[(t.Level, t.Index)].AsMemory(0, t.Width))));
        }

        ValueTask<IReadOnlyList<Digest>> Read(IReadOnlyList<Subtree> subtrees, CancellationToken stop) => ValueTask.FromResult<IReadOnlyList<Digest>>(
            [.. subtrees.Select(s => { var tile = Tile.Holding(s, builder.Size); return tile.HashOf(s, stored[(tile.Level, tile.Index)], hash); })]);
        var root = await TreeProofs.RootAsync(hash, builder.Size, Read);
        builder.Root().ShouldBe(root);
        builder.TakeChanged().ShouldBeEmpty();
        stored.Keys.Order().ShouldBe(Tile.Between(0, builder.Size).Select(t => (t.Level, t.Index)).Order());
        foreach (var index in new[] { 0, 255, 256, 1999, (int)builder.Size - 1 }.Where(i => i < builder.Size))
            Verify.Inclusion(
                hash, index, builder.Size, leaves[index], await TreeProofs.InclusionAsync(hash, index, builder.Size, Read),
                root).ShouldBeTrue();
    }

    [Fact]
    public void A_tree_is_not_resumed_from_the_wrong_tiles() =>
        Should.Throw<ArgumentException>(() => TileBuilder.Resume(TreeHash.Sha256, 300, [])).Message.ShouldContain("tile/0/001.p/44");

    [Fact]
    public void An_empty_tree_has_the_root_of_nothing() => new TileBuilder(TreeHash.Sm3).Root().ShouldBe(TreeHash.Sm3.Empty);
}
