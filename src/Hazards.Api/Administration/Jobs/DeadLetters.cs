using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Npgsql;
using NpgsqlTypes;
using Wolverine.Runtime.Serialization;

namespace Hazards.Api.Administration.Jobs;

/// <summary>A job that was tried as often as it may be.</summary>
/// <param name="Id">Its message.</param>
/// <param name="Job">What was to be done.</param>
/// <param name="Message">The message, as JSON.</param>
/// <param name="SentAt">When it was asked for.</param>
/// <param name="FailedAt">When it was given up.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Error">What kind of error came of the last attempt.</param>
/// <param name="Why">In its own words.</param>
/// <param name="Replays">How often it was sent again already.</param>
/// <param name="Replaying">Whether it waits to be sent again.</param>
internal sealed record DeadLetter(
    Guid Id, CodeEntry Job, string Message, DateTimeOffset SentAt, DateTimeOffset? FailedAt, int Attempts, string Error, string Why,
    int Replays, bool Replaying);

/// <summary>A page of dead letters, the newest first.</summary>
internal sealed record DeadLetterPage(ImmutableArray<DeadLetter> Items, string? Next);

/// <summary>Jobs that failed for good: to be looked at, and sent again when what was wrong is mended.</summary>
internal sealed class DeadLetters(NpgsqlDataSource dataSource)
{
    /// <summary>A page, the newest first.</summary>
    public async Task<DeadLetterPage> ListAsync(string? cursor, int limit, CancellationToken cancellationToken)
    {
        var (at, id) = Before(cursor);
        await using var command = dataSource.CreateCommand("""
            select d.id, d.message_type, d.body, d.sent_at, d.failed_at, d.exception_type, d.exception_message, coalesce(d.replay_count, 0), coalesce(d.replayable, false)
            from wolverine.wolverine_dead_letters d
            where (coalesce(d.failed_at, d.sent_at), d.id) < ($1, $2)
            order by coalesce(d.failed_at, d.sent_at) desc, d.id desc limit $3
            """);
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = at, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit + 1 });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<DeadLetter>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(Read(reader));
        var last = found.Count > limit ? found[limit - 1] : null;
        return new DeadLetterPage([.. found.Take(limit)], last is null ? null : Cursor(last.FailedAt ?? last.SentAt, last.Id));
    }

    /// <summary>
    /// Sends one again, in one statement; false when there is none of this id. Whoever recovers what nobody owns takes it up within
    /// seconds. Not by Wolverine's own mark (<c>replayable</c>): its agent copies the marked ones and deletes the marked ones in two
    /// statements, and one that is marked between them is deleted uncopied.
    /// </summary>
    public async Task<bool> ReplayAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            with failed as (
              delete from wolverine.wolverine_dead_letters d where d.id = $1 returning d.id, d.body, d.message_type, d.received_at
            ), again as (
              insert into wolverine.wolverine_incoming_envelopes (id, status, owner_id, attempts, body, message_type, received_at)
              select f.id, 'Incoming', 0, 0, f.body, f.message_type, f.received_at from failed f
              returning 1
            )
            select exists (select from again)
              or exists (select from wolverine.wolverine_incoming_envelopes i where i.id = $1 and i.status <> 'Handled')
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private static DeadLetter Read(NpgsqlDataReader reader)
    {
        var type = reader.GetString(1);
        var envelope = EnvelopeSerializer.Deserialize(reader.GetFieldValue<byte[]>(2));
        var job = Enum.TryParse<JobKind>(type[(type.LastIndexOf('.') + 1)..], out var kind) ? kind : JobKind.Unknown;
        return new DeadLetter(
            reader.GetGuid(0), Labels.Of(job), envelope.Data is { } data ? Encoding.UTF8.GetString(data) : "",
            reader.GetFieldValue<DateTimeOffset>(3),
            reader.IsDBNull(4) ? null : reader.GetFieldValue<DateTimeOffset>(4), envelope.Attempts,
            reader.IsDBNull(5) ? "" : reader.GetString(5),
            reader.IsDBNull(6) ? "" : reader.GetString(6), reader.GetInt32(7), reader.GetBoolean(8));
    }

    private static string Cursor(DateTimeOffset at, Guid id) =>
        Base64Url.EncodeToString([.. BitConverter.GetBytes(at.UtcTicks), .. id.ToByteArray()]);

    private static (DateTime At, Guid Id) Before(string? cursor)
    {
        if (cursor is null)
            return (DateTime.MaxValue.ToUniversalTime(), Guid.AllBitsSet);
        if (!Base64Url.IsValid(cursor) || Base64Url.DecodeFromChars(cursor) is not { Length: 24 } bytes
            || BitConverter.ToInt64(bytes) is < 0 or > 3155378975999999999)
            throw new BadCursorException();
        return (new DateTime(BitConverter.ToInt64(bytes), DateTimeKind.Utc), new Guid(bytes.AsSpan(8)));
    }
}
