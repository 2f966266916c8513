using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Evidence;

/// <summary>
/// Whether everything is here that was asked for, by events that the tree proves and not by the manifest: whoever holds the log's
/// key can sign another manifest, but not take an event out of a tree.
/// </summary>
internal sealed class WholeCheck(Manifest manifest, EventPass pass)
{
    public IEnumerable<Check> Run()
    {
        if (pass.Story.Asked is not { } asked)
        {
            yield return Check.Fails("request", EvidenceRefusals.RequestMissing.Because());
            yield break;
        }
        var (line, request, context) = asked;
        yield return Request(line, request, context) is { } refusal
            ? Check.Fails("request", refusal)
            : Check.Holds("request",
                $"与日志中第 {line.Position} 号申请事件一致：所列 {request.Hazards.Length} 条隐患一条不少、一条不多，申请人、事由、文号、期间、时点相同",
                $"it is what the request at position {line.Position} asked for: its {request.Hazards.Length} hazards, none missing and none added; the same person, purpose, order, period and instants");
        if (request.Filter is not null)
            yield return Check.NotMade("chosen",
                $"隐患由系统按条件选取，列在申请事件中；是否还有符合条件而未列入的，未能证明",
                $"the hazards were chosen by the service by conditions, and the request lists them; that no other fulfilled them is not proved");
        foreach (var check in pass.Story.Counted is { } counted ? Counted(counted.Line, counted.Count) : [Uncounted(request)])
            yield return check;
    }

    private Refusal? Request(EnvelopeLine line, EvidenceRequested request, EventContext context)
    {
        var here = manifest.Streams.Where(s => s.Type == "hazard" && s.Whole).Select(s => s.Id).ToHashSet();
        foreach (var hazard in request.Hazards)
            if (!here.Contains(hazard.StreamId))
                return EvidenceRefusals.HazardOmitted.Because(null, ("hazard", hazard), ("position", line.Position));
        here = [.. manifest.Streams.Where(s => s.Type == "hazard").Select(s => s.Id)];
        here.ExceptWith(request.Hazards.Select(h => h.StreamId));
        if (here.Count > 0)
            return EvidenceRefusals.HazardAdded.Because(null, ("hazard", here.Min()), ("position", line.Position));
        return Differing(line, request, context) is { } what
            ? EvidenceRefusals.RequestOther.Because(null, ("what", what), ("position", line.Position))
            : null;
    }

    private string? Differing(EnvelopeLine line, EvidenceRequested request, EventContext context)
    {
        var made = manifest.Made;
        return made.At != line.RecordedAt ? "made.at"
            : made.Actor != context.Actor ? "made.actor"
            : made.Body != context.Body ? "made.body"
            : made.Client != context.Client ? "made.client"
            : made.Purpose != request.Reason ? "made.purpose"
            : made.Document != context.Document?.Value ? "made.document"
            : manifest.Period?.From != request.From || manifest.Period?.To != request.To ? "period"
            : manifest.Hash != CodeList.Code(request.Hash) ? "hash"
            : request.Instants.Any(i => i < manifest.AsOf && !manifest.Instants.Contains(i)) ? "instants"
            : manifest.Streams.Any(s => !s.Whole) ? "streams.whole"
            : null;
    }

    private static Check Uncounted(EvidenceRequested request) => request.Counts
        ? Check.Fails("whole", EvidenceRefusals.Uncounted.Because())
        : Check.NotMade("whole",
            $"各隐患末尾的事件和打开记录是否齐全：未能证明。制作本包时日志还不清点，“再无其他版本”只以日志签名为凭；请另行申请新的证据包",
            $"whether the last events of the hazards and all openings are here: not proved. When this package was made the log did not count yet; that there is no more rests on the log's signature alone: ask for a new package");

    private IEnumerable<Check> Counted(EnvelopeLine line, EvidenceCounted count)
    {
        if ((Events(line, count) ?? Openings(line, count)) is { } refusal)
        {
            yield return Check.Fails("whole", refusal);
            yield break;
        }
        var hazards = count.Streams.Count(s => pass.Story.Asked!.Value.Request.Hazards.Contains(new HazardId(s.Id)));
        yield return Check.Holds("whole",
            $"第 {line.Position} 号清点事件载明至第 {count.UpTo} 号为止 {count.Streams.Length} 个事件流（{hazards} 条隐患）各有多少事件、告知被打开多少次，与包内相同：至此没有遗漏，不依赖签名",
            $"the count at position {line.Position} says how many events {count.Streams.Length} streams ({hazards} hazards) had up to position {count.UpTo}, and how often what they told had been opened; the same are here: up to there nothing was left out, whoever signed");
        var unseen = manifest.Size - count.UpTo - pass.Positions.Values.Sum(p => p.LongCount(at => at > count.UpTo));
        yield return unseen == 0
            ? Check.Holds("after",
                $"此后至检查点（第 {manifest.Size} 号）的每个事件都在包中：直到检查点没有遗漏",
                $"every event after it up to the checkpoint (position {manifest.Size}) is here: nothing was left out up to the checkpoint")
            : Check.NotMade("after",
                $"第 {count.UpTo + 1} 至 {manifest.Size} 号中有 {unseen} 个事件不在包中，是否涉及这些隐患未能证明，只以日志签名为凭",
                $"of the events from {count.UpTo + 1} to {manifest.Size}, {unseen} are not here; that none is of these hazards is not proved and rests on the log's signature alone");
    }

    private Refusal? Events(EnvelopeLine line, EvidenceCounted count)
    {
        foreach (var stream in count.Streams)
            if (CountUpTo(stream.Id, count.UpTo) is var found && found != stream.Events)
                return EvidenceRefusals.CountOther.Because(
                    null, ("stream", stream.Id), ("upTo", count.UpTo), ("expected", stream.Events), ("position", line.Position),
                    ("count", found));
        var counted = count.Streams.Select(s => s.Id).ToHashSet();
        foreach (var hazard in pass.Story.Asked!.Value.Request.Hazards)
            if (!counted.Contains(hazard.StreamId))
                return EvidenceRefusals.HazardOmitted.Because(null, ("hazard", hazard), ("position", line.Position));
        return null;
    }

    private Refusal? Openings(EnvelopeLine line, EvidenceCounted count)
    {
        var openings = new Dictionary<HazardId, long>();
        foreach (var stream in manifest.Streams.Where(s => s.Type == "message"))
        {
            if (!pass.Named.Messages.TryGetValue(stream.Id, out var hazard))
                return EvidenceRefusals.MessageOther.Because(null, ("stream", stream.Id));
            openings[hazard] = openings.GetValueOrDefault(hazard) + CountUpTo(stream.Id, count.UpTo);
        }
        foreach (var stream in count.Streams)
            if (openings.GetValueOrDefault(new HazardId(stream.Id)) is var found && found != stream.Openings)
                return EvidenceRefusals.OpeningsOther.Because(
                    null, ("hazard", stream.Id), ("upTo", count.UpTo), ("expected", stream.Openings), ("position", line.Position),
                    ("count", found));
        return null;
    }

    private long CountUpTo(Guid stream, long upTo) =>
        pass.Positions.TryGetValue(stream, out var positions) ? positions.LongCount(p => p <= upTo) : 0;
}
