using System.Text;
using Hazards.Evidence.Proof;
using Hazards.Evidence.Tests.Proof;

namespace Hazards.Evidence.Tests;

/// <summary>Packages with a timestamp of an authority.</summary>
public sealed class TimeFacts : IAsyncLifetime
{
    private TestAuthority authority = null!;

    public async Task InitializeAsync() => authority = TestAuthority.IsThere ? await TestAuthority.CreateAsync() : null!;

    public Task DisposeAsync()
    {
        authority?.Dispose();
        return Task.CompletedTask;
    }

    [OpenSslFact]
    public async Task The_time_of_its_own_checkpoint_is_proved_and_how_much_it_covers()
    {
        var package = await StampedAsync();
        var verification = Verified.Of(package, Trusting());
        verification.ShouldHold();
        var time = verification.Checks.Single(c => c.Name == "time");
        time.Outcome.ShouldBe(CheckOutcome.Holds);
        time.English.ShouldContain("the log's first 33 events existed before");
        time.English.ShouldContain("12 events here are among them (");
    }

    [OpenSslFact]
    public async Task The_time_of_an_earlier_checkpoint_is_proved_for_what_that_covers()
    {
        var package = await StampedAsync(size: 27);
        package.ConsistentWith.Add(27);
        var verification = Verified.Of(package, Trusting());
        verification.ShouldHold();
        verification.Checks.Single(c => c.Name == "time").English.ShouldContain("6 events here are among them, 6 were recorded after them");
        package.ConsistentWith.Clear();
        Verified.Of(package, Trusting()).ShouldBeRefused("time", "time.rewritten");
    }

    [OpenSslFact]
    public async Task Without_the_authoritys_certificate_it_counts_for_nothing_and_the_rest_holds()
    {
        var verification = Verified.Of(await StampedAsync(), Trusting() with { Authority = null });
        verification.ShouldHold();
        verification.Checks.Single(c => c.Name == "time").Outcome.ShouldBe(CheckOutcome.NotMade);
        Verified.Of(new SamplePackage(new SampleLog()),
            Trusting()).Checks.Single(c => c.Name == "time").Outcome.ShouldBe(CheckOutcome.NotMade);
    }

    [OpenSslFact]
    public async Task What_is_wrong_with_it_is_named()
    {
        using var stranger = await TestAuthority.CreateAsync("stranger");
        await authority.CertifyAsync("server", "server");
        var package = await StampedAsync();
        var (note, reply) = package.Time!.Value;
        async Task<(byte[], byte[])> ByAsync(Func<byte[], Task<byte[]>> answer) =>
            (note, await answer(Timestamps.Ask(note, "sha256", null).Bytes));
        byte[] Altered(byte[] bytes) => [.. bytes.AsSpan(0, bytes.Length - 20), (byte)(bytes[^20] ^ 1), .. bytes.AsSpan(bytes.Length - 19)];
        var others = Encoding.UTF8.GetBytes(
            package.Checkpoint().ToNote().With(new NoteSignature("hazards/sample", SampleLog.Key.Verifier.Id, new byte[64])).ToString());
        foreach (var (time, code) in new ((byte[] Note, byte[] Reply), string)[]
        {
            ((note, await authority.ReplyAsync(Timestamps.Ask("else"u8, "sha256", null).Bytes)), "time.imprint"),
            (await ByAsync(r => stranger.ReplyAsync(r)), "time.authority"),
            (await ByAsync(r => authority.OddReplyAsync(r, "server")), "time.purpose"),
            ((note, Altered(reply)), "time.signature"),
            ((note, TestAuthority.Rejection()), "time.malformed"),
            ((note, "garbage"u8.ToArray()), "time.malformed"),
            ((others, await authority.ReplyAsync(Timestamps.Ask(others, "sha256", null).Bytes)), "time.checkpoint"),
            (await StampAsync(package, package.Checkpoint() with { Root = package.Checkpoint(16).Root }), "time.rewritten"),
            (await StampAsync(package, package.Checkpoint() with { Size = 34 }), "time.rewritten"),
            (await StampAsync(package, package.Checkpoint() with { Origin = "hazards/other" }), "time.checkpoint"),
        })
        {
            package.Time = time;
            Verified.Of(package, Trusting()).ShouldBeRefused("time", code);
        }
    }

    [OpenSslFact]
    public async Task A_time_before_the_events_were_recorded_speaks_against_the_log()
    {
        var log = new SampleLog();
        for (var i = 0; i < log.Events.Count; i++)
            log.Events[i] = log.Events[i] with { RecordedAt = log.Events[i].RecordedAt.AddYears(30) };
        var package = new SamplePackage(log) { Format = Manifest.FormatWithMore };
        package.Time = await StampAsync(package, package.Checkpoint());
        Verified.Of(package, Trusting()).ShouldBeRefused("time", "time.before_events");
    }

    private async Task<SamplePackage> StampedAsync(long? size = null)
    {
        var package = new SamplePackage(new SampleLog()) { Format = Manifest.FormatWithMore };
        package.Time = await StampAsync(package, package.Checkpoint(size));
        return package;
    }

    private async Task<(byte[], byte[])> StampAsync(SamplePackage package, Checkpoint checkpoint)
    {
        var note = Encoding.UTF8.GetBytes(package.Signed(checkpoint.ToNote()).ToString());
        return (note, await authority.ReplyAsync(Timestamps.Ask(note, "sha256", null).Bytes));
    }

    private VerifyOptions Trusting() => new() { Keys = [SampleLog.Key.Verifier], Authority = TimestampTrust.Read(authority.Ca) };
}
