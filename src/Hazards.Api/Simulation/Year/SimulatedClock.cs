namespace Hazards.Api.Simulation.Year;

/// <summary>The clock of a simulation: stands still until it is moved, and never runs backwards. Timers are real.</summary>
internal sealed class SimulatedClock(DateTimeOffset start) : TimeProvider
{
    private long _ticks = start.UtcTicks;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    /// <summary>Moves it forward; an earlier instant changes nothing.</summary>
    public void MoveTo(DateTimeOffset instant)
    {
        if (instant > GetUtcNow())
            Interlocked.Exchange(ref _ticks, instant.UtcTicks);
    }
}
