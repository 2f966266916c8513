using System.Collections.Immutable;
using Hazards.Api.Administration.Policies;
using Hazards.Api.Investigation;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Hazards.Projections.Store;

namespace Hazards.Api.Administration.Persons;

/// <summary>Who asks for personal data, and why.</summary>
/// <param name="By">The caller.</param>
/// <param name="Reason">事由: kept with the look.</param>
/// <param name="Key">The API key that was used, if one.</param>
/// <param name="Asked">The request, if it came by one; its status and refusal are filled in here.</param>
internal sealed record PersonAsked(Actor By, string Reason, Guid? Key = null, AskedFor? Asked = null);

/// <summary>Personal data that were opened, or why not. Refused looks are on record too.</summary>
/// <param name="Person">The opened person; null when refused.</param>
/// <param name="Refusal">Why not.</param>
internal sealed record PersonLook(DisclosedPerson? Person, Refusal? Refusal);

/// <summary>A person in a hazard as anybody with the right may know of them: that there is one.</summary>
/// <param name="Person">The person's number.</param>
/// <param name="Kind">In what capacity.</param>
/// <param name="State">个人信息已封存, or 已删除.</param>
/// <param name="ErasedAt">When the data were erased.</param>
/// <param name="Statement">Whether the person said something that is kept.</param>
internal sealed record PersonShown(Guid Person, CodeEntry Kind, string State, DateTimeOffset? ErasedAt, bool Statement);

/// <summary>A person in a hazard, sealed.</summary>
/// <param name="Person">The person's number.</param>
/// <param name="Kind">In what capacity.</param>
/// <param name="Said">个人信息已封存.</param>
internal sealed record PersonNamed(Guid Person, CodeEntry Kind, string Said);

