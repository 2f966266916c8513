using System.Collections.Immutable;
using System.Data;
using Hazards.Evidence.Proof;
using Npgsql;

namespace Hazards.Projections.Store.Auditing;

/// <summary>Gathers what the ranges show, and makes findings of it. Bounded however much is wrong.</summary>
internal sealed class AuditNotes(AuditQuestion question)
{
    /// <summary>Marks the stored head of a tree among the checkpoints to compare with.</summary>
    public const string StoredHead = "log.trees";

    // So many of a kind are remembered by position; beyond they are counted.
    private const int Most = 1000;

    private static readonly string StreamsSql = $"""
        with counted as (
          select e.stream_id, count(*) as events, max(e.version) as highest, min(e.seq_id) as first, max(e.seq_id) as last
          from log.mt_events e group by e.stream_id)
        select coalesce(c.stream_id, s.id), c.events, c.highest, s.version, c.first, c.last
        from counted c full join log.mt_streams s on s.id = c.stream_id
        where (c.events is distinct from s.version or c.highest is distinct from s.version)
          and coalesce(c.stream_id, s.id) <> '{Appending.Tombstones.Stream}'
        order by c.first nulls last limit 100
        """;

    private readonly List<AuditFinding> findings = [];
    private readonly List<long> missing = [], unreadable = [], uncoded = [], miscoded = [], backwards = [];
    private readonly Dictionary<string, TreeNotes> trees = [];
    private DateTime lastTime;

    /// <summary>Events seen.</summary>
    public long Events { get; private set; }

    public void Add(AuditFinding finding) => findings.Add(finding);

    public void Begin(string hash, LogHead head)
    {
        trees[hash] = new TreeNotes();
        foreach (var kept in question.Kept.Where(k => k.Hash == hash && k.Size > head.Position))
            Add(Findings.Beyond(kept.Where, hash, kept.Size, head.Position, head.Position == 0 ? null : head.RecordedAt));
    }

    public void CheckpointBeyond(string hash, long size, LogHead head)
    {
        if (question.Trees.Any(t => t.Name == hash) && !findings.Any(f => f.Code == "log_rolled_back"))
            Add(Findings.Beyond("数据库 the database", hash, size, head.Position, head.Position == 0 ? null : head.RecordedAt));
    }

    public (long Count, long Last, DateTimeOffset? SignedAt) CheckpointsOf(string hash) =>
        (trees[hash].Count, trees[hash].Last, trees[hash].SignedAt);

    public void Take(RangeFound found, AuditedEdge[] edges, StreamTally tally)
    {
        tally.Add(found.Tally);
        Events += found.Events;
        if (lastTime != default && found.FirstTime != default && found.FirstTime <= lastTime)
            Keep(backwards, [(long)found.Index * AuditRange.Size + 1]);
        if (found.LastTime != default)
            lastTime = found.LastTime;
        Keep(missing, found.Missing);
        Keep(unreadable, found.Unreadable);
        Keep(uncoded, found.Uncoded);
        Keep(miscoded, found.Miscoded);
        Keep(backwards, found.Backwards);
        for (var t = 0; t < edges.Length; t++)
        {
            var (edge, part, notes) = (edges[t], found.Trees[t], trees[edges[t].Hash.Name]);
            foreach (var within in part.Checkpoints)
                Compare(edge.Hash.Name, notes, within.Said, edge.Events.Root(within.Events), edge.Tiles.Root(within.Tiles));
            Keep(notes.Differing, part.Differing);
            Keep(notes.Untiled, part.Untiled);
            edge.Take(part);
        }
    }

    private void Compare(string hash, TreeNotes notes, Said said, Digest events, Digest tiles)
    {
        if (said.Where == StoredHead)
        {
            if (said.Root != events && said.Root != tiles)
                Add(Findings.Head(hash, said.Size));
            return;
        }
        if (said.Where is { } where)
        {
            // Where the tiles still bear it out, the events that differ are named one by one.
            if (said.Root != events && said.Root != tiles)
                Add(Findings.Contradicted(where, hash, said.Size, notes.Good));
            return;
        }
        (notes.Count, notes.Last, notes.SignedAt) = (notes.Count + 1, said.Size, said.SignedAt);
        if (said.Wrong is { } wrong)
            Keep(notes.Wrong.TryGetValue(wrong, out var sizes) ? sizes : notes.Wrong[wrong] = [], [said.Size]);
        if (said.Wrong is "malformed" or "row")
            return;
        if (said.Root == events)
            notes.Good = notes.Contradicting.Count == 0 && said.Wrong is null ? said.Size : notes.Good;
        else if (notes.Contradicting.Count < Most)
            notes.Contradicting.Add((said.Size, said.Root == tiles));
        else
            notes.MoreContradicting++;
    }

