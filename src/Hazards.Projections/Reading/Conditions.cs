using System.Collections.Immutable;
using System.Text;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Search;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Projections.Reading;

/// <summary>
/// The conditions of a list, on the columns that rows.hazards and rows.hazard_history share (alias h). Values are
/// always parameters; the text is made of constants only.
/// </summary>
internal sealed class Conditions
{
    private readonly StringBuilder sql = new("true");
    private readonly List<NpgsqlParameter> parameters = [];

    /// <summary>False when the conditions contradict each other: nothing can be found.</summary>
    public bool Possible { get; private set; } = true;

    /// <summary>True when only live hazards can fulfil the conditions: they ask for a clock, a listing or an open stage.</summary>
    public bool LiveOnly { get; private set; }

    /// <summary>
    /// True when only hazards with a due date can fulfil the conditions: they ask for one, or for open stages, and no open
    /// hazard is without a clock (a policy that would allow it is refused).
    /// </summary>
    public bool Clocked { get; private set; }

    public string Sql => sql.ToString();

    public void AddTo(NpgsqlCommand command) => command.Parameters.AddRange(parameters.ToArray());

    /// <summary>Adds a parameter; returns its place.</summary>
    public string Parameter<T>(T value, NpgsqlDbType type)
    {
        parameters.Add(new NpgsqlParameter<T> { TypedValue = value, NpgsqlDbType = type });
        return $"${parameters.Count}";
    }

    public string Instant(DateTimeOffset value) => Parameter(value.UtcDateTime, NpgsqlDbType.TimestampTz);

    public string Date(DateOnly value) => Parameter(value, NpgsqlDbType.Date);

    public string Text(string value) => Parameter(value, NpgsqlDbType.Text);

    private string Codes<T>(IEnumerable<T> values, Func<T, string> code) =>
        Parameter(values.Select(code).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);

    public Conditions And(string condition)
    {
        sql.Append("\n    and ").Append(condition);
        return this;
    }

    /// <summary>Within a region and everything in it: a range of codes, since a code is the prefix of those inside.</summary>
    public Conditions Within(RegionCode region)
    {
        // ':' follows '9' in ASCII, and the column is compared byte by byte.
        return Within([region]);
    }

    /// <summary>Within any of these regions.</summary>
    public Conditions Within(IReadOnlyCollection<RegionCode> regions)
    {
        ArgumentNullException.ThrowIfNull(regions);
        return regions.Any(r => r.IsNation) ? this : And($"({string.Join(" or ", regions.Select(InRegion))})");
    }

    /// <summary>Within a region that is not the nation.</summary>
    public string InRegion(RegionCode region) => $"h.region >= {Text(region.Prefix)} and h.region < {Text(region.Prefix + ":")}";

    /// <summary>An enterprise's own hazards, as <see cref="Hazard.Concerns"/> has it; all for anybody else.</summary>
    public Conditions Own(Scope scope)
    {
        if (scope.Own is not { } body)
            return this;
        // They are few within a county; the item says by whom and of whom, by the primary key.
        var (id, name) = (Text(body.Id.Value), Text(body.Name));
        var named = $"i.item ->> 'enterpriseName' = {name}";
        if (body.CreditCode is { } code)
            named = $"(h.enterprise = {Text(code.Value)} or h.enterprise is null and {named})";
        return And($"""
            ({id} = any (h.leg_bodies) or exists (
              select from rows.hazard_items i where i.position = h.position and (i.item ->> 'reportedBy' = {id} or {named})))
            """);
    }

    /// <param name="scope">The instant.</param>
    /// <param name="filter">What is asked for.</param>
    /// <param name="textApart">The words are looked for by <see cref="Texts"/> instead.</param>
    public Conditions Apply(Scope scope, HazardFilter filter, bool textApart = false)
    {
        Within(scope, filter.Region).Own(scope);
        var open = !filter.Stages.IsDefaultOrEmpty && filter.Stages.All(Hazard.IsOpenAt);
        Clocked = filter is { Owes: not null } or { Overdue: true } or { Duty: not null } or { DueBy: not null } or { DueFrom: not null } or { Owing.IsEmpty: false }
            || open;
        LiveOnly = Clocked || filter is { Listed: true } or { ListingLevel: not null } or { ListedBy: not null };
        if (!filter.Sectors.IsDefaultOrEmpty)
            And($"h.sector = any ({Codes(filter.Sectors, s => s.Value)})");
        if (!filter.Stages.IsDefaultOrEmpty)
            And($"h.stage = any ({Codes(filter.Stages, CodeList.Code)})");
        if (open)
            And("h.live"); // what is open is; live_by_recorded holds no others
        if (filter.Level is { } level)
            And($"h.level = {Text(CodeList.Code(level))}");
        if (filter.Kind is { } kind)
            And($"h.kind = {Text(CodeList.Code(kind))}");
        if (!filter.Sources.IsDefaultOrEmpty)
            And($"h.source = any ({Codes(filter.Sources, CodeList.Code)})");
        ApplyPeople(filter);
        ApplyOrigins(filter);
        ApplyTimes(scope, filter);
        if (filter.Reopened is { } reopened)
            And(reopened ? "h.reopened > 0" : "h.reopened = 0");
        if (filter.Late is { } late)
            And(late ? "h.late" : "not h.late");
        if (filter.Dual is { } dual)
            And(dual ? "h.dual" : "not h.dual");
        if (!textApart && Texts(scope, filter) is { } texts)
            And($"h.hazard_id in (select t.hazard_id from rows.hazard_texts t where {texts})");
        return Told(scope, filter);
    }

