using System.Text.Json;
using Hazards.Domain;

namespace Hazards.Evidence;

/// <summary>What the package's own stream says: what was asked for, and how much there was. The tree proves it like any event.</summary>
internal sealed class PackageStory
{
    /// <summary>The request, where it stands and under which circumstances.</summary>
    public (EnvelopeLine Line, EvidenceRequested Request, EventContext Context)? Asked { get; private set; }

    /// <summary>The count, and where it stands.</summary>
    public (EnvelopeLine Line, EvidenceCounted Count)? Counted { get; private set; }

    /// <summary>Takes in an event; or says why it cannot be read.</summary>
    public Refusal? Read(EnvelopeLine e)
    {
        try
        {
            switch (DomainJson.ReadEvent(e.Type, e.Data))
            {
                case EvidenceRequested asked when e.Version == 1:
                    Asked = (e, asked, DomainJson.ReadContext(e.Headers));
                    break;
                case EvidenceCounted counted:
                    Counted ??= (e, counted);
                    break;
            }
            return null;
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException or FormatException)
        {
            return EvidenceRefusals.Unknown.Because(null, ("position", e.Position), ("type", e.Type), ("detail", problem.Message));
        }
    }
}
