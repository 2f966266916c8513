using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Api.Http.Pages.Shared;

/// <summary>An item of the navigation.</summary>
/// <param name="Path">Where it leads.</param>
/// <param name="Chinese">Its name.</param>
/// <param name="English">Its name.</param>
/// <param name="Roles">For whom; everybody when empty.</param>
internal sealed record NavigationItem(string Path, string Chinese, string English, params ImmutableArray<Role> Roles);

/// <summary>主导航.</summary>
internal static class Navigation
{
    private static readonly ImmutableArray<NavigationItem> All =
    [
        new("/overview", "总览", "Overview"),
        new("/overdue", "超期", "Overdue"),
        new("/listed", "挂牌督办", "Listed"),
        new("/dual", "双重交办", "Double"),
        new("/chains", "督办单", "Notices"),
        new("/hazards", "台账", "Ledger"),
        new("/inbox", "收件箱", "Inbox"),
        new("/figures", "统计", "Figures"),
        new("/leader", "领导", "Leader"),
        new("/field", "上报", "Report", Role.Reporter, Role.Coordinator, Role.Inspector, Role.Supervisor, Role.Enforcer),
        new("/imports", "导入", "Import", Role.Importer),
        new(
            "/investigation", "追溯", "Replay", Role.Investigator, Role.Supervisor, Role.Coordinator, Role.ListingAuthority,
            Role.Administrator),
        new("/admin", "管理", "Admin", Role.Administrator),
    ];

    /// <summary>What this account may open.</summary>
    public static IEnumerable<NavigationItem> For(PageCall page) => All.Where(i => i.Roles.IsEmpty || page.Has(i.Roles.AsSpan()));
}
