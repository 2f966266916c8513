using System.Collections.Immutable;
using Hazards.Api.Administration.Webhooks;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Evidence.Proof;

namespace Hazards.Api.Proofs;

/// <summary>Rotates the log's signing key.</summary>
/// <param name="Reason">Why.</param>
internal sealed record RotateLogKey(string Reason);

/// <summary>Registers a witness.</summary>
/// <param name="Verifier">Its key: C2SP vkey of type 0x04.</param>
/// <param name="Witness">Who it is.</param>
/// <param name="Url">Where checkpoints are sent to: <c>/add-checkpoint</c> is appended. None when it comes for them itself.</param>
internal sealed record RegisterWitness(string Verifier, [property: Longest(Texts.NameLength)] string Witness, string? Url = null);

/// <summary>Trusts a key no more.</summary>
/// <param name="Verifier">The key: C2SP vkey.</param>
/// <param name="Reason">Why.</param>
internal sealed record RetireVerifier(string Verifier, string Reason);

/// <summary>Witnesses another log.</summary>
/// <param name="Verifier">The log's key: C2SP vkey of type 0x01 (Ed25519) or 0xff (SM2); its name is the log's origin.</param>
/// <param name="Log">Whose log it is.</param>
internal sealed record WitnessLog(string Verifier, [property: Longest(Texts.NameLength)] string Log);

/// <summary>Keys and witnesses of the log, and this deployment as a witness of other logs.</summary>
internal static class WitnessEndpoints
{
    private const int LongestUrl = 500;

    public static async Task<IResult> RotateAsync(Call call, KeyRotation rotation, LogKeys keys)
    {
        var order = await call.ReadAsync<RotateLogKey>();
        if (order.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var (_, refused) = await rotation.RunAsync(order.Given!.By, order.Command!.Reason, call.Stop);
        return refused is null ? Call.Json(LogKeyList.Of(await keys.RegisterAsync(call.Stop))) : Call.Refuse(refused);
    }

    public static async Task<IResult> ListAsync(Call call, LogKeys keys, Deliveries deliveries) =>
        Call.Json(await WitnessesAsync(keys, deliveries, call.Stop));

    /// <summary>
    /// The service must not become a way into its own network; what a name resolves to is looked at when it is connected to.
    /// </summary>
    private static Refusal? CheckUrl(string url, WebhookAddresses addresses)
    {
        if (url.Length > LongestUrl || !Texts.IsClean(url, multiline: false) || !Uri.TryCreate(url, UriKind.Absolute, out var uri)
            || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps))
            return ProofRefusals.Url.Because("url", ("value", Texts.Excerpt(url)));
        if (uri.UserInfo.Length > 0 || uri.Query.Length > 0 || uri.Fragment.Length > 0)
            return ProofRefusals.UrlUserInfo.Because("url");
        return addresses.LeadsInside(uri) ? ProofRefusals.PrivateUrl.Because("url", ("host", uri.Host)) : null;
    }

    public static Task<IResult> RegisterAsync(Call call, LogKeys keys, Deliveries deliveries, WebhookAddresses addresses) => ActAsync<RegisterWitness>(call, keys, (order, known) =>
    {
        if (!NoteVerifier.TryParse(order.Verifier, out var verifier) || verifier.Type != NoteSignatureType.Cosignature)
            return (null, ProofRefusals.Verifier.Because(
                "verifier", ("value", Texts.Excerpt(order.Verifier)), ("type", "0x04 (cosignature/v1)")));
        if (Texts.Name("witness", order.Witness) is { } unnamed)
            return (null, unnamed);
        if (order.Url is { } url && CheckUrl(url, addresses) is { } wrong)
            return (null, wrong);
        return known.ActiveWitnesses.Any(w => w.Verifier == verifier)
            ? (null, ProofRefusals.WitnessKnown.Because("verifier"))
            : (new WitnessRegistered(order.Verifier, order.Witness.Trim(), order.Url), null);
    }, async stop => Call.Json(await WitnessesAsync(keys, deliveries, stop), 201));

    public static Task<IResult> RetireAsync(Call call, LogKeys keys, Deliveries deliveries) => ActAsync<RetireVerifier>(call, keys, (order, known) =>
        Texts.Required("reason", order.Reason) is { } wrong ? (null, wrong)
        : known.ActiveWitnesses.Any(w => w.Verifier.ToString() == order.Verifier) ? (new WitnessRetired(order.Verifier, order.Reason), null)
        : (null, ProofRefusals.Verifier.Because("verifier", ("value", Texts.Excerpt(order.Verifier)), ("type", "GET /log/witnesses"))),
        async stop => Call.Json(await WitnessesAsync(keys, deliveries, stop)));

    public static async Task<IResult> WitnessedAsync(Call call, LogKeys keys, Witnessing witnessing) =>
        Call.Json(await WitnessedListAsync(keys, witnessing, call.Stop));

    public static Task<IResult> AddLogAsync(Call call, LogKeys keys, Witnessing witnessing) => ActAsync<WitnessLog>(call, keys, (order, known) =>
    {
        if (!NoteVerifier.TryParse(order.Verifier, out var verifier) || !verifier.IsOfALog)
            return (null, ProofRefusals.Verifier.Because(
                "verifier", ("value", Texts.Excerpt(order.Verifier)), ("type", "0x01 (Ed25519), 0xff (SM2)")));
        if (Texts.Name("log", order.Log) is { } unnamed)
            return (null, unnamed);
        return known.Witnessed.Any(w => w.Verifier == verifier)
            ? (null, ProofRefusals.WitnessKnown.Because("verifier"))
            : (new WitnessedLogAdded(order.Verifier, order.Log.Trim()), null);
    }, async stop => Call.Json(await WitnessedListAsync(keys, witnessing, stop), 201));

