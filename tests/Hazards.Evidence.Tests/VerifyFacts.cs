using System.Text;
using System.Text.Json;
using Hazards.Domain;
using Hazards.Evidence.Proof;

namespace Hazards.Evidence.Tests;

/// <summary>Packages that are right, and packages that the log itself signed but that do not hold.</summary>
public sealed class VerifyFacts
{
    private static readonly VerifyOptions Trusting = new() { Keys = [SampleLog.Key.Verifier] };

    [Fact]
    public void A_package_holds_and_says_what_was_checked()
    {
        var verification = Verified.Of(new SamplePackage(new SampleLog()), Trusting);
        verification.ShouldHold();
        verification.Checks.Where(c => c.Outcome == CheckOutcome.Holds).Select(c => c.Name).ShouldBe(
            ["form", "signature", "key", "contents", "checkpoint", "events", "proofs", "streams", "times", "states", "files", "policies", "calendar", "persons", "places", "request", "whole", "after"]);
        verification.Checks.Where(c => c.Outcome == CheckOutcome.NotMade).Select(c => c.Name)
            .ShouldBe(["witnesses", "earlier", "time", "report", "papers", "beyond"]);
        var contents = verification.Contents!;
        (contents.Hazards, contents.Events, contents.States, contents.Files, contents.Withheld).ShouldBe((2, 12, 5, 2, 0));
        contents.Purpose.ShouldBe("某商场火灾调查");
    }

    [Fact]
    public void The_same_content_gives_the_same_package()
    {
        var package = new SamplePackage(new SampleLog());
        package.ToBytes().ShouldBe(package.ToBytes());
    }

    [Fact]
    public void A_package_under_SM3_holds() =>
        Verified.Of(new SamplePackage(new SampleLog(tree: TreeChoice.Sm3), TreeHash.Sm3), Trusting).ShouldHold();

    [Fact]
    public void Without_a_key_from_elsewhere_the_reader_is_told_to_compare()
    {
        var verification = Verified.Of(new SamplePackage(new SampleLog()));
        (verification.Fits, verification.Holds).ShouldBe((true, false), verification.InWords());
        verification.Checks.Single(c => c is { Name: "key", Outcome: CheckOutcome.NotMade }).Chinese.ShouldContain(
            SampleLog.Key.Verifier.ToString());
    }

    [Fact]
    public void A_witness_that_is_asked_for_must_have_signed()
    {
        var package = new SamplePackage(new SampleLog());
        Verified.Of(package,
            Trusting with { Witnesses = [SampleLog.Witness.Verifier] }).Checks.Single(c =>
                c.Name == "witnesses").Outcome.ShouldBe(CheckOutcome.Holds);
        var other = NoteSigner.Create("archive.example", NoteSignatureType.Cosignature);
        Verified.Of(package, Trusting with { Witnesses = [other.Verifier] }).ShouldBeRefused("witnesses", "checkpoint.no_cosignature");
    }

    [Fact]
    public void The_log_continues_a_checkpoint_kept_elsewhere()
    {
        var package = new SamplePackage(new SampleLog());
        package.ConsistentWith.AddRange([5, 17]);
        Verified.Of(package, Trusting with { Earlier = package.Checkpoint(17) }).ShouldHold();
        Verified.Of(package, Trusting with { Earlier = package.Checkpoint() }).ShouldHold();
        Verified.Of(package, Trusting with { Earlier = package.Checkpoint(6) }).ShouldBeRefused("earlier", "checkpoint.earlier_unproved");
        Verified.Of(package, Trusting with { Earlier = package.Checkpoint(17) with { Root = package.Checkpoint(16).Root } })
            .ShouldBeRefused("earlier", "checkpoint.rewritten");
        Verified.Of(package, Trusting with { Earlier = package.Checkpoint() with { Root = package.Checkpoint(16).Root } })
            .ShouldBeRefused("earlier", "checkpoint.rewritten");
        Verified.Of(package, Trusting with { Earlier = package.Checkpoint(17) with { Origin = "hazards/other" } })
            .ShouldBeRefused("earlier", "checkpoint.earlier_other");
    }

