namespace Hazards.LocalPostgres;

/// <summary>A lock that the kernel gives back when its holder ends, even by kill -9.</summary>
internal static class FolderLock
{
    /// <summary>The lock, or null when another process holds it.</summary>
    public static FileStream? TryTake(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        // Any other trouble with the file has a type of its own or says so by failing again below the caller.
        catch (IOException problem) when (problem.GetType() == typeof(IOException) && File.Exists(path))
        {
            return null;
        }
    }
}
