using Hazards.Domain;
using Npgsql;

namespace Hazards.Projections.Writing;

/// <summary>
/// The statements that write notices and what answers them (Schema/notices.sql). Most appends have neither and send none.
/// </summary>
internal sealed class NoticeStatements(string schema)
{
    private readonly WriteStatement<(EventNotice Event, NoticeMark Mark, string Leg, BodyId? Body)> writeNotices =
        new(schema, "write_notices", n => EventKey.Of(n.Event))
        {
            { "leg", n => n.Leg },
            { "body", n => n.Body?.Value ?? "" },
            { "sender", n => n.Mark.Sender.Value },
            { "reply_by", n => n.Mark.ReplyBy },
            { "region", n => n.Event.Region.Value },
            { "sector", n => n.Mark.Sector.Value },
            { "awaits", n => n.Mark.Number?.Value },
        };

    private readonly WriteStatement<(EventNotice Event, NoticeMark Mark)> writeAnswers =
        new(schema, "write_answers", a => EventKey.Of(a.Event))
        {
            { "leg", a => a.Mark.Ends },
            { "body", a => a.Mark.Ends == NoticeMark.Nobodys ? "" : a.Mark.Sender.Value },
            { "answers", a => a.Mark.Answers },
            { "replied", a => a.Mark.Number?.Value },
            { "duty", a => a.Mark.Duty },
        };

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

        writeNotices.AddTo(batch, sent);
        writeAnswers.AddTo(batch, ends);
    }
}
