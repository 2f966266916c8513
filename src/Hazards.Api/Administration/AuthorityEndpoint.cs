using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hazards.Api.Lists;
using Hazards.Api.Supervision;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;

namespace Hazards.Api.Administration;

/// <summary>授权变动 by REST: what a level granted and revoked, for the levels above it.</summary>
internal static class AuthorityEndpoint
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.Get("/authority/changes", new Operation(Tag.Access,
            "授权变动：辖区内签发、吊销的密钥，开通、变更、停用的账号，采用、停用的制度，最近的在前（系统管理、调查、督查）",
            "What was granted within the jurisdiction: keys, accounts and policies, given and taken; the newest first "
            + "(administrators, investigators, supervisors)")
        {
            Query =
            [
                Parameters.Region,
                new("unseen", typeof(bool), "true：只看告知本单位而无人看过的", "true: only what the caller's body was told and nobody of it has opened"),
                Parameters.Cursor, Parameters.Limit,
            ],
            Answer = typeof(AuthorityPage),
        }, ListAsync);
        api.Post("/authority/changes/{position}/opening", new Operation(Tag.Access,
            "看过授权变动：告知本单位的，每人首次看过记录在案，再次不再记录",
            "Open a change of authority that the caller's body was told: the first time of each person is recorded, no other")
        {
            Body = typeof(OpenMessage), IsAct = true, Answer = typeof(OpeningAnswer),
        }, OpenAsync);
    }

    /// <summary>Whether a caller sees what was granted.</summary>
    public static bool IsFor(Caller caller) => caller.Key.Roles.Any(r => r is Role.Administrator or Role.Investigator or Role.Supervisor);

    private static async Task<IResult> ListAsync(Call call, AuthorityQueries changes, Naming naming)
    {
        var filter = new AuthorityFilter
        {
            Region = call.Query.Region(), UnseenBy = call.Query.Flag("unseen") == true ? [.. Told.AddressesOf(call.Caller.Body)] : [],
        };
        var (cursor, limit) = Parameters.ReadPage(call.Query);
        var scope = call.Scope();
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        if (!IsFor(call.Caller))
            return Call.Refuse(AuthorityRefusals.Forbidden.Because());
        var page = await changes.ListAsync(scope, filter, cursor, limit, call.Stop);
        var unseen = await changes.UnseenAsync(scope, [.. Told.AddressesOf(call.Caller.Body)], call.Stop);
        var names = await naming.OfBodiesAsync(
            page.Items.SelectMany(i => i.Openings.Select(o => o.Body).Prepend(i.Context.Body)), scope.AsOf, call.Stop);
        return Call.Json(new AuthorityPage([.. page.Items.Select(AuthorityChange.Of)], page.Next, unseen, names));
    }

    private static async Task<IResult> OpenAsync(Call call, string position, AuthorityQueries changes, MessageStore messages)
    {
        var order = await call.ReadAsync<OpenMessage>();
        if (order.Refusal is { } refusal)
            return Call.Refuse(refusal);
        if (!IsFor(call.Caller))
            return Call.Refuse(AuthorityRefusals.Forbidden.Because());
        var scope = new Scope(call.Caller.Jurisdiction, null, DateOnly.MinValue);
        var mine = Told.AddressesOf(call.Caller.Body);
        if (!long.TryParse(position, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            || (await changes.ListAsync(scope, new AuthorityFilter { Position = at }, null, 1, call.Stop)).Items is not [var change]
            || change.Context.Told.FirstOrDefault(t => mine.Contains(t.Address)) is not { } told)
            return Call.Refuse(InboxRefusals.NotFound.Because());
        if (Texts.Name("actor", order.Given!.By.Name) is { } nameless)
            return Call.Refuse(nameless);
        var (opened, now, contended) = await messages.OpenAsync(change, told, order.Given.By, order.Terms, call.Stop);
        return contended is not null
            ? Call.Refuse(contended)
            : Call.Json(
                new OpeningAnswer(Messages.IdOf(change.EventId, told.Address), order.Given.By.Name, call.Caller.Body.Id, opened, now));
    }
}

/// <summary>A page of changes.</summary>
/// <param name="Items">The changes.</param>
/// <param name="Next">Cursor of the next page; absent on the last.</param>
/// <param name="Unseen">How much the caller's body was told that nobody of it has opened, counted up to 1000.</param>
/// <param name="Bodies">Names of the bodies that made or opened them.</param>
internal sealed record AuthorityPage(
    ImmutableArray<AuthorityChange> Items, string? Next, int Unseen, IReadOnlyDictionary<string, string> Bodies);

/// <summary>A change of who may do what.</summary>
/// <param name="Position">Its position in the log.</param>
/// <param name="Id">The key or account; for policies, their one stream.</param>
/// <param name="Event">What it was.</param>
/// <param name="RecordedAt">When.</param>
/// <param name="Region">The jurisdiction it is about.</param>
/// <param name="Body">Who did it: the body.</param>
/// <param name="Actor">The person, as the calling system names it.</param>
/// <param name="Client">The calling system.</param>
/// <param name="Told">Whom it was put before: the committee office one level up.</param>
/// <param name="Openings">Who of those told has opened it, the first first.</param>
/// <param name="Data">The facts; without a policy's text, and without what a key is known by.</param>
internal sealed record AuthorityChange(
    long Position, Guid Id, CodeEntry Event, DateTimeOffset RecordedAt, RegionCode Region, BodyId Body, string Actor, string Client,
    ImmutableArray<Told> Told, ImmutableArray<InboxOpening> Openings, JsonElement Data)
{
    public static AuthorityChange Of(AuthorityEntry e)
    {
        var data = JsonSerializer.SerializeToNode(e.Happened, e.Happened.GetType(), DomainJson.Options)!.AsObject();
        data.Remove("digest");
        data.Remove("under");
        (data["policy"] as JsonObject)?.Remove("json");
        return new AuthorityChange(
            e.Position, e.Id, EventLabels.Of(EventTypes.NameOf(e.Happened)), e.RecordedAt, e.Region, e.Context.Body, e.Context.Actor,
            e.Context.Client, e.Context.Told, e.Openings, JsonSerializer.SerializeToElement(data, DomainJson.Options));
    }
}
