using Hazards.Domain;
using Hazards.Projections.Store.Appending;
using JasperFx;
using JasperFx.Events;
using JasperFx.Events.Projections;
using Marten;
using Marten.Services.Json.Transformations;
using Npgsql;

namespace Hazards.Projections.Store;

/// <summary>
/// The one configuration of Marten: the schema <c>log</c>, every event under its alias, the domain's JSON, the rows as an
/// inline projection. What is not said here is as Marten 9 has it.
/// </summary>
public static class HazardsStore
{
    /// <summary>The schema of everything that Marten keeps.</summary>
    public const string Schema = "log";

    /// <summary>
    /// Indexes of ours on Marten's tables (Schema/events.sql, and one for imports); Marten leaves them alone.
    /// </summary>
    private static readonly string[] OurIndexes = [
        "mt_events_by_body", "mt_events_moved", "mt_events_imports", "mt_events_told", "mt_events_late"];

    /// <summary>
    /// Operations of one batch are sent together. A batch is a stream or two an append and some statements of rows, and
    /// Marten would divide it after 500.
    /// </summary>
    private const int OperationsTogether = 20_000;

    /// <summary>Configures a store.</summary>
    /// <param name="options">Marten's options.</param>
    /// <param name="dataSource">The database.</param>
    /// <param name="rows">Writes the read side's rows in the transaction of their events; null: none are written.</param>
    public static void Configure(StoreOptions options, NpgsqlDataSource dataSource, IRowWriter? rows = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Connection(dataSource);
        options.DatabaseSchemaName = Schema;
        // Only the owner's migration changes the schema (StoreMigration).
        options.AutoCreateSchemaObjects = AutoCreate.None;
        options.Serializer(new DomainSerializer());
        options.UpdateBatchSize = OperationsTogether;
        options.DisableNpgsqlLogging = true;
        // The writer sends again what got no answer, and knows what is in the log already; Marten would try again in a
        // transaction that is over, and hide why it was.
        options.ConfigureWritePolly(_ => { });
        var events = options.Events;
        // The times are given by the writer, under the lock that orders all appends; Marten writes them as they are given.
        events.AppendMode = EventAppendMode.QuickWithServerTimestamps;
        events.MetadataConfig.HeadersEnabled = true;
        events.MetadataConfig.CorrelationIdEnabled = true;
        events.MetadataConfig.CausationIdEnabled = true;
        foreach (var index in OurIndexes)
            events.IgnoreIndex(index);
        foreach (var (alias, type) in EventTypes.All)
            events.MapEventType(type, alias);
        foreach (var alias in Upcasters.Product.Aliases)
            events.Upcast(Upcasters.Product.TypeOf(alias), alias, Upcasting(alias));
        if (rows is not null)
            options.Projections.Add(new InlineRows(rows), ProjectionLifecycle.Inline);
    }

    /// <summary>A store for a command that has no host: migrations, rebuilds, tests.</summary>
    /// <inheritdoc cref="Configure"/>
    /// <param name="dataSource">The database; stays the caller's.</param>
    /// <param name="rows">Writes the rows.</param>
    /// <param name="more">What a caller adds.</param>
    public static DocumentStore Open(NpgsqlDataSource dataSource, IRowWriter? rows = null, Action<StoreOptions>? more = null) =>
        DocumentStore.For(options =>
        {
            Configure(options, dataSource, rows);
            more?.Invoke(options);
        });

    /// <summary>An older form of an event, read in the form of today.</summary>
    private static JsonTransformation Upcasting(string alias) => new(
        (_, reader, index) => DomainJson.ReadEvent(alias, reader.GetFieldValue<byte[]>(index)),
        (_, reader, index, _) => new ValueTask<object>(DomainJson.ReadEvent(alias, reader.GetFieldValue<byte[]>(index))));
}
