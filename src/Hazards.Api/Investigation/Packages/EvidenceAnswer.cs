using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Evidence.Proof;

namespace Hazards.Api.Investigation.Packages;

/// <summary>How far a package is.</summary>
internal enum EvidenceState
{
    /// <summary>待制作.</summary>
    [Label("待制作", "Nobody has begun with it")] Waiting,

    /// <summary>制作中.</summary>
    [Label("制作中", "It is being made")] Making,

    /// <summary>已制成.</summary>
    [Label("已制成", "It can be downloaded")] Ready,

    /// <summary>未能制成.</summary>
    [Label("未能制成", "It cannot be made")] Failed,
}

/// <summary>A package of evidence.</summary>
/// <param name="Id">Its identity.</param>
/// <param name="State">How far it is.</param>
/// <param name="Reason">The case, or the purpose.</param>
/// <param name="DocumentNumber">文号 of the order, if any.</param>
/// <param name="Actor">The person who asked.</param>
/// <param name="Body">The body asked for.</param>
/// <param name="Client">Through which system.</param>
/// <param name="RequestedAt">When it was asked for.</param>
/// <param name="Position">The position of that event.</param>
/// <param name="Hazards">How many hazards.</param>
/// <param name="From">The first day looked into.</param>
/// <param name="To">The last.</param>
/// <param name="Instants">The instants asked for; the checkpoint's own comes beside them.</param>
/// <param name="Files">What becomes of the files.</param>
/// <param name="Hash">The tree.</param>
/// <param name="Filter">How the hazards were chosen, where not by id.</param>
/// <param name="Progress">What is done of what.</param>
/// <param name="Trouble">Why it does not go on for the moment.</param>
/// <param name="Failure">Why it cannot be made.</param>
/// <param name="Size">Its bytes, when it is ready.</param>
/// <param name="Digest">SHA-256 of the zip, when it is ready.</param>
/// <param name="Checkpoint">What it stands on, once that is fixed.</param>
/// <param name="EndedAt">When it was made, or given up.</param>
/// <param name="Links">Where to go from here.</param>
internal sealed record EvidenceAnswer(
    Guid Id, CodeEntry State, string Reason, DocumentNumber? DocumentNumber, string Actor, BodyId Body, string Client,
    DateTimeOffset? RequestedAt, long? Position,
    int Hazards, DateOnly? From, DateOnly? To, ImmutableArray<DateTimeOffset> Instants, CodeEntry Files, CodeEntry Hash,
    EvidenceFilter? Filter,
    MakingProgress Progress, string? Trouble, string? Failure, long? Size, Sha256Digest? Digest, StandsOn? Checkpoint, DateTimeOffset? EndedAt, IReadOnlyDictionary<string, string> Links)
{
    /// <summary>The hazards, for one package; a list leaves them out.</summary>
    public ImmutableArray<HazardId>? HazardIds { get; init; }

    /// <summary>How often it was given to someone, whole or in part, for one package.</summary>
    public int? Downloads { get; init; }

    public static EvidenceAnswer Of(ShelvedPackage p, DateTimeOffset? asOf = null)
    {
        var ended = p.EndedAt is { } at && !(at > asOf);
        var state = (ended, p.Failure) switch
        {
            (true, null) => EvidenceState.Ready,
            (true, _) => EvidenceState.Failed,
            _ when p.Checkpoint is null => EvidenceState.Waiting,
            _ => EvidenceState.Making,
        };
        var ready = state == EvidenceState.Ready;
        var self = $"{LifeCycle.Links.Root}/evidence/{p.Id:D}";
        var links = new Dictionary<string, string> { ["self"] = self };
        if (ready)
            links["package"] = $"{self}/package";
        return new EvidenceAnswer(
            p.Id, Labels.Of(state), p.Request.Reason, p.Asked.Document, p.Asked.Actor, p.Asked.Body, p.Asked.Client, p.RequestedAt,
            p.Position,
            p.Request.Hazards.Length, p.Request.From, p.Request.To, p.Request.Instants, Labels.Of(p.Request.Attachments),
            Labels.Of(p.Request.Hash), p.Request.Filter,
            new MakingProgress(ready ? p.Request.Hazards.Length : p.Done, p.Request.Hazards.Length, "hazards"), ended ? null : p.Trouble,
            ended ? p.Failure : null,
            ready ? p.Size : null, ready ? p.Digest : null, StandsOn.Of(p), ended ? p.EndedAt : null, links);
    }
}

/// <summary>What is done of what.</summary>
/// <param name="Done">So many.</param>
/// <param name="Total">Of so many.</param>
/// <param name="Of">Of these.</param>
internal sealed record MakingProgress(int Done, int Total, string Of);

/// <summary>The checkpoint a package stands on.</summary>
/// <param name="Origin">The log's name.</param>
/// <param name="Size">How many events it covers.</param>
/// <param name="Root">Its root, base64.</param>
/// <param name="AsOf">When the last of them was recorded: nothing later is in the package.</param>
/// <param name="Note">The signed note.</param>
internal sealed record StandsOn(string Origin, long Size, string Root, DateTimeOffset AsOf, string Note)
{
    public static StandsOn? Of(ShelvedPackage p) =>
        p.Checkpoint is { } text && SignedNote.TryParse(System.Text.Encoding.UTF8.GetBytes(text), out var note)
            && Checkpoint.TryParse(note.Text, out var checkpoint)
            ? new StandsOn(checkpoint.Origin, checkpoint.Size, checkpoint.Root.ToString(), p.AsOf!.Value, text)
            : null;
}

/// <summary>A page of packages, the newest first.</summary>
internal sealed record EvidencePage(ImmutableArray<EvidenceAnswer> Items, string? Next, DateTimeOffset? AsOf);
