namespace Hazards.Projections;

/// <summary>
/// Asks together what many ask at the same time: whoever comes while the database is being asked waits for the next round trip, which
/// asks for all who wait. So an answer is never older than its question, and a round trip costs little where many share it.
/// </summary>
/// <param name="ask">Asks for all; what it answers with is told to each.</param>
public sealed class Together<TQuestion, TAnswer>(Func<IReadOnlyCollection<TQuestion>, Task<TAnswer>> ask)
{
    // A round trip that takes longer holds nobody up who comes later: its connection may be dead.
    private static readonly long Longest = (long)TimeSpan.FromMilliseconds(200).TotalMilliseconds;

    private readonly Lock gate = new();
    private Round? running;
    private Round? waiting;

    /// <summary>The answer to this question and others.</summary>
    public Task<TAnswer> AskAsync(TQuestion question)
    {
        Round mine;
        lock (gate)
        {
            mine = waiting ??= new Round();
            mine.Questions.Add(question);
            if (running is not null && Environment.TickCount64 - running.Began < Longest)
                return mine.Answer.Task;
            Begin();
        }

        _ = RunAsync(mine);
        return mine.Answer.Task;
    }

    private void Begin()
    {
        (running, waiting) = (waiting, null);
        running!.Began = Environment.TickCount64;
    }

    private async Task RunAsync(Round round)
    {
        try
        {
            round.Answer.SetResult(await ask(round.Questions).ConfigureAwait(false));
        }
        catch (Exception e)
        {
            round.Answer.SetException(e);
            _ = round.Answer.Task.Exception; // whoever waited may have gone
        }

        Round next;
        lock (gate)
        {
            if (running != round)
                return;
            running = null;
            if (waiting is null)
                return;
            next = waiting;
            Begin();
        }

        // In the trace of who asked first.
        if (next.Context is { } context)
            ExecutionContext.Run(context, _ => _ = RunAsync(next), null);
        else
            _ = RunAsync(next);
    }

    private sealed class Round
    {
        public List<TQuestion> Questions { get; } = [];

        public TaskCompletionSource<TAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ExecutionContext? Context { get; } = ExecutionContext.Capture();

        public long Began { get; set; }
    }
}
