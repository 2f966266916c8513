using System.Globalization;
using Hazards.Evidence.Proof;

namespace Hazards.Api.Proofs;

/// <summary>The authority outside that timestamps checkpoints (RFC 3161).</summary>
/// <param name="Url">Where requests are sent to, by HTTP.</param>
/// <param name="Trust">Its certificate, or its certifier's.</param>
internal sealed record TimestampOptions(Uri Url, TimestampTrust Trust)
{
    /// <summary>The policy asked for; null: the authority's own choice.</summary>
    public string? Policy { get; init; }

    /// <summary>How the checkpoint is hashed: one of <see cref="Timestamps.Hashes"/>.</summary>
    public string Hash { get; init; } = "sha256";

    /// <summary>At most so often.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Longest it may take to answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>As the environment says, <c>HAZARDS_TSA_URL</c> and so on; null where it names no authority.</summary>
    /// <exception cref="InvalidOperationException">What it says cannot be.</exception>
    public static TimestampOptions? Of(IConfiguration configuration)
    {
        if (configuration["HAZARDS_TSA_URL"] is not { Length: > 0 } address)
            return null;
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0)
            throw Wrong("URL", "应为 http 或 https 的完整地址，不含用户名和密码 · a whole address, http or https, without user and password");
        var usual = new TimestampOptions(url, TrustOf(configuration["HAZARDS_TSA_CERTIFICATES"]));
        var (policy, hash) = (configuration["HAZARDS_TSA_POLICY"],
            configuration["HAZARDS_TSA_HASH"] is { Length: > 0 } named ? named : usual.Hash);
        if (policy is { Length: > 0 } && !Timestamps.IsPolicy(policy))
            throw Wrong("POLICY", "应为对象标识符，如 1.2.3.4 · an object identifier, such as 1.2.3.4");
        if (!Timestamps.Hashes.Contains(hash))
            throw Wrong("HASH", string.Join(" | ", Timestamps.Hashes));
        return usual with
        {
            Policy = policy is { Length: > 0 } ? policy : null, Hash = hash,
            Every = MinutesOf(configuration["HAZARDS_TSA_MINUTES"]) ?? usual.Every,
        };
    }

    private static TimestampTrust TrustOf(string? file)
    {
        if (file is not { Length: > 0 })
            throw Wrong("CERTIFICATES", "缺少该机构证书（PEM）的文件名 · the name of a file with the authority's certificates (PEM) is needed");
        try
        {
            return TimestampTrust.Read(File.ReadAllText(file))
                ?? throw Wrong("CERTIFICATES", $"{file} 中没有可用的证书（PEM） · holds no certificate that can be read (PEM)");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Wrong("CERTIFICATES", $"{file} 无法读取 · cannot be read: {e.Message}");
        }
    }

    private static TimeSpan? MinutesOf(string? text) => text is not { Length: > 0 } ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes)
            && minutes > 0 ? TimeSpan.FromMinutes(minutes)
        : throw Wrong("MINUTES", "应为正整数 · a positive whole number");

    private static InvalidOperationException Wrong(string name, string what) => new($"HAZARDS_TSA_{name}：{what}");
}
