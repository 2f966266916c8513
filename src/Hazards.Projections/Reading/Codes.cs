using Hazards.Domain.Codes;

namespace Hazards.Projections.Reading;

/// <summary>Codes as the columns hold them.</summary>
internal static class Codes
{
    public static T Read<T>(string code) where T : struct, Enum =>
        CodeList.TryParse<T>(code, out var value) ? value : throw new InvalidOperationException($"{code} is no {typeof(T).Name}");
}
