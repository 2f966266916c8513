using System.Text.Json.Serialization;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>
/// 登记证人: somebody knows something of the hazard. Entered by those who inspect and supervise; investigators, who change
/// nothing of a hazard, keep what they are told in their own file.
/// </summary>
/// <param name="Name">姓名.</param>
/// <param name="Phone">联系电话.</param>
/// <param name="IdNumber">证件号码.</param>
/// <param name="Address">住址或单位.</param>
/// <param name="Other">其他联系方式, in words.</param>
/// <param name="Statement">What the witness said, at most 8,000 characters; sealed as well.</param>
public sealed record RecordWitness([property: Longest(100)] string? Name = null, [property: Longest(60)] string? Phone = null, [property: Longest(60)] string? IdNumber = null, [property: Longest(300)] string? Address = null, [property: Longest(500)] string? Other = null, string? Statement = null) : IBringsPerson
{
    /// <summary>What the data are sealed with, given by whoever keeps the keys.</summary>
    [JsonIgnore]
    public PersonSeal? Seal { get; init; }

    /// <inheritdoc />
    [JsonIgnore]
    public CommandRule Rule => CommandRules.RecordWitness;

    /// <inheritdoc />
    [JsonIgnore]
    public PersonKind Kind => PersonKind.Witness;

    /// <inheritdoc />
    public IBringsPerson With(PersonSeal seal) => this with { Seal = seal };

    /// <inheritdoc />
    public override string ToString() => Data.ToString();

    private PersonData Data => new(Name, Phone, IdNumber, Address, Other);

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        if ((Data.Check("") ?? Texts.Optional("statement", Statement)) is { } wrong)
            return wrong;
        if (Data.IsIn(act.By.Name, secret: true))
            return PersonRefusals.InClear.Because("actor");
        var seal = PersonSeal.Needed(Seal);
        var witness = seal.Close(Kind, Data.Trimmed());
        return Decision.Of(new WitnessRecorded(witness, string.IsNullOrWhiteSpace(Statement) ? null : witness.SealStatement(hazard.Id, Statement.Trim(), seal.Key)));
    }
}
