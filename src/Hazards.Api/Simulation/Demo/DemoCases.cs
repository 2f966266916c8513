using System.Collections.Immutable;
using Hazards.Api.Simulation.Year;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Simulation.Demo;

/// <summary>The hazards of a demonstration, each with its life, its paperwork and its plot.</summary>
internal sealed class DemoCases(DemoStores stores, DemoPlan plan)
{
    private readonly Dictionary<HazardId, DemoCase> _byId = [];
    private DemoInspectors? _inspectors;
    private DemoPhotos? _photos;

    public int Begun { get { lock (_byId) return _byId.Count; } }

    public DemoStores Stores => stores;

    public DemoInspectors Inspectors => _inspectors!;

    public DemoPhotos Photos => _photos!;

    public async Task PrepareAsync(DemoInspectors inspectors, CancellationToken cancellationToken)
    {
        _inspectors = inspectors;
        _photos = await DemoPhotos.StoreAsync(stores.Files, cancellationToken);
        stores.CaseOf = id => { lock (_byId) return _byId.GetValueOrDefault(id); };
    }

    public void Begin(DemoCase one, HazardId id)
    {
        lock (_byId)
            _byId.Add(id, one);
    }

    /// <summary>Found in office hours, spread evenly; the unevenness comes from what follows.</summary>
    public IEnumerable<(DemoAct Act, DateTimeOffset At)> All()
    {
        var bodies = stores.Bodies.ToImmutableDictionary();
        var begin = ChinaTime.StartOf(plan.First);
        for (var i = 0; i < plan.Hazards; i++)
        {
            var random = new Random((plan.Seed * 7919) + i);
            var plot = DemoPlots.Of(i, plan.Hazards);
            var found = OfficeHours.In(begin + ((plan.Until - begin) * ((i + random.NextDouble()) / plan.Hazards)), random);
            var life = new Life(stores.Prefecture, plan.Seed, i, plot.Shares);
            var paperwork = new Paperwork(stores.Prefecture, bodies, DemoTown.Province, plan.Seed + i);
            yield return (new DemoCase(this, i, plot, life, paperwork, found, random), plot.Late ? found.AddDays(3 + random.Next(6))
                : found);
        }
    }

    /// <summary>Another hazard of the county with most of its time before it.</summary>
    public HazardId? Other(RegionCode county, HazardId than)
    {
        lock (_byId)
            return _byId.Values.Where(c => c.Hazard is { Stage: Stage.Assigned or Stage.Rectifying } h && h.Id != than
                && county.Contains(h.Region)
                    && h.Legs.Values.All(l => l.Stage < LegStage.Declared && l.Percent < 40))
                .OrderByDescending(c => c.Hazard!.Legs.Values.Min(l => l.Deadline)).Select(c => c.Hazard?.Id).FirstOrDefault();
    }
}

