using System.Runtime.InteropServices;
using Hazards.Domain;
using Npgsql;

namespace Hazards.Projections.Reading;

/// <summary>
/// Where the log stood when something was last recorded that can change an answer about a region: an event of a hazard in it, or of one
/// that left it, or one that is of no hazard (a body, a seal, a campaign). Read from the log itself, on from where it was last read.
/// </summary>
internal sealed class RegionHeads
{
    // Seconds: it is one look at an index, or two.
    private const int Patience = 5;

    // What is more than this since the last look concerns everybody.
    private const int MostChanges = 1000;
    private const int MostRegions = 50_000;

    // A board's changes say no narrower region (rows.board_changes).
    private const int TownshipDigits = 9;

    // Who looked, opened a message, signed in, drew a number, took a package, imported a ledger: no list or figure says it.
    private const string InNoList = "'access', 'message', 'sign_in', 'account', 'numbers', 'evidence', 'ledger_import', 'webhook'";

    private readonly NpgsqlDataSource dataSource;
    private readonly Together<ValueTuple, Head> heads;
    private readonly Lock gate = new();
    private readonly Dictionary<string, long> latest = new(StringComparer.Ordinal);
    private long known;
    private long floor; // what concerns everybody
    private int cuts;

    public RegionHeads(NpgsqlDataSource dataSource)
    {
        this.dataSource = dataSource;
        heads = new Together<ValueTuple, Head>(_ => ReadOnAsync());
    }

    /// <summary>The log's last event, and which rows there are.</summary>
    /// <param name="Position">Its position.</param>
    /// <param name="RecordedAt">When it was recorded.</param>
    /// <param name="Rows">Another where the rows were made anew.</param>
    public sealed record Head(long Position, DateTimeOffset RecordedAt, uint Rows);

    /// <summary>The log's head now; what was recorded up to it is known to <see cref="Of"/>.</summary>
    public Task<Head> NowAsync(CancellationToken cancellationToken) => heads.AskAsync(default).WaitAsync(cancellationToken);

    /// <summary>
    /// The position of what was last recorded about a region, as far as <see cref="NowAsync"/> has read; and how often a log took over.
    /// </summary>
    public (long Position, int Cuts) Of(RegionCode region)
    {
        lock (gate)
            return (latest.GetValueOrDefault(Township(region.Prefix), floor), cuts);
    }

    // Where each region stands is forgotten, so all stand at the newest that is known: another round may have read further than this one.
    private void Everybody(long position)
    {
        latest.Clear();
        floor = Math.Max(Math.Max(floor, known), position);
    }

    private void Concerns(string region, long position)
    {
        var township = Township(region);
        for (var digits = 0; digits <= township.Length; digits++)
        {
            ref var last = ref CollectionsMarshal.GetValueRefOrAddDefault(latest, township[..digits], out _);
            last = Math.Max(Math.Max(last, floor), position);
        }
    }

    private static string Township(string region) => region.Length > TownshipDigits ? region[..TownshipDigits] : region;

    private async Task<Head> ReadOnAsync()
    {
        long since;
        lock (gate)
            since = known;
        var head = await LookAsync();
        List<(string Region, long Position)>? changes = [];
        if (since == 0 || head.Position < since || head.Position - since > MostChanges)
            changes = null;
        else if (head.Position > since)
            (head, changes) = await ChangesAsync(since, head);
        Take(since, head.Position, changes);
        return head;
    }

    /// <summary>
    /// What a round has read. A round that is slow is overtaken by those that begin meanwhile, and comes after them with what is older.
    /// </summary>
    /// <param name="since">From where it read.</param>
    /// <param name="upto">The head that it saw.</param>
    /// <param name="changes">What was recorded in between concerns these; null: everybody.</param>
    internal void Take(long since, long upto, List<(string Region, long Position)>? changes)
    {
        lock (gate)
        {
            if (upto < since)
            {
                // Another server took over, without the last events of the one before.
                cuts++;
                (known, floor) = (0, 0);
            }
            if (changes is null || latest.Count > MostRegions)
                Everybody(upto);
            else
                changes.ForEach(c => Concerns(c.Region, c.Position));
            known = Math.Max(known, upto);
        }
    }

    private async Task<Head> LookAsync()
    {
        await using var command = dataSource.CreateCommand(
            """select e.seq_id, e."timestamp", 'rows.hazards'::regclass::oid from log.mt_events e order by e.seq_id desc limit 1""");
        command.CommandTimeout = Patience;
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync()
            ? new Head(reader.GetInt64(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetFieldValue<uint>(2))
            : new Head(0, DateTimeOffset.MinValue, 0);
    }

    /// <summary>
    /// Which regions the events after a position concern: where their hazards are, and where they were; and the head that this is true
    /// of. Read in one look: a hazard that moves between two would have its earlier events told to the region it moved to alone. Null:
    /// everybody. By the primary keys.
    /// </summary>
    private async Task<(Head Head, List<(string Region, long Position)>? Changes)> ChangesAsync(long after, Head head)
    {
        await using var command = dataSource.CreateCommand($"""
            select e.seq_id, e."timestamp", h.region, c.was_region,
                   exists (select from log.mt_streams s where s.id = e.stream_id and s.type in ({InNoList}))
            from log.mt_events e
            left join rows.hazards h on h.hazard_id = e.stream_id
            left join rows.board_changes c on c.position = e.seq_id
            where e.seq_id > $1
            order by e.seq_id limit {MostChanges}
            """);
        command.CommandTimeout = Patience;
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        var (changes, everybody) = (new List<(string, long)>(), false);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            var position = reader.GetInt64(0);
            head = head with { Position = position, RecordedAt = reader.GetFieldValue<DateTimeOffset>(1) };
            if (reader.GetBoolean(4))
                continue;
            if (reader.IsDBNull(2))
            {
                everybody = true;
                continue;
            }
            changes.Add((reader.GetString(2), position));
            if (!reader.IsDBNull(3))
                changes.Add((reader.GetString(3), position));
        }
        return (head, everybody ? null : changes);
    }
}
