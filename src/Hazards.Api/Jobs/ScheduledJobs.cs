namespace Hazards.Api.Jobs;

/// <summary>Asks whether deadlines have passed, and for what follows from that.</summary>
public sealed record PassDeadlines;

/// <summary>Asks whether reports have become overdue.</summary>
public sealed record NoticeOverdueReports;

/// <summary>Asks whether the whole log is to be audited.</summary>
public sealed record AuditWhenDue;

/// <summary>Asks for the newest checkpoint to be sent to the witnesses that have not cosigned it.</summary>
public sealed record DeliverCheckpoints;

/// <summary>Asks for due dates to be counted anew: the calendar has changed, or may have.</summary>
/// <param name="Edition">The edition that is to be counted by at least.</param>
public sealed record RecountDueDates(int Edition);

/// <summary>Asks for packages of evidence that nobody is making.</summary>
public sealed record FindLeftPackages;

/// <summary>Asks for the keys of erased persons to be destroyed again, should a backup have brought them back.</summary>
public sealed record EraseAgain;

/// <summary>Takes what the <see cref="Schedule"/> asks for.</summary>
public static class ScheduledJobHandler
{
#pragma warning disable CS1591, CA1062 // each does what its message asks for; Wolverine gives the job
    public static Task Handle(PassDeadlines message, IJob<PassDeadlines> job, CancellationToken stop) => job.RunAsync(message, stop);

    public static Task Handle(NoticeOverdueReports message, IJob<NoticeOverdueReports> job, CancellationToken stop) => job.RunAsync(message, stop);

    public static Task Handle(AuditWhenDue message, IJob<AuditWhenDue> job, CancellationToken stop) => job.RunAsync(message, stop);

    public static Task Handle(DeliverCheckpoints message, IJob<DeliverCheckpoints> job, CancellationToken stop) => job.RunAsync(message, stop);

    public static Task Handle(RecountDueDates message, IJob<RecountDueDates> job, CancellationToken stop) => job.RunAsync(message, stop);

    public static Task Handle(FindLeftPackages message, IJob<FindLeftPackages> job, CancellationToken stop) => job.RunAsync(message, stop);

    public static Task Handle(EraseAgain message, IJob<EraseAgain> job, CancellationToken stop) => job.RunAsync(message, stop);
#pragma warning restore CS1591, CA1062
}
