using System.Net;
using System.Net.Sockets;
using Hazards.Domain;

namespace Hazards.Api.Administration.Webhooks;

/// <summary>
/// Where messages may be sent. An administrator chooses the address, and the service must not become a way into its own
/// network: what a name resolves to is looked at when it is connected to (<see cref="NewHandler"/>), and not before.
/// </summary>
internal sealed class WebhookAddresses(ServiceOptions options, IConfiguration configuration)
{
    /// <summary>The longest address.</summary>
    public const int Longest = 500;

    // IANA's registries of special-purpose addresses, as of 2025: what is not globally reachable.
    private static readonly IPNetwork[] Special =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            // Of IPv6 only 2000::/3 is given out; of that these are not, or carry an IPv4 address within.
            "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        }.Select(IPNetwork.Parse),
    ];

    private static readonly IPNetwork GivenOut = IPNetwork.Parse("2000::/3");

    /// <summary>Whether private addresses are allowed.</summary>
    public bool AllowsPrivate { get; } = options.Webhooks.Private ?? configuration["HAZARDS_WEBHOOKS_PRIVATE"] == "allow";

    /// <summary>A refusal when nothing may be sent to an address, as far as it says so itself.</summary>
    public Refusal? Check(string field, string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return InputRefusals.Missing.Because(field);
        if (text.Length > Longest || !Texts.IsClean(text, multiline: false)
            || !Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Host.Length == 0)
            return WebhookRefusals.Address.Because(field, ("value", Texts.Excerpt(text)), ("max", Longest));
        if (address.Scheme != Uri.UriSchemeHttps && !(AllowsPrivate && address.Scheme == Uri.UriSchemeHttp))
            return WebhookRefusals.Scheme.Because(field);
        if (address.UserInfo.Length > 0 || address.Fragment.Length > 0)
            return WebhookRefusals.UserInfo.Because(field);
        return LeadsInside(address)
            ? WebhookRefusals.PrivateAddress.Because(field, ("host", address.Host))
            : null;
    }

    /// <summary>Whether an address says itself that it leads where nothing may be sent.</summary>
    public bool LeadsInside(Uri address) =>
        IPAddress.TryParse(address.DnsSafeHost, out var literal) ? !Allows(literal) : IsOwnName(address.DnsSafeHost) && !AllowsPrivate;

    /// <summary>
    /// What sends to addresses that somebody gave: redirects are not followed, no proxy and no cookies are used, and what is connected
    /// to is allowed, whatever the name (<see cref="AddressNotAllowedException"/>).
    /// </summary>
    public SocketsHttpHandler NewHandler() => new()
    {
        AllowAutoRedirect = false, UseProxy = false, UseCookies = false, ActivityHeadersPropagator = null,
        ConnectCallback = ConnectAsync, MaxResponseHeadersLength = 16, MaxResponseDrainSize = 16 * 1024,
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
    };

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint.Host;
        var found = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancellationToken);
        var allowed = found.Where(Allows).ToArray();
        if (allowed.Length == 0 && found.Length > 0)
            throw new AddressNotAllowedException();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Whether an address may be connected to.</summary>
    public bool Allows(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (AllowsPrivate)
            return !IsNobodys(address);
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? GivenOut.Contains(address) && !Special.Any(s => s.Contains(address))
            : !Special.Any(s => s.Contains(address));
    }

    // Behind these there is no other system: the machine's own network card (where clouds keep credentials), groups, nothing.
    private static bool IsNobodys(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6
        ? address.IsIPv6LinkLocal || address.IsIPv6Multicast || address.Equals(IPAddress.IPv6Any)
        : address.GetAddressBytes() is [0, ..] or [169, 254, ..] or [>= 224, ..];

    // RFC 6761, 6.3. Uri has lower-cased the name.
    private static bool IsOwnName(string host) => $".{host.TrimEnd('.')}".EndsWith(".localhost", StringComparison.Ordinal);
}

/// <summary>A name leads to no address that may be connected to.</summary>
internal sealed class AddressNotAllowedException() : IOException("the name leads to no address that is allowed");
