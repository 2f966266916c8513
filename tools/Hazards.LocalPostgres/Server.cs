using System.Globalization;
using System.Text.RegularExpressions;

namespace Hazards.LocalPostgres;

/// <summary>A folder of PostgreSQL programs that were tried and work.</summary>
internal sealed partial record Server(string BinDirectory, Version Version, PostgresSource Source)
{
    public string Initdb => Path.Combine(BinDirectory, "initdb");
    public string PgCtl => Path.Combine(BinDirectory, "pg_ctl");
    public string Postgres => Path.Combine(BinDirectory, "postgres");

    public override string ToString() => $"PostgreSQL {Version} ({BinDirectory})";

    /// <summary>The server in the folder if the account can run it, else null.</summary>
    public static async Task<Server?> ProbeAsync(
        string binDirectory, PostgresSource source, Account account, CancellationToken cancellationToken)
    {
        var server = new Server(binDirectory, new Version(0, 0), source);
        if (!File.Exists(server.Postgres) || !File.Exists(server.Initdb) || !File.Exists(server.PgCtl)) return null;
        var answer = await Command.RunAsync(account.Wrap(server.Postgres, "--version"), cancellationToken);
        return answer.Ok && ParseVersion(answer.Output) is { } version ? server with { Version = version } : null;
    }

    /// <summary>Reads "postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)" or "… 19beta1".</summary>
    internal static Version? ParseVersion(string text)
    {
        var match = VersionPattern().Match(text);
        if (!match.Success) return null;
        var minor = match.Groups[2].Success ? int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture) : 0;
        return new Version(int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), minor);
    }

    [GeneratedRegex(@"\(PostgreSQL\) (\d+)(?:\.(\d+))?")]
    private static partial Regex VersionPattern();
}
