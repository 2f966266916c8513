using Hazards.Domain;
using Hazards.Domain.Codes;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Projections.Writing;

/// <summary>
/// The statements that write what events tell (Schema/0008_inbox.sql): one row an addressee, one a file named, one an opening.
/// </summary>
internal sealed class InboxStatements(string schema)
{
    private readonly string writeInbox = RowStatements.Call(schema, "write_inbox", 7);
    private readonly string writeFiles = RowStatements.Call(schema, "write_files", 4);
    private readonly string writeOpenings = RowStatements.Call(schema, "write_openings", 5);

    public void AddTo(NpgsqlBatch batch, IReadOnlyList<EventNotice> notices, IReadOnlyList<Opening> openings)
    {
        var told = notices.SelectMany(n => n.Told, (notice, one) => (Notice: notice, Told: one)).ToArray();
        if (told.Length > 0)
            AddTold(batch, told);
        var files = notices.SelectMany(n => n.Files, (notice, file) => (Notice: notice, File: file)).ToArray();
        if (files.Length > 0)
            AddFiles(batch, files);
        if (openings.Count > 0)
            AddOpenings(batch, openings);
    }

    private void AddTold(NpgsqlBatch batch, (EventNotice Notice, Told Told)[] told)
    {
        var command = new NpgsqlBatchCommand(writeInbox);
        command.AddColumn(NpgsqlDbType.Uuid, told, t => t.Notice.EventId);
        command.AddColumn(NpgsqlDbType.Uuid, told, t => t.Notice.Hazard.StreamId);
        command.AddColumn(NpgsqlDbType.Bigint, told, t => t.Notice.Version);
        command.AddColumn(NpgsqlDbType.Uuid, told, t => Messages.IdOf(t.Notice.EventId, t.Told.Address));
        command.AddColumn(NpgsqlDbType.Text, told, t => t.Told.Address);
        command.AddColumn(NpgsqlDbType.Text, told, t => t.Notice.Region.Value);
        command.AddColumn(NpgsqlDbType.Text, told, t => CodeList.Code(t.Told.As));
        batch.BatchCommands.Add(command);
    }

    private void AddFiles(NpgsqlBatch batch, (EventNotice Notice, Attachment File)[] files)
    {
        var command = new NpgsqlBatchCommand(writeFiles);
        command.AddColumn(NpgsqlDbType.Uuid, files, f => f.Notice.EventId);
        command.AddColumn(NpgsqlDbType.Uuid, files, f => f.Notice.Hazard.StreamId);
        command.AddColumn(NpgsqlDbType.Bigint, files, f => f.Notice.Version);
        command.AddColumn(NpgsqlDbType.Text, files, f => f.File.Digest.Value);
        batch.BatchCommands.Add(command);
    }

    private void AddOpenings(NpgsqlBatch batch, IReadOnlyList<Opening> openings)
    {
        var command = new NpgsqlBatchCommand(writeOpenings);
        command.AddColumn(NpgsqlDbType.Uuid, openings, o => o.EventId);
        command.AddColumn(NpgsqlDbType.Uuid, openings, o => o.Message);
        command.AddColumn(NpgsqlDbType.Bigint, openings, o => o.Version);
        command.AddColumn(NpgsqlDbType.Text, openings, o => o.Body.Value);
        command.AddColumn(NpgsqlDbType.Text, openings, o => o.Actor);
        batch.BatchCommands.Add(command);
    }
}
