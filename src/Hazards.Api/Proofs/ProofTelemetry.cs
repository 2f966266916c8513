using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Hazards.Api.Proofs;

/// <summary>How the trees stand: meter <c>Hazards.Proof</c>.</summary>
internal static class ProofTelemetry
{
    public const string Name = "Hazards.Proof";

    private static readonly Meter Meter = new(Name);
    private static readonly ConcurrentDictionary<string, Standing> Trees = new();
    private static readonly Counter<long> Sent = Meter.CreateCounter<long>("hazards.witness.deliveries", "{checkpoint}", "Checkpoints sent to witnesses, by outcome.");

    private static readonly ConcurrentDictionary<string, DateTimeOffset> Stamped = new();
    private static readonly Counter<long> Stamps = Meter.CreateCounter<long>("hazards.timestamps", "{timestamp}", "Timestamps of checkpoints asked for, by outcome.");

    static ProofTelemetry()
    {
        Meter.CreateObservableGauge(
            "hazards.timestamp.age", () => Stamped.Select(s => new Measurement<long>((long)(DateTimeOffset.UtcNow - s.Value).TotalSeconds, Of(s.Key))), "s",
            "Since this node last had a checkpoint timestamped.");
        Meter.CreateObservableGauge("hazards.tree.size", () => Each(t => t.Size), "{event}", "Events a tree covers.");
        Meter.CreateObservableGauge("hazards.tree.lag", () => Each(t => Math.Max(0, t.Head - t.Size)), "{event}", "Events a tree does not cover yet.");
        Meter.CreateObservableGauge("hazards.checkpoint.size", () => Each(t => t.Signed), "{event}", "Events the newest checkpoint covers.");
        Meter.CreateObservableGauge("hazards.checkpoint.age", () => Each(t => t.SignedAt is { } at ? (long)(DateTimeOffset.UtcNow - at).TotalSeconds : 0), "s", "Since the newest checkpoint was signed.");
    }

    public static void Grown(string hash, long size, long head) =>
        Trees.AddOrUpdate(hash, _ => new Standing(size, head, 0, null), (_, t) => t with { Size = size, Head = Math.Max(head, t.Head) });

    public static void Signed(string hash, long size, DateTimeOffset at) =>
        Trees.AddOrUpdate(hash, _ => new Standing(size, size, size, at), (_, t) => t with { Signed = size, SignedAt = at });

    public static void Delivered(bool cosigned) => Sent.Add(1, new KeyValuePair<string, object?>("outcome", cosigned ? "cosigned" : "failed"));

    /// <summary>A timestamp was asked for.</summary>
    /// <param name="hash">Of which tree's checkpoint.</param>
    /// <param name="keptAt">When it was kept; null: none was.</param>
    public static void Timestamped(string hash, DateTimeOffset? keptAt)
    {
        Stamps.Add(1, Of(hash), new KeyValuePair<string, object?>("outcome", keptAt is null ? "failed" : "kept"));
        if (keptAt is { } at)
            Stamped[hash] = at;
    }

    private static KeyValuePair<string, object?> Of(string hash) => new("hash", hash);

    private static IEnumerable<Measurement<long>> Each(Func<Standing, long> value) =>
        Trees.Select(t => new Measurement<long>(value(t.Value), Of(t.Key)));

    private sealed record Standing(long Size, long Head, long Signed, DateTimeOffset? SignedAt);
}
