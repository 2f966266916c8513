using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Hazards.Domain;

namespace Hazards.Api.Http;

/// <summary>Refusals of too much.</summary>
internal static class LimitRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    public static readonly RefusalCode Requests = new("limit.requests", RefusalKind.TooMany,
        "请求过多：每分钟最多 {max} 次，请 {seconds} 秒后再试", "Too many requests: {max} a minute at most; try again in {seconds} s");
    public static readonly RefusalCode WrongKeys = new("limit.wrong_keys", RefusalKind.TooMany,
        "从此地址多次使用无效密钥，请 {seconds} 秒后再试", "Unknown keys were tried from this address too often; try again in {seconds} s");
    public static readonly RefusalCode Uploads = new("limit.uploads", RefusalKind.TooMany,
        "今日上传已达上限（{files} 个文件或 {bytes} 字节），请 {seconds} 秒后再试",
        "No more is taken today: {files} files or {bytes} bytes a day at most; try again in {seconds} s");
#pragma warning restore CS1591
}

/// <summary>
/// How much each caller may ask of this node, and how much is done at once: reads and commands have places of their own, so that
/// neither takes the other's, and no client has them all. What says how much is left goes with every answer
/// (draft-ietf-httpapi-ratelimit-headers).
/// </summary>
internal sealed class Limits(LimitOptions most) : IDisposable
{
    private const int Minute = 60;

    private readonly Rate clients = new("client", most.RequestsAMinute);
    private readonly Rate addresses = new("address", most.OpenRequestsAMinute);
    private readonly Places reads = Places.Of(most, most.Reads);
    private readonly Places commands = Places.Of(most, most.Commands);

    /// <summary>What is the most.</summary>
    public LimitOptions Most => most;

    /// <summary>Counts a request that nobody is asked a key for, by where it comes from.</summary>
    public Task CountAddressAsync(HttpContext http, RequestDelegate next) =>
        Operation.Of(http) is { Open: false } ? next(http) : CountAsync(http, null, next);

    /// <summary>Counts a request by who sent it; by where it comes from, where that is not known.</summary>
    public Task CountCallerAsync(HttpContext http, RequestDelegate next) =>
        Operation.Of(http) is { Open: false } ? CountAsync(http, Caller.Of(http), next) : next(http);

    private Task CountAsync(HttpContext http, Caller? caller, RequestDelegate next)
    {
        var (rate, who) = caller is null ? (addresses, AddressOf(http)) : (clients, caller.KeyScope);
        return IsProbe(http) || rate.Count(http.Response, who) is not { } refusal ? next(http) : Problem.AnswerAsync(http, refusal);
    }

    /// <summary>Serves a request as soon as there is a place; refuses it when too many wait already.</summary>
    public async Task TakePlaceAsync(HttpContext http, RequestDelegate next)
    {
        using var place = await PlaceAsync(http, Caller.Of(http));
        await (place is null ? Problem.AnswerAsync(http, RequestRefusals.Busy.Because()) : next(http));
    }

    /// <summary>A place to be served in, as soon as there is one; null when too many wait already. To be given back.</summary>
    public async ValueTask<IDisposable?> PlaceAsync(HttpContext http, Caller? caller)
    {
        // Who waits for news takes nothing meanwhile.
        if (IsProbe(http) || http.GetEndpoint() is not { } endpoint || endpoint.Metadata.GetMetadata<Waits>() is not null)
            return Nothing.Taken;
        var places = HttpMethods.IsGet(http.Request.Method) ? reads : commands;
        return await places.TakeAsync(caller?.KeyScope ?? AddressOf(http), http.RequestAborted);
    }

    public void Dispose()
    {
        clients.Dispose();
        addresses.Dispose();
        reads.Dispose();
        commands.Dispose();
    }

    /// <summary>Where a request comes from: whoever has an address of version 6 has all of its network's.</summary>
    public static string AddressOf(HttpContext http)
    {
        if (http.Connection.RemoteIpAddress is not { } address)
            return "";
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? new IPAddress([.. address.GetAddressBytes()[..8], .. new byte[8]]).ToString()
            : address.ToString();
    }

