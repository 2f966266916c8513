using Hazards.Domain;
using Hazards.Evidence.Proof;

namespace Hazards.Evidence;

/// <summary>
/// Whether an authority for timestamps saw a checkpoint of the log before an instant: this package's own, or an earlier one that
/// it continues. Then every event that one covers existed before the instant, whatever clock the log had.
/// </summary>
internal sealed class TimeCheck(PackageReader package, Manifest manifest, TrustedKeys keys, VerifyOptions options, EventPass pass)
{
    private const string Name = "time";
    private const int MostNote = 256 * 1024;

    public Check Run()
    {
        var (note, reply) = (package.Find(PackageNames.TimeCheckpoint), package.Find(PackageNames.TimeReply));
        if (note is null && reply is null)
            return Check.NotMade(Name,
                $"时间戳机构的证明：包内没有时间戳；记录时间是日志自己的时钟",
                $"an authority's word for the time: the package holds no timestamp; recorded times are by the log's own clock");
        if (note is null || reply is null)
            return Fails(
                EvidenceRefusals.TimeHalf.Because(null, ("name", note is null ? PackageNames.TimeCheckpoint : PackageNames.TimeReply)));
        var (bytes, refusal) = package.Read(PackageNames.TimeCheckpoint, MostNote);
        (var token, refusal) = bytes is null ? (null, refusal) : package.Read(PackageNames.TimeReply, Timestamps.MostBytes);
        if (bytes is null || token is null)
            return Fails(refusal!);
        if (Own(bytes) is not { } checkpoint)
            return Fails(EvidenceRefusals.TimeCheckpoint.Because());
        if (!Continued(checkpoint))
            return Fails(EvidenceRefusals.TimeRewritten.Because(null, ("from", checkpoint.Size), ("size", manifest.Size)));
        var (stamp, fault) = Timestamps.Check(token, bytes, options.Authority);
        return stamp is null ? Fails(Because(fault)) : Judge(checkpoint, stamp);
    }

    // Who signed it does not matter: its root is proved to be continued by the one that is signed by a key that counts. And a key
    // in force then may be one that the reader's does not vouch for.
    private Checkpoint? Own(byte[] bytes) =>
        SignedNote.TryParse(bytes, out var note) && !keys.Known.Any(note.IsForged)
        && Checkpoint.TryParse(note.Text, out var checkpoint) && checkpoint.Origin == manifest.Origin
            ? checkpoint
            : null;

    private bool Continued(Checkpoint checkpoint)
    {
        if (checkpoint.Size > manifest.Size || checkpoint.Size == 0)
            return false;
        return checkpoint.Size == manifest.Size
            ? checkpoint.Root == manifest.Root
            : CheckpointCheck.ProofFrom(package, checkpoint.Size) is { } path && CheckpointCheck.Continues(manifest, checkpoint, path);
    }

    private Check Judge(Checkpoint checkpoint, Timestamp stamp)
    {
        var (count, last) = pass.CoveredBy(checkpoint.Size);
        if (last is { } recorded && recorded > stamp.Time + Timestamps.Tolerance)
            return Fails(EvidenceRefusals.TimeBefore.Because(null, ("time", stamp.Time), ("recorded", recorded)));
        var (time, later) = (ChinaTime.Format(stamp.Time), pass.Events - count);
        if (options.Authority is null)
            return Check.NotMade(Name,
                $"时间戳：包内的一枚称 {stamp.Authority} 于 {time} 见到检查点（{checkpoint.Size} 个事件）；未给出该机构的证书（--tsa），不能采信",
                $"timestamp: one in the package says that {stamp.Authority} saw a checkpoint ({checkpoint.Size} events) at {time}; its certificate was not given (--tsa), so that it counts for nothing");
        return Check.Holds(Name,
            $"时间戳：{stamp.Authority} 证明日志的前 {checkpoint.Size} 个事件于 {time} 之前已经存在，包内 {count} 个事件在其中{(later == 0 ? "" : $"；其后记录的 {later} 个不在其中")}（误差不计；证书是否被吊销未查）",
            $"timestamp: by the word of {stamp.Authority}, the log's first {checkpoint.Size} events existed before {time}: {count} events here are among them{(later == 0 ? "" : $", {later} were recorded after them and are not")} (its accuracy apart; whether the certificate was revoked was not asked)");
    }

    private static Refusal Because(TimestampFault? fault) => fault switch
    {
        TimestampFault.Imprint => EvidenceRefusals.TimeImprint.Because(),
        TimestampFault.Signature => EvidenceRefusals.TimeSignature.Because(),
        TimestampFault.Purpose => EvidenceRefusals.TimePurpose.Because(),
        TimestampFault.Authority => EvidenceRefusals.TimeAuthority.Because(),
        _ => EvidenceRefusals.TimeMalformed.Because(null, ("name", PackageNames.TimeReply)),
    };

    private static Check Fails(Refusal refusal) => Check.Fails(Name, refusal);
}
