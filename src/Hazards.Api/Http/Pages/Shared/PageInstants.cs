using System.Globalization;
using Hazards.Domain;

namespace Hazards.Api.Http.Pages.Shared;

/// <summary>Instants in the addresses of pages: as boxes write them (China time), or as the interface does.</summary>
internal static class PageInstants
{
    /// <summary>An instant of the past; null when none is given, or one that has not come.</summary>
    /// <exception cref="PageRefusedException">It is no instant.</exception>
    public static DateTimeOffset? Read(PageCall page, string name)
    {
        var (instant, wrong) = PageTimes.Read(page.Query(name), page.Now);
        return wrong is { } refusal ? throw new PageRefusedException(refusal with { Field = name }) : instant;
    }

    /// <summary>As a box for date and time has it, to the second.</summary>
    public static string Local(DateTimeOffset instant) =>
        instant.ToOffset(ChinaTime.Offset).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
}
