using Hazards.LocalPostgres;
using Hazards.Projections;
using Hazards.Projections.Store;
using Npgsql;

namespace Hazards.Api.Cli;

/// <summary>Failures that a person at the terminal can mend: said in a sentence, without a stack trace.</summary>
internal static class Failure
{
    public static bool Explains(Exception e) =>
        e is LocalClusterException or MigrationException or NpgsqlException or LogUnavailableException or RebuildBusyException or IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException or OperationCanceledException;

    public static int Report(Exception e)
    {
        if (e is OperationCanceledException)
            return 130;
        Console.Error.WriteLine($"失败 failed: {e.Message}");
        return 1;
    }
}
