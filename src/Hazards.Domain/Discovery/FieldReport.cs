namespace Hazards.Domain;

/// <summary>
/// 现场上报: a report written on a phone, known by whose account wrote it and a number that it was given then. However often
/// the phone sends it, it is one hazard; and whoever wrote it finds it again on any phone.
/// </summary>
public static class FieldReport
{
    /// <summary>The reporting system in the reference.</summary>
    public const string System = "field";

    /// <summary>The reference of a report.</summary>
    /// <param name="account">Whose account wrote it.</param>
    /// <param name="report">The number it was given when it was written.</param>
    public static ExternalReference ReferenceOf(Guid account, Guid report) => new(System, $"{account:N}/{report:N}");

    /// <summary>The account that wrote it; null of a hazard that was not reported in this way.</summary>
    public static Guid? ReporterOf(ExternalReference? reference) =>
        reference is { System: System, Id: { Length: 65 } id } && Guid.TryParseExact(id[..32], "N", out var reporter) ? reporter : null;
}