/// <summary>查看、披露、删除个人信息: the one door to what is sealed. Every look is on record before it is answered.</summary>
internal sealed class PersonDesk(
    PersonKeys keys, PersonKeyRows rows, AccessRecorder looks, HazardStore hazards, RulebookSource rules, IEventLog log, TimeProvider clock)
{
    /// <summary>The type of a person's stream.</summary>
    public const string StreamType = "person";

    private readonly Deciding deciding = new(log);

    /// <summary>The persons of a hazard that a caller may know of: whistle-blowers only with the right to see them.</summary>
    internal async Task<ImmutableArray<PersonShown>> ShownAsync(Hazard hazard, Caller caller, CancellationToken cancellationToken)
    {
        var persons = KnownTo(hazard, caller).ToArray();
        var destroyed = await rows.DestroyedAsync([.. persons.Select(p => p.Sealed.Person)], cancellationToken);
        return [.. persons.Select(p => Shown(p, destroyed.TryGetValue(p.Sealed.Person, out var at) ? at : null))];
    }

    /// <summary>The same, in short.</summary>
    internal ImmutableArray<PersonNamed> Named(Hazard hazard, Caller caller) =>
        [.. KnownTo(hazard, caller).Select(h => new PersonNamed(h.Sealed.Person, Labels.Of(h.Sealed.Kind), SealedView.Said))];

    private IEnumerable<Held> KnownTo(Hazard hazard, Caller caller) =>
        Held.In(hazard).Where(
            h => h.Sealed.Kind != PersonKind.WhistleBlower || PrivacyOf(hazard).WhistleBlower.Any(caller.Key.Roles.Contains));

    private static PersonShown Shown(Held held, DateTimeOffset? erasedAt) =>
        new(
            held.Sealed.Person, Labels.Of(held.Sealed.Kind), erasedAt is null ? SealedView.Said : "个人信息已删除", erasedAt,
            held.Statement is not null);

    /// <summary>
    /// 查看: opens a person's data for a caller whose role the policy names, and records that it was done; or records that it was
    /// refused.
    /// </summary>
    /// <param name="hazard">The hazard, which the caller may see.</param>
    /// <param name="person">The person.</param>
    /// <param name="asked">Who asks, and why.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="LogUnavailableException">The look could not be recorded, so nothing is shown.</exception>
    public async Task<PersonLook> LookAsync(Hazard hazard, Guid person, PersonAsked asked, CancellationToken cancellationToken = default)
    {
        if (Held.In(hazard).FirstOrDefault(h => h.Sealed.Person == person) is not { } held)
            return new PersonLook(null, PersonRefusals.NotFound.Because("person"));
        if (MayNotSee(hazard, held, asked.By) is { } forbidden)
            return await RefusedAsync(hazard, person, asked, forbidden, Told(held, forbidden), cancellationToken);
        await using var key = await rows.HoldAsync(person, alone: false, cancellationToken);
        var (opened, refusal) = await OpenAsync(hazard, held, key.Row, cancellationToken);
        if (opened is null)
            return await RefusedAsync(hazard, person, asked, refusal!, refusal!, cancellationToken);
        await RecordAsync(hazard, person, asked, PartsOf(opened), null, cancellationToken);
        return new PersonLook(opened, null);
    }

    /// <summary>
    /// Whether a caller may have a person opened at all; null when so. For what is done later on the caller's behalf: nothing
    /// is opened, and nothing recorded.
    /// </summary>
    public Refusal? WhyNot(Hazard hazard, Guid person, Actor by)
    {
        if (Held.In(hazard).FirstOrDefault(h => h.Sealed.Person == person) is not { } held)
            return PersonRefusals.NotFound.Because("person");
        return MayNotSee(hazard, held, by) is { } refusal ? Told(held, refusal) : null;
    }

    /// <summary>
    /// 披露: opens persons of a hazard for an evidence package, one after the other; the first refusal ends it. Each is
    /// recorded as a look. Without it nothing of a person but the sealed value leaves the service.
    /// </summary>
    public async Task<(ImmutableArray<DisclosedPerson> Persons, Refusal? Refusal)> DiscloseAsync(
        Hazard hazard, IEnumerable<Guid> persons, PersonAsked asked, CancellationToken cancellationToken = default)
    {
        var opened = ImmutableArray.CreateBuilder<DisclosedPerson>();
        foreach (var person in persons)
        {
            var look = await LookAsync(hazard, person, asked, cancellationToken);
            if (look.Refusal is { } refusal)
                return ([], refusal);
            opened.Add(look.Person!);
        }
        return (opened.ToImmutable(), null);
    }

    /// <summary>
    /// 删除: records the erasure, then destroys the key. Done again it changes nothing. Refused while the hazard's
    /// enterprise is sealed.
    /// </summary>
    /// <param name="hazard">The hazard, which the caller may see.</param>
    /// <param name="person">The person.</param>
    /// <param name="reason">Why.</param>
    /// <param name="given">Who, with the 文号 it rests on.</param>
    /// <param name="terms">On what terms.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<Outcome<Person>> EraseAsync(
        Hazard hazard, Guid person, string reason, Given given, Terms terms, CancellationToken cancellationToken = default)
    {
        if (Held.In(hazard).FirstOrDefault(h => h.Sealed.Person == person) is not { } held)
            return new Outcome<Person>.Refused(PersonRefusals.NotFound.Because("person"));
        await using var key = await rows.HoldAsync(person, alone: true, cancellationToken);
        var outcome = await deciding.RunAsync(person, terms, (_, _, stop) => ErasedAsync(person, stop)!,
            _ => PrivacyOf(hazard).Erase.Any(given.By.Roles.Contains) ? null : EraseForbidden(hazard), async (_, stop) =>
            await ProposeAsync(hazard, held, reason, given, terms, stop), cancellationToken);
        if (outcome is Outcome<Person>.Refused { Refusal: var refusal })
            return refusal.Reason == PersonRefusals.Erased && await ErasedAsync(person, cancellationToken) is { } already
                ? await DestroyAsync(
                    new Outcome<Person>.Done(already, [], already.ErasedAt, Repeated: true), person, key, cancellationToken)
                : outcome;
        return await DestroyAsync(outcome, person, key, cancellationToken);
    }

    /// <summary>
    /// After a start: destroys the keys of those whose erasure the log or the key folder remembers, which live again
    /// because the database came from a backup; an erasure that the log has forgotten is recorded anew.
    /// </summary>
    /// <returns>How many keys were destroyed.</returns>
    public async Task<int> EraseAgainAsync(CancellationToken cancellationToken = default)
    {
        var destroyed = await rows.DestroyErasedAsync(cancellationToken);
        foreach (var some in keys.Remembered().Chunk(500))
            foreach (var row in await rows.LivingAsync(some, cancellationToken))
            {
                await using var key = await rows.HoldAsync(row.Person, alone: true, cancellationToken);
                var erased = new PersonErased(row.Hazard, row.Kind, "数据库从备份恢复，密钥再次销毁");
                var context = Clockwork.Context(
                    clock.GetUtcNow(), Entry.Prompt, rules.Current.PolicyAt(RegionCode.Nation, clock.GetUtcNow()), rules.Current.Calendar);
                await log.AppendAsync(
                    new Append([new StreamAppend(row.Person, StreamType, 0, [Facts.Of(erased, context, Terms.None)])]), cancellationToken);
                await key.DestroyAsync(cancellationToken);
                destroyed++;
            }
        return destroyed;
    }

    private Refusal EraseForbidden(Hazard hazard) =>
        PersonRefusals.EraseRole.Because(null, ("roles", Names(PrivacyOf(hazard).Erase)), ("policy", PolicyOf(hazard).Version));

    private async Task<Proposal<Person>> ProposeAsync(
        Hazard hazard, Held held, string reason, Given given, Terms terms, CancellationToken cancellationToken)
    {
        var policy = PolicyOf(hazard);
        if (PrivacyOf(hazard).Erase.Where(given.By.Roles.Contains).Cast<Role?>().FirstOrDefault() is not { } role)
            return Proposal<Person>.Refuse(EraseForbidden(hazard));
        if ((Texts.Required("reason", reason) ?? (given.Document is null ? HazardRefusals.DocumentRequired.Because(
            "documentNumber", ("command", new Words("删除个人信息", "Erase personal data"))) : null)) is { } wrong)
            return Proposal<Person>.Refuse(wrong);
        if (await ErasedAsync(held.Sealed.Person, cancellationToken) is { } already)
            return Proposal<Person>.Refuse(PersonRefusals.Erased.Because(null, ("at", already.ErasedAt)));
        // A seal that comes between this look and the append stops it.
        var watch = hazards.Watch(anew: true);
        if ((await watch.OnAsync(hazard, cancellationToken)).FirstOrDefault() is { } seal)
            return Proposal<Person>
                .Refuse(PersonRefusals.Held.Because(null, ("enterprise", seal.Enterprise.Name), ("since", seal.Since), ("authority", seal.Authority), ("document", seal.Document)));
        var now = terms.RecordedAt ?? clock.GetUtcNow();
        var context = new EventContext(
            now, Entry.Prompt, given.By.Name, given.By.Body.Id, role, given.By.Client, policy.Version, given.Document,
            given.Attachments) { Calendar = rules.Current.Calendar.Edition };
        var erased = new PersonErased(hazard.Id, held.Sealed.Kind, reason.Trim());
        var row = watch.Guards is { IsEmpty: false } guards ? new PendingState.OfErasure { Guards = guards } : null;
        return Proposal<Person>
            .Append(
                Person.Apply(null, erased, context),
                new StreamAppend(held.Sealed.Person, StreamType, 0, [Facts.Of(erased, context, terms)], row));
    }

    private async Task<Outcome<Person>> DestroyAsync(Outcome<Person> outcome, Guid person, HeldKey key, CancellationToken cancellationToken)
    {
        // Recorded first, then remembered outside, then destroyed: whoever dies between is made good by the next start.
        keys.Remember(person, clock.GetUtcNow());
        if (key.Row?.Wrapped is not null)
            await key.DestroyAsync(cancellationToken);
        return outcome;
    }

    private Refusal? MayNotSee(Hazard hazard, Held held, Actor by)
    {
        var policy = PolicyOf(hazard);
        var allowed = PrivacyOf(hazard).For(held.Sealed.Kind);
        return allowed.Any(by.Roles.Contains)
            ? null
            : PersonRefusals.Role.Because(
                null, ("kind", Words.Of(held.Sealed.Kind)), ("roles", Names(allowed)), ("policy", policy.Version));
    }

    /// <summary>Who may not see a whistle-blower is not told that there is one.</summary>
    private static Refusal Told(Held held, Refusal refusal) =>
        held.Sealed.Kind == PersonKind.WhistleBlower ? PersonRefusals.NotFound.Because("person") : refusal;

    private async Task<(DisclosedPerson? Person, Refusal? Refusal)> OpenAsync(
        Hazard hazard, Held held, PersonKeyRow? row, CancellationToken cancellationToken)
    {
        if (await ErasedAsync(held.Sealed.Person, cancellationToken) is { } erased)
            return (null, PersonRefusals.Erased.Because(null, ("at", erased.ErasedAt)));
        if (keys.Remembers(held.Sealed.Person) is { } at)
            return (null, PersonRefusals.Erased.Because(null, ("at", at)));
        if (row?.DestroyedAt is { } destroyed)
            return (null, PersonRefusals.Erased.Because(null, ("at", destroyed)));
        if (row is null || row.Kind != held.Sealed.Kind || row.Hazard != hazard.Id || keys.Unwrap(row) is not { } key)
            return (null, PersonRefusals.KeyMissing.Because(null, ("master", row?.Master)));
        string? statement = null;
        if (held.Sealed.Open(hazard.Id, key, out var data) != PersonOpening.Opened
            || (held.Statement is not null && held.Sealed.OpenStatement(hazard.Id, held.Statement, key, out statement) != PersonOpening.Opened))
            return (null, PersonRefusals.Damaged.Because());
        return (new DisclosedPerson(hazard.Id, held.Sealed, Convert.ToBase64String(key), data!) { SealedStatement = held.Statement, Statement = statement }, null);
    }

    private async Task<PersonLook> RefusedAsync(
        Hazard hazard, Guid person, PersonAsked asked, Refusal why, Refusal told, CancellationToken cancellationToken)
    {
        await RecordAsync(hazard, person, asked, [], why, cancellationToken);
        return new PersonLook(null, told);
    }

    private Task RecordAsync(
        Hazard hazard, Guid person, PersonAsked asked, ImmutableArray<string> parts, Refusal? refusal, CancellationToken cancellationToken)
    {
        var request = asked.Asked ?? new AskedFor("POST", $"{Links.Root}/evidence", $"{Links.Root}/evidence", 0);
        var looked = new Looked(hazard.Region, [hazard.Id])
        {
            Enterprise = hazard.Enterprise?.CreditCode,
            Purpose = asked.Reason,
            Key = asked.Key,
            Asked = request with { Status = refusal is null ? 200 : Problem.StatusOf(refusal.Reason), Refusal = refusal?.Code },
        };
        return looks.RecordAsync(new PersonalDataViewed(looked, person, parts), asked.By, null, cancellationToken);
    }

    private async Task<Person?> ErasedAsync(Guid person, CancellationToken cancellationToken)
    {
        Person? found = null;
        foreach (var e in await log.FetchAsync(person, cancellationToken: cancellationToken))
            if (e.Data is IPersonEvent happened)
                found = Person.Apply(found, happened, e.Context());
        return found;
    }

    private PrivacyRule PrivacyOf(Hazard hazard) => rules.Current.PrivacyAt(hazard.Region, clock.GetUtcNow());

    private Policy PolicyOf(Hazard hazard) => rules.Current.PolicyAt(hazard.Region, clock.GetUtcNow());

    private static ImmutableArray<string> PartsOf(DisclosedPerson person) =>
    [
        .. new (string Name, string? Value)[]
        {
            ("name", person.Data.Name), ("phone", person.Data.Phone), ("idNumber", person.Data.IdNumber), ("address", person.Data.Address),
            ("other", person.Data.Other), ("statement", person.Statement),
        }.Where(p => p.Value is not null).Select(p => p.Name),
    ];

    private static string Names(IEnumerable<Role> roles) => string.Join('、', roles.Select(CodeList.Chinese));

    /// <summary>Sealed data that a hazard holds.</summary>
    private sealed record Held(SealedPerson Sealed, string? Statement)
    {
        public static IEnumerable<Held> In(Hazard hazard) =>
        [
            .. hazard.Reporter is { } reporter ? [new Held(reporter, null)] : Array.Empty<Held>(),
            .. hazard.Witnesses.Select(w => new Held(w.Witness, w.Statement)),
            .. hazard.Contacts.Select(c => new Held(c.Person, c.Cells)),
        ];
    }
}
