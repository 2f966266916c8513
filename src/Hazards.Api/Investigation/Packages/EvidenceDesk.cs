using System.Collections.Immutable;
using Hazards.Api.Administration.Persons;
using Hazards.Api.Proofs;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Evidence.Proof;
using Hazards.Projections;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Api.Investigation.Packages;

/// <summary>Asks for a package: hazards by their ids, by a filter, or both.</summary>
/// <param name="Reason">事由：案件编号或用途 · the case's number, or the purpose.</param>
/// <param name="Hazards">隐患编号 · hazards by id.</param>
/// <param name="Filter">按条件选取 · hazards by conditions.</param>
/// <param name="From">期间的第一天 · the first day looked into.</param>
/// <param name="To">期间的最后一天 · the last.</param>
/// <param name="Instants">要固定状态的时点，默认为期间末和现在 · instants whose states are wanted; the end of the period and now when left out.</param>
/// <param name="Files">附件随包提供（默认）或只列摘要 · files in the package (when left out), or their digests only.</param>
/// <param name="Hash">证明所用的树，默认为本部署的第一棵 · the tree the proofs are in; the deployment's first when left out.</param>
/// <param name="Disclose">披露其个人信息的人员编号 · persons whose data is disclosed.</param>
internal sealed record RequestEvidence(
    string Reason, ImmutableArray<HazardId> Hazards = default, EvidenceFilter? Filter = null, DateOnly? From = null, DateOnly? To = null,
    ImmutableArray<DateTimeOffset> Instants = default, AttachmentChoice Files = AttachmentChoice.Include, TreeChoice? Hash = null,
    ImmutableArray<Guid> Disclose = default);

