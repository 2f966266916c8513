using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Hazards.Domain;

namespace Hazards.Evidence;

/// <summary>What events refer to: files, policies, editions of the calendar; and what those of the policies and the calendar say.</summary>
internal sealed class NamedThings
{
    private readonly HashSet<(PolicyVersion Version, Sha256Digest)> texts =
        [.. ShippedPolicies.All.Select(t => (t.Version, Sha256Digest.Of(Encoding.UTF8.GetBytes(t.Json))))];

    /// <summary>Files by digest, with the position of the first event that names each.</summary>
    public Dictionary<Sha256Digest, long> Files { get; } = [];

    /// <summary>Policies that events were decided by.</summary>
    public HashSet<PolicyVersion> Policies { get; } = [];

    /// <summary>Sealed persons by their number, as the events hold them.</summary>
    public Dictionary<Guid, (HazardId Hazard, SealedPerson Sealed, string? Statement)> Persons { get; } = [];

    /// <summary>The messages that events of hazards told, with the hazard of each.</summary>
    public Dictionary<Guid, HazardId> Messages { get; } = [];

    /// <summary>Editions of the calendar that events were decided by.</summary>
    public SortedSet<int> Editions { get; } = [];

    /// <summary>The calendar that the events give.</summary>
    public WorkCalendar Calendar { get; private set; } = WorkCalendar.Shipped;

    /// <summary>Whether a policy's text is one that an event adopts or that ships with the product.</summary>
    public bool IsText(PolicyVersion version, ReadOnlySpan<byte> text) => texts.Contains((version, Sha256Digest.Of(text)));

    /// <summary>Whether there is any text of a policy: adopted by an event here, or shipped.</summary>
    public bool Knows(PolicyVersion version) => texts.Any(t => t.Version == version);

    /// <summary>Takes in an event of a hazard.</summary>
    public void Read(EnvelopeLine e, Happening happening)
    {
        var happened = happening.Event;
        foreach (var told in happening.Context.Told)
            Messages.TryAdd(Domain.Messages.IdOf(e.Id, told.Address), new HazardId(e.Stream));
        if (happened is HazardReported { Reporter: { } reporter })
            Persons.TryAdd(reporter.Person, (new HazardId(e.Stream), reporter, null));
        if (happened is WitnessRecorded witness)
            Persons.TryAdd(witness.Witness.Person, (new HazardId(e.Stream), witness.Witness, witness.Statement));
        if (happened is LedgerRowRecorded { Contact: { } contact } row)
            Persons.TryAdd(contact.Person, (new HazardId(e.Stream), contact, row.SealedCells));
    }

    /// <summary>Takes in an event; or says why it cannot be read.</summary>
    public Refusal? Read(EnvelopeLine e)
    {
        try
        {
            using var headers = JsonDocument.Parse(e.Headers);
            if (headers.RootElement.ValueKind == JsonValueKind.Object)
                Headers(headers.RootElement, e);
            if (e.Stream == PolicyRegister.StreamId || e.Stream == WorkCalendar.StreamId)
                Take(DomainJson.ReadEvent(e.Type, e.Data));
            return null;
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException or FormatException)
        {
            return EvidenceRefusals.Unknown.Because(null, ("position", e.Position), ("type", e.Type), ("detail", problem.Message));
        }
    }

    private void Headers(JsonElement headers, EnvelopeLine e)
    {
        if (headers.TryGetProperty("attachments", out var attachments))
            foreach (var attachment in attachments.EnumerateArray())
                if (Sha256Digest.TryParse(attachment.GetProperty("digest").GetString(), out var digest, out _))
                    Files.TryAdd(digest, e.Position);
        if (e.StreamType != "hazard")
            return;
        if (headers.TryGetProperty("policy", out var policy) && PolicyVersion.TryParse(policy.GetString(), out var version, out _))
            Policies.Add(version);
        Editions.Add(headers.TryGetProperty("calendar", out var edition) ? edition.GetInt32() : 0);
    }

    private void Take(IDomainEvent happened)
    {
        if (happened is PolicyAdopted adopted)
            foreach (var text in adopted.Under.Add(adopted.Policy))
                texts.Add((text.Version, Sha256Digest.Of(Encoding.UTF8.GetBytes(text.Json))));
        if (happened is ICalendarEvent changed)
            Calendar = Calendar.With(changed.Year);
    }
}
