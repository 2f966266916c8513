using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;

namespace Hazards.Api.Simulation.Demo;

/// <summary>
/// What the bodies are told: most messages are opened, some late, some never; most of what the ladder proposes is done,
/// some is declined, some left.
/// </summary>
internal sealed class DemoMail(DemoStores stores, DemoPlan plan)
{
    private const double OpenedOfDuties = 0.82;
    private const double OpenedOfNotices = 0.25;
    private const double OpenedNextDay = 0.65;

    /// <summary>The share of the bodies that hardly look.</summary>
    private const double Inattentive = 0.12;

    private const double Answered = 0.72;
    private const double Declined = 0.1;

    private readonly Random _random = new(plan.Seed + 2);
    private readonly Dictionary<string, Body> _offices =
        stores.Bodies.Values.Where(b => b.Kind == BodyKind.CommitteeOffice).ToDictionary(b => Told.OfficeAddress(b.Region));

    // What a body will open on a day to come.
    private readonly Dictionary<(Body Body, DateOnly On), List<InboxItem>> _toOpen = [];

    private long _position;
    private int _opened;

    /// <summary>Messages opened so far.</summary>
    public int Opened => _opened;

    /// <summary>Reads what was recorded since; who opens and answers what of it, and when.</summary>
    public async Task<IReadOnlyList<(DemoAct Act, DateTimeOffset At)>> SortAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (today, sorted) = (ChinaTime.DateAt(now), new List<(DemoAct, DateTimeOffset)>());
        await foreach (var e in stores.Log.ReadAllAsync(_position, cancellationToken: cancellationToken))
        {
            _position = e.Position;
            if (e.StreamType != HazardStore.StreamType)
                continue;
            var hazard = new HazardId(e.StreamId);
            foreach (var told in DomainJson.ReadContext(e.Headers.Span).Told)
                if (BodyAt(told) is { } body && OpensAfter(body, told.As) is { } days)
                    Put(e.Id, hazard, told, body, today.AddDays(days));
            if (e.Type == EventTypes.NameOf(typeof(StepProposed)) && _random.NextDouble() < Answered && stores.CaseOf(hazard) is { } of)
                sorted.Add((Answer(of), Later(now.AddHours(8 + (_random.NextDouble() * 60)))));
        }
        foreach (var (key, messages) in _toOpen.Where(o => o.Key.On == today).ToArray())
        {
            _toOpen.Remove(key);
            sorted.Add((new DemoDeed((at, stop) => OpenAsync(messages, key.Body, at, stop)),
                Later(now.AddHours(8 + (_random.NextDouble() * 9)))));
        }
        return sorted;

        DateTimeOffset Later(DateTimeOffset at) => OfficeHours.In(at > now ? at : now, _random);
    }

    private DemoDeed Answer(DemoCase of)
    {
        var declines = _random.NextDouble() < Declined;
        return new DemoDeed((at, stop) => AnswerAsync(of, declines, at, stop), of);
    }

    private Body? BodyAt(Told told) => told.Body is { } id ? stores.Bodies.GetValueOrDefault(id) : _offices.GetValueOrDefault(told.Address);

    private void Put(Guid happened, HazardId hazard, Told told, Body body, DateOnly on)
    {
        var message = new InboxItem(
            Messages.IdOf(happened, told.Address), told.Address, told.As, hazard, "", body.Region, 0, happened, "", default, null!,
                default, []);
        if (!_toOpen.TryGetValue((body, on), out var list))
            _toOpen[(body, on)] = list = [];
        list.Add(message);
    }

    /// <summary>After how many days it is opened; null: never.</summary>
    private int? OpensAfter(Body body, TellAs told)
    {
        var own = Demo.People.Any(p => p.Body == body.Id);
        var attention = !own && new Random(body.Id.Value.Sum(c => c * 31)).NextDouble() < Inattentive ? 0.25 : 1;
        if (_random.NextDouble() >= attention * (told == TellAs.Notice ? OpenedOfNotices : OpenedOfDuties))
            return null;
        return _random.NextDouble() < OpenedNextDay ? 0 : _random.Next(1, 6);
    }

    private async Task OpenAsync(List<InboxItem> messages, Body body, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var role = body.Kind switch
        {
            BodyKind.CommitteeOffice => Role.Coordinator,
            BodyKind.SupervisionOffice => Role.Supervisor,
            _ => Role.Responsible,
        };
        await stores.Messages.OpenNewAsync(messages, Demo.ActorOf(body, role), DemoStores.TermsAt(at), cancellationToken);
        Interlocked.Add(ref _opened, messages.Count);
    }

    /// <summary>Does the gravest step that is proposed, or says why not.</summary>
    private async Task AnswerAsync(DemoCase of, bool declines, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var hazard = of.Hazard = await stores.Hazards.LoadAsync(of.Hazard!.Id, null, cancellationToken);
        var proposals = hazard!.Missed.SelectMany(m => m.Proposed.Select(s => (Missed: m, Step: s)));
        if (proposals.OrderBy(p => p.Step).LastOrDefault() is not { Missed: { } missed } proposal)
            return;
        var asked = missed.Asked.TryGetValue(proposal.Step, out var body)
            ? stores.Bodies[body]
            : stores.Prefecture.Counties.First(c => c.Region.Contains(hazard.Region)).Office;
        var role = asked.Kind == BodyKind.SupervisionOffice ? Role.Supervisor : Role.ListingAuthority;
        var command = declines
            ? new DeclineStep(proposal.Step, missed.Kind, missed.Due, "责任单位已说明情况并书面承诺完成时间，暂不采取", missed.Leg)
            : Taken(proposal.Step, missed, asked, at);
        if (command is null || !command.Rule.IsOpenTo(hazard) || !command.Rule.Roles.Contains(role)
            || (missed.Leg is { } leg && !hazard.Legs.ContainsKey(leg)))
            return;
        await of.ExecuteAsync(command, new Given(Demo.ActorOf(asked, role)) { OccurredAt = at }, at, cancellationToken);
    }

    private IHazardCommand? Taken(SupervisionStep step, MissedClock missed, Body asked, DateTimeOffset at) => step switch
    {
        SupervisionStep.Notice => new IssueNotice("请于七日内办结并书面报告整改情况；逾期将约谈主要负责人", missed.Leg, ChinaTime.DateAt(at).AddDays(7)),
        SupervisionStep.Interview => new HoldInterview("责任单位主要负责人", "约谈指出问题，要求当场作出整改承诺、明确完成时限", missed.Leg),
        SupervisionStep.Criticism => new CirculateCriticism("对逾期未完成整改的责任单位予以通报批评，责令限期整改", missed.Leg),
        SupervisionStep.Exposure => new Expose("团结报", "重大事故隐患逾期未整改，予以公开曝光"),
        SupervisionStep.Escalation when asked.Region.Level < RegionLevel.Prefecture => new Escalate(stores.Prefecture.Office.Id,
            "逾期三十日仍未办结，提请州级督办"),
        _ => null,
    };
}
