namespace Hazards.Api.Running;

/// <summary>
/// Files that only their owner can read. Each is written whole or not at all: a draft beside it, on disk before it takes its
/// place, and gone when it could not.
/// </summary>
internal static class PrivateFile
{
    // Whoever writes one takes no longer than this: an older draft is that of a process which was killed.
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>Writes a file in place of the one there was.</summary>
    public static void Replace(string path, string text) => Write(path, text, overwrite: true);

    /// <summary>Writes a file. When two do it at once, the first one's stays.</summary>
    /// <returns>False when there was such a file.</returns>
    public static bool Create(string path, string text)
    {
        try
        {
            Write(path, text, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            return false;
        }
    }

    private static void Write(string path, string text, bool overwrite)
    {
        path = Path.GetFullPath(path);
        MakeFolder(Path.GetDirectoryName(path)!);
        Sweep(path);
        var draft = DraftOf(path, Guid.NewGuid().ToString("n"));
        try
        {
            WriteDraft(draft, text);
            File.Move(draft, path, overwrite);
        }
        catch
        {
            Discard(draft);
            throw;
        }
    }

    private static void Discard(string draft)
    {
        try
        {
            File.Delete(draft);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The folder itself is gone; what is said is why it could not be written.
        }
    }

    private static void WriteDraft(string draft, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(draft, options);
        using var writer = new StreamWriter(file);
        writer.Write(text);
        writer.Flush();
        file.Flush(flushToDisk: true);
    }

    private static void Sweep(string path)
    {
        foreach (var draft in Directory.EnumerateFiles(Path.GetDirectoryName(path)!, Path.GetFileName(DraftOf(path, "*"))))
            if (DateTime.UtcNow - File.GetLastWriteTimeUtc(draft) > Longest)
                File.Delete(draft);
    }

    private static string DraftOf(string path, string number) =>
        Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{number}");

    private static void MakeFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
