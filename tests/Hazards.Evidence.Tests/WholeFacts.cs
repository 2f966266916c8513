using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Evidence.Tests;

/// <summary>
/// Whoever holds the log's key signs what they like, with states to fit. What they leave out is found by the events that the tree
/// proves, or is said not to be proved.
/// </summary>
public sealed class WholeFacts
{
    private static readonly VerifyOptions Trusting = new() { Keys = [SampleLog.Key.Verifier] };

    private static readonly Guid First = SampleLog.First.StreamId;

    public static TheoryData<string, string, string> LeftOut() => new()
    {
        { "the last event of a hazard", "whole", "whole.count" },
        { "all but the first event of a hazard", "whole", "whole.count" },
        { "the last event of a hazard, said not to be whole", "request", "request.hazard_omitted" },
        { "a hazard", "request", "request.hazard_omitted" },
        { "a hazard, and another purpose", "request", "request.hazard_omitted" },
        { "an opening", "whole", "whole.openings" },
        { "the adoption of a policy", "whole", "whole.count" },
        { "the count", "whole", "whole.uncounted" },
        { "the request", "request", "request.missing" },
    };

    [Theory]
    [MemberData(nameof(LeftOut))]
    public void What_the_holder_of_the_key_leaves_out_is_found(string what, string check, string code)
    {
        var package = new SamplePackage(new SampleLog());
        LeaveOut(package, what);
        package.Restate();
        Verified.Of(package, Trusting).ShouldBeRefused(check, code);
    }

    [Fact]
    public void A_hazard_that_was_not_asked_for_is_found()
    {
        var log = new SampleLog();
        var other = new HazardId(Guid.NewGuid());
        log.Add(other.StreamId, "hazard", ((IHazardEvent)DomainJson.ReadEvent(log.Events[3].Type, log.Events[3].Data.Span)), null);
        var package = new SamplePackage(log);
        package.Streams.Add(new ManifestStream(other.StreamId, "hazard", 0, true));
        package.Lines[other.StreamId] = [.. log.Events.Where(e => e.StreamId == other.StreamId)];
        foreach (var instant in package.Instants.Where(i => i >= log.End))
            package.Files.Add(PackagePart.Of(PackageNames.State(instant, other), StateText.Of(Hazard.Fold(other, package.Lines[other.StreamId].Select(e => new Happening((IHazardEvent)DomainJson.ReadEvent(e.Type, e.Data.Span), DomainJson.ReadContext(e.Headers.Span))))!)));
        Verified.Of(package, Trusting).ShouldBeRefused("request", "request.hazard_added");
    }

    public static TheoryData<string> Said() =>
        ["made.actor", "made.body", "made.client", "made.purpose", "made.document", "made.at", "period"];

    [Theory]
    [MemberData(nameof(Said))]
    public void A_manifest_that_says_of_the_request_what_it_does_not_say_is_found(string what)
    {
        var package = new SamplePackage(new SampleLog());
        package.Edit = m => what switch
        {
            "made.actor" => m with { Made = m.Made with { Actor = "别人" } },
            "made.body" => m with { Made = m.Made with { Body = BodyId.Parse("gov-a") } },
            "made.client" => m with { Made = m.Made with { Client = "other" } },
            "made.purpose" => m with { Made = m.Made with { Purpose = "例行检查" } },
            "made.document" => m with { Made = m.Made with { Document = "〔2026〕1号" } },
            "made.at" => m with { Made = m.Made with { At = m.Made.At.AddHours(-1) } },
            _ => m with { Period = new ManifestPeriod(new DateOnly(2026, 1, 1), null) },
        };
        var verification = Verified.Of(package, Trusting);
        verification.ShouldBeRefused("request", "request.other");
        verification.Checks.Single(c => c.Name == "request").English.ShouldContain(what);
    }

