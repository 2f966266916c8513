namespace Hazards.Api;

/// <summary>Where <c>run</c> serves a data folder, kept in it while it does: commands on the same folder find it there.</summary>
internal static class ServedAddress
{
    /// <summary>Where it serves when nothing else is said.</summary>
    public const string Usual = "http://127.0.0.1:5080";

    /// <summary>The address at which the folder is, or was last, served.</summary>
    public static string Of(string data)
    {
        try
        {
            return File.ReadAllText(FileOf(data)).Trim() is { Length: > 0 } kept ? kept : Usual;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Usual;
        }
    }

    public static Task KeepAsync(string data, string address, CancellationToken cancellationToken) =>
        File.WriteAllTextAsync(FileOf(data), address + "\n", cancellationToken);

    private static string FileOf(string data) => Path.Combine(data, "address");
}