    [Fact]
    public void A_key_that_a_trusted_one_vouched_for_is_trusted_and_no_other()
    {
        var next = NoteSigner.Create(SampleLog.Key.Verifier.Name);
        var endorsement = new SignedNote(LogKey.EndorsementText("hazards/sample", "sha256", next.Verifier), [])
            .SignedBy(SampleLog.Key, SampleLog.Start).ToString();
        var package = new SamplePackage(new SampleLog()) { Signer = next };
        var old = new LogKey(SampleLog.Key.Verifier.ToString(), SampleLog.Start, SampleLog.Start.AddDays(1));
        package.Keys = [old, new LogKey(next.Verifier.ToString(), SampleLog.Start, null, endorsement)];
        Verified.Of(package, Trusting).ShouldHold();
        package.Keys = [old, new LogKey(next.Verifier.ToString(), SampleLog.Start, null)];
        Verified.Of(package, Trusting).ShouldBeRefused("signature", "key.other");
    }

    [Fact]
    public void Another_key_or_another_log_is_named_as_such()
    {
        var stranger = NoteSigner.Create(SampleLog.Key.Verifier.Name);
        Verified.Of(new SamplePackage(new SampleLog()) { Signer = stranger }, Trusting).ShouldBeRefused("signature", "key.other");
        Verified.Of(new SamplePackage(new SampleLog(), origin: "hazards/elsewhere"), Trusting)
            .ShouldBeRefused("signature", "key.other_log");
    }

    [Fact]
    public void A_manifest_signed_by_another_key_in_the_name_of_the_log_is_forged()
    {
        var package = new SamplePackage(new SampleLog());
        package.Sign = note => note.ToNote().With(new NoteSignature(SampleLog.Key.Verifier.Name, SampleLog.Key.Verifier.Id, new byte[64]));
        Verified.Of(package, Trusting).ShouldBeRefused("signature", "manifest.signature");
        Verified.Of(package).ShouldBeRefused("signature", "manifest.signature");
    }

    public static TheoryData<string, string, string> WrongThoughSigned() => new()
    {
        { "another version of the format", "signature", "manifest.other" },
        { "a version that is not known", "signature", "manifest.format" },
        { "a root that is not the signed one", "signature", "manifest.other" },
        { "a checkpoint of another size", "checkpoint", "checkpoint.other" },
        { "an unsigned checkpoint", "checkpoint", "checkpoint.signature" },
        { "a checkpoint with a false signature of the log's key", "checkpoint", "checkpoint.signature" },
        { "an event dropped in the middle", "streams", "event.gap" },
        { "the last event dropped", "streams", "event.count" },
        { "an event twice", "streams", "event.gap" },
        { "two events swapped", "streams", "event.gap" },
        { "an event altered", "proofs", "proof.wrong" },
        { "an event at another position", "proofs", "proof.wrong" },
        { "an event invented", "proofs", "proof.wrong" },
        { "an event of another stream", "events", "event.other_stream" },
        { "a stream without events", "events", "package.missing" },
        { "an event after the package's time", "times", "event.later" },
        { "a state altered", "states", "state.differs" },
        { "a state missing", "states", "package.missing" },
        { "a state before the hazard was reported", "places", "package.unexpected" },
        { "a file missing", "files", "file.missing" },
        { "a file nobody named", "files", "file.unnamed" },
        { "a file under another name", "files", "file.name" },
        { "a policy missing", "policies", "policy.missing" },
        { "a policy with another text", "policies", "policy.unproved" },
        { "a calendar missing", "calendar", "calendar.edition_missing" },
        { "a calendar altered", "calendar", "calendar.unproved" },
        { "an entry that has no place", "places", "package.unexpected" },
    };

    [Theory]
    [MemberData(nameof(WrongThoughSigned))]
    public void The_log_s_signature_does_not_make_wrong_right(string what, string check, string code)
    {
        var package = new SamplePackage(new SampleLog());
        Spoil(package, what);
        Verified.Of(package, Trusting).ShouldBeRefused(check, code);
    }

    [Fact]
    public void A_file_may_be_withheld_with_a_reason()
    {
        var package = new SamplePackage(new SampleLog());
        package.Files.RemoveAll(p => p.Name.StartsWith("attachments/", StringComparison.Ordinal));
        package.Withheld.Add(new WithheldFile(Sha256Digest.Of(SampleLog.Photo), "含个人信息 · personal data"));
        var verification = Verified.Of(package, Trusting);
        verification.ShouldHold();
        verification.Contents!.Withheld.ShouldBe(1);
    }