    /// <summary>
    /// An enterprise finds nothing by what it is not shown (上报单位保密): neither by the system and the number under which another
    /// enterprise reported, nor by words that stand in that number alone. What may be part of an enterprise is taken for one.
    /// </summary>
    private Conditions Told(Scope scope, HazardFilter filter)
    {
        var words = Grams.WordsOf(filter.Text ?? "");
        if (scope.Own is not { } own || filter is { System: null, Reference: null } && words is [])
            return this;
        var reporter = "i.item ->> 'reportedBy'";
        var known = $"""
            {reporter} in ({Text(own.Id.Value)}, {Text(own.Parent?.Value ?? own.Id.Value)}) or {reporter} = any (h.leg_bodies)
            or not exists (
              select from rows.bodies b where b.body_id = {reporter} and b.recorded_to = 'infinity'
                and b.body ->> 'parent' is distinct from {Text(own.Id.Value)}
                and b.kind = any ({Codes([BodyKind.Enterprise, .. Body.Parts], CodeList.Code)}))
            """;
        // The number is the last of the words.
        var shown = "left(t.words, length(t.words) - coalesce(length(i.item #>> '{reference,id}'), 0))";
        var found = filter is not { System: null, Reference: null } ? "" : $"""
             or exists (select from rows.hazard_texts t where t.hazard_id = h.hazard_id and {InForce(scope)}
              and {string.Join(" and ", words.Select(w => $"strpos({shown}, {Text(w)}) > 0"))})
            """;
        return And($"exists (select from rows.hazard_items i where i.position = h.position and ({known}{found}))");
    }

    /// <summary>Within the jurisdiction and, if given, a region.</summary>
    public Conditions Within(Scope scope, RegionCode? region) => Within(RegionOf(scope, region));

    /// <summary>The region asked for, as far as it lies in the jurisdiction; where it does not, nothing is possible.</summary>
    public RegionCode RegionOf(Scope scope, RegionCode? region)
    {
        if (region is not { } asked || asked.Contains(scope.Jurisdiction))
            return scope.Jurisdiction;
        Possible &= scope.Jurisdiction.Contains(asked);
        return asked;
    }

    private void ApplyPeople(HazardFilter filter)
    {
        if (filter.Listed is { } listed)
            And(listed ? "h.listing_deadline is not null" : "h.listing_deadline is null");
        if (filter.ListingLevel is { } listing)
            And($"h.listing_level = {Text(CodeList.Code(listing))}");
        // Listed hazards are few; hazards_by_listing and history_by_listing hold no others.
        if (filter.ListedBy is { } lister)
            And($"h.listed_by = {Text(lister.Value)} and h.listing_deadline is not null");
        if (filter.Body is { } body)
            And($"{Text(body.Value)} = any (h.leg_bodies)");
        // What is owed has a clock: hazards_by_duties and hazards_of_offices, hazards_by_due and history_by_due hold no other rows.
        if (filter.Owes is { } owes)
            And($"({Owes(owes, filter.OwesAsOffice)}) and h.next_due < 'infinity'");
        if (!filter.Bodies.IsEmpty)
            And($"h.leg_bodies && {Codes(filter.Bodies, b => b.Value)}");
        if (!filter.Owing.IsEmpty)
            And($"({Owing(filter)}) and h.next_due < 'infinity'");
        if (filter is { AnyDuty: true, DueFrom: null, DueBy: { } by })
            // The earliest due date says it all.
            And($"h.next_due <= {Date(by)} and h.next_due < 'infinity'");
        else if (filter is { AnyDuty: true, DueFrom: { } from })
            And($"h.next_due >= {Date(from)} and h.next_due <= {Date(filter.DueBy ?? DateOnly.MaxValue)} and h.next_due < 'infinity'");
        else if ((filter.Duty ?? filter.DueFrom ?? (object?)filter.DueBy) is not null)
            And($"h.next_due < 'infinity'{(filter.DueBy is { } last ? $" and h.next_due <= {Date(last)}" : "")} and {Owed(filter)}");
        if (filter.Enterprise is { } enterprise)
            And($"h.enterprise = {Text(enterprise.Value)}");
    }

