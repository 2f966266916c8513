using System.Collections.Immutable;
using Npgsql;

namespace Hazards.Projections.Store;

/// <summary>
/// The role that the service runs as: it may append and read, but neither change nor delete an event, nor alter a table; it
/// owns nothing. Migrations run as the owner. What it may do stands in <c>service_rights.sql</c>.
/// </summary>
public static class ServiceRole
{
    /// <summary>
    /// What its sessions run with. A list's plan depends on its values: the county with two overdue hazards is not read like
    /// the one with two thousand. Measured on 100,000 hazards, a plan for all values made the overdue list ten times slower.
    /// The log's writer, whose statements look up keys only, says otherwise for its own connection. No parallel workers
    /// either: starting them costs more than any of these statements, and the cores belong to the other callers. Nor are plans
    /// compiled, whosever server it is: the statements are short.
    /// </summary>
    public static readonly ImmutableArray<string> Settings =
        ["plan_cache_mode=force_custom_plan", "max_parallel_workers_per_gather=0", "jit=off"];

    /// <summary>
    /// Makes the role where it is missing, and gives it the rights that the service needs and no others. For every start.
    /// </summary>
    /// <param name="owner">The database, as the owner of its tables.</param>
    /// <param name="role">The role.</param>
    /// <param name="login">How it logs in; null: nobody does, and the owner may act as it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="MigrationException">The role does not exist, and this owner may not make roles.</exception>
    public static async Task EnsureAsync(
        NpgsqlDataSource owner, string role, ServiceLogin? login, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(owner);
        try
        {
            await RunAsync(owner, "service_role.sql", role, cancellationToken,
                ("login", Switch(login is not null)),
                ("reset", Switch(login is { Reset: true })),
                ("verifier", login?.Password is { Length: > 0 } password ? ScramVerifier.Of(password) : ""),
                ("settings", string.Join(' ', Settings)));
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new MigrationException($"角色 {role} 不存在或不可用，且当前用户不能创建角色：请由数据库管理员执行 · the role {role} is missing and this user may not make roles; have an administrator run: create role {role} login password '…'", e);
        }

        await RightsAsync(owner, role, exact: true, cancellationToken);
    }

    /// <summary>Gives the roles that may append already what a migration has added.</summary>
    public static async Task GrantAgainAsync(NpgsqlDataSource owner, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(owner);
        var roles = new List<string>();
        await using (var command = owner.CreateCommand("""
            select r.rolname::text
            from pg_class c cross join aclexplode(c.relacl) a join pg_roles r on r.oid = a.grantee
            where c.oid = to_regclass('log.mt_events') and a.privilege_type = 'INSERT' and r.oid <> c.relowner
            """))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
            while (await reader.ReadAsync(cancellationToken))
                roles.Add(reader.GetString(0));
        foreach (var role in roles)
            await RightsAsync(owner, role, exact: false, cancellationToken);
    }

    /// <summary>What a login is that the service should not be, in Chinese and English; null when it is as it should be.</summary>
    public static async Task<(string Chinese, string English)?> ExcessAsync(
        NpgsqlDataSource service, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(service);
        await using var command = service.CreateCommand("""
            select case
              when (select r.rolsuper from pg_roles r where r.rolname = session_user) then 'superuser'
              when (select pg_has_role(session_user, c.relowner, 'member') from pg_class c where c.oid = to_regclass('log.mt_events')) then 'owner'
            end
            """);
        return await command.ExecuteScalarAsync(cancellationToken) switch
        {
            "superuser" => ("超级用户", "a superuser"),
            "owner" => ("表的属主", "the owner of its tables"),
            _ => null,
        };
    }

    /// <summary>Whether somebody may migrate: owns the tables, or there are none yet.</summary>
    public static async Task<bool> MayMigrateAsync(NpgsqlDataSource somebody, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(somebody);
        await using var command = somebody.CreateCommand(
            "select coalesce((select pg_has_role(current_user, c.relowner, 'usage') from pg_class c where c.oid = to_regclass('log.mt_events')), true)");
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private static Task RightsAsync(NpgsqlDataSource owner, string role, bool exact, CancellationToken cancellationToken) =>
        RunAsync(owner, "service_rights.sql", role, cancellationToken, ("exact", Switch(exact)));

    private static string Switch(bool on) => on ? "on" : "off";

    /// <summary>A DO block takes no parameters: it reads them as settings of the transaction.</summary>
    private static async Task RunAsync(
        NpgsqlDataSource owner, string file, string role, CancellationToken cancellationToken, params (string Name, string Value)[] given)
    {
        await using var connection = await owner.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        foreach (var (name, value) in given.Prepend(("role", role)))
        {
            var set = new NpgsqlBatchCommand("select set_config('hazards.' || $1, $2, true)");
            set.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
            set.Parameters.Add(new NpgsqlParameter<string> { TypedValue = value });
            batch.BatchCommands.Add(set);
        }

        batch.BatchCommands.Add(new NpgsqlBatchCommand(Read(file)));
        // One transaction: a batch without one of its own is.
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static string Read(string file)
    {
        using var reader = new StreamReader(
            typeof(ServiceRole).Assembly.GetManifestResourceStream($"Hazards.Projections.Store.Roles.{file}")!);
        return reader.ReadToEnd();
    }
}

/// <summary>How the service's role logs in.</summary>
/// <param name="Password">Given to a role that is made; null where it logs in by other means (a certificate, peer).</param>
/// <param name="Reset">Given to one that exists as well: only where nobody else sets it.</param>
public sealed record ServiceLogin(string? Password, bool Reset = false);
