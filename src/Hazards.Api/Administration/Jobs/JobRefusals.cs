using Hazards.Domain;
using static Hazards.Domain.RefusalKind;

namespace Hazards.Api.Administration.Jobs;

/// <summary>Refusals about jobs.</summary>
internal static class JobRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    public static readonly RefusalCode Role = new(
        "job.role", Forbidden, "后台任务只有系统管理角色可以查看和重新执行", "Only administrators may see jobs and have them done again");
    public static readonly RefusalCode NotFound = new(
        "job.not_found", RefusalKind.NotFound, "没有编号为 {id} 的失败任务；可能已重新执行",
        "There is no failed job {id}; it may have been done again already");
#pragma warning restore CS1591
}