    private static bool IsProbe(HttpContext http) => http.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal);

    /// <summary>So many a minute of each caller, which come back one by one.</summary>
    private sealed class Rate(string name, int aMinute) : IDisposable
    {
        private readonly string policy = string.Create(CultureInfo.InvariantCulture, $"\"{name}\";q={aMinute};w={Minute}");

        private readonly PartitionedRateLimiter<string> limiter = PartitionedRateLimiter.Create<string, string>(who =>
            RateLimitPartition.GetTokenBucketLimiter(who, _ => OptionsOf(aMinute)));

        public Refusal? Count(HttpResponse response, string who)
        {
            if (aMinute == int.MaxValue)
                return null;
            using var lease = limiter.AttemptAcquire(who);
            var left = lease.IsAcquired ? limiter.GetStatistics(who)?.CurrentAvailablePermits ?? 0 : 0;
            var full = Seconds(TimeSpan.FromSeconds((aMinute - left) * (double)Minute / aMinute));
            // At the last moment: an answer that is begun anew loses its headers.
            response.OnStarting(() =>
            {
                response.Headers["RateLimit-Policy"] = policy;
                response.Headers["RateLimit"] = string.Create(CultureInfo.InvariantCulture, $"\"{name}\";r={left};t={full}");
                return Task.CompletedTask;
            });
            if (lease.IsAcquired)
                return null;
            var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? Seconds(after) : 1;
            return LimitRefusals.Requests.Because(null, ("max", aMinute), ("seconds", Math.Max(wait, 1)));
        }

        public void Dispose() => limiter.Dispose();

        private static TokenBucketRateLimiterOptions OptionsOf(int aMinute)
        {
            var aSecond = Math.Max(aMinute / Minute, 1);
            return new TokenBucketRateLimiterOptions
            {
                TokenLimit = aMinute, TokensPerPeriod = aSecond,
                ReplenishmentPeriod = TimeSpan.FromSeconds((double)Minute * aSecond / aMinute),
            };
        }
    }

    /// <summary>Places of one sort: so many, and of them a part for one caller.</summary>
    private sealed class Places(int all, int one, int waiting) : IDisposable
    {
        private readonly ConcurrencyLimiter whole = new(OptionsOf(all, waiting));

        private readonly PartitionedRateLimiter<string> own = PartitionedRateLimiter.Create<string, string>(who =>
            RateLimitPartition.GetConcurrencyLimiter(who, _ => OptionsOf(one, waiting)));

        public static Places Of(LimitOptions most, int all) => new(all, Math.Max(all * most.ShareOfOne / 100, 1), most.Waiting);

        /// <summary>The caller's own first: who has many requests waits for itself, and keeps nobody from a place.</summary>
        public async ValueTask<IDisposable?> TakeAsync(string who, CancellationToken stop)
        {
            var mine = await own.AcquireAsync(who, 1, stop);
            if (!mine.IsAcquired)
                return null;
            try
            {
                var place = await whole.AcquireAsync(1, stop);
                if (place.IsAcquired)
                    return new Taken(place, mine);
                mine.Dispose();
                return null;
            }
            catch
            {
                mine.Dispose();
                throw;
            }
        }

        public void Dispose()
        {
            whole.Dispose();
            own.Dispose();
        }

        private static ConcurrencyLimiterOptions OptionsOf(int permits, int waiting) =>
            new() { PermitLimit = permits, QueueLimit = waiting, QueueProcessingOrder = QueueProcessingOrder.OldestFirst };
    }

    private sealed class Taken(RateLimitLease place, RateLimitLease mine) : IDisposable
    {
        public void Dispose()
        {
            place.Dispose();
            mine.Dispose();
        }
    }

    private sealed class Nothing : IDisposable
    {
        public static readonly Nothing Taken = new();

        public void Dispose() { }
    }

    internal static int Seconds(TimeSpan time) => (int)Math.Clamp(Math.Ceiling(time.TotalSeconds), 0, int.MaxValue);
}

/// <summary>Marks an endpoint that keeps its caller waiting for news, and does nothing meanwhile: it needs no place of its own.</summary>
internal sealed record Waits;