    private const string Nobodys = "array_position(h.clock_bodies, null) is not null";

    private string Owes(BodyId body, ImmutableArray<RegionCode> offices) =>
        $"h.clock_bodies @> array[{Text(body.Value)}]{OrOffice(Nobodys, offices)}";

    private string Owing(HazardFilter filter) =>
        $"h.clock_bodies && {Codes(filter.Owing, b => b.Value)}{OrOffice(Nobodys, filter.OwesAsOffice)}";

    private string OrOffice(string nobodys, ImmutableArray<RegionCode> offices) =>
        offices.IsEmpty ? "" : $" or ({nobodys} and {OfOffice(offices)})";

    /// <summary>That a clock is a body's own; or nobody's, and the body is the office that it falls to.</summary>
    /// <param name="column">Whose the clock is.</param>
    /// <param name="body">The body.</param>
    /// <param name="offices">The regions whose committee office it is.</param>
    internal string IsOf(string column, BodyId body, ImmutableArray<RegionCode> offices) =>
        $"({column} = {Text(body.Value)}{OrOffice($"{column} is null", offices)})";

    /// <summary>
    /// That a deadline was missed by a body; or by nobody that was named, and the body was the office that it fell to when it was noticed.
    /// </summary>
    internal string WasOf(BodyId body)
    {
        var named = Text(body.Value);
        // Where it never was an office, or of another region, nothing more is asked.
        var own = $"from rows.bodies o where o.body_id = {named} and {IsOffice("o")}";
        return $"""
            (h.body = {named} or h.body is null
              and h.region ^@ any (array(select case o.region when '0' then '' else o.region end {own})) and exists (
              select from rows.bodies o where o.body_id = {named} and {WasOffice("o")}
                and o.region = (select b.region {NearestOffice} limit 1)))
            """;
    }

    /// <summary>
    /// The committee office that what nobody is named for fell to when it was put on record: of the region itself, else of the next wider
    /// region that had one, as <see cref="OfficeTerm"/> says; of two of one region, the first by its id.
    /// </summary>
    internal static readonly string OfficeThen = $"(select b.body_id {NearestOffice}, b.body_id limit 1)";

    // By bodies_by_region.
    private static string NearestOffice => $"""
        from rows.bodies b where {WasOffice("b")} order by case b.region when '0' then 0 else length(b.region) end desc
        """;

    private static string WasOffice(string body) => $"""
        {body}.region in (left(h.region, {CountyLength}), left(h.region, 4), left(h.region, 2), '0') and {IsOffice(body)}
          and {body}.recorded_from <= h.recorded_at and {body}.recorded_to > h.recorded_at
        """;

    private static string IsOffice(string body) => $"{body}.kind = 'committeeOffice' and not {body}.dissolved";

    // The office of a hazard is that of its county; of a wider region's hazard, that of the region itself. An office that stands in for
    // many is asked about seldom: it looks through what no body owes.
    private string OfOffice(ImmutableArray<RegionCode> offices) => offices switch
    {
        [{ Level: RegionLevel.County } county] => $"starts_with(h.region, {Text(county.Value)})",
        [var only] => $"h.region = {Text(only.Value)}",
        _ => $"left(h.region, {CountyLength}) = any ({Codes(offices, o => o.Value)})",
    };

    private const string CountyLength = "6";

    /// <summary>What the body that owes has to do with: it answers for a leg, or must act now.</summary>
    public Conditions Concerning(HazardFilter filter)
    {
        if (filter.Owes is { } owes)
            And($"({Text(owes.Value)} = any (h.leg_bodies) or {Owes(owes, filter.OwesAsOffice)})");
        if (!filter.Owing.IsEmpty)
            And($"(h.leg_bodies && {Codes(filter.Owing, b => b.Value)} or {Owing(filter)})");
        return this;
    }