/// <summary>One hazard under way.</summary>
internal sealed class DemoCase(DemoCases cases, int index, DemoPlot plot, Life life, Paperwork paperwork, DateTimeOffset found,
    Random random) : DemoAct
{
    private const int MostRefusals = 3;

    // Acts that are entered a day or more after they were done.
    private const double LateEntries = 0.02;
    private const double Photographed = 0.6;

    private readonly DemoScene _scene = new(cases.Stores.Prefecture, random, cases.Other);
    private NextAct? _next;
    private bool _ordered;
    private int _turn;
    private int _refused;

    /// <summary>Something is being done to it.</summary>
    public bool Busy { get; set; }

    /// <summary>As it stands; null before it was reported.</summary>
    public Hazard? Hazard { get; set; }

    /// <summary>When it goes on; null: it does not.</summary>
    public DateTimeOffset? NextAt { get; private set; }

    public override DemoCase Case => this;

    public override async Task DoAsync(DateTimeOffset at, CancellationToken cancellationToken)
    {
        var done = Hazard is null ? await ReportAsync(at, cancellationToken) : await ActAsync(at, cancellationToken);
        if (!done && ++_refused > MostRefusals)
        {
            NextAt = null;
            return;
        }
        _next = Hazard is { } hazard ? Order(hazard) ?? Turn(hazard) ?? paperwork.Next(hazard) ?? life.Next(hazard) : null;
        if (_next is not { } next)
        {
            NextAt = null;
            return;
        }
        // What was refused is not tried again at once: a day later things may look different.
        var earliest = done ? at.AddMinutes(1) : at.AddDays(1);
        var when = OfficeHours.In(next.At > earliest ? next.At : earliest, random);
        _next = next with { At = when };
        NextAt = random.NextDouble() < LateEntries ? OfficeHours.In(when.AddDays(1.2 + random.NextDouble()), random) : when;
    }

    /// <summary>交办单: a paper for each major one.</summary>
    private NextAct? Order(Hazard hazard)
    {
        if (_ordered || hazard is not { Level: Level.Major, Stage: Stage.Assigned, AssignedBy: { } by })
            return null;
        _ordered = true;
        return _scene.At(hazard, 0.05, cases.Stores.Bodies[by], Role.Coordinator, new IssuePaper(PaperKind.AssignmentOrder));
    }

    private NextAct? Turn(Hazard hazard)
    {
        if (_turn == plot.Turns.Length || plot.Turns[_turn](hazard, _scene) is not { } act)
            return null;
        _turn++;
        return act;
    }

    private async Task<bool> ReportAsync(DateTimeOffset at, CancellationToken cancellationToken)
    {
        var (by, report) = life.Begin(index);
        if (plot.LongTitle)
            report = report with { Title = $"{report.Enterprise?.Name}{report.Title}，且未按照上级检查组现场反馈意见在规定期限内落实整改措施、责任、资金、时限和应急预案，存在较大安全风险" };
        report = report with { Reference = null, Inspection = await cases.Inspectors.FoundAsync(by, report, found, at, cancellationToken) };
        var given = new Given(Demo.ActorOf(by, Role.Reporter)) { OccurredAt = found, Attachments = random.NextDouble() < Photographed
            ? [cases.Photos.Before(index)] : [] };
        switch (await cases.Stores.Hazards.ReportAsync(report, given, DemoStores.TermsAt(at), cancellationToken))
        {
            case Outcome<Hazard>.Done done:
                Hazard = done.After;
                cases.Begin(this, done.After.Id);
                return true;
            case Outcome<Hazard>.Refused refused:
                cases.Stores.Refused(CommandRules.Report.Name, refused.Refusal);
                return false;
            default:
                throw new InvalidOperationException();
        }
    }

    private async Task<bool> ActAsync(DateTimeOffset at, CancellationToken cancellationToken)
    {
        var (when, by, role, command, paper) = _next!.Value;
        var given = new Given(Demo.ActorOf(by, role))
        {
            OccurredAt = when,
            // These are numbered by the service, which makes the paper as well.
            Document = command is ListHazard or DelistHazard or IssueNotice or CirculateCriticism ? null : paper,
            Attachments = Evidence(command),
        };
        return await ExecuteAsync(command, given, at, cancellationToken);
    }

    /// <summary>Has it done, by whoever it is; one at a time.</summary>
    public async Task<bool> ExecuteAsync(IHazardCommand command, Given given, DateTimeOffset at, CancellationToken cancellationToken)
    {
        switch (await cases.Stores.Hazards.ExecuteAsync(Hazard!.Id, command, given, DemoStores.TermsAt(at), cancellationToken))
        {
            case Outcome<Hazard>.Done done:
                Hazard = done.After;
                return true;
            case Outcome<Hazard>.Refused refused:
                cases.Stores.Refused(command.Rule.Name, refused.Refusal);
                return false;
            default:
                throw new InvalidOperationException();
        }
    }

    private ImmutableArray<Attachment> Evidence(IHazardCommand command) => command switch
    {
        FixOnTheSpot or DeclareCompletion when random.NextDouble() < Photographed => [cases.Photos.Before(index),
            cases.Photos.After(index)],
        Reinspect { Verdict: Verdict.Pass } when random.NextDouble() < Photographed / 2 => [cases.Photos.After(index)],
        _ => [],
    };
}
