namespace Hazards.Api.Running;

/// <summary>An answer for probes, which come every second: it is looked for once in a while, and repeated in between.</summary>
/// <param name="every">How long it is repeated.</param>
/// <param name="clock">Tells when it is.</param>
internal sealed class SeldomAsked(TimeSpan every, TimeProvider clock)
{
    private Known? known;

    /// <summary>The answer, which may be one of a while ago.</summary>
    /// <param name="ask">Looks for it, at an instant.</param>
    public async Task<string?> GetAsync(Func<DateTimeOffset, Task<string?>> ask)
    {
        var now = clock.GetUtcNow();
        if (known is { } before && now - before.At < every)
            return before.Answer;
        var answer = await ask(now);
        known = new Known(now, answer);
        return answer;
    }

    private sealed record Known(DateTimeOffset At, string? Answer);
}
