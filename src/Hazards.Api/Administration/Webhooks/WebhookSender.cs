using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Hazards.Domain;
using Hazards.Domain.Codes;
using StandardWebhooks;

namespace Hazards.Api.Administration.Webhooks;

/// <summary>What became of a message.</summary>
internal enum WebhookOutcome
{
    /// <summary>2xx.</summary>
    [Label("已送达", "Delivered")] Delivered,

    /// <summary>Another status.</summary>
    [Label("对方未接收", "Answered, but not with success")] Refused,

    /// <summary>410.</summary>
    [Label("对方不再接收", "The receiver is gone (410)")] Gone,

    /// <summary>Not in time.</summary>
    [Label("超时", "No answer in time")] TimedOut,

    /// <summary>No connection.</summary>
    [Label("无法连接", "No connection")] Unreachable,

    /// <summary>The name leads to an address that must not be connected to.</summary>
    [Label("地址不允许", "The name leads to an address that is not allowed")] AddressRefused,

    /// <summary>There is nothing to sign with.</summary>
    [Label("没有密钥，请更换密钥", "There is no secret to sign with: rotate it")] NoSecret,
}

/// <summary>One attempt to send a message.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Status">The answer's status; null when there was none.</param>
/// <param name="Milliseconds">How long it took.</param>
internal readonly record struct WebhookAttempt(WebhookOutcome Outcome, int? Status, int Milliseconds);

/// <summary>
/// Signs messages (Standard Webhooks 1.0) and sends them. Of an answer only the status is looked at; redirects are not
/// followed, no proxy and no cookies are used, and the address that is connected to is one that is allowed, whatever the name.
/// </summary>
internal sealed class WebhookSender : IDisposable
{
    private readonly WebhookAddresses addresses;
    private readonly WebhookSecrets secrets;
    private readonly TimeProvider clock;
    private readonly TimeSpan timeout;
    private readonly HttpClient http;

    public WebhookSender(WebhookAddresses addresses, WebhookSecrets secrets, ServiceOptions options, TimeProvider clock)
    {
        (this.addresses, this.secrets, this.clock, timeout) = (addresses, secrets, clock, options.Webhooks.Timeout);
        http = new HttpClient(addresses.NewHandler()) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Sends a message, once.</summary>
    public async Task<WebhookAttempt> SendAsync(Webhook webhook, WebhookMessage message, CancellationToken cancellationToken)
    {
        var signing = await secrets.SigningAsync(webhook.Id, cancellationToken);
        if (signing.IsEmpty)
            return new WebhookAttempt(WebhookOutcome.NoSecret, null, 0);
        // The rules may be stricter today than when it was registered.
        if (addresses.Check("address", webhook.Address) is not null)
            return new WebhookAttempt(WebhookOutcome.AddressRefused, null, 0);
        using var request = Request(webhook, message, signing);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(timeout);
        var began = Stopwatch.GetTimestamp();
        var (outcome, status) = await TryAsync(request, patience.Token, cancellationToken);
        return new WebhookAttempt(outcome, status, (int)Stopwatch.GetElapsedTime(began).TotalMilliseconds);
    }

    private async Task<(WebhookOutcome Outcome, int? Status)> TryAsync(
        HttpRequestMessage request, CancellationToken patience, CancellationToken stop)
    {
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience);
            return ((int)response.StatusCode switch
            {
                >= 200 and < 300 => WebhookOutcome.Delivered,
                410 => WebhookOutcome.Gone,
                _ => WebhookOutcome.Refused,
            }, (int)response.StatusCode);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return (WebhookOutcome.TimedOut, null);
        }
        catch (HttpRequestException e)
        {
            return (e.InnerException is AddressNotAllowedException ? WebhookOutcome.AddressRefused : WebhookOutcome.Unreachable, null);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            return (WebhookOutcome.Unreachable, null);
        }
    }

    private HttpRequestMessage Request(Webhook webhook, WebhookMessage message, ImmutableArray<byte[]> signing)
    {
        var (id, now, body) = (message.IdFor(webhook), clock.GetUtcNow(), Encoding.UTF8.GetString(DomainJson.Write(message)));
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
        var request = new HttpRequestMessage(HttpMethod.Post, webhook.Address) { Content = content };
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("hazards-webhooks", "1"));
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        var signatures = signing.Select(s => new StandardWebhook(s).Sign(id, now, body));
        request.Headers.TryAddWithoutValidation("webhook-signature", string.Join(' ', signatures));
        return request;
    }

    public void Dispose() => http.Dispose();
}
