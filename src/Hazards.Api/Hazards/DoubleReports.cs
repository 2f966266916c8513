using Hazards.Domain;
using Hazards.Projections;

namespace Hazards.Api;

/// <summary>疑似重复上报: the same client reported the same words of the same place on the same day, and gave no number of its own.</summary>
internal sealed class DoubleReports(LookAlikeQueries queries, HazardStore store)
{
    /// <summary>Insists on another hazard.</summary>
    public static readonly QueryParameter Anew = new("anew", typeof(bool), "true：不查当日同样内容的上报，另报一处隐患", "True: do not look for the same report of today; this is another hazard");

    /// <summary>What asks whether a report is one; null where there is nothing to ask.</summary>
    public Func<CancellationToken, Task<Refusal?>>? Against(ReportHazard report, Call call) =>
        report.Reference is not null || report.Title is null || call.Query.Flag(Anew.Name) == true ? null : stop => FindAsync(report, call, stop);

    private async Task<Refusal?> FindAsync(ReportHazard report, Call call, CancellationToken cancellationToken)
    {
        var caller = call.Caller;
        var since = ChinaTime.StartOf(ChinaTime.DateAt(call.Now));
        foreach (var id in await queries.SameTitleAsync(caller.Body.Id, report.Region, report.Title.Trim(), report.Place?.Text, since, cancellationToken))
            if (await store.LoadAsync(new HazardId(id), null, cancellationToken) is { } other && other.Client == caller.Key.Client && caller.Sees(other)
                && other.Description == report.Description.Trim() && other.Enterprise == report.Enterprise && other.Reference is null)
                return HazardRefusals.ProbableDouble.Because(null, ("id", other.Id), ("title", other.Title), ("stage", Words.Of(other.Stage)));
        return null;
    }
}
