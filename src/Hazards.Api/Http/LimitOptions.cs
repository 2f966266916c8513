using System.Globalization;

namespace Hazards.Api.Http;

/// <summary>
/// How much a node does for one caller, and how much at once. Each is far beyond what a system needs that files, reads the feed
/// and draws lists; <see cref="Of"/> names what changes it.
/// </summary>
internal sealed record LimitOptions
{
    /// <summary>Nothing is limited: for simulations, which are a year's work of a province in minutes.</summary>
    public static readonly LimitOptions None = new()
    {
        RequestsAMinute = int.MaxValue, OpenRequestsAMinute = int.MaxValue, WrongKeysAMinute = int.MaxValue,
        UploadsADay = long.MaxValue, UploadBytesADay = long.MaxValue,
    };

    /// <summary>Requests a minute of one client (a key's, or a person's account).</summary>
    public int RequestsAMinute { get; init; } = 300_000;

    /// <summary>
    /// Requests a minute from one address that come without a key: pages, what is open to all, what is refused. A whole office
    /// may share one.
    /// </summary>
    public int OpenRequestsAMinute { get; init; } = 60_000;

    /// <summary>Unknown keys a minute from one address, before it must wait.</summary>
    public int WrongKeysAMinute { get; init; } = 600;

    /// <summary>How long an address waits at first; twice as long each time it goes on.</summary>
    public TimeSpan FirstLockout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long it waits at most.</summary>
    public TimeSpan LongestLockout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Reading requests that are answered at once; more wait. Fewer than the connections to the database (100), so that
    /// commands always have some.
    /// </summary>
    public int Reads { get; init; } = 64;

    /// <summary>Commands that are done at once.</summary>
    public int Commands { get; init; } = 256;

    /// <summary>Of either, the part that one client has at most, in percent.</summary>
    public int ShareOfOne { get; init; } = 50;

    /// <summary>Requests of either sort that wait for their turn; one more is refused.</summary>
    public int Waiting { get; init; } = 2_000;

    /// <summary>Files that one client puts in a day.</summary>
    public long UploadsADay { get; init; } = 50_000;

    /// <summary>Bytes of files that one client puts in a day.</summary>
    public long UploadBytesADay { get; init; } = 20L * 1024 * 1024 * 1024;

    /// <summary>As the environment says: <c>HAZARDS_LIMIT_REQUESTS</c> and so on; the defaults where it says nothing.</summary>
    /// <exception cref="InvalidOperationException">One is no positive number.</exception>
    public static LimitOptions Of(IConfiguration configuration)
    {
        var usual = new LimitOptions();
        return usual with
        {
            RequestsAMinute = (int)Number("REQUESTS", usual.RequestsAMinute, int.MaxValue),
            OpenRequestsAMinute = (int)Number("OPEN_REQUESTS", usual.OpenRequestsAMinute, int.MaxValue),
            WrongKeysAMinute = (int)Number("WRONG_KEYS", usual.WrongKeysAMinute, int.MaxValue),
            Reads = (int)Number("READS", usual.Reads, 10_000),
            Commands = (int)Number("COMMANDS", usual.Commands, 10_000),
            Waiting = (int)Number("WAITING", usual.Waiting, 100_000),
            UploadsADay = Number("UPLOADS", usual.UploadsADay, long.MaxValue),
            UploadBytesADay = Number("UPLOAD_BYTES", usual.UploadBytesADay, long.MaxValue),
        };

        long Number(string name, long otherwise, long most)
        {
            if (configuration[$"HAZARDS_LIMIT_{name}"] is not { Length: > 0 } text)
                return otherwise;
            return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= most
                ? number
                : throw new InvalidOperationException(
                    $"HAZARDS_LIMIT_{name} 应是 1 至 {most} 的整数 · HAZARDS_LIMIT_{name} is “{text}”: a whole number from 1 to {most} is needed");
        }
    }
}
