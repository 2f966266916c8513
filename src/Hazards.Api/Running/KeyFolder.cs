using System.Security.Cryptography;
using Hazards.Domain;

namespace Hazards.Api.Running;

/// <summary>
/// 密钥目录: the secrets of a deployment, kept outside the database, because whoever administers the database is one of
/// those the record must be proved to. Every node of a deployment has the same ones. Each secret is made when it is first
/// asked for, in a file that only its owner can read.
/// </summary>
/// <param name="folder">The folder; made when it is first written to. Null: there is none, and whoever asks it for something is
/// told so.</param>
internal sealed class KeyFolder(string? folder)
{
    private readonly string? folder = string.IsNullOrEmpty(folder) ? null : Path.GetFullPath(folder);

    /// <summary>Whether there is a folder.</summary>
    public bool Exists => folder is not null;

    /// <summary>The folder.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public string Folder => folder ?? throw new InvalidOperationException("缺少密钥目录：--keys 或 HAZARDS_KEYS · a folder for the keys is needed");

    /// <summary>Where a file of this name is kept.</summary>
    public string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>What a file holds; null when there is none.</summary>
    /// <exception cref="KeyFolderException">It cannot be read.</exception>
    public string? Read(string name)
    {
        try
        {
            return File.ReadAllText(PathOf(name));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw KeyFolderException.Unusable(name, e);
        }
    }

    /// <summary>A secret of random bytes; made now when there is none.</summary>
    /// <param name="name">The file's name.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <exception cref="KeyFolderException">The file does not hold a secret of this length, or cannot be read or made.</exception>
    public byte[] Secret(string name, int length)
    {
        var text = Read(name);
        if (text is null)
        {
            Create(name, Convert.ToBase64String(RandomNumberGenerator.GetBytes(length)) + "\n");
            text = Read(name) ?? "";
        }

        var bytes = new byte[length];
        return Convert.TryFromBase64String(text.Trim(), bytes, out var read) && read == length
            ? bytes
            : throw KeyFolderException.Damaged($"密钥文件 {PathOf(name)} 已损坏：应为 {length} 字节的 Base64，请从备份恢复 · the key file is damaged: it should hold {length} bytes as Base64; restore it from its backup");
    }

    /// <summary>Writes a file that only its owner can read, whole or not at all. When two do it at once, the first one's stays.</summary>
    /// <returns>False when there was such a file.</returns>
    /// <exception cref="KeyFolderException">It cannot be written; nothing is left of the attempt.</exception>
    public bool Create(string name, string text) => Writing(name, path => PrivateFile.Create(path, text));

    /// <summary>Writes a file that only its owner can read in place of the one there was, whole or not at all.</summary>
    /// <exception cref="KeyFolderException">It cannot be written; the one there was stays, and nothing is left of the attempt.</exception>
    public void Replace(string name, string text) => Writing(name, path =>
    {
        PrivateFile.Replace(path, text);
        return true;
    });

    private bool Writing(string name, Func<string, bool> write)
    {
        var path = PathOf(name);
        try
        {
            return write(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw KeyFolderException.Unusable(name, e);
        }
    }
}

/// <summary>The key folder cannot be used now; <see cref="Refusal"/> says why and how to mend it. What needed it was not done.</summary>
internal sealed class KeyFolderException : IOException
{
    private KeyFolderException(Refusal refusal, Exception? inner) : base($"{refusal.Chinese} · {refusal.English}", inner) =>
        Refusal = refusal;

    /// <summary>What callers are told: unavailable for now.</summary>
    public Refusal Refusal { get; }

    internal static KeyFolderException Unusable(string name, Exception inner) =>
        // Without the path of the draft, which is gone.
        new(KeyFolderRefusals.Unusable.Because(null, ("file", name), ("what", inner.Message.Split(" : '")[0])), inner);

    internal static KeyFolderException Missing() => new(KeyFolderRefusals.Missing.Because(), null);

    internal static KeyFolderException Damaged(string what) => new(KeyFolderRefusals.Damaged.Because(null, ("what", what)), null);
}

/// <summary>Why the key folder cannot be used.</summary>
internal static class KeyFolderRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    public static readonly RefusalCode Damaged = new(
        "proof.key_damaged", RefusalKind.Unavailable, "密钥目录中的文件不可用：{what}", "A file in the key folder cannot be used: {what}");
    public static readonly RefusalCode Missing = new(
        "key_folder.missing", RefusalKind.Unavailable, "服务没有密钥目录：请管理员用 --keys 或 HAZARDS_KEYS 指定",
        "The service has no folder for its keys: its operator must give --keys or HAZARDS_KEYS");
    public static readonly RefusalCode Unusable = new(
        "key_folder.unusable", RefusalKind.Unavailable, "密钥目录中的 {file} 无法读写（{what}）：请检查密钥目录的属主、权限和磁盘空间，恢复后自动继续",
        "{file} in the key folder cannot be read or written ({what}): check the folder's owner, its permissions and the disk; the service goes on by itself then");
#pragma warning restore CS1591
}