/// <summary>Takes requests for packages.</summary>
internal sealed class EvidenceDesk(
    NpgsqlDataSource dataSource, EvidenceStore store, PackageShelf shelf, DisclosedPieces pieces, PersonDesk persons,
    PersonKeyRows personKeys, LogKeys keys, ServiceOptions options, TimeProvider clock)
{
    private readonly ReplayQueries replay = new(dataSource);

    /// <summary>The most hazards of one package.</summary>
    public const int MostHazards = 2000;

    private const int MostInstants = 12;
    private const int MostDisclosed = 200;

    /// <summary>Who may have packages made, and get them.</summary>
    public static readonly ImmutableArray<Role> Roles = [Role.Investigator, Role.Coordinator, Role.Supervisor];

    /// <summary>Under which role, if any.</summary>
    public static Role? RoleOf(Actor by) => Roles.Where(by.Roles.Contains).Select(r => (Role?)r).FirstOrDefault();

    /// <summary>Takes a request; the package is made by whichever node is free.</summary>
    public async Task<Outcome<EvidencePackage>> RequestAsync(
        RequestEvidence order, Given given, Terms terms, CancellationToken cancellationToken)
    {
        var id = terms.Key is { } key ? StreamIds.Named(EvidencePackage.StreamType, $"{key.Scope}\n{key.Key}") : Guid.CreateVersion7();
        var outcome = await store.BeginAsync(id, terms, package => MayHear(given.By, package), async stop =>
        {
            var (request, role, refusal) = await DecideAsync(order, given.By, stop);
            if (refusal is not null)
                return (null, null, refusal);
            var context = store.Context(given.By, role, given.Document) with { Attachments = given.Attachments };
            // Before its event: whoever makes packages finds it even if this process dies in between.
            await shelf.AddAsync(id, request!, context, stop);
            return (request, context, null);
        }, cancellationToken);
        if (outcome is Outcome<EvidencePackage>.Done done)
            await shelf.ConfirmAsync(
                done.After.Id, done.After.Request, done.After.Asked, done.Events[0].Position, done.RecordedAt, cancellationToken);
        return outcome;
    }

    private static Refusal? MayHear(Actor by, EvidencePackage package) =>
        RoleOf(by) is null ? EvidenceRefusals.Role.Because()
        : by.Jurisdiction.Contains(package.Request.Jurisdiction) ? null : EvidenceRefusals.NotFound.Because();

    private async Task<(EvidenceRequested? Request, Role Role, Refusal? Refusal)> DecideAsync(
        RequestEvidence order, Actor by, CancellationToken cancellationToken)
    {
        if (RoleOf(by) is not { } role)
            return (null, default, EvidenceRefusals.Role.Because());
        if ((Check(order, by) ?? CheckInstants(order)) is { } wrong)
            return (null, default, wrong);
        var choice = order.Hash ?? (options.Trees[0] == TreeHash.Sm3 ? TreeChoice.Sm3 : TreeChoice.Sha256);
        // Also those that other nodes of the deployment grow.
        var trees = options.Trees.Union(await keys.SignedTreesAsync(cancellationToken));
        if (!trees.Contains(TreeOf(choice)))
            return (null, default, ProofRefusals.NoTree.Because(
                "hash", ("hash", CodeList.Code(choice)), ("known", string.Join(", ", trees))));
        var ids = order.Hazards.IsDefault ? [] : order.Hazards;
        var named = await NamedAsync(ids, by.Jurisdiction, cancellationToken);
        if (ids.Where(i => !named.Any(n => n.Id == i)).ToArray() is { Length: > 0 } unknown)
            return (null, default, EvidenceRefusals.Unknown.Because(
                "hazards", ("count", unknown.Length), ("ids", string.Join(", ", unknown.Take(10)) + (unknown.Length > 10 ? " …" : ""))));
        var chosen = order.Filter is { } filter
            ? await WithMergedAsync(await ChosenAsync(filter, by.Jurisdiction, cancellationToken), by.Jurisdiction, cancellationToken)
            : [];
        var all = named.Concat(chosen).DistinctBy(h => h.Id).OrderBy(h => h.RecordedAt).ThenBy(h => h.Id.StreamId).ToArray();
        if (all.Length == 0)
            return (null, default, EvidenceRefusals.NothingFound.Because("filter"));
        if (all.Length > MostHazards)
            return (null, default, EvidenceRefusals.TooMany.Because("filter", ("max", MostHazards)));
        var instants = Instants(order);
        if (instants.Where(i => i < all[0].RecordedAt).Select(i => (DateTimeOffset?)i).FirstOrDefault() is { } early
            && !order.Instants.IsDefaultOrEmpty)
            return (null, default, EvidenceRefusals.InstantBefore.Because("instants", ("value", early), ("first", all[0].RecordedAt)));
        if (!order.Disclose.IsDefaultOrEmpty && await WhyNotDiscloseAsync(order.Disclose, all.Select(h => h.Id), by, cancellationToken) is { } undisclosed)
            return (null, default, undisclosed);
        if (!order.Disclose.IsDefaultOrEmpty && await pieces.ErasedAtAsync(order.Disclose, cancellationToken) is { } erased)
            return (null, default, PersonRefusals.Erased.Because("disclose", ("at", erased)));
        return (new EvidenceRequested(
            order.Reason.Trim(), by.Jurisdiction, [.. all.Select(h => h.Id)], order.Filter, order.From, order.To,
            [.. instants.Where(i => i >= all[0].RecordedAt)],
            order.Files, choice, order.Disclose.IsDefault ? [] : order.Disclose)
        {
            Counts = true, DiscloseBy = order.Disclose.IsDefaultOrEmpty ? null : [.. by.Roles.Order()],
        }, role, null);
    }

    private static Refusal? Check(RequestEvidence order, Actor by)
    {
        if (Texts.Required("reason", order.Reason) is { } reason)
            return reason;
        if (Texts.Name("actor", by.Name) is { } nameless)
            return nameless;
        if (order.Hazards.IsDefaultOrEmpty && order.Filter is null)
            return EvidenceRefusals.NothingAsked.Because("hazards");
        if (!order.Hazards.IsDefault && order.Hazards.Length > MostHazards)
            return EvidenceRefusals.TooMany.Because("hazards", ("max", MostHazards));
        if (!order.Hazards.IsDefault && order.Hazards.GroupBy(h => h).FirstOrDefault(g => g.Count() > 1) is { } twice)
            return InputRefusals.Duplicate.Because("hazards", ("value", twice.Key));
        if (!order.Disclose.IsDefault && order.Disclose.Length > MostDisclosed)
            return InputRefusals.TooMany.Because("disclose", ("count", order.Disclose.Length), ("max", MostDisclosed));
        return Reversed("from", order.From, order.To) ?? (order.Filter is { } filter ? Check(filter, by) : null);
    }

    private static Refusal? Check(EvidenceFilter filter, Actor by)
    {
        if (filter == new EvidenceFilter())
            return EvidenceRefusals.EmptyFilter.Because("filter");
        if (filter.Region is { } region && !by.Jurisdiction.Contains(region))
            return EvidenceRefusals.Outside.Because("filter.region", ("region", region), ("jurisdiction", by.Jurisdiction));
        return Reversed("filter.foundFrom", filter.FoundFrom, filter.FoundTo)
            ?? Reversed("filter.recordedFrom", filter.RecordedFrom, filter.RecordedTo);
    }

    private static Refusal? Reversed(string field, DateOnly? from, DateOnly? to) =>
        from > to ? EvidenceRefusals.Period.Because(field, ("from", from), ("to", to)) : null;

    private Refusal? CheckInstants(RequestEvidence order)
    {
        if (order.Instants.IsDefault)
            return null;
        if (order.Instants.Length > MostInstants)
            return InputRefusals.TooMany.Because("instants", ("count", order.Instants.Length), ("max", MostInstants));
        var now = clock.GetUtcNow();
        return order.Instants.Where(i => i > now)
            .Select(i => EvidenceRefusals.InstantFuture.Because("instants", ("value", i), ("now", now))).FirstOrDefault();
    }

    /// <summary>
    /// Those asked for; else the end of the period. Now, that is the checkpoint's own instant, is added when it is known.
    /// </summary>
    private ImmutableArray<DateTimeOffset> Instants(RequestEvidence order)
    {
        if (!order.Instants.IsDefaultOrEmpty)
            return [.. order.Instants.Select(i => i.ToUniversalTime()).Distinct().Order()];
        return order.To is { } to && ChinaTime.EndOf(to) is var end && end < clock.GetUtcNow() ? [end.ToUniversalTime()] : [];
    }

    /// <summary>
    /// Each person must stand in one of the hazards, and whoever asks must have the right to see them. Their keys say which to look at.
    /// </summary>
    private async Task<Refusal?> WhyNotDiscloseAsync(
        ImmutableArray<Guid> asked, IEnumerable<HazardId> ids, Actor by, CancellationToken cancellationToken)
    {
        var found = 0;
        foreach (var (hazard, those) in await HoldingAsync(asked, ids, cancellationToken))
            foreach (var person in those)
                if (persons.WhyNot(hazard, person, by) is { } refusal)
                    return refusal with { Field = "disclose" };
                else
                    found++;
        return found == asked.Distinct().Count() ? null : PersonRefusals.NotFound.Because("disclose");
    }

    /// <summary>The hazards that hold these persons, each with those of them that it holds.</summary>
    private async Task<IReadOnlyList<(Hazard Hazard, ImmutableArray<Guid> Persons)>> HoldingAsync(
        ImmutableArray<Guid> asked, IEnumerable<HazardId> ids, CancellationToken cancellationToken)
    {
        var wanted = asked.ToHashSet();
        var holding = (await personKeys.HazardsAsync(wanted, cancellationToken)).Intersect(ids).Select(h => h.StreamId).ToArray();
        return [.. from held in await replay.EventsAsync(holding, cancellationToken)
                   let hazard = Hazard.Fold(held.Key, held.Value.Select(e => e.Happening))!
                   select (hazard, PersonsIn(hazard).Where(wanted.Contains).Distinct().ToImmutableArray())];
    }

    /// <summary>
    /// Why a package is closed to a caller within whose jurisdiction it was made; null where it is not. What it discloses of persons is for
    /// those alone who may see every one of them now; who may not see a whistle-blower is not told that there is such a package.
    /// </summary>
    public async Task<Refusal?> WhyNotOpenAsync(ShelvedPackage package, Actor by, CancellationToken cancellationToken)
    {
        if (package.Request.Disclose.IsDefaultOrEmpty
            || await WhyNotDiscloseAsync(package.Request.Disclose, package.Request.Hazards, by, cancellationToken) is not { } refusal)
            return null;
        return refusal.Reason == PersonRefusals.NotFound ? EvidenceRefusals.NotFound.Because("id") : refusal with { Field = "id" };
    }

    /// <summary>That a person whom the package discloses was erased since: it is given to nobody any more.</summary>
    public async Task<Refusal?> ErasedAsync(ShelvedPackage package, CancellationToken cancellationToken) =>
        !package.Request.Disclose.IsDefaultOrEmpty && await pieces.ErasedAtAsync(package.Request.Disclose, cancellationToken) is { } at
            ? PersonRefusals.Erased.Because(null, ("at", at))
            : null;

    /// <summary>Puts a look at every person whom the package discloses on record, before it is given away; or says why not.</summary>
    public async Task<Refusal?> RecordLooksAsync(ShelvedPackage package, PersonAsked asked, CancellationToken cancellationToken)
    {
        if (package.Request.Disclose.IsDefaultOrEmpty)
            return null;
        foreach (var (hazard, those) in await HoldingAsync(package.Request.Disclose, package.Request.Hazards, cancellationToken))
            if ((await persons.DiscloseAsync(hazard, those, asked, cancellationToken)).Refusal is { } refusal)
                return refusal;
        return null;
    }

    /// <summary>The persons whose sealed data a hazard holds.</summary>
    public static IEnumerable<Guid> PersonsIn(Hazard hazard) =>
        (hazard.Reporter is { } reporter ? [reporter.Person] : Enumerable.Empty<Guid>())
        .Concat(hazard.Witnesses.Select(w => w.Witness.Person)).Concat(hazard.Contacts.Select(c => c.Person.Person));

    /// <summary>By their ids.</summary>
    private async Task<List<(HazardId Id, DateTimeOffset RecordedAt)>> NamedAsync(
        ImmutableArray<HazardId> ids, RegionCode jurisdiction, CancellationToken cancellationToken)
    {
        if (ids.IsEmpty)
            return [];
        await using var command = dataSource.CreateCommand(
            "select h.hazard_id, h.first_recorded_at from rows.hazards h where h.hazard_id = any ($1) and starts_with(h.region, $2)");
        command.Parameters.Add(PackageShelf.Of(ids.Select(i => i.StreamId).ToArray()));
        command.Parameters.Add(PackageShelf.Of(jurisdiction.Prefix));
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>
    /// By conditions, as they are or once were: what was corrected to another code or region is evidence of the first as well.
    /// hazards_by_enterprise, _by_found, _by_recorded and _by_region serve it, and mt_events_moved; the bodies of a leg, past ones too,
    /// stand in leg_facts under the hazard's id.
    /// </summary>
    private async Task<List<(HazardId Id, DateTimeOffset RecordedAt)>> ChosenAsync(
        EvidenceFilter filter, RegionCode jurisdiction, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand();
        var sql = new System.Text.StringBuilder("select h.hazard_id, h.first_recorded_at from rows.hazards h where true");
        string Given<T>(T value, NpgsqlDbType type)
        {
            command.Parameters.Add(PackageShelf.Of(value, type));
            return $"${command.Parameters.Count}";
        }

        void And<T>(string condition, T value, NpgsqlDbType type) =>
            sql.Append(" and ").AppendFormat(System.Globalization.CultureInfo.InvariantCulture, condition, Given(value, type));

        // ':' follows '9' in ASCII, and the columns are compared byte by byte.
        string Within(string column, RegionCode region) => region.IsNation
            ? "true"
            : $"{column} >= {Given(region.Prefix, NpgsqlDbType.Text)} and {column} < {Given(region.Prefix + ":", NpgsqlDbType.Text)}";

        sql.Append(" and ").Append(Within("h.region", jurisdiction));
        if (filter.Region is { } region && region != jurisdiction)
            sql.Append(" and (").Append(Within("h.region", region)).Append(" or h.hazard_id in (")
                .Append(Moved.Away(CorrectableField.Region, Within(Moved.From, region))).Append("))");
        if (filter.Enterprise is { } enterprise && Given(enterprise.Value, NpgsqlDbType.Text) is var code)
            sql.Append(" and (h.enterprise = ").Append(code).Append(" or h.hazard_id in (")
                .Append(Moved.Away(CorrectableField.EnterpriseCreditCode, $"{Moved.From} = {code}")).Append("))");
        if (filter.FoundFrom is { } foundFrom)
            And("h.found_at >= {0}", ChinaTime.StartOf(foundFrom).UtcDateTime, NpgsqlDbType.TimestampTz);
        if (filter.FoundTo is { } foundTo)
            And("h.found_at < {0}", ChinaTime.EndOf(foundTo).UtcDateTime, NpgsqlDbType.TimestampTz);
        if (filter.RecordedFrom is { } recordedFrom)
            And("h.first_recorded_at >= {0}", ChinaTime.StartOf(recordedFrom).UtcDateTime, NpgsqlDbType.TimestampTz);
        if (filter.RecordedTo is { } recordedTo)
            And("h.first_recorded_at < {0}", ChinaTime.EndOf(recordedTo).UtcDateTime, NpgsqlDbType.TimestampTz);
        if (filter.Body is { } body)
            And("exists (select from rows.leg_facts l where l.hazard_id = h.hazard_id and l.body = {0})", body.Value, NpgsqlDbType.Text);
        And("true limit {0}", MostHazards + 1, NpgsqlDbType.Integer);
        command.CommandText = sql.ToString();
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>
    /// 并案: with what was merged into them, and what they were merged into, as far as the jurisdiction reaches: who reported the same
    /// thing, and when, is evidence of it.
    /// </summary>
    private async Task<List<(HazardId Id, DateTimeOffset RecordedAt)>> WithMergedAsync(
        List<(HazardId Id, DateTimeOffset RecordedAt)> chosen, RegionCode jurisdiction, CancellationToken cancellationToken)
    {
        var known = chosen.Select(c => c.Id.StreamId).ToHashSet();
        for (var last = known.ToArray(); last.Length > 0 && chosen.Count <= MostHazards;)
        {
            await using var command = dataSource.CreateCommand("""
                select distinct (e.data ->> case e.type when 'hazard_merged' then 'into' else 'from' end)::uuid
                from log.mt_events e where e.stream_id = any ($1) and e.type in ('hazard_merged', 'duplicate_absorbed')
                """);
            command.Parameters.Add(PackageShelf.Of(last));
            var beside = new List<HazardId>();
            await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
                while (await reader.ReadAsync(cancellationToken))
                    if (known.Add(reader.GetGuid(0)))
                        beside.Add(new HazardId(reader.GetGuid(0)));
            var seen = await NamedAsync([.. beside], jurisdiction, cancellationToken);
            chosen.AddRange(seen);
            last = [.. seen.Select(s => s.Id.StreamId)];
        }

        return chosen;
    }

    private static async Task<List<(HazardId Id, DateTimeOffset RecordedAt)>> ReadAsync(
        NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<(HazardId, DateTimeOffset)>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add((new HazardId(reader.GetGuid(0)), reader.GetFieldValue<DateTimeOffset>(1)));
        return found;
    }

    /// <summary>The tree of a choice.</summary>
    public static TreeHash TreeOf(TreeChoice choice) => choice == TreeChoice.Sm3 ? TreeHash.Sm3 : TreeHash.Sha256;
}
