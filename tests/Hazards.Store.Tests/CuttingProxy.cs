using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Hazards.Store.Tests;

/// <summary>
/// Stands between Npgsql and the server and can cut a connection at the worst moment: when the server has done what
/// was asked and answered, but before the client hears of it.
/// </summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly NpgsqlConnectionStringBuilder server;
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly Task accepting;
    private int armed;
    private int cuts;

    private CuttingProxy(string connectionString)
    {
        server = new NpgsqlConnectionStringBuilder(connectionString);
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Cuts => cuts;

    public string ConnectionString => new NpgsqlConnectionStringBuilder(server.ConnectionString)
    {
        Host = "127.0.0.1",
        Port = ((IPEndPoint)listener.LocalEndpoint).Port,
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
    }.ConnectionString;

    public static Task<CuttingProxy> StartAsync(string connectionString) => Task.FromResult(new CuttingProxy(connectionString));

    /// <summary>The next answer on any connection, or one of those after it, is swallowed and the connection cut.</summary>
    public void CutAfterRequest(int which = 1) => Volatile.Write(ref armed, which);

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await listener.AcceptTcpClientAsync(stopping.Token));
        }
        catch (OperationCanceledException)
        {
            // Closed.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var own = client;
        using var toServer = await ConnectAsync();
        await using var down = new NetworkStream(toServer);
        await using var up = client.GetStream();
        try
        {
            await Task.WhenAny(up.CopyToAsync(down, stopping.Token), AnswerAsync(down, up));
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // Cut.
        }
    }

    private async Task AnswerAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[64 * 1024];
        while (await from.ReadAsync(buffer, stopping.Token) is var read and > 0)
        {
            // An answer ends with ReadyForQuery, in a transaction or idle: in the latter case the commit is on disk.
            var ended = buffer.AsSpan(0, read).EndsWith("Z\0\0\0\u0005I"u8) || buffer.AsSpan(0, read).EndsWith("Z\0\0\0\u0005T"u8);
            if (ended && Volatile.Read(ref armed) > 0 && Interlocked.Decrement(ref armed) == 0)
            {
                Interlocked.Increment(ref cuts);
                return;
            }

            await to.WriteAsync(buffer.AsMemory(0, read), stopping.Token);
        }
    }

    private async Task<Socket> ConnectAsync()
    {
        if (!server.Host!.StartsWith('/'))
        {
            var tcp = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await tcp.ConnectAsync(server.Host, server.Port);
            return tcp;
        }

        var unix = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await unix.ConnectAsync(new UnixDomainSocketEndPoint($"{server.Host}/.s.PGSQL.{server.Port}"));
        return unix;
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await accepting;
        listener.Dispose();
        stopping.Dispose();
    }
}
