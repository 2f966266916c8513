using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Hazards.Api.Administration.Webhooks;
using Hazards.Evidence.Proof;
using Hazards.Projections.Store;
using Npgsql;

namespace Hazards.Api.Proofs;

/// <summary>How far our checkpoints have got with a witness.</summary>
/// <param name="Size">The size of the newest one that it cosigned; 0 before the first.</param>
/// <param name="Attempts">Failed attempts since the last that succeeded.</param>
/// <param name="TriedAt">The last attempt.</param>
/// <param name="NextAt">Not tried again before.</param>
/// <param name="Trouble">What the last attempt met, if anything.</param>
internal sealed record DeliveryState(long Size, int Attempts, DateTimeOffset? TriedAt, DateTimeOffset? NextAt, string? Trouble);

/// <summary>
/// Sends checkpoints to the registered witnesses that have an address (C2SP tlog-witness, add-checkpoint), each with the
/// proof that it continues the one they know, and keeps the cosignatures they answer. What fails is tried again, later
/// and later.
/// </summary>
internal sealed class Deliveries(
    NpgsqlDataSource dataSource, LogKeys keys, CheckpointDesk desk, Cosignatures cosignatures, WebhookAddresses addresses, TimeProvider clock) : IDisposable
{
    // "deliver" in ASCII.
    private const long Lock = 0x64_65_6C_69_76_65_72;
    private const int LongestAnswer = 64 * 1024;
    private const int LongestTrouble = 300;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromHours(1);

    private const string NotAllowed = "地址是本机、内网或保留地址，不允许 · the name leads to no address that is allowed";

    private const string StateSql =
        "select d.size, d.attempts, d.tried_at, d.next_at, d.trouble from log.deliveries d where d.witness = $1";

    private const string KeepSql = """
        insert into log.deliveries as d (witness, size, attempts, tried_at, next_at, trouble) values ($1, $2, $3, $4, $5, $6)
        on conflict (witness) do update
          set size = excluded.size, attempts = excluded.attempts, tried_at = excluded.tried_at, next_at = excluded.next_at, trouble = excluded.trouble
        """;

    private readonly HttpClient http = new(addresses.NewHandler())
    {
        Timeout = TimeSpan.FromSeconds(20), MaxResponseContentBufferSize = LongestAnswer,
    };

    /// <summary>How it stands with a witness.</summary>
    public async Task<DeliveryState> StateAsync(NoteVerifier witness, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand(StateSql);
        command.Parameters.AddWithValue(witness.ToString());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new DeliveryState(
                reader.GetInt64(0), reader.GetInt32(1), Time(reader, 2), Time(reader, 3), reader.IsDBNull(4) ? null : reader.GetString(4))
            : new DeliveryState(0, 0, null, null, null);
    }

    /// <summary>Sends the newest checkpoint to every witness that has not cosigned it yet and is due.</summary>
    /// <returns>How many cosigned it now; 0 also while another node is at it.</returns>
    public async Task<int> PassAsync(CancellationToken cancellationToken = default)
    {
        // Witnesses know SHA-256 (C2SP tlog-witness).
        if (!keys.Trees.Contains(TreeHash.Sha256) || await desk.LatestAsync(TreeHash.Sha256, cancellationToken) is not { } latest)
            return 0;
        var witnesses = (await keys.RegisterAsync(cancellationToken)).ActiveWitnesses.Where(w => w.Url is not null).ToArray();
        if (witnesses.Length == 0)
            return 0;
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var alone = new NpgsqlCommand($"select pg_try_advisory_xact_lock({Lock})", connection))
            if (await alone.ExecuteScalarAsync(cancellationToken) is not true)
                return 0;
        var taken = await Task.WhenAll(witnesses.Select(w => DeliverAsync(w, latest, cancellationToken)));
        return taken.Count(t => t);
    }

    private async Task<bool> DeliverAsync(LogWitness witness, StoredCheckpoint latest, CancellationToken cancellationToken)
    {
        var state = await StateAsync(witness.Verifier, cancellationToken);
        var now = clock.GetUtcNow();
        if (latest.Note.VerifiedBy(witness.Verifier) is not null || state.NextAt > now)
            return false;
        string? trouble;
        try
        {
            trouble = await SubmitAsync(witness, latest, state.Size, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            trouble = InWords(e);
        }

        ProofTelemetry.Delivered(trouble is null);
        var attempts = trouble is null ? 0 : state.Attempts + 1;
        await KeepAsync(witness.Verifier, trouble is null
            ? new DeliveryState(latest.Size, 0, now, null, null)
            : new DeliveryState(
                state.Size, attempts, now, now + Backoff.After(FirstDelay, LongestDelay, attempts),
                trouble.Length > LongestTrouble ? trouble[..LongestTrouble] : trouble), cancellationToken);
        return trouble is null;
    }

    /// <summary>
    /// Why nothing came of a request. Neither what answered nor how: it may be a machine inside that only this service reaches.
    /// </summary>
    public static string InWords(Exception e) => e switch
    {
        HttpRequestException { InnerException: AddressNotAllowedException } => NotAllowed,
        HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } => "答复过长 · the answer is too long",
        OperationCanceledException => "超时 · no answer in time",
        _ => "无法连接 · no connection",
    };

    /// <summary>Null when the witness cosigned; else what went wrong.</summary>
    private async Task<string?> SubmitAsync(LogWitness witness, StoredCheckpoint latest, long known, CancellationToken cancellationToken)
    {
        var (status, answer) = await PostAsync(witness, latest, known, cancellationToken);
        // It knows another size than we thought: its word for it, once.
        if (status == 409 && long.TryParse(answer.TrimEnd('\n'), NumberStyles.None, CultureInfo.InvariantCulture, out var its))
        {
            if (its > latest.Size)
                return $"409：见证方已有大小 {its}，大于我方最新检查点 {latest.Size}，请立即核查数据库是否被恢复到旧备份 · the witness knows size {its}, larger than our newest: was the database put back?";
            (status, answer) = await PostAsync(witness, latest, its, cancellationToken);
        }

        if (status != 200)
            return $"{status}：见证方未联署 · the witness did not cosign";
        var taken = await cosignatures.TakeAsync(TreeHash.Sha256, latest.Size, answer, witness.Verifier, cancellationToken);
        if (taken.Refusal is { } refusal)
            return $"{refusal.Chinese} · {refusal.English}";
        return taken.Checkpoint!.Note.VerifiedBy(witness.Verifier) is null
            ? "回复中没有该见证方的联署 · the answer holds no cosignature of this witness"
            : null;
    }

    private async Task<(int Status, string Text)> PostAsync(
        LogWitness witness, StoredCheckpoint latest, long known, CancellationToken cancellationToken)
    {
        IReadOnlyList<Digest> proof = known is 0 || known == latest.Size
            ? []
            : await desk.Tree(TreeHash.Sha256).ConsistencyAsync(known, latest.Size, cancellationToken);
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(Witnessing.Submission.Write(known, proof, latest.Note)));
        content.Headers.ContentType = new MediaTypeHeaderValue("text/plain") { CharSet = "utf-8" };
        using var response = await http.PostAsync(new Uri($"{witness.Url!.TrimEnd('/')}/add-checkpoint"), content, cancellationToken);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
    }

    private async Task KeepAsync(NoteVerifier witness, DeliveryState state, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(KeepSql);
        command.Parameters.AddWithValue(witness.ToString());
        command.Parameters.AddWithValue(state.Size);
        command.Parameters.AddWithValue(state.Attempts);
        command.Parameters.Add(new NpgsqlParameter { Value = state.TriedAt?.UtcDateTime
            ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new NpgsqlParameter { Value = state.NextAt?.UtcDateTime
            ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz });
        command.Parameters.Add(
            new NpgsqlParameter { Value = state.Trouble ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static DateTimeOffset? Time(NpgsqlDataReader reader, int ordinal) =>
        reader.IsDBNull(ordinal) ? null : reader.GetFieldValue<DateTimeOffset>(ordinal);

    public void Dispose() => http.Dispose();
}
