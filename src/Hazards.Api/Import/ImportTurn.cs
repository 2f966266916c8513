using Hazards.Api.Investigation.Packages;
using Hazards.Domain;
using Npgsql;

namespace Hazards.Api.Import;

/// <summary>
/// One import at a time where two could be of the same ledger: what one enters, the other must find. Imports of different counties
/// go on beside each other; one of a prefecture waits for those of its counties. Ends with its session, so that whoever dies
/// hinders nobody.
/// </summary>
internal sealed class ImportTurn : IAsyncDisposable
{
    // pg_advisory_lock(int, int): "impo" in ASCII, then the region's code.
    private const int LockClass = 0x69_6D_70_6F;

    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(200);

    private readonly NpgsqlConnection connection;

    private ImportTurn(NpgsqlConnection connection) => this.connection = connection;

    /// <summary>Takes the turn; null when another had it all the time.</summary>
    /// <param name="dataSource">The database.</param>
    /// <param name="region">Where rows go that name no region.</param>
    /// <param name="patience">How long to wait for it.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public static async Task<ImportTurn?> TakeAsync(
        NpgsqlDataSource dataSource, RegionCode region, TimeSpan patience, CancellationToken cancellationToken)
    {
        for (var until = Environment.TickCount64 + (long)patience.TotalMilliseconds; ; await Task.Delay(Between, cancellationToken))
        {
            // Whoever waits keeps no connection from others.
            var turn = new ImportTurn(await dataSource.OpenConnectionAsync(cancellationToken));
            try
            {
                if (await turn.TryAsync(region, cancellationToken))
                    return turn;
            }
            catch
            {
                await turn.DisposeAsync();
                throw;
            }

            await turn.DisposeAsync();
            if (Environment.TickCount64 >= until)
                return null;
        }
    }

    private async Task<bool> TryAsync(RegionCode region, CancellationToken cancellationToken)
    {
        var own = region.At(RegionLevel.County);
        await using var command = new NpgsqlCommand(
            "select bool_and(pg_try_advisory_lock_shared($1, a)) from unnest($2) a union all select pg_try_advisory_lock($1, $3)",
            connection);
        command.Parameters.Add(PackageShelf.Of(LockClass));
        command.Parameters.Add(PackageShelf.Of(Authority.Wider(own).Select(Key).ToArray()));
        command.Parameters.Add(PackageShelf.Of(Key(own)));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var isOurs = true;
        while (await reader.ReadAsync(cancellationToken))
            isOurs &= await reader.IsDBNullAsync(0, cancellationToken) || reader.GetBoolean(0);
        return isOurs;
    }

    private static int Key(RegionCode region) => int.Parse(region.Value, System.Globalization.CultureInfo.InvariantCulture);

    private async Task ReleaseAsync()
    {
        await using var release = new NpgsqlCommand("select pg_advisory_unlock_all()", connection);
        await release.ExecuteNonQueryAsync(CancellationToken.None);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (connection.State == System.Data.ConnectionState.Open)
                await ReleaseAsync();
        }
        catch (NpgsqlException)
        {
            // Its session is gone, and the lock with it.
        }
        finally
        {
            await connection.DisposeAsync();
        }
    }
}
