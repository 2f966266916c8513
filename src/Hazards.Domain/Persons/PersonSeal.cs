namespace Hazards.Domain;

/// <summary>A person's fresh number and key for one hazard. The key must be kept before the event that was sealed with it.</summary>
/// <param name="Person">The number.</param>
/// <param name="Hazard">The hazard.</param>
/// <param name="Key">The key, 32 random bytes.</param>
public sealed record PersonSeal(Guid Person, HazardId Hazard, byte[] Key)
{
    /// <summary>A number and a key that nobody has had before.</summary>
    public static PersonSeal New(HazardId hazard) => new(Guid.NewGuid(), hazard, PersonCipher.NewKey());

    /// <inheritdoc />
    public override string ToString() => $"（{Person}）";

    internal SealedPerson Close(Codes.PersonKind kind, PersonData data) => SealedPerson.Of(Person, kind, Hazard, data, Key);

    /// <summary>A command that brings a person needs one.</summary>
    /// <exception cref="InvalidOperationException">There is none: nothing may be decided in clear.</exception>
    internal static PersonSeal Needed(PersonSeal? seal) =>
        seal ?? throw new InvalidOperationException("a person's data can only be kept sealed");
}

/// <summary>A command that may bring personal data with it.</summary>
public interface IBringsPerson : IHazardCommand
{
    /// <summary>In what capacity.</summary>
    Codes.PersonKind Kind { get; }

    /// <summary>Whether it does bring one.</summary>
    bool BringsPerson => true;

    /// <summary>The same command with what its person's data are sealed with.</summary>
    IBringsPerson With(PersonSeal seal);
}

/// <summary>The reporter as a report gives them, in clear.</summary>
/// <param name="Name">姓名.</param>
/// <param name="Phone">联系电话.</param>
/// <param name="IdNumber">证件号码.</param>
/// <param name="Address">住址或单位.</param>
/// <param name="Other">其他联系方式, in words.</param>
/// <param name="Secret">举报人, whose identity is to be kept secret; when left out, true for 群众举报 and false otherwise.</param>
public sealed record ReporterGiven(
    [property: Longest(100)] string? Name = null, [property: Longest(60)] string? Phone = null,
    [property: Longest(60)] string? IdNumber = null, [property: Longest(300)] string? Address = null, [property: Longest(500)] string? Other = null, bool? Secret = null)
{
    /// <inheritdoc />
    public override string ToString() => Data.ToString();

    internal PersonData Data => new(Name, Phone, IdNumber, Address, Other);
}
