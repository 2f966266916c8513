using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hazards.Api.Administration.Accounts;
using Hazards.Api.Administration.Registry;
using Hazards.Domain;
using Hazards.Projections;
using Hazards.Projections.Store;
using JasperFx.Events;
using Npgsql;

namespace Hazards.Api.Http.Access;

/// <summary>The rows that say who somebody is.</summary>
/// <param name="Name">As findings call it.</param>
/// <param name="StreamType">The type of its streams.</param>
/// <param name="FoundBy">The column it is found by.</param>
internal sealed record IdentityKind(string Name, string StreamType, string FoundBy)
{
    public static readonly IdentityKind Key = new("api_key", KeyStore.StreamType, "digest");

    public static readonly IdentityKind Account = new("account", AccountJournal.StreamType, "login");

    public static readonly IdentityKind Body = new("body", BodyStore.StreamType, "body_id");

    public static ImmutableArray<IdentityKind> All { get; } = [Key, Account, Body];
}

/// <summary>What the log says of who somebody is: the fold of a stream, and what a row says otherwise.</summary>
/// <param name="State">A key, an account or a body; null when the stream has no such event.</param>
/// <param name="Version">The version it is at.</param>
/// <param name="Ended">Of an account: the sessions that ended, as far back as one could still be open.</param>
internal sealed record RecordedIdentity(object? State, long Version, ImmutableDictionary<Guid, DateTimeOffset> Ended)
{
    // A session lasts no longer than this, with an hour for clocks that differ.
    private static readonly TimeSpan Remembered = Sessions.Longest + TimeSpan.FromHours(1);

    public static RecordedIdentity Nobody { get; } = new(null, 0, ImmutableDictionary<Guid, DateTimeOffset>.Empty);

    /// <summary>Folds a stream on from here.</summary>
    public async Task<RecordedIdentity> ReadOnAsync(IEventLog log, Guid stream, long upTo, CancellationToken cancellationToken)
    {
        var (state, version, ended) = (State, Version, Ended);
        foreach (var e in await log.FetchAsync(stream, upTo, fromVersion: Version + 1, cancellationToken: cancellationToken))
        {
            (state, version) = (Apply(state, e), e.Version);
            if (e.Data is SignedOut left)
                ended = ended.RemoveRange(ended.Where(s => e.Timestamp - s.Value > Remembered).Select(s => s.Key))
                    .SetItem(left.Session, e.Timestamp);
        }

        return new RecordedIdentity(state, version, ended);
    }

    /// <summary>What a row says otherwise, by column; empty when it says the same.</summary>
    public ImmutableArray<string> Differences(IdentityKind kind, IdentityRow row)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        if (row.Version != row.InLog || row.InLog != Version)
            found.Add("version");
        switch (State)
        {
            case ApiKey key:
                Compare(key, key.Digest.Value, key.Region);
                break;
            case Account account:
                Compare(account, account.Login, account.Region);
                break;
            case Body body:
                Compare(body, body.Id.Value, body.Region);
                break;
            default:
                found.Add("stream");
                break;
        }

        return [.. found];

        void Compare<T>(T recorded, string foundBy, RegionCode region)
        {
            if (row.FoundBy != foundBy)
                found.Add(kind.FoundBy);
            if (row.Region != region.Value)
                found.Add("region");
            try
            {
                // As they are read: a row may have been written by an older program, in other words.
                var (own, said) = (Members(recorded), Members(row.Read<T>()));
                found.UnionWith(own.Where(m => !JsonNode.DeepEquals(m.Value, said[m.Key])).Select(m => m.Key));
                found.UnionWith(said.Select(m => m.Key).Where(m => !own.ContainsKey(m)));
            }
            catch (JsonException)
            {
                found.Add(kind.Name);
            }
        }
    }

    private static JsonObject Members<T>(T value) => JsonSerializer.SerializeToNode(value, DomainJson.Options)!.AsObject();

    private static object? Apply(object? before, IEvent e) => e.Data switch
    {
        IApiKeyEvent happened => ApiKey.Apply(before as ApiKey, happened),
        IAccountEvent happened => Account.Apply(before as Account, happened),
        IBodyEvent happened => Body.Apply(before as Body, happened),
        _ => before,
    };

    /// <summary>Whether a stream's events after a version were written by the service, as far as the append key can tell.</summary>
    /// <param name="log">The log.</param>
    /// <param name="dataSource">Its database.</param>
    /// <param name="key">The append key, and the position after which every event has a code.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="after">The version.</param>
    /// <param name="upTo">The last version to look at.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task<bool> IsAuthenticAsync(
        IEventLog log, NpgsqlDataSource dataSource, (ReadOnlyMemory<byte> Key, long Since) key, Guid stream, long after, long upTo,
        CancellationToken cancellationToken)
    {
        var events = new List<RecordedEvent>();
        await foreach (var e in log.ReadStreamAsync(stream, after + 1, null, cancellationToken))
            if (e.Version <= upTo)
                events.Add(e);
        if (events.Exists(e => e.Position < 1))
            return false;
        events.RemoveAll(e => e.Position <= key.Since);
        if (events.Count == 0)
            return true;
        var codes = new Dictionary<long, byte[]>();
        // By the primary key.
        await using var command = dataSource.CreateCommand("select c.position, c.code from log.event_codes c where c.position = any ($1)");
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. events.Select(e => e.Position)] });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            codes[reader.GetInt64(0)] = reader.GetFieldValue<byte[]>(1);
        return events.TrueForAll(e =>
            codes.TryGetValue(e.Position, out var code) && code.AsSpan().SequenceEqual(AppendCode.Of(e, key.Key.Span)));
    }
}
