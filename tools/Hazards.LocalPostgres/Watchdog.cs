using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;

namespace Hazards.LocalPostgres;

/// <summary>
/// The small shell between this process and the server (<c>watchdog.sh</c>): it stops the server when this process ends,
/// even by kill -9, and starts it again when the server dies.
/// </summary>
internal sealed class Watchdog : IAsyncDisposable
{
    private static readonly string Script = ReadScript();

    private readonly Process _shell;
    private readonly Task _listening;
    private readonly Channel<int> _endings = Channel.CreateUnbounded<int>();

    private Watchdog(Process shell)
    {
        _shell = shell;
        _listening = ListenAsync();
    }

    /// <summary>The exit codes of servers that ended, as they happen; completed when the watchdog itself is gone.</summary>
    public ChannelReader<int> Endings => _endings.Reader;

    /// <summary>The server's process id; null before it is started.</summary>
    public int? ServerPid { get; private set; }

    public static Watchdog Start(ClusterFolder folder, string sockets, IEnumerable<string> server)
    {
        // A session of its own: neither Ctrl-C in the terminal nor a kill of the host's process group reaches it.
        string[] session = Command.Find("setsid") is { } setsid ? [setsid] : [];
        var start = Command.Prepare(
        [
            .. session,
            .. folder.Account.Wrap(
                "sh", "-c", Script, "hazards-postgres", folder.Log, folder.Temporary ? "yes" : "no", folder.Path, sockets),
            .. server,
        ]);
        start.RedirectStandardInput = true;
        return new Watchdog(Process.Start(start)!);
    }

    /// <summary>Shuts the server down ("fast": sessions are ended, everything is written) and waits for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            _shell.StandardInput.Close();
        }
        catch (IOException)
        {
            // The watchdog is gone already.
        }
        await _shell.WaitForExitAsync();
        await _listening;
        _shell.Dispose();
    }

    private async Task ListenAsync()
    {
        var complaints = _shell.StandardError.ReadToEndAsync();
        while (await _shell.StandardOutput.ReadLineAsync() is { } line)
        {
            var words = line.Split(' ');
            if (words is ["started", var pid]) ServerPid = int.Parse(pid, CultureInfo.InvariantCulture);
            if (words is ["ended", var code]) _endings.Writer.TryWrite(int.Parse(code, CultureInfo.InvariantCulture));
        }
        Complaints = await complaints;
        _endings.Writer.Complete();
    }

    /// <summary>What the shell itself said on standard error, once it has ended.</summary>
    public string Complaints { get; private set; } = "";

    private static string ReadScript()
    {
        using var reader = new StreamReader(typeof(Watchdog).Assembly.GetManifestResourceStream("watchdog.sh")!);
        return reader.ReadToEnd();
    }
}
