using Hazards.Domain;
using Hazards.Projections.Store;

namespace Hazards.Api.Http.Access;

/// <summary>
/// By whose authority something is appended, as it stood when the request was let in. The log takes the append only while it stands
/// so (<see cref="Append.Relies"/>): what a key did after it was revoked, or a body after it was dissolved, is not accepted, however
/// close the two come.
/// </summary>
/// <param name="caller">Who was let in.</param>
internal sealed class Credential(Caller caller)
{
    /// <summary>The streams that said who it is.</summary>
    public IReadOnlyList<StreamVersion> Relies { get; private set; } = Of(caller);

    /// <summary>Whether an append came to nothing because one of them has moved on.</summary>
    public bool IsOvertaken(AppendResult.Conflict conflict) => Relies.Any(r => r.StreamId == conflict.StreamId);

    /// <summary>
    /// Asks again. Null when nothing of its rights has changed: a person has only signed in once more. Else why it may not; whoever still
    /// may, with other rights, sends the request again and is judged by those.
    /// </summary>
    public async Task<Refusal?> AgainAsync(CancellationToken cancellationToken)
    {
        var (now, refusal) = await caller.Again(cancellationToken);
        if (now is null)
            return refusal ?? AccessRefusals.Unknown.Because();
        if (OperationAuthorization.Dissolved(now) is { } dissolved)
            return dissolved;
        if (!now.HasTheRightsOf(caller))
            return AppendRefusals.Contended.Because();
        Relies = Of(now);
        return null;
    }

    private static StreamVersion[] Of(Caller caller) =>
        [new(caller.Key.Id, caller.Key.Version), new(caller.Body.Id.StreamId, caller.Body.Version)];
}
