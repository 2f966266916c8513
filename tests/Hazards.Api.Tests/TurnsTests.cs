namespace Hazards.Api.Tests;

/// <summary>One after the other on a stream, and nobody waits for a stranger.</summary>
public sealed class TurnsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Turns turns = new();

    [Fact]
    public async Task Another_stream_never_waits()
    {
        var held = await Task.WhenAll(Enumerable.Range(0, 2_000).Select(_ => turns.TakeAsync(Guid.NewGuid(), default))).WaitAsync(Patience);
        held.Length.ShouldBe(2_000);
    }

    [Fact]
    public async Task The_same_stream_goes_one_after_the_other()
    {
        var (stream, inside, most) = (Guid.NewGuid(), 0, 0);
        await Task.WhenAll(Enumerable.Range(0, 100).Select(async _ =>
        {
            using var turn = await turns.TakeAsync(stream, default);
            most = Math.Max(most, Interlocked.Increment(ref inside));
            await Task.Yield();
            Interlocked.Decrement(ref inside);
        })).WaitAsync(Patience);
        most.ShouldBe(1);
    }

    [Fact]
    public async Task Who_gives_up_waiting_holds_nobody_up()
    {
        var stream = Guid.NewGuid();
        using var stop = new CancellationTokenSource();
        var first = await turns.TakeAsync(stream, default);
        var impatient = turns.TakeAsync(stream, stop.Token);
        var next = turns.TakeAsync(stream, default);
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(impatient);
        next.IsCompleted.ShouldBeFalse();
        first.Dispose();
        (await next.WaitAsync(Patience)).Dispose();
        (await turns.TakeAsync(stream, default).WaitAsync(Patience)).Dispose();
    }

    [Fact]
    public async Task Who_waits_no_longer_than_so_long_goes_without_and_holds_nobody_up()
    {
        var stream = Guid.NewGuid();
        using (await turns.TakeAsync(stream, default))
        {
            (await turns.TakeAsync(stream, TimeSpan.FromMilliseconds(20), default).WaitAsync(Patience)).ShouldBeNull();
            using var other = await turns.TakeAsync(Guid.NewGuid(), TimeSpan.Zero, default);
            other.ShouldNotBeNull();
        }

        using var next = await turns.TakeAsync(stream, TimeSpan.Zero, default);
        next.ShouldNotBeNull();
    }
}
