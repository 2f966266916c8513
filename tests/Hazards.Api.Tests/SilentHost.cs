using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Hazards.Api.Tests;

/// <summary>
/// Stands between Npgsql and the server, and can fall silent as a host does that is gone: connections stay open, new ones
/// are taken, and nothing is answered.
/// </summary>
internal sealed class SilentHost : IAsyncDisposable
{
    private readonly NpgsqlConnectionStringBuilder server;
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly Task accepting;
    private readonly Lock gate = new();
    private readonly List<TcpClient> clients = [];
    private TaskCompletionSource speaking = Spoken();

    private SilentHost(string connectionString)
    {
        server = new NpgsqlConnectionStringBuilder(connectionString);
        listener.Start(1024);
        accepting = AcceptAsync();
    }

    public static SilentHost Before(string connectionString) => new(connectionString);

    public string ConnectionString => new NpgsqlConnectionStringBuilder(server.ConnectionString)
    {
        Host = "127.0.0.1",
        Port = ((IPEndPoint)listener.LocalEndpoint).Port,
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
    }.ConnectionString;

    public void FallSilent() => speaking = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Another host takes over the address: what was open is reset.</summary>
    public void ComeBack()
    {
        lock (gate)
        {
            foreach (var client in clients)
                client.Dispose();
            clients.Clear();
        }

        speaking.TrySetResult();
    }

    private static TaskCompletionSource Spoken()
    {
        var spoken = new TaskCompletionSource();
        spoken.SetResult();
        return spoken;
    }

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
        lock (gate)
            clients.Add(client);
        try
        {
            using var own = client;
            await using var up = client.GetStream();
            await speaking.Task.WaitAsync(stopping.Token);
            using var toServer = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await toServer.ConnectAsync(new UnixDomainSocketEndPoint($"{server.Host}/.s.PGSQL.{server.Port}"), stopping.Token);
            await using var down = new NetworkStream(toServer);
            await Task.WhenAny(CopyAsync(up, down), CopyAsync(down, up));
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Reset, or closed.
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[64 * 1024];
        while (await from.ReadAsync(buffer, stopping.Token) is var read and > 0)
        {
            await speaking.Task.WaitAsync(stopping.Token);
            await to.WriteAsync(buffer.AsMemory(0, read), stopping.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await accepting;
        ComeBack();
        listener.Dispose();
        stopping.Dispose();
    }
}
