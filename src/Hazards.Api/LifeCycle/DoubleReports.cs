using Hazards.Domain;

namespace Hazards.Api.LifeCycle;

/// <summary>
/// 疑似重复上报: the same client reports the same words of the same place on the same day, and gives no number of its own. What is said so
/// has one identity, so that the second meets the first in the log itself, also where both come at once.
/// </summary>
internal static class DoubleReports
{
    /// <summary>Insists on another hazard.</summary>
    public static readonly QueryParameter Anew = new(
        "anew", typeof(bool), "true：不查当日同样内容的上报，另报一处隐患", "True: do not look for the same report of today; this is another hazard");

    /// <summary>
    /// The identities of what a report says, one for each time that it was said anew after the one before had ended; null where it
    /// has a number, or insists.
    /// </summary>
    public static Func<int, HazardId>? IdentitiesOf(ReportHazard report, Call call)
    {
        if (report.Reference is not null || call.Query.Flag(Anew.Name) == true)
            return null;
        string?[] said =
        [
            report.Region.Value, report.Sector.Value, report.Title?.Trim(), report.Description?.Trim(), report.Place?.Text?.Trim(),
            $"{report.Place?.Longitude} {report.Place?.Latitude}", report.Enterprise?.Name?.Trim(), report.Enterprise?.CreditCode?.Value,
            $"{report.Inspection} {report.Campaign}",
        ];
        var (sender, day) = ($"{call.Caller.Body.Id}/{call.Caller.Key.Client}", ChinaTime.DateAt(call.Now));
        return time => HazardId.Said(sender, day, time == 1 ? said : [.. said, $"{time}"]);
    }

    /// <summary>Refuses with the one that is on record.</summary>
    public static Refusal Refuse(Hazard same) =>
        HazardRefusals.ProbableDouble.Because(null, ("id", same.Id), ("title", same.Title), ("stage", Words.Of(same.Stage)));
}
