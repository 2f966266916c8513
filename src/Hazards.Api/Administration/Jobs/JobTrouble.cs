using Npgsql;

namespace Hazards.Api.Administration.Jobs;

/// <summary>Tells whoever waits for a job that it has failed for good.</summary>
internal sealed class JobTrouble(NpgsqlDataSource dataSource)
{
    /// <summary>Why the job of a message that names this id failed; null when it has not, or is to be done again.</summary>
    public async Task<string?> WhyAsync(string message, Guid id, CancellationToken cancellationToken)
    {
        // There are few dead letters, or somebody should look.
        await using var command = dataSource.CreateCommand("""
            select d.exception_message from wolverine.wolverine_dead_letters d
            where d.message_type like '%.' || $1 and position(convert_to($2, 'UTF8') in d.body) > 0 and not coalesce(d.replayable, false) limit 1
            """);
        command.Parameters.AddWithValue(message);
        command.Parameters.AddWithValue(id.ToString("D"));
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }
}
