using System.Net.Http.Headers;
using System.Text;
using Hazards.Api.Administration.Webhooks;
using Hazards.Evidence.Proof;
using Hazards.Projections.Store;
using Npgsql;

namespace Hazards.Api.Proofs;

/// <summary>
/// Has the newest checkpoint of each tree timestamped by the authority outside that the deployment names, now and then. Its reply
/// is kept only when everything in it is right; what fails is tried again, later and later, and hinders nothing else.
/// </summary>
internal sealed class Timestamping(
    NpgsqlDataSource dataSource, CheckpointDesk desk, ServiceOptions options, WebhookAddresses addresses, TimeProvider clock) : IDisposable
{
    // "timestmp" in ASCII.
    private const long Lock = 0x74_69_6D_65_73_74_6D_70;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromHours(1);

    /// <summary>What it costs is not to be asked for at every probe.</summary>
    private static readonly TimeSpan KnownFor = TimeSpan.FromMinutes(1);

    private readonly HttpClient http = new(addresses.NewHandler())
    {
        Timeout = options.Timestamps?.Timeout ?? TimeSpan.FromSeconds(20), MaxResponseContentBufferSize = Timestamps.MostBytes,
    };

    private readonly SeldomAsked remark = new(KnownFor, clock);

    /// <summary>The timestamps of a tree.</summary>
    public TimestampStore Store(TreeHash hash) => new(dataSource, hash);

    /// <summary>Has the newest checkpoint of every tree timestamped that is due.</summary>
    /// <returns>How many were; 0 also while another node is at it.</returns>
    public async Task<int> PassAsync(CancellationToken cancellationToken = default)
    {
        if (options.Timestamps is not { } authority)
            return 0;
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var alone = new NpgsqlCommand($"select pg_try_advisory_xact_lock({Lock})", connection))
            if (await alone.ExecuteScalarAsync(cancellationToken) is not true)
                return 0;
        var kept = 0;
        foreach (var hash in desk.Trees)
            if (await DueAsync(hash, authority, cancellationToken) is { } due && await AskAsync(
                hash, due, authority, cancellationToken) is null)
                kept++;
        return kept;
    }

    /// <summary>Has a tree's newest checkpoint timestamped now, unless it is already; what went wrong, if anything.</summary>
    public async Task<string?> NowAsync(TreeHash hash, CancellationToken cancellationToken = default)
    {
        if (options.Timestamps is not { } authority)
            return "没有配置时间戳机构（HAZARDS_TSA_URL） · no authority is named (HAZARDS_TSA_URL)";
        if (await desk.LatestAsync(hash, cancellationToken) is not { } latest)
            return "还没有检查点 · there is no checkpoint yet";
        var isThere = await Store(hash).FindAsync(latest.Size, cancellationToken) is not null;
        return isThere ? null : await AskAsync(hash, latest, authority, cancellationToken);
    }

    /// <summary>What is to be said of the authority; null when all is well, or none is named.</summary>
    public Task<string?> LookAsync(CancellationToken cancellationToken) =>
        options.Timestamps is null ? Task.FromResult<string?>(null) : remark.GetAsync(_ => FindAsync(cancellationToken));

    /// <summary>The same, however lately it was asked.</summary>
    internal async Task<string?> FindAsync(CancellationToken cancellationToken)
    {
        foreach (var hash in desk.Trees)
            if (await Store(hash).StateAsync(cancellationToken) is { Attempts: > 0 } state)
                return $"检查点没有新的时间戳，已试 {state.Attempts} 次 no new timestamp of a checkpoint, tried {state.Attempts} times：{state.Trouble}";
        return null;
    }

    private async Task<StoredCheckpoint?> DueAsync(TreeHash hash, TimestampOptions authority, CancellationToken cancellationToken)
    {
        var (store, now) = (Store(hash), clock.GetUtcNow());
        if (await desk.LatestAsync(hash, cancellationToken) is not { } latest || (await store.StateAsync(cancellationToken)).NextAt > now)
            return null;
        var newest = await store.NewestAsync(cancellationToken: cancellationToken);
        return newest is null || newest.Size < latest.Size && newest.KeptAt + authority.Every <= now ? latest : null;
    }

    /// <summary>Null when it was timestamped; else what went wrong.</summary>
    private async Task<string?> AskAsync(
        TreeHash hash, StoredCheckpoint checkpoint, TimestampOptions authority, CancellationToken cancellationToken)
    {
        string? trouble;
        try
        {
            trouble = await ExchangeAsync(hash, checkpoint, authority, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            trouble = Deliveries.InWords(e);
        }

        var (now, before) = (clock.GetUtcNow(), await Store(hash).StateAsync(cancellationToken));
        var attempts = trouble is null ? 0 : before.Attempts + 1;
        var next = trouble is null ? (DateTimeOffset?)null : now + Backoff.After(FirstDelay, LongestDelay, attempts);
        var state = new TimestampingState(attempts, now, next, trouble);
        await Store(hash).KeepAsync(state, cancellationToken);
        ProofTelemetry.Timestamped(hash.Name, trouble is null ? now : null, clock);
        return trouble;
    }

    private async Task<string?> ExchangeAsync(
        TreeHash hash, StoredCheckpoint checkpoint, TimestampOptions authority, CancellationToken cancellationToken)
    {
        var note = checkpoint.Note.ToString();
        var data = Encoding.UTF8.GetBytes(note);
        var (request, began) = (Timestamps.Ask(data, authority.Hash, authority.Policy), clock.GetUtcNow());
        using var content = new ByteArrayContent(request.Bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/timestamp-query");
        using var response = await http.PostAsync(authority.Url, content, cancellationToken);
        if (!response.IsSuccessStatusCode)
            return $"{(int)response.StatusCode}：时间戳机构未答复 · the authority did not answer";
        var reply = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        var (stamp, fault) = Timestamps.Check(reply, data, authority.Trust, request.Nonce, authority.Policy);
        var ended = clock.GetUtcNow();
        if (stamp is not null && (stamp.Time < began - Timestamps.Tolerance || stamp.Time > ended + Timestamps.Tolerance))
            fault = TimestampFault.Time;
        if (fault is { } wrong)
            return InWords(wrong);
        await Store(hash).KeepAsync(checkpoint.Size, note, reply, stamp!.Time, cancellationToken);
        return null;
    }

    /// <summary>What is wrong with a reply, in words.</summary>
    public static string InWords(TimestampFault fault) => fault switch
    {
        TimestampFault.Rejected => "时间戳机构拒绝授予 · the authority granted none",
        TimestampFault.Imprint => "时间戳是对别的内容的 · the timestamp is of something else",
        TimestampFault.Nonce => "回复的是另一次请求（随机数不符） · the reply is to another request (its nonce differs)",
        TimestampFault.Policy => "按另一策略签发 · it was given under another policy",
        TimestampFault.Signature => "时间戳的签名无效 · the timestamp's signature is wrong",
        TimestampFault.Purpose => "签名证书不是专用于时间戳的，或不在有效期内 · the certificate is not one for timestamps alone, or not valid",
        TimestampFault.Authority => "签名证书不出自配置的机构 · the certificate is not the configured authority's",
        TimestampFault.Time => "所称时间与本机时间相差过大 · the time it says is too far from this machine's",
        _ => "不是 RFC 3161 回复 · it is no reply of RFC 3161",
    };

    public void Dispose() => http.Dispose();
}
