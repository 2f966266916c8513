using System.Collections.Concurrent;
using Hazards.Domain;

namespace Hazards.Api.Http.Access;

/// <summary>
/// Unknown keys by the address they come from. One that goes on waits, twice as long each time; meanwhile its keys are not looked up,
/// but for those that opened the door before: who shares an address with somebody who guesses is not shut out.
/// </summary>
internal sealed class WrongKeys(Limits limits, TimeProvider clock)
{
    // Some 100 bytes each.
    private const int MostKept = 50_000;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Tries> tries = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Sha256Digest, bool> known = new();

    /// <summary>Why a key is not looked up now; null when it is.</summary>
    public Refusal? Locked(string address, Sha256Digest key)
    {
        if (!tries.TryGetValue(address, out var been) || been.LockedUntil - clock.GetUtcNow() is not { Ticks: > 0 } rest
            || known.ContainsKey(key))
            return null;
        return LimitRefusals.WrongKeys.Because(null, ("seconds", Limits.Seconds(rest)));
    }

    /// <summary>A key that nobody has came from there.</summary>
    public void Note(string address)
    {
        var now = clock.GetUtcNow();
        Forget(now);
        tries.AddOrUpdate(address, _ => new Tries(now, 1, default, 0), (_, been) => Next(been, now));
    }

    /// <summary>A key opened the door.</summary>
    public void Remember(Sha256Digest key)
    {
        if (known.Count >= MostKept)
            known.Clear();
        known.TryAdd(key, true);
    }

    private Tries Next(Tries been, DateTimeOffset now)
    {
        var most = limits.Most;
        // Long enough quiet: as if nothing had been.
        if (now - been.Since > Window && now - been.LockedUntil > most.LongestLockout)
            return new Tries(now, 1, default, 0);
        if (now - been.Since > Window)
            been = been with { Since = now, Count = 0 };
        if (been.Count + 1 < most.WrongKeysAMinute)
            return been with { Count = been.Count + 1 };
        return new Tries(now, 0, now + Backoff.After(most.FirstLockout, most.LongestLockout, been.Times + 1), been.Times + 1);
    }

    private void Forget(DateTimeOffset now)
    {
        if (tries.Count < MostKept)
            return;
        foreach (var (address, been) in tries)
            if (been.LockedUntil < now && now - been.Since > Window)
                tries.TryRemove(address, out _);
        // All of them at it: whoever keeps more addresses than this is not held up by any list.
        if (tries.Count >= MostKept)
            tries.Clear();
    }

    private sealed record Tries(DateTimeOffset Since, int Count, DateTimeOffset LockedUntil, int Times);
}