    private void ApplyOrigins(HazardFilter filter)
    {
        if (!filter.Regions.IsEmpty)
            Within(filter.Regions);
        // By origins_by_inspection and origins_by_campaign; a hazard's origin never changes, so the hazard's own bounds say since when.
        if (filter.Inspection is { } inspection)
            And($"h.hazard_id in (select o.hazard_id from rows.hazard_origins o where o.inspection = {Parameter(inspection, NpgsqlDbType.Uuid)})");
        if (filter.Campaign is { } campaign)
            And($"h.hazard_id in (select o.hazard_id from rows.hazard_origins o where o.campaign = {Parameter(campaign, NpgsqlDbType.Uuid)})");
        // By items_by_reference; a reference never changes, so any version says it, and that of the row is one of them.
        if (filter.System is { } system)
            And($"h.position in (select i.position from rows.hazard_items i where i.item #>> '{{reference,system}}' = {Text(system)} and i.item #>> '{{reference,system}}' is not null{(filter.Reference is { } number ? $" and i.item #>> '{{reference,id}}' = {Text(number)}" : "")})");
        else if (filter.Reference is { } alone)
            And($"h.position in (select i.position from rows.hazard_items i where i.item #>> '{{reference,id}}' = {Text(alone)} and i.item #>> '{{reference,system}}' is not null)");
        // By field_reports_by_reporter.
        if (filter.Reporter is { } reporter)
            And($"h.hazard_id in (select f.hazard_id from rows.field_reports f where f.reporter = {Parameter(reporter, NpgsqlDbType.Uuid)})");
    }

    /// <summary>One clock that fulfils all that is asked of a clock.</summary>
    internal string Owed(HazardFilter filter)
    {
        var owed = new List<string>();
        if (filter.Duty is { } duty)
            owed.Add($"c.kind = {Text(CodeList.Code(duty))}");
        if (filter.Owes is { } owes)
            owed.Add(IsOf("c.body", owes, filter.OwesAsOffice));
        if (!filter.Owing.IsEmpty)
            owed.Add($"(c.body = any ({Codes(filter.Owing, b => b.Value)}){OrOffice("c.body is null", filter.OwesAsOffice)})");
        if (filter.DueFrom is { } from)
            owed.Add($"c.due >= {Date(from)}");
        if (filter.DueBy is { } by)
            owed.Add($"c.due <= {Date(by)}");
        return $"exists (select from unnest(h.clock_kinds, h.clock_bodies, h.clock_dues) c (kind, body, due) where {string.Join(" and ", owed)})";
    }

    private void ApplyTimes(Scope scope, HazardFilter filter)
    {
        if (filter.FoundFrom is { } from)
            And($"h.found_at >= {Instant(ChinaTime.StartOf(from))}");
        if (filter.FoundTo is { } to)
            And($"h.found_at < {Instant(ChinaTime.EndOf(to))}");
        if (filter.ListingOverdue is { } passed)
            And($"h.listing_deadline {(passed ? "<" : ">=")} {Date(scope.Today)}");
        if (filter.Overdue is not { } overdue)
            return;
        // Where one duty or one body's are asked for, the earliest of those says whether it is overdue.
        if (filter.AnyDuty || overdue)
            And($"h.next_due {(overdue ? "<" : ">=")} {Date(scope.Today)}");
        if (!filter.AnyDuty && !(overdue && filter.DueBy < scope.Today))
            And(Late(scope, filter, overdue));
    }

    /// <summary>That one of the duties that are asked for is overdue, or none.</summary>
    internal string Late(Scope scope, HazardFilter filter, bool overdue) =>
        $"{(overdue ? "" : "not ")}{Owed(filter with { DueFrom = null, DueBy = scope.Today.AddDays(-1) })}";

    /// <summary>
    /// Texts t that have all words, by the index texts_by_gram; then looked up in the text itself, for neighbours may come from two
    /// words. Null: no words are looked for.
    /// </summary>
    public string? Texts(Scope scope, HazardFilter filter)
    {
        if (Grams.WordsOf(filter.Text ?? "") is not { Length: > 0 } words)
            return null;
        var grams = HasGrams([.. words.SelectMany(Grams.OfWord).Distinct()], RegionOf(scope, filter));
        var inText = string.Join(" and ", words.Select(w => $"strpos(t.words, {Text(w)}) > 0"));
        return $"{grams} and {inText} and {InForce(scope)}";
    }

    private string InForce(Scope scope) => scope.AsOf is { } asOf
        ? $"t.recorded_from <= {Instant(asOf)} and t.recorded_to > {Instant(asOf)}"
        : "t.recorded_to = 'infinity'";

    /// <summary>The narrowest region that all that is found lies in.</summary>
    public static RegionCode RegionOf(Scope scope, HazardFilter filter) =>
        filter.Region is { } asked && scope.Jurisdiction.Contains(asked) ? asked : scope.Jurisdiction;

    /// <summary>That a text t may have all these grams, in a region or wherever it is of no one county. By texts_by_gram.</summary>
    public string HasGrams(int[] grams, RegionCode within)
    {
        int[] place = Grams.OfPlace(within) is { } of ? [of] : [];
        return $"(t.grams @> {Ints([.. grams, .. place])} or t.grams @> {Ints([Grams.More, .. place])})";
    }

    private string Ints(int[] values) => Parameter(values, NpgsqlDbType.Array | NpgsqlDbType.Integer);
}
