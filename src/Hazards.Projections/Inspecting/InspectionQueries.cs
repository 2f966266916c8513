using System.Text.Json;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Reading;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Projections;

/// <summary>What the list of inspections can be narrowed by; all that is given must hold.</summary>
public sealed record InspectionFilter
{
    /// <summary>In this region.</summary>
    public RegionCode? Region { get; init; }

    /// <summary>In one of these sectors.</summary>
    public IReadOnlyList<SectorCode> Sectors { get; init; } = [];

    /// <summary>Of this unit: its credit code, or its name.</summary>
    public string? Unit { get; init; }

    /// <summary>Made in this campaign.</summary>
    public Guid? Campaign { get; init; }

    /// <summary>On this day or later.</summary>
    public DateOnly? From { get; init; }

    /// <summary>On this day or earlier.</summary>
    public DateOnly? To { get; init; }

    /// <summary>Entered late (补录), or promptly.</summary>
    public bool? Late { get; init; }

    /// <summary>Voided ones too; left out otherwise.</summary>
    public bool Voided { get; init; }
}

/// <summary>The read side of campaigns and inspections on PostgreSQL. The tables and their indexes: Schema/inspections.sql.</summary>
/// <param name="dataSource">The database.</param>
public sealed class InspectionQueries(NpgsqlDataSource dataSource)
{
    private const int LongestPage = 200;

