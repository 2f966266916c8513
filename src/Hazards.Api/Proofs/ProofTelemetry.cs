using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Hazards.Api.Proofs;

/// <summary>How the trees stand: meter <c>Hazards.Proof</c>.</summary>
internal static class ProofTelemetry
{
    public const string Name = "Hazards.Proof";

    private static readonly Meter Meter = new(Name);
    private static readonly ConcurrentDictionary<string, Standing> Trees = new();
    private static readonly Counter<long> Sent = Meter.CreateCounter<long>(
        "hazards.witness.deliveries", "{checkpoint}", "Checkpoints sent to witnesses, by outcome.");

    private static readonly ConcurrentDictionary<string, (DateTimeOffset At, TimeProvider Clock)> Stamped = new();
    private static readonly Counter<long> Stamps = Meter.CreateCounter<long>(
        "hazards.timestamps", "{timestamp}", "Timestamps of checkpoints asked for, by outcome.");

    static ProofTelemetry()
    {
        Meter.CreateObservableGauge(
            "hazards.timestamp.age", () => Stamped.Select(s => new Measurement<long>(Age(s.Value), Of(s.Key))), "s",
            "Since this node last had a checkpoint timestamped.");
        Meter.CreateObservableGauge("hazards.tree.size", () => Each(t => t.Size), "{event}", "Events a tree covers.");
        Meter.CreateObservableGauge(
            "hazards.tree.lag", () => Each(t => Math.Max(0, t.Head - t.Size)), "{event}", "Events a tree does not cover yet.");
        Meter.CreateObservableGauge(
            "hazards.checkpoint.size", () => Each(t => t.Signed), "{event}", "Events the newest checkpoint covers.");
        Meter.CreateObservableGauge(
            "hazards.checkpoint.age", () => Each(t => t.Signing is { } at ? Age(at) : 0), "s", "Since the newest checkpoint was signed.");
    }

    public static void Grown(string hash, long size, long head) =>
        Trees.AddOrUpdate(hash, _ => new Standing(size, head, 0, null), (_, t) => t with { Size = size, Head = Math.Max(head, t.Head) });

    /// <summary>A checkpoint was signed.</summary>
    /// <param name="hash">Of which tree.</param>
    /// <param name="size">The events it covers.</param>
    /// <param name="at">When.</param>
    /// <param name="clock">By which clock: its age is told by the same.</param>
    public static void Signed(string hash, long size, DateTimeOffset at, TimeProvider clock) =>
        Trees.AddOrUpdate(hash, _ => new Standing(size, size, size, (at, clock)),
            (_, t) => t with { Signed = size, Signing = (at, clock) });

    public static void Delivered(bool cosigned) =>
        Sent.Add(1, new KeyValuePair<string, object?>("outcome", cosigned ? "cosigned" : "failed"));

    /// <summary>A timestamp was asked for.</summary>
    /// <param name="hash">Of which tree's checkpoint.</param>
    /// <param name="keptAt">When it was kept; null: none was.</param>
    /// <param name="clock">By which clock.</param>
    public static void Timestamped(string hash, DateTimeOffset? keptAt, TimeProvider clock)
    {
        Stamps.Add(1, Of(hash), new KeyValuePair<string, object?>("outcome", keptAt is null ? "failed" : "kept"));
        if (keptAt is { } at)
            Stamped[hash] = (at, clock);
    }

    private static long Age((DateTimeOffset At, TimeProvider Clock) since) => (long)(since.Clock.GetUtcNow() - since.At).TotalSeconds;

    private static KeyValuePair<string, object?> Of(string hash) => new("hash", hash);

    private static IEnumerable<Measurement<long>> Each(Func<Standing, long> value) =>
        Trees.Select(t => new Measurement<long>(value(t.Value), Of(t.Key)));

    private sealed record Standing(long Size, long Head, long Signed, (DateTimeOffset At, TimeProvider Clock)? Signing);
}