    [Fact]
    public void What_came_between_the_count_and_the_checkpoint_is_said_to_rest_on_the_signature()
    {
        var log = new SampleLog();
        log.Add(First, "hazard", new CommentAdded("后来的事"), null);
        var whole = Verified.Of(new SamplePackage(log), Trusting);
        whole.ShouldHold();
        whole.Checks.Single(c => c.Name == "after").Outcome.ShouldBe(CheckOutcome.Holds);

        var package = new SamplePackage(log);
        package.Lines[First].RemoveAt(package.Lines[First].Count - 1);
        package.Restate();
        var verification = Verified.Of(package, Trusting);
        verification.ShouldHold();
        var after = verification.Checks.Single(c => c.Name == "after");
        after.Outcome.ShouldBe(CheckOutcome.NotMade);
        after.English.ShouldContain("of the events from 33 to 34, 1 are not here");
        verification.Checks.Single(c => c.Name == "whole").English.ShouldContain("up to position 32");
    }

    [Fact]
    public void A_package_of_before_the_count_holds_and_says_that_its_end_is_not_proved()
    {
        var package = new SamplePackage(new SampleLog(counts: false));
        Verified.Of(package, Trusting).ShouldHold();
        package.Lines[First].RemoveAt(package.Lines[First].Count - 1);
        package.Restate();
        package.Files.RemoveAll(f => f.Name.StartsWith("notices/", StringComparison.Ordinal));
        var verification = Verified.Of(package, Trusting);
        verification.ShouldHold();
        verification.Checks.Single(c => c.Name == "whole").Outcome.ShouldBe(CheckOutcome.NotMade);
        verification.Checks.Single(c => c.Name == "whole").English.ShouldContain("not proved");
    }

    [Fact]
    public void Hazards_chosen_by_conditions_are_said_not_to_be_all_that_fulfil_them()
    {
        var log = new SampleLog();
        var at = log.Events.FindIndex(e => e.StreamId == SampleLog.Package);
        var request = (EvidenceRequested)DomainJson.ReadEvent(log.Events[at].Type, log.Events[at].Data.Span);
        log.Events[at] = log.Events[at] with
        {
            Data = DomainJson.Write(request with { Filter = new EvidenceFilter(Region: RegionCode.Parse("4331")) }),
        };
        var verification = Verified.Of(new SamplePackage(log), Trusting);
        verification.ShouldHold();
        verification.Checks.Single(c => c.Name == "chosen").Outcome.ShouldBe(CheckOutcome.NotMade);
    }

    private static void LeaveOut(SamplePackage package, string what)
    {
        var first = package.Lines[First];
        switch (what)
        {
            // The last is the paper's event, whose file would stand there for no reason.
            case "the last event of a hazard": Last(package, First); break;
            case "all but the first event of a hazard": first.RemoveRange(1, first.Count - 1); Unname(package); break;
            case "the last event of a hazard, said not to be whole": Last(package,
                First); package.Streams[0] = package.Streams[0] with { Whole = false }; break;
            case "a hazard": Remove(package, SampleLog.Second.StreamId); package.Files.RemoveAll(
                f => f.Name == PackageNames.Calendar(1)); break;
            case "a hazard, and another purpose":
                Remove(package, SampleLog.Second.StreamId);
                package.Edit = m => m with { Made = m.Made with { Purpose = "例行检查" } };
                break;
            case "an opening": Remove(package, package.Log.Opened); break;
            case "the adoption of a policy": Remove(package, PolicyRegister.StreamId); break;
            case "the count": package.Lines[SampleLog.Package].RemoveAt(1); break;
            case "the request": Remove(package, SampleLog.Package); break;
            default: throw new ArgumentException(what, nameof(what));
        }
    }

    private static void Last(SamplePackage package, Guid stream)
    {
        package.Lines[stream].RemoveAt(package.Lines[stream].Count - 1);
        Unname(package);
    }

    private static void Unname(SamplePackage package) =>
        package.Files.RemoveAll(f => f.Name.StartsWith("notices/", StringComparison.Ordinal));

    private static void Remove(SamplePackage package, Guid stream)
    {
        package.Streams.RemoveAll(s => s.Id == stream);
        package.Lines.Remove(stream);
    }
}
