using Hazards.Domain.Codes;

namespace Hazards.Api.Administration.Jobs;

/// <summary>What is done outside of requests.</summary>
internal enum JobKind
{
    /// <summary>A message of a program newer or older than this one.</summary>
    [Label("其他", "Something this program does not know")] Unknown,

    /// <summary><see cref="Investigation.Packages.MakePackage"/>.</summary>
    [Label("制作证据包", "Make a package of evidence")] MakePackage,

    /// <summary><see cref="Import.ImportLedger"/>.</summary>
    [Label("导入台账", "Import a ledger")] ImportLedger,

    /// <summary><see cref="Supervision.ClockWorker"/>.</summary>
    [Label("时限与督办", "Note passed deadlines, climb the ladder")] PassDeadlines,

    /// <summary><see cref="Supervision.PassingOn"/>.</summary>
    [Label("责任移交", "Pass on what is owed by who cannot do it")] PassOnDuties,

    /// <summary><see cref="Reports.ReportDuties"/>.</summary>
    [Label("报表逾期", "Note overdue reports")] NoticeOverdueReports,

    /// <summary><see cref="Proofs.Auditing.AuditWorker"/>.</summary>
    [Label("定期审计", "Audit the log")] AuditWhenDue,

    /// <summary><see cref="Proofs.Auditing.AuditWorker.SampleAsync"/>.</summary>
    [Label("抽样核对", "Compare some rows with the log")] SampleRows,

    /// <summary><see cref="Proofs.Deliveries"/>.</summary>
    [Label("送见证方", "Send checkpoints to witnesses")] DeliverCheckpoints,

    /// <summary><see cref="Policies.RecountDueDates"/>.</summary>
    [Label("期限重算", "Count due dates anew")] RecountDueDates,

    /// <summary><see cref="Investigation.Packages.PackageShelf.LeftAsync"/>.</summary>
    [Label("查找未制作的证据包", "Find packages left alone")] FindLeftPackages,

    /// <summary><see cref="Persons.EraseAgain"/>.</summary>
    [Label("再次删除个人密钥", "Destroy keys of erased persons again")] EraseAgain,

    /// <summary><see cref="Webhooks.WebhookWorker"/>.</summary>
    [Label("推送", "Send webhooks")] SendWebhooks,

    /// <summary><see cref="Proofs.Timestamping"/>.</summary>
    [Label("检查点时间戳", "Have checkpoints timestamped")] TimestampCheckpoints,

    /// <summary><see cref="Hazards.Projections.FileStore.PurgeAsync"/>.</summary>
    [Label("清理无人引用的附件", "Take away files that nothing refers to")] PurgeFiles,
}
