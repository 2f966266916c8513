using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>Who calls: a person or system, on behalf of a body, with roles, through a client, within a jurisdiction.</summary>
/// <param name="Name">The person or process, as the calling system names it.</param>
/// <param name="Body">The body on whose behalf it acts.</param>
/// <param name="Roles">What it may do.</param>
/// <param name="Client">The calling system.</param>
/// <param name="Jurisdiction">The region beyond which nothing is found.</param>
public sealed record Actor(string Name, Body Body, ImmutableHashSet<Role> Roles, string Client, RegionCode Jurisdiction)
{
    /// <summary>It acts for a body that a ledger names: what is there for it is what is there for whoever enters the ledger.</summary>
    public bool OnBehalf { get; init; }

    private bool OwnOnly => Body.SeesOnlyItsOwn && !OnBehalf;

    /// <summary>
    /// Whose numbers (<see cref="ExternalReference"/>) these are: a system's of a body, whichever of its keys it calls with.
    /// </summary>
    public string Sender => SenderOf(Body.Id, Client);

    /// <summary>The sender that an event's own headers name. No body's id has a colon or a slash.</summary>
    public static string SenderOf(BodyId body, string client) => $"{body}/{client}";

    /// <summary>
    /// Whether the hazard is there for it: within the jurisdiction; for an enterprise and what belongs to one, one of its own
    /// besides.
    /// </summary>
    public bool Sees(Hazard hazard)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        return Jurisdiction.Contains(hazard.Region) && (!OwnOnly || hazard.Concerns(Body));
    }

    /// <summary>Whether the body is there for it: within the jurisdiction, or above it, where it has to deal with it; its own.</summary>
    public bool Sees(Body body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return body.Id == Body.Id
            || (OwnOnly ? body.Id == Body.Parent || body.Parent == Body.Id || (!body.SeesOnlyItsOwn && body.Region.Contains(Jurisdiction))
                : Jurisdiction.Contains(body.Region) || body.Region.Contains(Jurisdiction));
    }
}

/// <summary>A file known by its digest.</summary>
/// <param name="Digest">SHA-256 of its bytes.</param>
/// <param name="Name">Its name, if known.</param>
/// <param name="MediaType">Its media type, if known.</param>
/// <param name="Size">Its size in bytes, if known.</param>
public sealed record Attachment(
    Sha256Digest Digest, [property: Longest(Texts.NameLength)] string? Name = null, [property: Longest(100)] string? MediaType = null,
    long? Size = null)
{
    /// <summary>The most that go with one act: no more than a person looks at.</summary>
    public const int Most = 50;

    /// <summary>What is wrong with those that go with an act: too many, or not named cleanly; null when nothing is.</summary>
    public static Refusal? Check(ImmutableArray<Attachment> attachments)
    {
        if (attachments.IsDefault)
            return null;
        if (attachments.Length > Most)
            return InputRefusals.TooMany.Because("attachments", ("count", attachments.Length), ("max", Most));
        foreach (var (i, attachment) in attachments.Index())
            if (attachment.Check() is { } wrong)
                return wrong.Within($"attachments[{i}]");
        return null;
    }

    private Refusal? Check() => Digest.Value.Length == 0
        ? InputRefusals.Missing.Because("digest")
        : Texts.Check("name", Name, 0, Texts.NameLength, multiline: false)
        ?? Texts.Check("mediaType", MediaType, 0, 100, multiline: false)
        ?? (Size < 0 ? InputRefusals.OutOfRange.Because("size", ("value", Size), ("min", 0), ("max", long.MaxValue)) : null);
}

