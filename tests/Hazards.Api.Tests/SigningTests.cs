using Hazards.Api.Proofs;
using Hazards.Domain;
using Hazards.Evidence.Proof;
using Hazards.Projections.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazards.Api.Tests;

/// <summary>The log's key, its checkpoints, and what is never signed.</summary>
[Trait("Server", "any")]
public sealed class SigningTests : IAsyncLifetime
{
    private readonly List<WebApplication> nodes = [];
    private string database = "";
    private string service = "";

    public async Task InitializeAsync()
    {
        database = await TestServer.CreateDatabaseAsync();
        service = await TestServer.PrepareAsync(database);
    }

    public async Task DisposeAsync()
    {
        foreach (var node in nodes)
            await node.DisposeAsync();
        await TestServer.DropDatabaseAsync(database);
    }

    [Fact]
    public async Task The_first_start_makes_a_key_and_introduces_it_in_the_log()
    {
        var node = await StartAsync();
        var desk = Desk(node);
        var signing = await desk.SignNowAsync(TreeHash.Sha256);
        signing.Refusal.ShouldBeNull();
        var checkpoint = signing.Checkpoint!;
        var key = (await desk.KeysAsync()).ShouldHaveSingleItem();
        key.IntroducedAt.ShouldBe(1);
        key.Origin.ShouldStartWith("hazards/");
        checkpoint.Note.VerifiedBy(key.Verifier).ShouldNotBeNull();
        Checkpoint.TryParse(checkpoint.Note.Text, out var said).ShouldBeTrue();
        said.ShouldBe(new Checkpoint(key.Origin, checkpoint.Size, checkpoint.Root));
        checkpoint.Size.ShouldBe((await Log(node).HeadAsync()).Position);
        (await desk.SignNowAsync(TreeHash.Sha256)).Checkpoint!.Note.ToString().ShouldBe(checkpoint.Note.ToString());
    }

    [Fact]
    public async Task Two_nodes_that_start_at_once_on_an_empty_database_share_one_key()
    {
        var both = await Task.WhenAll(StartAsync(), StartAsync());
        var keys = await Task.WhenAll(both.Select(n => Desk(n).KeysAsync()));
        keys[0].ShouldHaveSingleItem().Verifier.ShouldBe(keys[1].ShouldHaveSingleItem().Verifier);
        var signed = await Task.WhenAll(both.Select(n => Desk(n).SignNowAsync(TreeHash.Sha256)));
        signed[0].Checkpoint!.Note.ToString().ShouldBe(signed[1].Checkpoint!.Note.ToString());
    }

    [Fact]
    public async Task A_checkpoint_is_signed_by_itself_after_something_was_recorded()
    {
        var node = await StartAsync(o => o with { CheckpointEvery = TimeSpan.FromMilliseconds(50), GrowEvery = TimeSpan.Zero });
        await CommentAsync(node);
        var head = (await Log(node).HeadAsync()).Position;
        while (await Desk(node).LatestAsync(TreeHash.Sha256) is not { } latest || latest.Size < head)
            await Task.Yield();
    }

