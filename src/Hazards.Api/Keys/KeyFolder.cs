using System.Security.Cryptography;

namespace Hazards.Api;

/// <summary>
/// 密钥目录: the secrets of a deployment, kept outside the database, because whoever administers the database is one of
/// those the record must be proved to. Every node of a deployment has the same ones. Each secret is made when it is first
/// asked for, in a file that only its owner can read.
/// </summary>
/// <param name="folder">The folder; made when it is first written to. Null: there is none, and whoever asks it for something is told so.</param>
public sealed class KeyFolder(string? folder)
{
    private readonly string? folder = string.IsNullOrEmpty(folder) ? null : Path.GetFullPath(folder);

    /// <summary>Whether there is a folder.</summary>
    public bool Exists => folder is not null;

    /// <summary>The folder.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public string Folder => folder ?? throw new InvalidOperationException("缺少密钥目录：--keys 或 HAZARDS_KEYS · a folder for the keys is needed");

    /// <summary>Where a file of this name is kept.</summary>
    public string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>A secret of random bytes; made now when there is none.</summary>
    /// <param name="name">The file's name.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <exception cref="InvalidDataException">The file does not hold a secret of this length.</exception>
    public byte[] Secret(string name, int length)
    {
        var path = PathOf(name);
        if (!File.Exists(path))
            Create(name, Convert.ToBase64String(RandomNumberGenerator.GetBytes(length)) + "\n");
        var bytes = new byte[length];
        return Convert.TryFromBase64String(File.ReadAllText(path).Trim(), bytes, out var read) && read == length
            ? bytes
            : throw new InvalidDataException($"密钥文件 {path} 已损坏：应为 {length} 字节的 Base64，请从备份恢复 · the key file is damaged: it should hold {length} bytes as Base64; restore it from its backup");
    }

    /// <summary>Writes a file that only its owner can read, whole or not at all. When two do it at once, the first one's stays.</summary>
    /// <returns>False when there was such a file.</returns>
    public bool Create(string name, string text)
    {
        var draft = Draft(name, text);
        try
        {
            File.Move(draft, PathOf(name), overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(PathOf(name)))
        {
            File.Delete(draft);
            return false;
        }
    }

    /// <summary>Writes a file that only its owner can read in place of the one there was, whole or not at all.</summary>
    public void Replace(string name, string text) => File.Move(Draft(name, text), PathOf(name), overwrite: true);

    private string Draft(string name, string text)
    {
        MakeFolder();
        var draft = PathOf($".{name}.{Guid.NewGuid():n}");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(draft, options);
        using var writer = new StreamWriter(file);
        writer.Write(text);
        writer.Flush();
        file.Flush(flushToDisk: true);
        return draft;
    }

    private void MakeFolder()
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(Folder);
        else
            Directory.CreateDirectory(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
