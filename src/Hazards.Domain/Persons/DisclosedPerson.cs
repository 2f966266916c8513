namespace Hazards.Domain;

/// <summary>
/// 披露的个人信息: a person opened for an evidence package (<c>persons/&lt;person&gt;.json</c>). With the key anyone can open the
/// sealed value of the proved event and see that it is the same person; without the file nobody can.
/// </summary>
/// <param name="Hazard">The hazard.</param>
/// <param name="Sealed">The sealed value as the event holds it.</param>
/// <param name="Key">The person's key, Base64.</param>
/// <param name="Data">What it opens to.</param>
public sealed record DisclosedPerson(HazardId Hazard, SealedPerson Sealed, string Key, PersonData Data)
{
    /// <summary>The sealed statement as the event holds it, for a witness who made one.</summary>
    public string? SealedStatement { get; init; }

    /// <summary>What the statement opens to.</summary>
    public string? Statement { get; init; }

    /// <inheritdoc />
    public override string ToString() => $"（{Sealed.Person}）";

    /// <summary>Whether the key opens what the event holds, and opens it to what is written here.</summary>
    /// <param name="held">The sealed value in the proved event.</param>
    /// <param name="heldStatement">The sealed statement in the proved event, if it has one.</param>
    public PersonOpening Check(SealedPerson held, string? heldStatement = null)
    {
        ArgumentNullException.ThrowIfNull(held);
        var key = new byte[PersonCipher.KeyLength];
        if (!Convert.TryFromBase64String(Key, key, out var length) || length != key.Length)
            return PersonOpening.Malformed;
        if (held != Sealed || heldStatement != SealedStatement)
            return PersonOpening.Altered;
        if (held.Open(Hazard, key, out var data) is var opening && opening != PersonOpening.Opened)
            return opening;
        if (data != Data)
            return PersonOpening.Altered;
        if (heldStatement is null)
            return Statement is null ? PersonOpening.Opened : PersonOpening.Altered;
        opening = held.OpenStatement(Hazard, heldStatement, key, out var statement);
        return opening != PersonOpening.Opened ? opening : statement == Statement ? PersonOpening.Opened : PersonOpening.Altered;
    }
}
