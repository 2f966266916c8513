using System.Collections.Immutable;
using System.Text.Json;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Store;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Api.Administration.Webhooks;

/// <summary>A subscription that has something to read in the log, or to send again.</summary>
/// <param name="Webhook">The subscription.</param>
/// <param name="Position">How far it has got.</param>
/// <param name="Attempts">Failures in a row of the message that is next.</param>
/// <param name="FailingSince">The first of them.</param>
/// <param name="Head">The newest position of the log.</param>
internal sealed record DueWebhook(Webhook Webhook, long Position, int Attempts, DateTimeOffset? FailingSince, long Head);

/// <summary>How a subscription stands.</summary>
/// <param name="Position">All events of the log up to it were delivered, or were not to be sent.</param>
/// <param name="Lag">How many events the log holds beyond.</param>
/// <param name="Attempts">Failures in a row of the message that is next.</param>
/// <param name="FailingSince">The first of them; null when the last delivery succeeded.</param>
/// <param name="NextAt">Not tried again before; null when nothing waits.</param>
/// <param name="Items">The newest deliveries, the newest first.</param>
internal sealed record WebhookDeliveries(
    long Position, long Lag, int Attempts, DateTimeOffset? FailingSince, DateTimeOffset? NextAt, ImmutableArray<WebhookDelivery> Items);

/// <summary>A message to another system.</summary>
/// <param name="Position">Of its event in the log.</param>
/// <param name="Event">The event's identity.</param>
/// <param name="Type">The event's type.</param>
/// <param name="Attempts">How often it was sent.</param>
/// <param name="FirstAt">When first.</param>
/// <param name="LastAt">When last.</param>
/// <param name="Outcome">What became of it the last time.</param>
/// <param name="Status">The status of the last answer; null when there was none.</param>
/// <param name="Milliseconds">How long the last attempt took.</param>
internal sealed record WebhookDelivery(
    long Position, Guid Event, CodeEntry Type, int Attempts, DateTimeOffset FirstAt, DateTimeOffset LastAt,
    CodeEntry Outcome, int? Status, int Milliseconds);

/// <summary>
/// How far each subscription has got. Whoever sends moves the position only from where it found it: of two nodes that both
/// think that they lead, one finds it moved, and stops. What both had sent by then is a repeat with the same identity.
/// </summary>
internal sealed class WebhookProgress(NpgsqlDataSource dataSource, TimeProvider clock)
{
    /// <summary>So many deliveries of a subscription are kept.</summary>
    public const int Kept = 50;

    /// <summary>The subscriptions that have something to do now.</summary>
    public async Task<ImmutableArray<DueWebhook>> DueAsync(CancellationToken cancellationToken)
    {
        await using (var begin = dataSource.CreateCommand("""
            insert into webhooks.progress (webhook, position, version)
            select w.webhook_id, (select e.seq_id from log.mt_events e where e.stream_id = w.webhook_id and e.version = 1), w.version
            from rows.webhooks w
            where w.active and not exists (select from webhooks.progress p where p.webhook = w.webhook_id)
            on conflict do nothing
            """))
            await begin.ExecuteNonQueryAsync(cancellationToken);
        // Whoever was changed, resumed or given another secret is tried again at once, as if it had never failed.
        await using var command = dataSource.CreateCommand("""
            select w.webhook, p.position, case when p.version = w.version then p.attempts else 0 end,
                   case when p.version = w.version then p.failing_since end, h.position
            from rows.webhooks w
            join webhooks.progress p on p.webhook = w.webhook_id
            cross join (select coalesce(max(e.seq_id), 0) as position from log.mt_events e) h
            where w.active and p.position < h.position and (p.next_at is null or p.next_at <= $1 or p.version <> w.version)
            """);
        command.Parameters.AddWithValue(clock.GetUtcNow().UtcDateTime);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var due = ImmutableArray.CreateBuilder<DueWebhook>();
        while (await reader.ReadAsync(cancellationToken))
            due.Add(new DueWebhook(
                JsonSerializer.Deserialize<Webhook>(reader.GetFieldValue<byte[]>(0), DomainJson.Options)!, reader.GetInt64(1),
                reader.GetInt32(2), Time(reader, 3), reader.GetInt64(4)));
        return due.ToImmutable();
    }

    /// <summary>Moves on past events that are not sent.</summary>
    /// <returns>Whether the subscription is as it was, and nobody else had moved it.</returns>
    public Task<bool> SkipAsync(Webhook webhook, long from, long to, CancellationToken cancellationToken) =>
        MoveAsync(webhook, from, to, 0, null, null, cancellationToken);

    /// <summary>Moves on past an event that was delivered.</summary>
    /// <returns>Whether the subscription is as it was, and nobody else had moved it.</returns>
    public async Task<bool> DeliveredAsync(
        Webhook webhook, long from, RecordedEvent e, WebhookAttempt attempt, CancellationToken cancellationToken)
    {
        await KeepAsync(webhook, e, attempt, cancellationToken);
        return await MoveAsync(webhook, from, e.Position, 0, null, null, cancellationToken);
    }

