using System.Collections.Concurrent;

namespace Hazards.Projections.Tests;

public sealed class TogetherTests
{
    [Fact]
    public async Task Whoever_comes_meanwhile_is_asked_for_in_the_next_round_and_never_in_one_that_began_before()
    {
        var rounds = new ConcurrentQueue<int[]>();
        var gates = new ConcurrentQueue<TaskCompletionSource>();
        var together = new Together<int, int[]>(async questions =>
        {
            int[] asked = [.. questions];
            rounds.Enqueue(asked);
            var gate = new TaskCompletionSource();
            gates.Enqueue(gate);
            await gate.Task;
            return asked;
        });
        var first = together.AskAsync(1);
        Task<int[]>[] meanwhile = [together.AskAsync(2), together.AskAsync(3), together.AskAsync(4)];
        rounds.ShouldBe([[1]]);
        gates.TryDequeue(out var gate).ShouldBeTrue();
        gate!.SetResult();
        (await first).ShouldBe([1]);
        await Eventually(() => gates.TryDequeue(out gate));
        rounds.Last().ShouldBe([2, 3, 4]);
        gate.SetResult();
        foreach (var answer in meanwhile)
            (await answer).ShouldBe([2, 3, 4]);
    }

    [Fact]
    public async Task Many_at_once_are_each_answered_with_their_own_and_share_round_trips()
    {
        var rounds = 0;
        var together = new Together<int, HashSet<int>>(async questions =>
        {
            Interlocked.Increment(ref rounds);
            await Task.Delay(1);
            return [.. questions];
        });
        await Parallel.ForEachAsync(Enumerable.Range(0, 2_000), new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, _) =>
            (await together.AskAsync(i)).ShouldContain(i));
        rounds.ShouldBeLessThan(1_000);
    }

    [Fact]
    public async Task What_fails_fails_for_those_who_asked_together_and_not_for_the_next()
    {
        var asked = 0;
        var together = new Together<int, int>(async _ =>
        {
            await Task.Yield();
            return ++asked == 1 ? throw new InvalidOperationException("away") : asked;
        });
        await Should.ThrowAsync<InvalidOperationException>(() => together.AskAsync(1));
        (await together.AskAsync(2)).ShouldBe(2);
    }

    [Fact]
    public async Task One_that_never_comes_back_holds_nobody_up_who_comes_later()
    {
        var asked = 0;
        var together = new Together<int, int>(_ => ++asked == 1 ? new TaskCompletionSource<int>().Task : Task.FromResult(asked));
        var lost = together.AskAsync(1);
        var behind = together.AskAsync(2);
        await Task.Delay(TimeSpan.FromSeconds(0.5));
        (await together.AskAsync(3)).ShouldBe(2);
        (await behind).ShouldBe(2, "whoever waits behind it is taken along");
        lost.IsCompleted.ShouldBeFalse();
    }

    private static async Task Eventually(Func<bool> holds)
    {
        for (var i = 0; !holds(); i++)
        {
            i.ShouldBeLessThan(1_000);
            await Task.Delay(5);
        }
    }
}