/// <summary>
/// The circumstances of a command: everything a decision may look at besides the hazard. Time is data here;
/// the domain has no clock of its own.
/// </summary>
/// <param name="By">Who.</param>
/// <param name="OccurredAt">When it happened, as claimed. Rules about dates are judged by this; whether it is in time is not.</param>
/// <param name="Now">When it is being recorded.</param>
/// <param name="Policy">The policy in force.</param>
/// <param name="Sectors">The sectors the deployment knows.</param>
/// <param name="Bodies">The bodies the command names, and those the hazard's legs name.</param>
/// <param name="Document">文号, where a paper goes with the act.</param>
/// <param name="Attachments">Photos and papers.</param>
public sealed record Act(
    Actor By,
    DateTimeOffset OccurredAt,
    DateTimeOffset Now,
    Policy Policy,
    SectorCatalogue Sectors,
    IReadOnlyDictionary<BodyId, Body> Bodies,
    DocumentNumber? Document,
    ImmutableArray<Attachment> Attachments)
{
    /// <summary>The working days that deadlines are counted by.</summary>
    public WorkCalendar Calendar { get; init; } = WorkCalendar.Shipped;

    /// <summary>The campaign the command names or its inspection was made in, as it stands; null when there is none.</summary>
    public Campaign? Campaign { get; init; }

    /// <summary>The inspection the command names, as it stands; null when there is none.</summary>
    public Inspection? Inspection { get; init; }

    /// <summary>What was found in the inspection that the command corrects: hazards that count, as they stand.</summary>
    public FoundInInspection? Found { get; init; }

    /// <summary>
    /// 封存: the seals in force on the records the command is about; looked up only where they have a say
    /// (<see cref="Sealing"/>).
    /// </summary>
    public ImmutableArray<Seal> Seals { get; init; } = [];

    /// <summary>The date of the act in China.</summary>
    public DateOnly Date => ChinaTime.DateAt(OccurredAt);

    /// <summary>The date in China on which it is being recorded.</summary>
    public DateOnly RecordedOn => ChinaTime.DateAt(Now);

    /// <summary>The policy in force when it is being recorded.</summary>
    public Policy PolicyNow { get; init; } = Policy;

    /// <summary>The role under which it is done, once that is known.</summary>
    public Role? Under { get; init; }

    /// <summary>That it counts as of when it happened although it is entered on a later day; null where it need not, or may not.</summary>
    public LateEntryAllowed? LateEntry => Under is { } role ? LateEntryUnder(role) : null;

    /// <summary>
    /// The date on which it counts where a rule asks for something in time: a late entry is legal, and does not buy what was too
    /// late, unless the policy lets it. Every such rule goes by this date and by <see cref="PolicyInTime"/>.
    /// </summary>
    public DateOnly InTimeOn => LateEntry is null ? RecordedOn : Date;

    /// <summary>The policy by which it is judged whether something was in time: a milder one of before is not bought either.</summary>
    public Policy PolicyInTime => LateEntry is null ? PolicyNow : Policy;

    private LateEntryAllowed? LateEntryUnder(Role role) =>
        RecordedOn > Date && PolicyNow.LateEntry is { } rule && rule.Roles.Contains(role)
            && Now - OccurredAt <= TimeSpan.FromHours(rule.Hours)
            ? new LateEntryAllowed(rule.Hours, PolicyNow.Version, rule.Source)
            : null;

    /// <summary>补录: recorded later than the policy allows for a prompt entry.</summary>
    public Entry Entry => Now - OccurredAt > TimeSpan.FromHours(Policy.PromptEntryHours) ? Entry.Late : Entry.Prompt;

    /// <summary>What the log keeps beside the facts of each event.</summary>
    public EventContext Context(Role role) =>
        new(OccurredAt, Entry, By.Name, By.Body.Id, role, By.Client, Policy.Version, Document, Attachments)
    {
        Calendar = Calendar.Edition, LateEntry = LateEntryUnder(role),
        // A ledger is entered as it stands, by whom nothing in it was asked; what it leaves to be done is asked from its entry.
        CountsFrom = role == Role.Importer ? null : EnteredLateOn(role), BindsFrom = EnteredLateOn(role),
    };

    private DateOnly? EnteredLateOn(Role role) => RecordedOn <= Date || LateEntryUnder(role) is not null ? null : RecordedOn;
}

/// <summary>补录准予: an act that was entered on a later day counts as of when it happened.</summary>
/// <param name="Hours">Within so many hours.</param>
/// <param name="Policy">By this policy, which was in force when it was entered.</param>
/// <param name="Source">Where its rule comes from.</param>
public sealed record LateEntryAllowed(int Hours, string Policy, string Source)
{
    /// <summary>In a line of Chinese.</summary>
    public string Say() => string.Create(CultureInfo.InvariantCulture, $"准予补录，按发生时间计：{Policy} 许在 {Hours} 小时内登记（{Source}）");
}