    /// <summary>Stays before an event that was not delivered, and says when it is tried again.</summary>
    public async Task FailedAsync(
        Webhook webhook, long from, RecordedEvent e, WebhookAttempt attempt, int attempts, DateTimeOffset since, DateTimeOffset next,
        CancellationToken cancellationToken)
    {
        await KeepAsync(webhook, e, attempt, cancellationToken);
        await MoveAsync(webhook, from, e.Position - 1, attempts, since, next, cancellationToken);
    }

    /// <summary>How a subscription stands, with its newest deliveries.</summary>
    public async Task<WebhookDeliveries> ReadAsync(Webhook webhook, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            select coalesce(p.position, w.position), h.position - coalesce(p.position, w.position),
                   case when p.version = w.version then p.attempts else 0 end,
                   case when p.version = w.version then p.failing_since end, case when p.version = w.version and w.active then p.next_at end
            from rows.webhooks w
            left join webhooks.progress p on p.webhook = w.webhook_id
            cross join (select coalesce(max(e.seq_id), 0) as position from log.mt_events e) h
            where w.webhook_id = $1
            """);
        command.Parameters.AddWithValue(webhook.Id);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new WebhookDeliveries(
                reader.GetInt64(0), reader.GetInt64(1), reader.GetInt32(2), Time(reader, 3), Time(reader, 4),
                await NewestAsync(webhook, cancellationToken))
            : new WebhookDeliveries(0, 0, 0, null, null, []);
    }

    private async Task<ImmutableArray<WebhookDelivery>> NewestAsync(Webhook webhook, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            select d.position, d.event, d.type, d.attempts, d.first_at, d.last_at, d.outcome, d.status, d.milliseconds
            from webhooks.deliveries d where d.webhook = $1 order by d.position desc limit $2
            """);
        command.Parameters.AddWithValue(webhook.Id);
        command.Parameters.AddWithValue(Kept);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = ImmutableArray.CreateBuilder<WebhookDelivery>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(new WebhookDelivery(
                reader.GetInt64(0), reader.GetGuid(1), EventLabels.Of(reader.GetString(2)), reader.GetInt32(3),
                reader.GetFieldValue<DateTimeOffset>(4), reader.GetFieldValue<DateTimeOffset>(5), OutcomeOf(reader.GetString(6)),
                reader.IsDBNull(7) ? null : reader.GetInt32(7), reader.GetInt32(8)));
        return found.ToImmutable();
    }

    private async Task<bool> MoveAsync(
        Webhook webhook, long from, long to, int attempts, DateTimeOffset? since, DateTimeOffset? next, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            update webhooks.progress p
            set position = $3, version = $4, attempts = $5, failing_since = $6, next_at = $7
            where p.webhook = $1 and p.position = $2
            returning exists (select from rows.webhooks w where w.webhook_id = p.webhook and w.version = p.version)
            """);
        command.Parameters.AddWithValue(webhook.Id);
        command.Parameters.AddWithValue(from);
        command.Parameters.AddWithValue(to);
        command.Parameters.AddWithValue(webhook.Version);
        command.Parameters.AddWithValue(attempts);
        AddTime(command, since);
        AddTime(command, next);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private async Task KeepAsync(Webhook webhook, RecordedEvent e, WebhookAttempt attempt, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            with old as (
              delete from webhooks.deliveries d where d.webhook = $1 and d.position <= (
                select o.position from webhooks.deliveries o where o.webhook = $1 order by o.position desc offset $9 limit 1)
            )
            insert into webhooks.deliveries as d
              (webhook, position, event, type, attempts, first_at, last_at, outcome, status, milliseconds)
            values ($1, $2, $3, $4, 1, $5, $5, $6, $7, $8)
            on conflict (webhook, position) do update
            set attempts = d.attempts + 1, last_at = excluded.last_at, outcome = excluded.outcome, status = excluded.status,
                milliseconds = excluded.milliseconds
            """);
        command.Parameters.AddWithValue(webhook.Id);
        command.Parameters.AddWithValue(e.Position);
        command.Parameters.AddWithValue(e.Id);
        command.Parameters.AddWithValue(e.Type);
        command.Parameters.AddWithValue(clock.GetUtcNow().UtcDateTime);
        command.Parameters.AddWithValue(CodeList.Code(attempt.Outcome));
        command.Parameters.Add(new NpgsqlParameter { Value = attempt.Status ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });
        command.Parameters.AddWithValue(attempt.Milliseconds);
        command.Parameters.AddWithValue(Kept);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static CodeEntry OutcomeOf(string code) =>
        Enum.TryParse<WebhookOutcome>(code, ignoreCase: true, out var outcome) ? Labels.Of(outcome) : new CodeEntry(code, code, code);

    private static DateTimeOffset? Time(NpgsqlDataReader reader, int ordinal) =>
        reader.IsDBNull(ordinal) ? null : reader.GetFieldValue<DateTimeOffset>(ordinal);

    private static void AddTime(NpgsqlCommand command, DateTimeOffset? time) =>
        command.Parameters.Add(new NpgsqlParameter
        {
            Value = time?.UtcDateTime ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz,
        });
}
