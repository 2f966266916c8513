using System.Collections.Immutable;
using Hazards.Projections;
using Hazards.Projections.Store;
using Npgsql;

namespace Hazards.Api.Running;

/// <summary>The database the service keeps everything in.</summary>
internal static partial class Database
{
    /// <summary>The parts of the database in the order in which they are made; the log, which all others need, is the first.</summary>
    internal static readonly ImmutableArray<MigrationModule> Modules =
    [
        LogMigrations.Module, ProjectionMigrations.Rows, ProjectionMigrations.Files, Of("evidence", "Evidence"), Of("imports", "Import"),
        Of(Messaging.Schema, "Jobs"), ProjectionMigrations.Persons, Of("accounts", "Accounts"), Of("webhooks", "Webhooks"),
    ];

    /// <summary>A pool for the whole process. Connects when first used.</summary>
    public static NpgsqlDataSource Open(string connectionString) =>
        new NpgsqlDataSourceBuilder(Settings(connectionString).ConnectionString).Build();

    /// <summary>
    /// A second pool, for single statements that ask and change nothing of their session: what a session is reset to when a connection
    /// goes back to the first one costs more than such a question (0.11 ms of the server's processor, three times a command).
    /// </summary>
    internal static NpgsqlDataSource OpenForQuestions(string connectionString)
    {
        const int enough = 24;
        var settings = Settings(connectionString);
        settings.NoResetOnClose = true;
        // All are found by a key, and planning one anew costs five times what looking it up does.
        settings.Options = $"{settings.Options} -c plan_cache_mode=force_generic_plan";
        settings.MaxPoolSize = Math.Min(settings.MaxPoolSize, enough);
        settings.MinPoolSize = Math.Min(settings.MinPoolSize, settings.MaxPoolSize);
        return new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
    }

    /// <summary>How everybody here connects: an audit, too, so that nobody can show it another database than others see.</summary>
    internal static NpgsqlConnectionStringBuilder Settings(string connectionString)
    {
        var settings = Hosts.Writable(connectionString);
        settings.ApplicationName = "hazards";
        // Connecting is quick or does not happen: the caller of a request is waiting.
        if (!Gives(connectionString, "Timeout"))
            settings.Timeout = Hosts.SecondsToConnect(settings);
        if (!Gives(connectionString, "Command Timeout", "CommandTimeout"))
            settings.CommandTimeout = 20;
        if (!Gives(connectionString, "Max Auto Prepare", "MaxAutoPrepare"))
            settings.MaxAutoPrepare = 50;
        // The service's role has them as well; other roles, and those that somebody made by hand, may not.
        if (!Gives(connectionString, "Options"))
            settings.Options = $"{string.Concat(ServiceRole.Settings.Select(s => $"-c {s} "))}{Hosts.ServerKeepalives}";
        return settings;
    }