    [Fact]
    public void A_state_of_an_older_program_that_knew_less_holds_and_is_said_to_be_one()
    {
        var package = new SamplePackage(new SampleLog());
        var at = package.Files.FindIndex(p => p.Name.StartsWith("states/", StringComparison.Ordinal));
        var state = JsonSerializer.Deserialize<Dictionary<string, object>>(Content(package.Files[at]))!;
        state.Remove("comments");
        package.Files[at] = PackagePart.Of(package.Files[at].Name, JsonSerializer.SerializeToUtf8Bytes(state));
        var verification = Verified.Of(package, Trusting);
        verification.ShouldHold();
        verification.Checks.Single(c => c.Name == "states").English.ShouldContain("1 of them");
    }

    [Fact]
    public void An_event_that_this_tool_does_not_know_is_said_to_need_a_newer_one()
    {
        var log = new SampleLog();
        log.Events[3] = log.Events[3] with { Type = "hazard_foreseen" };
        Verified.Of(new SamplePackageOf(log).Package, Trusting).ShouldBeRefused("states", "state.unknown_event");
    }

    [Fact]
    public void An_event_that_cannot_happen_there_is_no_crash()
    {
        var log = new SampleLog();
        log.Add(SampleLog.Second.StreamId, "hazard", new HazardDelisted(Hazards.Domain.Codes.ListingLevel.County, default, "没有挂牌"), null);
        Verified.Of(new SamplePackageOf(log).Package, Trusting).ShouldBeRefused("states", "state.impossible");
    }

    [Fact]
    public void Disclosed_personal_data_must_be_what_the_event_holds()
    {
        var (key, other, person) = (PersonCipher.NewKey(), PersonCipher.NewKey(), Guid.NewGuid());
        var data = new PersonData("赵六", "13800000000");
        var held = SealedPerson.Of(person, Domain.Codes.PersonKind.Witness, SampleLog.Second, data, key);
        var disclosed = new DisclosedPerson(SampleLog.Second, held, Convert.ToBase64String(key), data);
        Check(disclosed).ShouldHold();
        Check(disclosed with { Key = Convert.ToBase64String(other) }).ShouldBeRefused("persons", "person.wrong_key");
        Check(disclosed with { Data = new PersonData("钱七") }).ShouldBeRefused("persons", "person.altered");
        Check(disclosed with { Hazard = SampleLog.First }).ShouldBeRefused("persons", "person.unnamed");
        Check(disclosed, "persons/someone.json").ShouldBeRefused("persons", "person.unreadable");

        Verification Check(DisclosedPerson said, string? name = null)
        {
            var log = new SampleLog();
            log.Add(SampleLog.Second.StreamId, "hazard", new WitnessRecorded(held, null), null);
            var package = new SamplePackage(log);
            package.Files.Add(PackagePart.Of(name ?? PackageNames.Person(person), DomainJson.Write(said)));
            return Verified.Of(package, Trusting);
        }
    }

