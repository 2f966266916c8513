using System.Globalization;

namespace Hazards.LocalPostgres;

/// <summary>
/// Who the server runs as. PostgreSQL refuses to run as root, so a host that is root lends it an unprivileged account;
/// every other host runs it as itself.
/// </summary>
internal sealed class Account
{
    private readonly string[] _prefix;

    private Account(string[] prefix, string? owner) => (_prefix, Owner) = (prefix, owner);

    public static Account Self { get; } = new([], null);

    /// <summary>"uid:gid" to give folders to; null when the host itself is the account.</summary>
    public string? Owner { get; }

    /// <summary>The command, run by this account.</summary>
    public IEnumerable<string> Wrap(params IEnumerable<string> words) => [.. _prefix, .. words];

    /// <summary>The account that owns an existing cluster, else <c>postgres</c>, else <c>nobody</c>.</summary>
    public static async Task<Account> ChooseAsync(string? existingCluster, CancellationToken cancellationToken)
    {
        if (!Environment.IsPrivilegedProcess) return Self;
        if (existingCluster is not null && await OwnerOfAsync(existingCluster, cancellationToken) is { } owner && owner.Uid != 0)
            return Lend(owner.Uid, owner.Gid);
        foreach (var name in (string[])["postgres", "nobody"])
        {
            var uid = await IdAsync("-u", name, cancellationToken);
            var gid = await IdAsync("-g", name, cancellationToken);
            if (uid is > 0 && gid is { } group) return Lend(uid.Value, group);
        }
        throw NoAccount();
    }

    /// <summary>The folder's real path if this account can enter it, else null.</summary>
    public async Task<string?> EnterAsync(string folder, CancellationToken cancellationToken)
    {
        var result = await Command.RunAsync(Wrap("sh", "-c", "cd -P \"$1\" && pwd -P", "sh", folder), cancellationToken);
        return result.Ok ? result.Output.TrimEnd('\n') : null;
    }

    /// <summary>Makes a folder that only this account (and root) can read.</summary>
    public async Task MakePrivateFolderAsync(string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await GiveAsync(folder, cancellationToken);
    }

    /// <summary>Gives a file or an empty folder to this account.</summary>
    public async Task GiveAsync(string path, CancellationToken cancellationToken)
    {
        if (Owner is null) return;
        var result = await Command.RunAsync(["chown", Owner, path], cancellationToken);
        if (!result.Ok)
            throw new LocalClusterException(LocalClusterErrors.DataUnusable,
                $"无法把 {path} 交给 PostgreSQL 的运行账户:{result.Said}",
                $"Cannot give {path} to the account that runs PostgreSQL: {result.Said}");
    }

    private static Account Lend(int uid, int gid)
    {
        var user = uid.ToString(CultureInfo.InvariantCulture);
        var group = gid.ToString(CultureInfo.InvariantCulture);
        if (OperatingSystem.IsLinux() && Command.Find("setpriv") is { } setpriv)
            return new([setpriv, $"--reuid={user}", $"--regid={group}", "--clear-groups"], $"{user}:{group}");
        if (Command.Find("sudo") is { } sudo)
            return new([sudo, "-n", "-u", $"#{user}"], $"{user}:{group}");
        throw NoAccount();
    }

    private static async Task<int?> IdAsync(string flag, string name, CancellationToken cancellationToken)
    {
        var result = await Command.RunAsync(["id", flag, name], cancellationToken);
        return result.Ok && int.TryParse(result.Output, CultureInfo.InvariantCulture, out var id) ? id : null;
    }

    // ls -n is the one portable way to ask for numeric owners: stat's options differ between systems.
    private static async Task<(int Uid, int Gid)?> OwnerOfAsync(string path, CancellationToken cancellationToken)
    {
        var result = await Command.RunAsync(["ls", "-ldn", path], cancellationToken);
        var words = result.Output.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return result.Ok && words.Length > 3
            ? (int.Parse(words[2], CultureInfo.InvariantCulture), int.Parse(words[3], CultureInfo.InvariantCulture))
            : null;
    }

    private static LocalClusterException NoAccount() => new(LocalClusterErrors.NoAccount,
        "PostgreSQL 不能以 root 运行,而本机没有可借用的 postgres 或 nobody 账户(或缺少 setpriv/sudo)。请改用普通用户运行,或用 HAZARDS_POSTGRES 指定已有的数据库。",
        "PostgreSQL refuses to run as root, and there is no account postgres or nobody to lend it (or neither setpriv nor sudo). " +
        "Run as an ordinary user, or name an existing database in HAZARDS_POSTGRES.");
}
