using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Hazards.Domain;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Hazards.Api.Http;

/// <summary>
/// What is no HTTP request never reaches the <see cref="Pipeline"/>: the server refuses it with a status and nothing else. Here the
/// refusal gets its code and its words, like every other.
/// </summary>
internal static class HttpRefusals
{
    private const int LongestHead = 512;

    /// <summary>Looks at what leaves by the connections of an endpoint.</summary>
    public static void Explain(ListenOptions endpoint) => endpoint.Use(next => async connection =>
    {
        var plain = connection.Transport;
        connection.Transport = new Duplex(plain.Input, new Explaining(plain.Output, connection.ConnectionId));
        try
        {
            await next(connection);
        }
        finally
        {
            connection.Transport = plain;
        }
    });

    /// <summary>The whole answer in place of a refusal without words; null for every other answer.</summary>
    internal static byte[]? Explained(ReadOnlySpan<byte> head, string traceId)
    {
        // An answer of the service's own has a body, or it does not end the connection.
        if (head.Length > LongestHead || !(head.StartsWith("HTTP/1.1 4"u8) || head.StartsWith("HTTP/1.1 505"u8)) || head.IndexOf(
            "\r\nContent-Length: 0\r\n"u8) < 0
            || head.IndexOf("\r\nConnection: close\r\n"u8) < 0 || !head.EndsWith("\r\n\r\n"u8)
            || !Utf8Parser.TryParse(head[9..], out int status, out _))
            return null;
        var refusal = (status switch
        {
            408 => RequestRefusals.NotReceived,
            414 => RequestRefusals.AddressTooLong,
            431 => RequestRefusals.HeadersTooLarge,
            _ => RequestRefusals.Malformed,
        }).Because();
        var body = JsonSerializer.SerializeToUtf8Bytes(new Problem(refusal).DetailsFor(status, traceId), DomainJson.Options);
        var said = Encoding.ASCII.GetString(head).Replace("\r\nContent-Length: 0\r\n", string.Create(CultureInfo.InvariantCulture,
            $"\r\nContent-Length: {body.Length}\r\nContent-Type: application/problem+json\r\nContent-Language: zh-CN\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"), StringComparison.Ordinal);
        return [.. Encoding.ASCII.GetBytes(said), .. body];
    }

    private sealed class Duplex(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }

    /// <summary>Passes everything on, but for a refusal without words.</summary>
    private sealed class Explaining(PipeWriter inner, string traceId) : PipeWriter
    {
        private Memory<byte> held;

        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        /// <summary>Always room for a whole head, which is then written in one piece.</summary>
        public override Memory<byte> GetMemory(int sizeHint = 0) => held = inner.GetMemory(Math.Max(sizeHint, LongestHead));

        public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

        public override void Advance(int bytes)
        {
            if (bytes <= held.Length && Explained(held.Span[..bytes], traceId) is { } whole)
                inner.Write(whole);
            else
                inner.Advance(bytes);
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
            inner.FlushAsync(cancellationToken);

        public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) =>
            inner.WriteAsync(source, cancellationToken);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);
    }
}