    /// <summary>Names the streams whose versions do not add up.</summary>
    public async Task StreamsAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        // One look at both tables: they go on growing.
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var still = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        await using var command = new NpgsqlCommand(StreamsSql, connection) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var (stream, said) = (reader.IsDBNull(0) ? Guid.Empty : reader.GetGuid(0),
                reader.IsDBNull(3) ? (long?)null : reader.GetInt64(3));
            Add(reader.IsDBNull(1)
                ? Findings.StreamEmpty(stream, said ?? 0)
                : Findings.Stream(stream, reader.GetInt64(1), reader.GetInt64(2), said, reader.GetInt64(4), reader.GetInt64(5)));
        }
    }

    /// <summary>All findings, the earliest position first.</summary>
    public async Task<ImmutableArray<AuditFinding>> FindingsAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        Each(missing, Findings.Missing);
        Each(unreadable, Findings.Unreadable);
        Each(uncoded, Findings.Uncoded);
        Each(miscoded, Findings.Miscoded);
        Each(backwards, Findings.Backwards);
        var named = new HashSet<long>([.. unreadable, .. missing]);
        foreach (var hash in question.Trees)
            await TreeAsync(hash, trees[hash.Name], named, new Tampering(dataSource, hash), cancellationToken);
        return [.. findings.OrderBy(f => f.First ?? long.MaxValue)];
    }

    private async Task TreeAsync(
        TreeHash hash, TreeNotes notes, HashSet<long> named, Tampering tampering, CancellationToken cancellationToken)
    {
        Each(notes.Untiled, p => Findings.TileMissing(p, hash.Name));
        var byTile = notes.Differing.ToLookup(p => notes.Judge(p));
        Each([.. byTile[Culprit.Tile]], p => Findings.Tiles(p, hash.Name));
        List<long> altered = [.. byTile[Culprit.Event], .. byTile[Culprit.Either]];
        altered.RemoveAll(named.Contains);
        altered.Sort();
        named.UnionWith(altered);
        foreach (var finding in await tampering.ExplainAsync(altered, cancellationToken))
        {
            Add(finding);
            // What lies after a deletion moved down: the end that is missing is not another finding.
            if (finding.Code == "events_deleted")
                findings.RemoveAll(f => f.Code == "log_rolled_back" && f.Count == finding.Count);
        }
        Each([.. altered.Where(p => notes.Judge(p) == Culprit.Event)], p => Findings.Altered(p, sure: true));
        Each([.. altered.Where(p => notes.Judge(p) != Culprit.Event)], p => Findings.Altered(p, sure: false));
        var unexplained = notes.Contradicting.Where(c => !c.ByTiles).ToArray();
        if (unexplained.Length > 0)
            Add(Findings.Roots(hash.Name, unexplained[0].Size, unexplained[^1].Size, unexplained.Length
                + notes.MoreContradicting, notes.Good, notes.Differing.Count == 0));
        Wrong(hash, notes, "malformed", "checkpoint_unreadable", "已损坏，不能读取", "is damaged and cannot be read");
        Wrong(
            hash, notes, "row", "checkpoint_altered", "被改动：表中的大小或根与签名的文字不符",
            "was altered: its row says another size or root than the signed text");
        Wrong(hash, notes, "origin", "checkpoint_of_another_log", "属于另一个日志", "is of another log");
        Wrong(hash, notes, "forged", "checkpoint_signature_wrong", "签名不符", "has a wrong signature");
        Wrong(hash, notes, "key", "checkpoint_key_unknown", "由未知的密钥签名：密钥被替换", "is signed by an unknown key: the key was replaced");
    }

    private void Wrong(TreeHash hash, TreeNotes notes, string kind, string code, string chinese, string english)
    {
        if (notes.Wrong.TryGetValue(kind, out var sizes))
            Add(Findings.Signatures(code, chinese, english, hash.Name, sizes));
    }

    private void Each(List<long> positions, Func<IReadOnlyList<long>, AuditFinding> say)
    {
        if (positions.Count > 0)
            Add(say(positions));
    }

    private static void Keep(List<long> list, List<long> more) => list.AddRange(more.Take(Most - list.Count));

    private enum Culprit { Event, Tile, Either }

    private sealed class TreeNotes
    {
        public long Count, Last, Good, MoreContradicting;
        public DateTimeOffset? SignedAt;

        public List<long> Differing { get; } = [];

        public List<long> Untiled { get; } = [];

        public List<(long Size, bool ByTiles)> Contradicting { get; } = [];

        public Dictionary<string, List<long>> Wrong { get; } = [];

        /// <summary>Where event and stored leaf differ: the first checkpoint that covers it says which of them is the old one.</summary>
        public Culprit Judge(long position)
        {
            foreach (var (size, byTiles) in Contradicting)
                if (size >= position)
                    return byTiles ? Culprit.Event : Culprit.Either;
            return Last >= position && MoreContradicting == 0 ? Culprit.Tile : Culprit.Either;
        }
    }
}