    /// <summary>
    /// What a report or an inspection names, as it stands, in one query: the inspection, and the campaign named or else the
    /// inspection's.
    /// </summary>
    public async Task<(Inspection? Inspection, Campaign? Campaign)> NamedAsync(
        RegionCode jurisdiction, Guid? inspection, Guid? campaign, CancellationToken cancellationToken = default)
    {
        if ((inspection ?? campaign) is null)
            return (null, null);
        // By the primary keys.
        await using var command = dataSource.CreateCommand("""
            select i.item, c.item
            from (values (1)) one (row)
            left join rows.inspections i on i.inspection_id = $1 and i.recorded_to = 'infinity'
            left join rows.campaigns c on c.campaign_id = coalesce($2, i.campaign) and c.recorded_to = 'infinity'
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid?> { TypedValue = inspection, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new NpgsqlParameter<Guid?> { TypedValue = campaign, NpgsqlDbType = NpgsqlDbType.Uuid });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var visit = reader.IsDBNull(0) ? null : Item<Inspection>(reader, 0);
        var named = reader.IsDBNull(1) ? null : Item<Campaign>(reader, 1);
        // What is not there for the caller does not exist: no refusal names it or tells it from an invented one.
        return (visit is not null && jurisdiction.Contains(visit.Region) ? visit : null,
            named is not null && named.Touches(jurisdiction) ? named : null);
    }

    /// <summary>What was found in an inspection, wherever it is; null when nothing was. By origins_by_inspection.</summary>
    public async Task<FoundInInspection?> FoundAsync(Guid inspection, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("""
            select min(f.found_on), array_agg(distinct f.region order by f.region)
            from rows.hazard_origins o
            join rows.hazard_facts f on f.hazard_id = o.hazard_id and f.recorded_to = 'infinity' and not f.dismissed
            where o.inspection = $1
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = inspection });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return reader.IsDBNull(0) ? null : new FoundInInspection(
            reader.GetFieldValue<DateOnly>(0), [.. reader.GetFieldValue<string[]>(1).Select(RegionCode.Parse)]);
    }

    /// <summary>One campaign; null when there is none that touches the jurisdiction.</summary>
    public async Task<Campaign?> CampaignAsync(Scope scope, Guid id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        var where = Touching(new Conditions(), scope.Jurisdiction);
        where.And($"h.campaign_id = {where.Parameter(id, NpgsqlDbType.Uuid)}").And(InForce(where, scope));
        return (await ReadAsync<Campaign>($"select h.item from rows.campaigns h where {where.Sql}", where, cancellationToken))
            .FirstOrDefault();
    }

    /// <summary>Campaigns that touch a region, the newest first; of a kind, or going on on a day.</summary>
    /// <exception cref="BadCursorException">The cursor is not one of this query.</exception>
    public async Task<Page<Campaign>> CampaignsAsync(
        Scope scope, RegionCode? region, CampaignKind? kind, DateOnly? on, string? cursor, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        CheckLimit(limit);
        var hash = PageCursor.HashOf("campaigns", scope.Jurisdiction, scope.AsOf, region, kind, on);
        var where = Touching(new Conditions(), scope.Jurisdiction);
        if (region is { } asked)
            Touching(where, asked);
        if (kind is { } k)
            where.And($"h.kind = {where.Text(CodeList.Code(k))}");
        if (on is { } day)
            where.And($"h.from_date <= {where.Date(day)} and h.last_date >= {where.Date(day)}");
        if (PageCursor.Read(cursor, hash) is { } after)
            where.And($"(h.from_date, h.campaign_id) < ({HazardReader.KeyParameter(where, after.Key, isDate: true)}, {where.Parameter(after.HazardId, NpgsqlDbType.Uuid)})");
        where.And(InForce(where, scope));
        // By campaigns_by_date, in order.
        var found = await ReadAsync<Campaign>(
            $"select h.item from rows.campaigns h where {where.Sql} order by h.from_date desc, h.campaign_id desc limit {limit + 1}",
            where, cancellationToken);
        return Cut(found, limit, c => new PageCursor(0, c.From.DayNumber, c.Id.ToString("N")).Write(hash));
    }

    /// <summary>One inspection; null when there is none in the jurisdiction.</summary>
    public async Task<Inspection?> InspectionAsync(Scope scope, Guid id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        var where = new Conditions().Within(scope.Jurisdiction);
        where.And($"h.inspection_id = {where.Parameter(id, NpgsqlDbType.Uuid)}").And(InForce(where, scope));
        return (await ReadAsync<Inspection>($"select h.item from rows.inspections h where {where.Sql}", where, cancellationToken))
            .FirstOrDefault();
    }

    /// <summary>Inspections, the newest first.</summary>
    /// <exception cref="BadCursorException">The cursor is not one of this query.</exception>
    public async Task<Page<Inspection>> InspectionsAsync(
        Scope scope, InspectionFilter filter, string? cursor, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(filter);
        CheckLimit(limit);
        using var question = RowsTelemetry.Ask("inspections", scope);
        var hash = PageCursor.HashOf("inspections", scope.Jurisdiction, scope.AsOf, filter);
        var where = Filter(scope, filter);
        if (!where.Possible)
            return new Page<Inspection>([], null);
        if (PageCursor.Read(cursor, hash) is { } after)
            where.And($"(h.on_date, h.inspection_id) < ({HazardReader.KeyParameter(where, after.Key, isDate: true)}, {where.Parameter(after.HazardId, NpgsqlDbType.Uuid)})");
        // By inspections_by_date, _by_campaign or _by_unit, each in order.
        var found = await ReadAsync<Inspection>(
            $"select h.item from rows.inspections h where {where.Sql} order by h.on_date desc, h.inspection_id desc limit {limit + 1}",
            where, cancellationToken);
        return Cut(found, limit, i => new PageCursor(0, i.On.DayNumber, i.Id.ToString("N")).Write(hash));
    }

    /// <summary>A campaign in figures: its visits, and what was found in it.</summary>
    public Task<InspectionFigures> FiguresAsync(Scope scope, Campaign campaign, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(campaign);
        var widest = campaign.Regions.MinBy(r => r.Value.Length);
        return new FigureQuery(dataSource, scope, new HazardFilter { Campaign = campaign.Id }, campaign.Id, widest)
            .RunAsync(cancellationToken);
    }

    /// <summary>Several campaigns in sum, by their identities: their visits, and what was found in them.</summary>
    public Task<Dictionary<Guid, FigureLine>> SumsAsync(Scope scope, IReadOnlyCollection<Guid> campaigns, CancellationToken cancellationToken = default) =>
        new CampaignSumsQuery(dataSource, scope, campaigns).RunAsync(cancellationToken);

    /// <summary>The hazards a filter finds, in figures.</summary>
    public Task<InspectionFigures> FiguresAsync(Scope scope, HazardFilter filter, RegionCode widest, CancellationToken cancellationToken = default) =>
        new FigureQuery(dataSource, scope, filter, null, widest).RunAsync(cancellationToken);

    internal static string InForce(Conditions where, Scope scope) =>
        scope.AsOf is { } instant
            ? $"h.recorded_from <= {where.Instant(instant)} and h.recorded_to > {where.Instant(instant)}"
            : "h.recorded_to = 'infinity'";

    private static Conditions Filter(Scope scope, InspectionFilter filter)
    {
        var where = new Conditions().Within(scope, filter.Region);
        if (filter.Sectors.Count > 0)
            where.And($"h.sector = any ({where.Parameter(filter.Sectors.Select(s => s.Value).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text)})");
        if (filter.Unit is { } unit)
            where.And($"h.unit_key = {where.Text(Inspection.KeyOf(unit))}");
        if (filter.Campaign is { } campaign)
            where.And($"h.campaign = {where.Parameter(campaign, NpgsqlDbType.Uuid)}");
        if (filter.From is { } from)
            where.And($"h.on_date >= {where.Date(from)}");
        if (filter.To is { } to)
            where.And($"h.on_date <= {where.Date(to)}");
        if (filter.Late is { } late)
            where.And(late ? "h.late" : "not h.late");
        if (!filter.Voided)
            where.And("not h.voided");
        return where.And(InForce(where, scope));
    }

    /// <summary>A campaign touches a region when one of its own holds it or lies in it.</summary>
    private static Conditions Touching(Conditions where, RegionCode region)
    {
        if (region.IsNation)
            return where;
        var prefix = where.Text(region.Prefix);
        return where.And($"exists (select 1 from unnest(h.regions) r (code) where r.code = '0' or starts_with(r.code, {prefix}) or starts_with({prefix}, r.code))");
    }

    private static void CheckLimit(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, LongestPage);
    }

    private static Page<T> Cut<T>(List<T> found, int limit, Func<T, string> cursorAfter) =>
        found.Count <= limit ? new Page<T>([.. found], null) : new Page<T>([.. found.Take(limit)], cursorAfter(found[limit - 1]));

    private async Task<List<T>> ReadAsync<T>(string sql, Conditions where, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(sql);
        where.AddTo(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(Item<T>(reader, 0));
        return found;
    }

    private static T Item<T>(NpgsqlDataReader reader, int ordinal) =>
        JsonSerializer.Deserialize<T>(reader.GetFieldValue<byte[]>(ordinal), DomainJson.Options)
            ?? throw new JsonException("a row is null");
}
