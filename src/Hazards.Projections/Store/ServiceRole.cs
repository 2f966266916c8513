using System.Text.RegularExpressions;
using Npgsql;

namespace Hazards.Projections.Store;

/// <summary>
/// A role that can append to the log and read it, but holds no right to change or delete an event, nor to alter the
/// tables. Migrations run as the owner; the service runs as this role, for example with
/// <c>Options=-c role=hazards_service</c> in its connection string.
/// </summary>
public static partial class ServiceRole
{
    /// <summary>
    /// Makes the role if the connecting user may make roles, lets that user act as it, and grants it what the log
    /// needs. Can be run at every start. Other modules grant it their own tables.
    /// </summary>
    /// <returns>False when the role does not exist and this user may not make it; then nothing was changed.</returns>
    public static async Task<bool> GrantLogAsync(NpgsqlDataSource owner, string role, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(owner);
        if (!PlainName().IsMatch(role))
            throw new ArgumentException("A role's name here is lower-case letters, digits and underscores.", nameof(role));
        await using var connection = await owner.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var ensure = new NpgsqlCommand(EnsureSql(role), connection);
            await ensure.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            return false;
        }

        await using var grant = new NpgsqlCommand(GrantSql(role), connection);
        await grant.ExecuteNonQueryAsync(cancellationToken);
        return true;
    }

    // Roles belong to the whole server: another database's start may make the same one at the same moment.
    private static string EnsureSql(string role) => $"""
        do $$ begin
          if to_regrole('{role}') is null then
            create role {role} nologin;
          end if;
        exception when duplicate_object or unique_violation then null;
        end $$;
        do $$ begin
          if not pg_has_role(current_user, '{role}', 'member') or (select rolsuper from pg_roles where rolname = current_user) then
            grant {role} to current_user;
          end if;
        end $$
        """;

    private static string GrantSql(string role) => $"""
        grant usage on schema log to {role};
        grant select, insert on log.mt_events, log.append_keys, log.event_codes to {role};
        grant select, insert, update on log.mt_streams to {role};
        grant select, insert, update, delete on
          log.mt_event_progression, log.mt_event_projection_floors, log.mt_high_water_skips, log.mt_doc_deadletterevent to {role};
        grant select, insert, update on log.trees, log.tiles, log.checkpoints, log.witnessed, log.deliveries to {role};
        grant select, update on sequence log.mt_events_sequence to {role};
        grant execute on all functions in schema log to {role}
        """;

    [GeneratedRegex("^[a-z_][a-z0-9_]{0,62}$")]
    private static partial Regex PlainName();
}
