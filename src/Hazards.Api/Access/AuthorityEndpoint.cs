using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;

namespace Hazards.Api;

/// <summary>授权变动 by REST: what a level granted and revoked, for the levels above it.</summary>
internal static class AuthorityEndpoint
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.Get("/authority/changes", new Operation(Tag.Access,
            "授权变动：辖区内签发、吊销的密钥，开通、变更、停用的账号，采用、停用的制度，最近的在前（系统管理、调查、督查）",
            "What was granted within the jurisdiction: keys, accounts and policies, given and taken; the newest first "
            + "(administrators, investigators, supervisors)")
        {
            Query = [Parameters.Region, Parameters.Cursor, Parameters.Limit], Answer = typeof(AuthorityPage),
        }, ListAsync);

    private static async Task<IResult> ListAsync(Call call, AuthorityQueries changes, Naming naming)
    {
        var region = call.Query.Value<RegionCode>("region");
        var (cursor, limit) = Parameters.ReadPage(call.Query);
        var scope = call.Scope();
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        if (!call.Caller.Key.Roles.Any(r => r is Role.Administrator or Role.Investigator or Role.Supervisor))
            return Call.Refuse(AuthorityRefusals.Forbidden.Because());
        var page = await changes.ListAsync(scope, region, cursor, limit, call.Stop);
        var names = await naming.OfBodiesAsync(page.Items.Select(i => i.Context.Body), call.Stop);
        return Call.Json(new AuthorityPage([.. page.Items.Select(AuthorityChange.Of)], page.Next, names));
    }
}

/// <summary>A page of changes.</summary>
/// <param name="Items">The changes.</param>
/// <param name="Next">Cursor of the next page; absent on the last.</param>
/// <param name="Bodies">Names of the bodies that made them.</param>
internal sealed record AuthorityPage(ImmutableArray<AuthorityChange> Items, string? Next, IReadOnlyDictionary<string, string> Bodies);

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
/// <param name="Data">The facts; without a policy's text, and without what a key is known by.</param>
internal sealed record AuthorityChange(
    long Position, Guid Id, CodeEntry Event, DateTimeOffset RecordedAt, RegionCode Region, BodyId Body, string Actor, string Client,
    ImmutableArray<Told> Told, JsonElement Data)
{
    public static AuthorityChange Of(AuthorityEntry e)
    {
        var data = JsonSerializer.SerializeToNode(e.Happened, e.Happened.GetType(), DomainJson.Options)!.AsObject();
        data.Remove("digest");
        data.Remove("under");
        (data["policy"] as JsonObject)?.Remove("json");
        return new AuthorityChange(
            e.Position, e.Id, EventLabels.Of(EventTypes.NameOf(e.Happened)), e.RecordedAt, e.Region, e.Context.Body, e.Context.Actor,
            e.Context.Client, e.Context.Told, JsonSerializer.SerializeToElement(data, DomainJson.Options));
    }
}