/// <summary>Who, when, through what and under which policy: kept with every event (its headers in the log).</summary>
/// <param name="OccurredAt">When it happened, as claimed; the log's own timestamp says when it was recorded.</param>
/// <param name="Entry">即时 or 补录.</param>
/// <param name="Actor">The person or process.</param>
/// <param name="Body">The body acted for.</param>
/// <param name="Role">The role under which it was allowed.</param>
/// <param name="Client">The calling system.</param>
/// <param name="Policy">The policy version that applied.</param>
/// <param name="Document">文号, if any.</param>
/// <param name="Attachments">Files by digest.</param>
public sealed record EventContext(
    DateTimeOffset OccurredAt,
    Entry Entry,
    string Actor,
    BodyId Body,
    Role Role,
    string Client,
    string Policy,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DocumentNumber? Document,
    ImmutableArray<Attachment> Attachments)
{
    /// <summary>The edition of the working calendar that deadlines were counted by; 0 is the one that ships with the product.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Calendar { get; init; }

    /// <summary>Why it counts as of when it happened although it was entered on a later day; null where nothing was asked of it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LateEntryAllowed? LateEntry { get; init; }

    /// <summary>The later day on which it was entered, where it counts from then on only; null where it counts on its own.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateOnly? CountsFrom { get; init; }

    /// <summary>The day on which it counts, where it is asked whether something was in time (<see cref="Act.InTimeOn"/>).</summary>
    [JsonIgnore]
    public DateOnly CountsOn => CountsFrom ?? ChinaTime.DateAt(OccurredAt);

    /// <summary>
    /// The later day on which it was entered, where what it asks of others is asked of them from then on only: nobody owes what nobody told
    /// him. Null in events recorded before there was this rule, whose duties begin as they are claimed to.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateOnly? BindsFrom { get; init; }

    /// <summary>From when others owe what it asks of them: when it happened, or the day on which it was entered.</summary>
    [JsonIgnore]
    public DateTimeOffset Binds => BindsFrom is { } day && ChinaTime.StartOf(day) > OccurredAt ? ChinaTime.StartOf(day) : OccurredAt;

    /// <summary>From when a body owes what it asks for: by its own act, from when it says that it acted.</summary>
    /// <param name="body">The body.</param>
    public DateTimeOffset BindsFor(BodyId? body) => body == Body ? OccurredAt : Binds;

    /// <summary>Whether the very committee office that owes what nobody is named for entered it late: that gives it no days.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ByOffice { get; init; }

    /// <summary>From when the committee office of the place owes what it asks for.</summary>
    [JsonIgnore]
    public DateTimeOffset BindsOffice => ByOffice ? OccurredAt : Binds;

    /// <summary>The same, with whether it is the office of the place that enters it late. A ledger's rows are news to it, too.</summary>
    /// <param name="by">Who enters it.</param>
    /// <param name="place">Where the hazard is.</param>
    public EventContext EnteredBy(Body? by, RegionCode place) =>
        BindsFrom is not null && Role != Role.Importer && by is { } body && Clocks.IsOwedBy(null, place, body.Id, body.Offices)
            ? this with { ByOffice = true }
            : this;

    /// <summary>Files by digest; never default.</summary>
    public ImmutableArray<Attachment> Attachments { get; init; } = Attachments.IsDefault ? [] : Attachments;

    /// <summary>Whom the event was put before; never default. Events recorded before there was an inbox told nobody.</summary>
    [JsonIgnore]
    public ImmutableArray<Told> Told
    {
        get => ToldOrNone is { IsDefault: false } told ? told : [];
        init => ToldOrNone = value.IsDefaultOrEmpty ? null : value;
    }

    [JsonInclude, JsonPropertyName("told"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    internal ImmutableArray<Told>? ToldOrNone { get; init; }
}

/// <summary>An event of a hazard with its circumstances: what is folded.</summary>
public readonly record struct Happening(IHazardEvent Event, EventContext Context);