    private static void Spoil(SamplePackage package, string what)
    {
        var first = package.Lines[SampleLog.First.StreamId];
        switch (what)
        {
            case "another version of the format": package.Sign = n =>
                (n with { Format = Manifest.FormatWithMore }).ToNote().SignedBy(SampleLog.Key, SampleLog.Start); break;
            case "a version that is not known": package.Edit = m => m with { Format = "hazards-evidence/3" }; break;
            case "a root that is not the signed one": package.Sign = n =>
                (n with { Root = TreeHash.Sha256.Empty }).ToNote().SignedBy(SampleLog.Key, SampleLog.Start); break;
            case "a checkpoint of another size": package.EditCheckpoint = _ =>
                package.Checkpoint(17).ToNote().SignedBy(SampleLog.Key, SampleLog.Start); break;
            case "an unsigned checkpoint": package.EditCheckpoint = _ =>
                package.Checkpoint().ToNote().SignedBy(NoteSigner.Create("someone"), SampleLog.Start); break;
            case "a checkpoint with a false signature of the log's key": package.EditCheckpoint = n =>
                n.With(new NoteSignature(SampleLog.Key.Verifier.Name, SampleLog.Key.Verifier.Id, new byte[64])); break;
            case "an event dropped in the middle": first.RemoveAt(2); break;
            case "the last event dropped": package.Streams[0] =
                package.Streams[0] with { Events = first.Count }; first.RemoveAt(first.Count - 1); break;
            case "an event twice": first.Insert(2, first[2]); break;
            case "two events swapped": (first[2], first[3]) = (first[3], first[2]); break;
            case "an event altered": first[1] = first[1] with
            {
                Data = DomainJson.Write(new HazardVerified(Domain.Codes.Level.General, null, "不严重")),
            }; break;
            case "an event at another position": first[1] = first[1] with { Position = 7 }; break;
            case "an event invented": first.Add(first[^1] with { Version = first.Count
                + 1, Data = DomainJson.Write(new CommentAdded("一切都好")), Type = "comment_added" }); break;
            case "an event of another stream": package.Streams[1] = package.Streams[1] with { Type = "body" }; break;
            case "a stream without events": package.Edit = m =>
                m with { Streams = m.Streams.Add(new ManifestStream(Guid.NewGuid(), "hazard", 3, true)) }; break;
            case "an event after the package's time": package.Edit = m =>
                m with { AsOf = m.AsOf.AddSeconds(-30), Instants = m.Instants.RemoveAt(2) }; break;
            case "a state altered": Replace(
                package, "states/",
                p => PackagePart.Of(
                    p.Name,
                    Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Content(p)).Replace("锁闭", "畅通", StringComparison.Ordinal)))); break;
            case "a state missing": package.Files.RemoveAt(
                package.Files.FindIndex(p => p.Name.StartsWith("states/", StringComparison.Ordinal))); break;
            case "a state before the hazard was reported": package.Files.Add(
                PackagePart.Of(PackageNames.State(package.Instants[0], SampleLog.Second), "{}"u8.ToArray())); break;
            case "a file missing": package.Files.RemoveAll(p => p.Name.StartsWith("notices/", StringComparison.Ordinal)); break;
            case "a file nobody named": package.Files.Add(
                PackagePart.Of(PackageNames.Attachment(Sha256Digest.Of("x"u8), "txt"), "x"u8.ToArray())); break;
            case "a file under another name": Replace(package, "attachments/", p => p with { Name = "attachments/photo.jpg" }); break;
            case "a policy missing": package.Files.RemoveAll(p => p.Name.StartsWith("policies/", StringComparison.Ordinal)); break;
            case "a policy with another text": Replace(package, "policies/", p => PackagePart.Of(p.Name, "{}"u8.ToArray())); break;
            case "a calendar missing": package.Files.RemoveAll(p => p.Name == PackageNames.Calendar(1)); break;
            case "a calendar altered": Replace(package, "calendar/1",
                p => PackagePart.Of(p.Name, StateText.Of(WorkCalendar.Shipped))); break;
            case "an entry that has no place": package.Files.Add(PackagePart.Of("secret/plan.txt", "x"u8.ToArray())); break;
            default: throw new ArgumentException(what, nameof(what));
        }
    }

    private static void Replace(SamplePackage package, string prefix, Func<PackagePart, PackagePart> by)
    {
        var at = package.Files.FindIndex(p => p.Name.StartsWith(prefix, StringComparison.Ordinal));
        package.Files[at] = by(package.Files[at]);
    }

    private static byte[] Content(PackagePart part)
    {
        using var content = part.Open(0, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        using var copy = new MemoryStream();
        content.CopyTo(copy);
        return copy.ToArray();
    }

    /// <summary>A package of a log whose events cannot all be folded: without states.</summary>
    private sealed class SamplePackageOf
    {
        public SamplePackageOf(SampleLog log)
        {
            var whole = new SamplePackage(new SampleLog());
            Package = new SamplePackage(log, states: false);
            Package.Files.Clear();
            Package.Files.AddRange(whole.Files.Where(f => !f.Name.StartsWith("states/", StringComparison.Ordinal)));
            Package.Instants = [];
        }

        public SamplePackage Package { get; }
    }
}
