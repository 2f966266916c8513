namespace Hazards.Projections.Store;

/// <summary>How a <see cref="MartenEventLog"/> batches, waits and reads. The defaults suit a service node.</summary>
public sealed record EventLogOptions
{
    /// <summary>
    /// How long a caller of <see cref="IEventLog.AppendAsync"/> waits at most, queueing, reconnecting and committing
    /// together, before it gets a <see cref="LogUnavailableException"/>.
    /// </summary>
    public TimeSpan AppendTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How many appends one commit takes at most.</summary>
    public int MaxBatchAppends { get; init; } = 512;

    /// <summary>How many bytes of data and headers one commit takes at most; a single larger append goes alone.</summary>
    public int MaxBatchBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>An append with more bytes of data and headers is rejected before it is queued.</summary>
    public int MaxAppendBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>How many appends may wait in this process; further callers wait to be let in.</summary>
    public int QueueCapacity { get; init; } = 10_000;

    /// <summary>
    /// Honours <see cref="Append.RecordedAt"/>: for simulations, seeding and tests with a controlled clock only.
    /// Off, the recorded time is always the database's clock.
    /// </summary>
    public bool AllowGivenTimes { get; init; }

    /// <summary>
    /// Where given times are allowed: the clock that gives the recorded time of an append that brings none. A simulation
    /// moves it; null: the database's clock.
    /// </summary>
    public TimeProvider? Clock { get; init; }

    /// <summary>
    /// The key that every event appended here is authenticated with (HMAC-SHA256, in <c>log.event_codes</c>), so that an event
    /// put into the table by anybody else can be told. Kept outside the database. Null: events carry no code.
    /// </summary>
    public ReadOnlyMemory<byte>? AppendKey { get; init; }

    /// <summary>Where <see cref="Append.Messages"/> go; null: nowhere, as in commands that do the work themselves.</summary>
    public IOutbox? Outbox { get; init; }

    /// <summary>How often a subscription looks by itself, should no notification arrive.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many events one read fetches at a time; bounds the memory of a reader.</summary>
    public int ReadPageSize { get; init; } = 500;

    /// <summary>The longest pause between two attempts to reach a database that is gone (they start at 50 ms).</summary>
    public TimeSpan MaxReconnectDelay { get; init; } = TimeSpan.FromSeconds(1);
}
