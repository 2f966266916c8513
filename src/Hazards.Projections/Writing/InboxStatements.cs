using Hazards.Domain;
using Hazards.Domain.Codes;
using Npgsql;

namespace Hazards.Projections.Writing;

/// <summary>
/// The statements that write what events tell (Schema/inbox.sql): one row an addressee, one a file named, one an opening.
/// </summary>
internal sealed class InboxStatements(string schema)
{
    private readonly WriteStatement<(EventNotice Notice, Told Told)> writeInbox = new(schema, "write_inbox", t => EventKey.Of(t.Notice))
    {
        { "message_id", t => Messages.IdOf(t.Notice.EventId, t.Told.Address) },
        { "addressee", t => t.Told.Address },
        { "region", t => t.Notice.Region.Value },
        { "told_as", t => CodeList.Code(t.Told.As) },
    };

    private readonly WriteStatement<(EventNotice Notice, Attachment File)> writeFiles =
        new(schema, "write_files", f => EventKey.Of(f.Notice))
        {
            { "digest", f => f.File.Digest.Value },
        };

    private readonly WriteStatement<Opening> writeOpenings =
        new(schema, "write_openings", o => new EventKey(o.Message, o.Version, o.EventId))
        {
            { "body", o => o.Body.Value },
            { "actor", o => o.Actor },
        };

    public void AddTo(NpgsqlBatch batch, IReadOnlyList<EventNotice> notices, IReadOnlyList<Opening> openings)
    {
        writeInbox.AddTo(batch, [.. notices.SelectMany(n => n.Told, (notice, one) => (notice, one))]);
        writeFiles.AddTo(batch, [.. notices.SelectMany(n => n.Files, (notice, file) => (notice, file))]);
        writeOpenings.AddTo(batch, openings);
    }
}
