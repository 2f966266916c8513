using System.Collections.Immutable;
using Hazards.Projections;
using Hazards.Projections.Store;
using Npgsql;

namespace Hazards.Api.Proofs.Auditing;

/// <summary>
/// Names every row of who was told and who opened that is not what the events say. Evidence, replay and 告知情况 read the events
/// and are not touched by it; the lists of inboxes are.
/// </summary>
internal sealed class InboxAudit(NpgsqlDataSource dataSource)
{
    /// <summary>So many of each sort are named one by one: whoever altered more rebuilds the rows anyway.</summary>
    private const int Most = 500;

    private const string Readable = """
        select count(*) = 2 from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'rows' and c.relname in ('inbox', 'inbox_openings') and c.relkind in ('r', 'p')
          and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')
        """;

    /// <summary>What does not hold; nothing where the role may not read the rows.</summary>
    public async Task<ImmutableArray<AuditFinding>> RunAsync(CancellationToken cancellationToken)
    {
        await using (var readable = dataSource.CreateCommand(Readable))
            if (await readable.ExecuteScalarAsync(cancellationToken) is not true)
                return [];
        return [.. (await new InboxRows(dataSource).DifferencesAsync(Most, cancellationToken)).Select(Finding)];
    }

    private static AuditFinding Finding(InboxRowFinding f)
    {
        var (code, chinese, english) = f.Opening ? ("opening_row", "打开", "opening") : ("inbox_row", "告知", "message");
        var about = f.Hazard is { } hazard ? $"隐患 {hazard:D}，" : "";
        var of = f.Hazard is { } known ? $" of hazard {known:D}" : "";
        return f.Fault switch
        {
            RowFault.Missing => At(f, $"{code}_missing",
                $"{chinese}的行被删除：{about}{f.Who}（消息 {f.Message:D}）；事件仍在",
                $"the row of the {english} {f.Message:D}{of} ({f.Who}) was deleted; its event is in the log"),
            RowFault.Unrecorded => At(f, $"{code}_unrecorded",
                $"{chinese}的行没有依据，被插入：{about}{f.Who}（消息 {f.Message:D}）",
                $"no event says the {english} {f.Message:D}{of} ({f.Who}): its row was inserted"),
            _ => At(f, $"{code}_differs",
                $"{chinese}的行与事件不符：{about}{f.Who}（消息 {f.Message:D}），{string.Join("、", f.Columns)} 被改动",
                $"the row of the {english} {f.Message:D}{of} ({f.Who}) is not what the event says: {string.Join(", ", f.Columns)} was altered"),
        };
    }

    private static AuditFinding At(InboxRowFinding f, string code, string chinese, string english) =>
        new(code, chinese, english) { First = f.Position, Last = f.Position, Stream = f.Hazard ?? f.Message };
}
