using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Administration.Persons;

/// <summary>Gives the persons that commands on a hazard bring with them fresh keys.</summary>
/// <param name="hazard">The hazard.</param>
internal sealed class PersonSealing(HazardId hazard)
{
    private readonly List<(PersonSeal Seal, PersonKind Kind)> seals = [];

    /// <summary>The keys to be kept before the events are appended.</summary>
    public IReadOnlyList<(PersonSeal Seal, PersonKind Kind)> Seals => seals;

    /// <summary>The same, once.</summary>
    public IReadOnlyList<(PersonSeal Seal, PersonKind Kind)> TakeSeals()
    {
        var taken = seals.ToArray();
        seals.Clear();
        return taken;
    }

    public ReportHazard Of(ReportHazard report) =>
        report.Person() is var (kind, _) ? report with { Seal = New(kind) } : report;

    public IReadOnlyList<Step> Of(IReadOnlyList<Step> steps) =>
        steps.Any(s => s.Command is IBringsPerson { BringsPerson: true })
            ? [.. steps.Select(
                s => s.Command is IBringsPerson { BringsPerson: true } person ? s with { Command = person.With(New(person.Kind)) } : s)]
            : steps;

    private PersonSeal New(PersonKind kind)
    {
        var seal = PersonSeal.New(hazard);
        seals.Add((seal, kind));
        return seal;
    }
}