    [Fact]
    public async Task The_key_folder_of_another_deployment_signs_nothing_and_the_service_works_on()
    {
        (await Desk(await StartAsync()).SignNowAsync(TreeHash.Sha256)).Refusal.ShouldBeNull();
        var stranger = await StartAsync(o => o with { Keys = Path.Combine(TestServer.KeysOf(database), "stranger") });
        await CommentAsync(stranger);
        var signing = await Desk(stranger).SignNowAsync(TreeHash.Sha256);
        signing.Checkpoint.ShouldBeNull();
        signing.Refusal!.Code.ShouldBe("proof.key_of_another");
        signing.Refusal.Chinese.ShouldContain((await Desk(stranger).KeysAsync()).ShouldHaveSingleItem().Verifier.ToString());
        // It did not make a key of its own either.
        Directory.GetFiles(Path.Combine(TestServer.KeysOf(database), "stranger"))
            .ShouldNotContain(f => f.Contains("signing", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_deployments_key_is_not_used_even_when_it_is_there()
    {
        await StartAsync();
        var folder = new KeyFolder(Path.Combine(TestServer.KeysOf(database), "other"));
        folder.Create(LogKeyFile.Name, LogKeyFile.Create().Text());
        var stranger = await StartAsync(o => o with { Keys = folder.Folder });
        (await Desk(stranger).SignNowAsync(TreeHash.Sha256)).Refusal!.Code.ShouldBe("proof.key_of_another");
        (await Desk(stranger).KeysAsync()).Length.ShouldBe(1);
    }

    [Fact]
    public async Task Without_a_key_folder_nothing_is_signed()
    {
        var node = await StartAsync(o => o with { Keys = null });
        (await Desk(node).SignNowAsync(TreeHash.Sha256)).Refusal!.Code.ShouldBe("proof.no_key_folder");
    }

    [Fact]
    public async Task A_damaged_key_file_is_named_and_not_replaced()
    {
        var node = await StartAsync();
        var path = Path.Combine(TestServer.KeysOf(database), LogKeyFile.Name);
        await File.WriteAllTextAsync(path, "{\"origin\":\"hazards/1\",\"seeds\":[\"AAAA\"]}");
        var refusal = (await Desk(node).SignNowAsync(TreeHash.Sha256)).Refusal!;
        refusal.Code.ShouldBe("proof.key_damaged");
        refusal.English.ShouldContain(path);
        (await File.ReadAllTextAsync(path)).ShouldContain("AAAA");
    }

    [Fact]
    public async Task A_database_that_was_put_back_is_not_signed()
    {
        var node = await StartAsync();
        for (var i = 0; i < 5; i++)
            await CommentAsync(node);
        (await Desk(node).SignNowAsync(TreeHash.Sha256)).Refusal.ShouldBeNull();
        await node.StopAsync();
        // A backup from before the last two events.
        await BehindTheBackAsync("delete from log.checkpoints; delete from log.mt_events where seq_id > 4; delete from log.event_codes where position > 4; select setval('log.mt_events_sequence', 4); delete from log.trees; delete from log.tiles");
        var again = await StartAsync();
        var refusal = (await Desk(again).SignNowAsync(TreeHash.Sha256)).Refusal!;
        refusal.Code.ShouldBe("proof.rolled_back");
        (await Desk(again).LatestAsync(TreeHash.Sha256)).ShouldBeNull();
        // Nor when it has grown past the old size with other events.
        for (var i = 0; i < 5; i++)
            await CommentAsync(again);
        (await Desk(again).SignNowAsync(TreeHash.Sha256)).Refusal!.Code.ShouldBe("proof.rewritten");
    }

    [Fact]
    public async Task Events_are_covered_by_a_later_checkpoint_of_any_position_asked_for()
    {
        var node = await StartAsync();
        await CommentAsync(node);
        var desk = Desk(node);
        (await desk.SignNowAsync(TreeHash.Sha256, 1)).Checkpoint!.Size.ShouldBeGreaterThanOrEqualTo(1);
        (await desk.SignNowAsync(TreeHash.Sha256, 1_000)).Refusal!.Code.ShouldBe("proof.beyond_log");
        (await desk.Store(TreeHash.Sha256).CoveringAsync(1)).ShouldNotBeNull();
    }

    [Theory, InlineData("sm3"), InlineData("sha256")]
    public async Task Both_trees_grow_and_are_signed_each_under_its_own_name(string name)
    {
        var node = await StartAsync(o => o with { Trees = [TreeHash.Sha256, TreeHash.Sm3] });
        await CommentAsync(node);
        var hash = name == "sm3" ? TreeHash.Sm3 : TreeHash.Sha256;
        var desk = Desk(node);
        var checkpoint = (await desk.SignNowAsync(hash)).Checkpoint!;
        var key = (await desk.KeysAsync()).Single(k => k.Hash == name);
        checkpoint.Note.VerifiedBy(key.Verifier).ShouldNotBeNull();
        checkpoint.Note.Text.Split('\n')[0].ShouldBe(key.Origin);
        key.Origin.EndsWith("/sm3", StringComparison.Ordinal).ShouldBe(name == "sm3");
        await foreach (var e in Log(node).ReadAllAsync(0, checkpoint.Size))
            Verify.Inclusion(
                hash, e.Position - 1, checkpoint.Size, hash.Leaf(Envelope.Write(e)),
                await desk.Tree(hash).InclusionAsync(e.Position, checkpoint.Size), checkpoint.Root).ShouldBeTrue();
    }

    [Fact]
    public async Task A_rotated_key_is_vouched_for_by_the_old_one_and_both_sign_once()
    {
        var node = await StartAsync(o => o with { Trees = [TreeHash.Sha256, TreeHash.Sm3] });
        var other = await StartAsync();
        var desk = Desk(node);
        var first = (await desk.SignNowAsync(TreeHash.Sha256)).Checkpoint!;
        var (keys, refusal) = await node.Services.GetRequiredService<KeyRotation>().RunAsync(Clockwork.Actor, "定期轮换");
        refusal.ShouldBeNull();
        foreach (var hash in new[] { TreeHash.Sha256, TreeHash.Sm3 })
        {
            var (old, next) = (keys.First(k => k.Hash == hash.Name), keys.Last(k => k.Hash == hash.Name));
            keys.Count(k => k.Hash == hash.Name).ShouldBe(2);
            old.RetiredAt.ShouldNotBeNull();
            next.RetiredAt.ShouldBeNull();
            SignedNote.TryParse(next.Endorsement!, out var endorsement).ShouldBeTrue();
            endorsement!.VerifiedBy(old.Verifier).ShouldNotBeNull();
            var both = (await desk.Store(hash).CoveringAsync(next.IntroducedAt))!;
            both.Note.VerifiedBy(old.Verifier).ShouldNotBeNull();
            both.Note.VerifiedBy(next.Verifier).ShouldNotBeNull();
            // Another node, which has not been told, signs with the new key only.
            await CommentAsync(other);
            var after = (await Desk(other).SignNowAsync(hash)).Checkpoint!;
            after.Note.VerifiedBy(next.Verifier).ShouldNotBeNull();
            after.Note.Signatures.ShouldHaveSingleItem();
        }

        (await desk.Store(TreeHash.Sha256).FindAsync(first.Size))!.Note.VerifiedBy(keys[0].Verifier).ShouldNotBeNull();
        LogKeyFile.Load(new KeyFolder(TestServer.KeysOf(database)))!.Seeds.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_rotation_that_was_cut_off_is_finished_by_asking_again()
    {
        var node = await StartAsync();
        var folder = new KeyFolder(TestServer.KeysOf(database));
        folder.Replace(LogKeyFile.Name, LogKeyFile.Load(folder)!.WithNewKey().Text());
        await CommentAsync(node);
        (await Desk(node).SignNowAsync(TreeHash.Sha256)).Checkpoint!.Note.Signatures.ShouldHaveSingleItem();
        await node.Services.GetRequiredService<LogKeys>().IntroduceNextAsync(Clockwork.Actor, default);
        (await Desk(node).SignNowAsync(TreeHash.Sha256)).Checkpoint!.Note.Signatures.Length.ShouldBe(2);
        var (keys, refusal) = await node.Services.GetRequiredService<KeyRotation>().RunAsync(Clockwork.Actor, "续办");
        refusal.ShouldBeNull();
        keys.Select(k => k.RetiredAt is null).ShouldBe([false, true]);
        LogKeyFile.Load(folder)!.Seeds.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Rotations_at_once_leave_one_key()
    {
        var nodes = await Task.WhenAll(StartAsync(), StartAsync());
        foreach (var (_, refusal) in await Task.WhenAll(
            nodes.Select(n => n.Services.GetRequiredService<KeyRotation>().RunAsync(Clockwork.Actor, "同时"))))
            refusal.ShouldBeNull();
        (await Desk(nodes[0]).KeysAsync()).Count(k => k.RetiredAt is null).ShouldBe(1);
        (await Desk(nodes[1]).SignNowAsync(TreeHash.Sha256)).Refusal.ShouldBeNull();
    }

    [Fact]
    public async Task A_key_that_somebody_put_into_the_log_is_not_trusted()
    {
        var node = await StartAsync();
        var own = (await Desk(node).KeysAsync()).ShouldHaveSingleItem();
        var forged = NoteSigner.Create(own.Origin);
        var self = new SignedNote(LogRegister.EndorsementText(own.Origin, "sha256", forged.Verifier), [])
            .SignedBy(forged, DateTimeOffset.UtcNow);
        var keys = node.Services.GetRequiredService<LogKeys>();
        (await keys.AppendAsync(
            [new LogKeyIntroduced(own.Origin, "sha256", forged.Verifier.ToString(), self.ToString())],
            (await keys.RegisterAsync()).Version, Clockwork.Actor, default)).ShouldBeTrue();
        (await Desk(node).KeysAsync()).ShouldHaveSingleItem().Verifier.ShouldBe(own.Verifier);
        (await keys.RegisterAsync()).Unendorsed.ShouldHaveSingleItem().Verifier.ShouldBe(forged.Verifier);
    }

    private async Task<WebApplication> StartAsync(Func<ServiceOptions, ServiceOptions>? change = null)
    {
        var options = new ServiceOptions(service) { Keys = TestServer.KeysOf(database), Urls = "http://127.0.0.1:0", JsonLogs = true };
        var node = HazardsService.Build(change?.Invoke(options) ?? options);
        lock (nodes)
            nodes.Add(node);
        await node.StartAsync();
        return node;
    }

    private static CheckpointDesk Desk(WebApplication node) => node.Services.GetRequiredService<CheckpointDesk>();

    private static IEventLog Log(WebApplication node) => node.Services.GetRequiredService<IEventLog>();

    private static async Task CommentAsync(WebApplication node) =>
        (await Log(node).AppendAsync(new Append([new StreamAppend(Guid.CreateVersion7(), "hazard", 0,
            [new NewEvent(Guid.CreateVersion7(), new Hazards.Domain.CommentAdded("批注"), new EventHeaders("{}"u8.ToArray()))])]))).ShouldBeOfType<AppendResult.Committed>();

    /// <summary>What whoever owns the database can do.</summary>
    private async Task BehindTheBackAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand($"""
            alter table log.mt_events disable trigger all; alter table log.checkpoints disable trigger all;
            alter table log.trees disable trigger all; alter table log.tiles disable trigger all; alter table log.event_codes disable trigger all;
            {sql};
            alter table log.mt_events enable always trigger all
            """.Replace("alter table log.mt_events enable always trigger all", "alter table log.mt_events enable trigger all", StringComparison.Ordinal));
        await command.ExecuteNonQueryAsync();
    }
}
