namespace Hazards.Api.Cli;

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

    /// <summary>An address it is reached at: whoever listens on all of them (<c>0.0.0.0</c>, <c>[::]</c>) names none.</summary>
    public static string Reachable(string listened) =>
        Uri.TryCreate(listened, UriKind.Absolute, out var uri) && uri.Host is "0.0.0.0" or "[::]"
            ? $"{uri.Scheme}://localhost:{uri.Port}"
            : listened;

    public static Task KeepAsync(string data, string address, CancellationToken cancellationToken) =>
        File.WriteAllTextAsync(FileOf(data), address + "\n", cancellationToken);

    private static string FileOf(string data) => Path.Combine(data, "address");
}
