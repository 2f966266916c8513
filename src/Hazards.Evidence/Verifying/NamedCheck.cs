using System.Text.Json;
using Hazards.Domain;

namespace Hazards.Evidence;

/// <summary>Whether what the events name is there, and whether everything that is there has its place.</summary>
internal sealed class NamedCheck(PackageReader package, Manifest manifest, EventPass pass)
{
    private static readonly HashSet<string> Fixed = new(StringComparer.Ordinal)
    {
        PackageNames.Readme, PackageNames.Manifest, PackageNames.ManifestNote, PackageNames.Sums, PackageNames.Checkpoint,
        PackageNames.Keys, PackageNames.Consistency,
    };

    private readonly Dictionary<string, ManifestEntry[]> folders =
        manifest.Entries.Where(e => !Fixed.Contains(e.Name)).GroupBy(e => e.Name.Split('/')[0], StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal);

    public IEnumerable<Check> Run()
    {
        ManifestEntry[] files = [.. In("attachments"), .. In("notices")];
        yield return Or("files", Files(files), Check.Holds("files",
            $"事件所附的 {pass.Named.Files.Count} 个文件：{files.Length} 个在包中、SHA-256 与事件所载一致，{manifest.Withheld.Length} 个注明不提供",
            $"of {pass.Named.Files.Count} files that events name, {files.Length} are here with the SHA-256 the events give, {manifest.Withheld.Length} are said to be withheld"));
        yield return Or("policies", Policies(), PoliciesHold());
        yield return Or("calendar", Calendars(), Check.Holds("calendar",
            $"事件所依据的 {pass.Named.Editions.Count} 版工作日历都在包中，与日历事件得出的一致",
            $"the {pass.Named.Editions.Count} editions of the working calendar by which events were decided are here, as the events of the calendar give them"));
        yield return Or("persons", Persons(), Check.Holds("persons",
            $"事件中封存了 {pass.Named.Persons.Count} 人的个人信息：{In("persons").Length} 人随包披露，密钥能打开事件中的密文且内容相同；其余不披露，不影响证明",
            $"the events hold the sealed data of {pass.Named.Persons.Count} persons: {In("persons").Length} are disclosed, and their keys open what the events hold to the same; the others are not, which no proof depends on"));
        yield return Or("places", Misplaced(), Check.Holds("places",
            $"没有来历不明的条目：每个条目都由清单、事件或报告说明",
            $"no entry is without a reason: the manifest, an event or the report accounts for each"));
    }

    private ManifestEntry[] In(string folder) => folders.GetValueOrDefault(folder, []);

    private Refusal? Files(ManifestEntry[] files)
    {
        var found = new HashSet<Sha256Digest>();
        foreach (var file in files)
        {
            if (file.Name.Split('/') is not [_, var name] || !name.StartsWith($"{file.Sha256}.", StringComparison.Ordinal))
                return EvidenceRefusals.FileName.Because(null, ("name", file.Name));
            if (!found.Add(file.Sha256) || !pass.Named.Files.ContainsKey(file.Sha256))
                return EvidenceRefusals.FileUnnamed.Because(null, ("name", file.Name));
        }
        found.UnionWith(manifest.Withheld.Select(w => w.Sha256));
        foreach (var (digest, position) in pass.Named.Files)
            if (!found.Contains(digest))
                return EvidenceRefusals.FileMissing.Because(null, ("digest", digest), ("position", position));
        return null;
    }

    private Refusal? Policies()
    {
        foreach (var entry in In("policies"))
        {
            var (text, refusal) = package.Read(entry.Name);
            if (text is null)
                return refusal;
            var name = Path.GetFileNameWithoutExtension(entry.Name);
            if (!PolicyVersion.TryParse(name, out var version, out _) || entry.Name != PackageNames.Policy(version)
                || !pass.Named.IsText(version, text))
                return EvidenceRefusals.PolicyUnproved.Because(null, ("name", entry.Name));
        }
        foreach (var version in pass.Named.Policies)
            if (pass.Named.Knows(version) && package.Find(PackageNames.Policy(version)) is null)
                return EvidenceRefusals.PolicyMissing.Because(null, ("version", version));
        return null;
    }

