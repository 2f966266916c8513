namespace Hazards.Api.Running;

/// <summary>How long to wait after failures: twice as long each time, up to a longest.</summary>
internal static class Backoff
{
    // Beyond it a number would grow that the longest cuts off anyway.
    private const int MostDoublings = 20;

    /// <param name="first">After the first failure.</param>
    /// <param name="longest">Never longer.</param>
    /// <param name="failures">So many one after the other, 1 or more.</param>
    public static TimeSpan After(TimeSpan first, TimeSpan longest, int failures)
    {
        var wait = first * Math.Pow(2, Math.Min(failures - 1, MostDoublings));
        return wait < longest ? wait : longest;
    }
}
