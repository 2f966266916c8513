using Hazards.Domain;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Projections.Writing;

/// <summary>
/// The statements that write notices and what answers them (Schema/0016_lists.sql, 0019_replies.sql). Most appends have neither
/// and send none.
/// </summary>
internal sealed class NoticeStatements(string schema)
{
    private readonly string writeNotices = RowStatements.Call(schema, "write_notices", 10);
    private readonly string writeAnswers = RowStatements.Call(schema, "write_answers", 7);

    public void AddTo(NpgsqlBatch batch, IReadOnlyList<EventNotice> events)
    {
        var sent = new List<(EventNotice Event, NoticeMark Mark, string Leg, BodyId? Body)>();
        var ends = new List<(EventNotice Event, NoticeMark Mark)>();
        foreach (var happened in events)
            if (happened.Mark is { } mark)
            {
                foreach (var (leg, body) in mark.Sent)
                    sent.Add((happened, mark, leg, body));
                if (mark.Ends is not null)
                    ends.Add((happened, mark));
            }

        if (sent.Count > 0)
            AddSent(batch, sent);
        if (ends.Count > 0)
            AddEnds(batch, ends);
    }

    private void AddSent(NpgsqlBatch batch, List<(EventNotice Event, NoticeMark Mark, string Leg, BodyId? Body)> sent)
    {
        var command = Begin(writeNotices, sent, s => s.Event);
        command.AddColumn(NpgsqlDbType.Text, sent, s => s.Leg);
        command.AddColumn(NpgsqlDbType.Text, sent, s => s.Body?.Value ?? "");
        command.AddColumn(NpgsqlDbType.Text, sent, s => s.Mark.Sender.Value);
        command.AddColumn(NpgsqlDbType.Date, sent, s => s.Mark.ReplyBy);
        command.AddColumn(NpgsqlDbType.Text, sent, s => s.Event.Region.Value);
        command.AddColumn(NpgsqlDbType.Text, sent, s => s.Mark.Sector.Value);
        command.AddColumn(NpgsqlDbType.Text, sent, s => s.Mark.Number?.Value);
        batch.BatchCommands.Add(command);
    }

    private void AddEnds(NpgsqlBatch batch, List<(EventNotice Event, NoticeMark Mark)> ends)
    {
        var command = Begin(writeAnswers, ends, e => e.Event);
        command.AddColumn(NpgsqlDbType.Text, ends, e => e.Mark.Ends);
        command.AddColumn(NpgsqlDbType.Text, ends, e => e.Mark.Sender.Value);
        command.AddColumn(NpgsqlDbType.Boolean, ends, e => e.Mark.Answers);
        command.AddColumn(NpgsqlDbType.Text, ends, e => e.Mark.Number?.Value);
        batch.BatchCommands.Add(command);
    }

    private static NpgsqlBatchCommand Begin<T>(string sql, List<T> rows, Func<T, EventNotice> of)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.AddColumn(NpgsqlDbType.Uuid, rows, r => of(r).EventId);
        command.AddColumn(NpgsqlDbType.Uuid, rows, r => of(r).Hazard.StreamId);
        command.AddColumn(NpgsqlDbType.Bigint, rows, r => of(r).Version);
        return command;
    }
}