    public static Task<IResult> RemoveLogAsync(Call call, LogKeys keys, Witnessing witnessing) => ActAsync<RetireVerifier>(call, keys, (order, known) =>
        Texts.Required("reason", order.Reason) is { } wrong ? (null, wrong)
        : known.Witnessed.Any(w => w.Verifier.ToString() == order.Verifier) ? (new WitnessedLogRemoved(order.Verifier, order.Reason), null)
        : (null, ProofRefusals.Verifier.Because("verifier", ("value", Texts.Excerpt(order.Verifier)), ("type", "GET /witness"))),
        async stop => Call.Json(await WitnessedListAsync(keys, witnessing, stop)));

    public static async Task<IResult> AddCheckpointAsync(HttpRequest request, Witnessing witnessing, CancellationToken stop)
    {
        var (bytes, tooLarge) = await RequestBody.ReadAsync(request, Witnessing.MostBytes, stop);
        if (tooLarge is not null)
            return Call.Refuse(tooLarge);
        var answer = await witnessing.AddAsync(bytes, stop);
        return Results.Text(answer.Text, answer.MediaType, statusCode: answer.Status);
    }

    public static async Task<IResult> WitnessedCheckpointAsync(string origin, Witnessing witnessing, CancellationToken stop) =>
        await witnessing.NoteAsync(origin, stop) is { } note
            ? Results.Text(note, "text/plain; charset=utf-8")
            : Results.Text("没有 · none\n", "text/plain; charset=utf-8", statusCode: 404);

    private static async Task<IResult> ActAsync<T>(Call call, LogKeys keys, Func<T, LogRegister, (IDomainEvent? Event, Refusal? Refusal)> decide, Func<CancellationToken, Task<IResult>> answer) where T : class
    {
        const int mostTries = 5;
        var order = await call.ReadAsync<T>();
        if (order.Refusal is { } refusal)
            return Call.Refuse(refusal);
        for (var tries = 0; tries < mostTries; tries++)
        {
            var known = await keys.RegisterAsync(call.Stop);
            var (happened, refused) = decide(order.Command!, known);
            if (happened is null)
                return Call.Refuse(refused!);
            if (await keys.AppendAsync([happened], known.Version, order.Given!.By, call.Stop))
                return await answer(call.Stop);
        }

        return Call.Refuse(ProofRefusals.Contended.Because());
    }

    /// <summary>Who may not act on keys and witnesses, which are the deployment's.</summary>
    public static Refusal? NotOfTheDeployment(Caller caller) =>
        caller.Key.Roles.Contains(Role.Administrator) && caller.Jurisdiction.IsNation ? null : ProofRefusals.Forbidden.Because();

    private static async Task<WitnessList> WitnessesAsync(LogKeys keys, Deliveries deliveries, CancellationToken stop)
    {
        var witnesses = ImmutableArray.CreateBuilder<WitnessView>();
        foreach (var w in (await keys.RegisterAsync(stop)).Witnesses)
            witnesses.Add(new WitnessView(w.Verifier.ToString(), w.Name, w.Url, w.Since, w.Until, w.Url is null ? null : await deliveries.StateAsync(w.Verifier, stop)));
        return new WitnessList(witnesses.ToImmutable());
    }

    private static async Task<WitnessedList> WitnessedListAsync(LogKeys keys, Witnessing witnessing, CancellationToken stop)
    {
        var notes = (await witnessing.NotesAsync(stop)).ToDictionary(n => n.Origin, n => n.Note);
        return new WitnessedList(
            witnessing.Signer()?.Verifier.ToString(),
            [.. (await keys.RegisterAsync(stop)).Witnessed.Select(w => new WitnessedView(w.Verifier.ToString(), w.Verifier.Name, w.Name, w.Since, notes.GetValueOrDefault(w.Verifier.Name)))]);
    }
}

/// <summary>The witnesses of this log.</summary>
internal sealed record WitnessList(ImmutableArray<WitnessView> Items);

/// <summary>A witness.</summary>
/// <param name="Verifier">Its key: C2SP vkey.</param>
/// <param name="Witness">Who it is.</param>
/// <param name="Url">Where checkpoints are sent to.</param>
/// <param name="Since">When it was registered.</param>
/// <param name="Until">When it was retired.</param>
/// <param name="Delivery">How far checkpoints have got with it; none where it comes for them itself.</param>
internal sealed record WitnessView(
    string Verifier, string Witness, string? Url, DateTimeOffset Since, DateTimeOffset? Until, DeliveryState? Delivery);

/// <summary>This deployment as a witness.</summary>
/// <param name="Verifier">The key it cosigns with: others register it.</param>
/// <param name="Logs">The logs it witnesses.</param>
internal sealed record WitnessedList(string? Verifier, ImmutableArray<WitnessedView> Logs);

/// <summary>A log that is witnessed here.</summary>
/// <param name="Verifier">The log's key.</param>
/// <param name="Origin">Its name.</param>
/// <param name="Log">Whose it is.</param>
/// <param name="Since">When the key was registered.</param>
/// <param name="Checkpoint">The last checkpoint cosigned; none yet.</param>
internal sealed record WitnessedView(string Verifier, string Origin, string Log, DateTimeOffset Since, string? Checkpoint);
