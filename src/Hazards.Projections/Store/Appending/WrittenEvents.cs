using System.Data.Common;
using JasperFx.Events;
using Marten;
using Marten.Services;
using Hazards.Projections.Writing;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Projections.Store.Appending;

/// <summary>
/// Looks, in the transaction of a batch and after everything else it does, whether each event lies in the table under its
/// position, each stream has its version, and each code and key is kept: a trigger that swallows rows, a view in the table's place
/// or a rule that redirects must never be answered with "committed". The codes are written by the same statement.
/// </summary>
/// <remarks>
/// It also takes the numbers from the events again. Marten fills the numbers of a failed session with tombstones on
/// another connection, without the lock and with no time; here they are filled by the next batch (<see cref="Tombstones"/>).
/// </remarks>
internal sealed class WrittenEvents(IDocumentSession session) : DocumentSessionListenerBase, IMartenSessionLogger
{
    // A view has no tableoid unless it makes one up, and what an heir of the table holds has another.
    private const string Sql = """
        with written as (
          select e.seq_id, w.code
          from unnest($1, $2, $3) w (position, id, code)
          join log.mt_events e on e.seq_id = w.position and e.id = w.id
          where e.tableoid = 'log.mt_events'::regclass),
        coded as (
          insert into log.event_codes as c (position, code) select seq_id, code from written where code is not null returning c.tableoid)
        select (select count(*) from written),
               (select count(*) from coded where tableoid = 'log.event_codes'::regclass),
               (select count(*) from unnest($4, $5) v (id, version)
                join log.mt_streams s on s.id = v.id and s.version = v.version where s.tableoid = 'log.mt_streams'::regclass),
               (select count(*) from unnest($6, $7, $8) k (scope, key, first)
                join log.append_keys p on p.scope = k.scope and p.key = k.key and p.first_position = k.first
                where p.tableoid = 'log.append_keys'::regclass),
               (select count(*) from pg_class t where t.relkind = 'r'
                and t.oid in ('log.mt_events'::regclass, 'log.mt_streams'::regclass, 'log.event_codes'::regclass, 'log.append_keys'::regclass))
        """;

    private readonly List<(long Position, Guid Id, byte[]? Code)> events = [];
    private readonly List<(Guid Id, long Version)> streams = [];
    private readonly List<(AppendKey Key, long First)> keys = [];

    public void Expect(long position, Guid id, byte[]? code) => events.Add((position, id, code));

    public void Expect(Guid stream, long version) => streams.Add((stream, version));

    public void Expect(AppendKey key, long first) => keys.Add((key, first));

    /// <summary>Marten has queued the events and the rows by now.</summary>
    public override Task BeforeSaveChangesAsync(IDocumentSession session, CancellationToken token)
    {
        var command = new NpgsqlBatchCommand(Sql);
        command.AddColumn(NpgsqlDbType.Bigint, events, e => e.Position);
        command.AddColumn(NpgsqlDbType.Uuid, events, e => e.Id);
        command.AddColumn(NpgsqlDbType.Bytea, events, e => e.Code);
        command.AddColumn(NpgsqlDbType.Uuid, streams, s => s.Id);
        command.AddColumn(NpgsqlDbType.Bigint, streams, s => s.Version);
        command.AddColumn(NpgsqlDbType.Text, keys, k => k.Key.Scope);
        command.AddColumn(NpgsqlDbType.Text, keys, k => k.Key.Key);
        command.AddColumn(NpgsqlDbType.Bigint, keys, k => k.First);
        session.QueueOperation(new Check(command, this));
        return Task.CompletedTask;
    }

    private void ForgetNumbers()
    {
        foreach (var stream in session.PendingChanges.Streams())
            foreach (var e in stream.Events)
                e.Sequence = 0;
    }

    void IMartenSessionLogger.LogFailure(NpgsqlCommand command, Exception ex) => ForgetNumbers();

    void IMartenSessionLogger.LogFailure(NpgsqlBatch batch, Exception ex) => ForgetNumbers();

    void IMartenSessionLogger.LogFailure(Exception ex, string message) => ForgetNumbers();

    void IMartenSessionLogger.LogSuccess(NpgsqlCommand command) { }

    void IMartenSessionLogger.LogSuccess(NpgsqlBatch batch) { }

    void IMartenSessionLogger.RecordSavedChanges(IDocumentSession session, IChangeSet commit) { }

    void IMartenSessionLogger.OnBeforeExecute(NpgsqlCommand command) { }

    void IMartenSessionLogger.OnBeforeExecute(NpgsqlBatch batch) { }

    private sealed class Check(NpgsqlBatchCommand command, WrittenEvents expected) : Query(command)
    {
        public override async Task PostprocessAsync(DbDataReader reader, IList<Exception> exceptions, CancellationToken token)
        {
            expected.ForgetNumbers();
            await reader.ReadAsync(token);
            var found = (Events: reader.GetInt64(0), Codes: reader.GetInt64(1), Streams: reader.GetInt64(2), Keys: reader.GetInt64(3),
                Tables: reader.GetInt64(4));
            (long Events, long Codes, long Streams, long Keys, long Tables) wanted =
                (expected.events.Count, expected.events.Count(e => e.Code is not null), expected.streams.Count, expected.keys.Count, 4);
            if (found != wanted)
                throw new LogUnavailableException(
                    $"The database took the batch and did not write it: {found.Events} of {wanted.Events} events, {found.Codes} of {wanted.Codes} codes, "
                    + $"{found.Streams} of {wanted.Streams} streams, {found.Keys} of {wanted.Keys} keys, {found.Tables} of {wanted.Tables} tables. Something stands "
                    + "before log.mt_events, log.mt_streams, log.event_codes or log.append_keys: a trigger, a rule or a view.");
        }
    }
}