    private Check PoliciesHold()
    {
        var unknown = pass.Named.Policies.Where(v => !pass.Named.Knows(v)).Select(v => v.Value).Order(StringComparer.Ordinal).ToArray();
        var known = pass.Named.Policies.Count - unknown.Length;
        return unknown.Length == 0
            ? Check.Holds("policies",
                $"事件所依据的 {known} 部制度都在包中，文本与采用它的事件或随产品发布的一致",
                $"the {known} policies by which events were decided are here, each with the text that an event adopts or that ships with the product")
            : Check.Heed("policies",
                $"事件所依据的制度中，{known} 部在包中且有据；{string.Join("、", unknown)} 既无采用它的事件，也不随产品发布，文本无从核对",
                $"of the policies by which events were decided, {known} are here with a text that is proved; for {string.Join(", ", unknown)} there is neither an event that adopts it nor a text that ships with the product");
    }

    private Refusal? Persons()
    {
        foreach (var entry in In("persons"))
        {
            var (json, refusal) = package.Read(entry.Name);
            if (json is null)
                return refusal;
            if (Read(json) is not { } said || entry.Name != PackageNames.Person(said.Sealed.Person))
                return EvidenceRefusals.PersonUnreadable.Because(null, ("name", entry.Name));
            if (!pass.Named.Persons.TryGetValue(said.Sealed.Person, out var held) || held.Hazard != said.Hazard)
                return EvidenceRefusals.PersonUnnamed.Because(null, ("name", entry.Name));
            var opening = said.Check(held.Sealed, held.Statement);
            if (opening != PersonOpening.Opened)
                return (opening == PersonOpening.WrongKey ? EvidenceRefusals.PersonKey : EvidenceRefusals.PersonAltered)
                    .Because(null, ("name", entry.Name));
        }
        return null;

        static DisclosedPerson? Read(byte[] json)
        {
            try
            {
                return JsonSerializer.Deserialize<DisclosedPerson>(json, DomainJson.Strict);
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }

    private Refusal? Calendars()
    {
        foreach (var edition in pass.Named.Editions)
            if (package.Find(PackageNames.Calendar(edition)) is null)
                return EvidenceRefusals.CalendarMissing.Because(null, ("edition", edition));
        foreach (var entry in In("calendar"))
        {
            var (text, refusal) = package.Read(entry.Name);
            if (text is null)
                return refusal;
            var known = int.TryParse(Path.GetFileNameWithoutExtension(entry.Name), out var edition)
                ? pass.Named.Calendar.At(edition)
                : null;
            if (known?.Edition != edition || entry.Name != PackageNames.Calendar(edition) || !StateText.Of(known).AsSpan()
                .SequenceEqual(text))
                return EvidenceRefusals.CalendarUnproved.Because(null, ("name", entry.Name));
        }
        return null;
    }

    private Refusal? Misplaced()
    {
        var streams = manifest.Streams.SelectMany(s => new[] { PackageNames.Events(s.Id), PackageNames.Proofs(s.Id) })
            .ToHashSet(StringComparer.Ordinal);
        foreach (var (folder, entries) in folders)
            foreach (var entry in entries)
                if (!HasPlace(folder, entry.Name))
                    return EvidenceRefusals.Unexpected.Because(null, ("name", entry.Name));
        return null;

        bool HasPlace(string folder, string name) => folder switch
        {
            "events" or "proofs" => streams.Contains(name),
            // After a stream that could not be replayed, what is missing from the comparison is not misplaced.
            "states" => pass.Compared.Contains(name) || pass.States is not null || pass.Lines is not null,
            "attachments" or "notices" or "policies" or "calendar" or "persons" => true,
            "time" => name is PackageNames.TimeCheckpoint or PackageNames.TimeReply,
            "report" => name is PackageNames.ReportHtml or PackageNames.ReportDocx,
            _ => false,
        };
    }

    private static Check Or(string name, Refusal? refusal, Check holds) => refusal is null ? holds : Check.Fails(name, refusal);
}