    /// <summary>
    /// Brings the tables of the log, the rows, the files, the packages of evidence, the accounts and the webhooks up to date;
    /// returns what was applied. Rows that an older
    /// program made without what the tables now hold are made anew from the log, which takes its time.
    /// </summary>
    public static async Task<IReadOnlyList<string>> MigrateAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken = default)
    {
        var applied = new List<string>();
        foreach (var module in Modules)
        {
            var files = module == LogMigrations.Module
                ? await LogMigrations.RunAsync(dataSource, cancellationToken)
                : await Migrations.RunAsync(dataSource, module, cancellationToken);
            applied.AddRange(files.Select(f => $"{module.Name}/{f}"));
        }

        await Rebuild.SweepAsync(dataSource, cancellationToken);
        var made = await RowsAge.EnsureAsync(dataSource, stop => RowsMaking.RunAsync(dataSource, stop), cancellationToken);
        await ServiceRole.GrantAgainAsync(dataSource, cancellationToken);
        if (made)
            applied.Add($"rows made anew by {RowsAge.Newest}");
        return applied;
    }

    /// <summary>For commands that would put what this program makes in the place of what a newer one has made.</summary>
    /// <exception cref="MigrationException">A newer program has migrated the database.</exception>
    public static async Task RefuseNewerAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken = default)
    {
        if (KnownMigrations.NewerIn(await KnownMigrations.ReadAsync(dataSource, cancellationToken)) is { } newer)
            throw new MigrationException(
                $"数据库已由更新的版本升级（{newer}），请使用新版本 · a newer version has migrated the database ({newer}): use that version.");
    }

    /// <summary>
    /// Brings the database up to date as its owner, and gives the login that the service runs as what it needs and no more;
    /// the login is made where it is missing. Where there is one login for both, only the first; and where that is the
    /// service's, it is seen that somebody has brought it up to date.
    /// </summary>
    /// <returns>What was applied.</returns>
    /// <exception cref="MigrationException">It is not up to date, and no owner was named.</exception>
    public static async Task<IReadOnlyList<string>> PrepareAsync(DatabaseLogins logins, CancellationToken cancellationToken = default)
    {
        await using var owner = Open(logins.OfTheOwner);
        if (logins.Owner is null && !await ServiceRole.MayMigrateAsync(owner, cancellationToken))
        {
            if (await MissingAsync(owner, cancellationToken) is { } missing)
                throw new MigrationException($"数据库还缺 {missing}：请由表的属主执行 migrate（HAZARDS_OWNER）· the database lacks {missing}: the owner of its tables must run migrate (HAZARDS_OWNER).");
            return [];
        }

        var applied = await MigrateAsync(owner, cancellationToken);
        await EnsureServiceAsync(owner, logins, cancellationToken);
        return applied;
    }

    /// <summary>The second half of <see cref="PrepareAsync"/>, for commands that migrate nothing.</summary>
    public static async Task EnsureServiceAsync(DatabaseLogins logins, CancellationToken cancellationToken = default)
    {
        if (logins.Owner is null)
            return;
        await using var owner = Open(logins.Owner);
        await EnsureServiceAsync(owner, logins, cancellationToken);
    }

    private static async Task<string?> MissingAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        if (KnownMigrations.MissingIn(await KnownMigrations.ReadAsync(source, cancellationToken)) is { } missing)
            return missing;
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        return await RowsAge.IsCurrentAsync(connection, cancellationToken) ? null : "rows made anew";
    }

    private static Task EnsureServiceAsync(NpgsqlDataSource owner, DatabaseLogins logins, CancellationToken cancellationToken)
    {
        if (logins.Owner is null)
            return Task.CompletedTask;
        var service = new NpgsqlConnectionStringBuilder(logins.Service);
        return ServiceRole.EnsureAsync(owner, service.Username!, new ServiceLogin(service.Password, logins.IsPrivate), cancellationToken);
    }

    /// <summary>Says in the log when the service runs as more than it needs to be.</summary>
    public static async Task WarnAsync(IServiceProvider services, CancellationToken cancellationToken = default)
    {
        if (await ServiceRole.ExcessAsync(services.GetRequiredService<NpgsqlDataSource>(), cancellationToken) is var (chinese, english))
            LogExcess(services.GetRequiredService<ILoggerFactory>().CreateLogger("Hazards.Api.Database"), chinese, english);
    }

    [LoggerMessage(1, LogLevel.Warning, "服务以{Chinese}登录：建议另设只能追加和读取的角色，由属主（HAZARDS_OWNER）迁移 the service logs in as {English}: give it a role of its own and migrate as the owner (docs/operating.md)")]
    private static partial void LogExcess(ILogger logger, string chinese, string english);

    private static MigrationModule Of(string name, string part) => new(name, typeof(Database).Assembly, $"Hazards.Api.{part}.Schema.");

    private static bool Gives(string connectionString, params ReadOnlySpan<string> names)
    {
        var given = new System.Data.Common.DbConnectionStringBuilder { ConnectionString = connectionString };
        foreach (var name in names)
            if (given.ContainsKey(name))
                return true;
        return false;
    }
}

/// <summary>How a database is entered.</summary>
/// <param name="Service">As the service, which owns nothing: an Npgsql connection string.</param>
/// <param name="Owner">As the owner of the tables, for migrations; null: the service's login is all there is.</param>
internal sealed record DatabaseLogins(string Service, string? Owner = null)
{
    /// <summary>Whoever owns the tables.</summary>
    public string OfTheOwner => Owner ?? Service;

    /// <summary>A private cluster: the service's password is ours alone to set.</summary>
    public bool IsPrivate { get; init; }

    /// <summary>Two logins of one database; one, where both strings name the same role.</summary>
    /// <exception cref="ArgumentException">They name two databases, or the service's names no role.</exception>
    public static DatabaseLogins Of(string service, string? owner)
    {
        if (owner is not { Length: > 0 })
            return new DatabaseLogins(service);
        var (one, other) = (new NpgsqlConnectionStringBuilder(service), new NpgsqlConnectionStringBuilder(owner));
        if (one.Database != other.Database)
            throw new ArgumentException($"两个连接串指向不同的数据库：{one.Database}、{other.Database} · the two connection strings name two databases");
        if (one.Username is not { Length: > 0 })
            throw new ArgumentException("服务的连接串缺少 Username · the service's connection string names no Username");
        return new DatabaseLogins(service, one.Username == other.Username ? null : owner);
    }
}

/// <summary>The pool of <see cref="Database.OpenForQuestions"/>.</summary>
internal sealed record Questions(NpgsqlDataSource Source) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Source.DisposeAsync();
}
