using System.Collections.Frozen;
using Hazards.Domain;

namespace Hazards.Projections.Store;

/// <summary>
/// The kinds of streams. Marten names a stream's kind after a type; where no type of the domain bears the name that the
/// log has used from the beginning, one stands here for it.
/// </summary>
public static class StreamKinds
{
    private static readonly FrozenDictionary<string, Type> ByName = new Dictionary<string, Type>
    {
        ["hazard"] = typeof(Hazard),
        ["body"] = typeof(Body),
        ["api_key"] = typeof(ApiKey),
        ["account"] = typeof(Account),
        ["webhook"] = typeof(Webhook),
        ["sign_in"] = typeof(SignIn),
        ["campaign"] = typeof(Campaign),
        ["inspection"] = typeof(Inspection),
        ["report"] = typeof(Report),
        ["seal"] = typeof(Seal),
        ["letterhead"] = typeof(Letterhead),
        ["person"] = typeof(Person),
        ["calendar"] = typeof(Calendar),
        ["policies"] = typeof(Policies),
        ["system_names"] = typeof(SystemNames),
        ["numbers"] = typeof(Numbers),
        ["access"] = typeof(Access),
        ["message"] = typeof(Message),
        ["ledger_import"] = typeof(LedgerImport),
        ["evidence"] = typeof(Evidence),
        ["log"] = typeof(Log),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Every name there is.</summary>
    public static IEnumerable<string> Names => ByName.Keys;

    /// <summary>The type by which Marten knows a kind.</summary>
    /// <exception cref="ArgumentException">There is no such kind.</exception>
    public static Type TypeOf(string name) =>
        ByName.GetValueOrDefault(name)
            ?? throw new ArgumentException($"{name} is no kind of stream: name it in {nameof(StreamKinds)}.", nameof(name));

    private sealed class SignIn;

    private sealed class Calendar;

    private sealed class Policies;

    private sealed class Numbers;

    private sealed class Access;

    private sealed class Message;

    private sealed class LedgerImport;

    private sealed class Evidence;

    private sealed class Log;
}
