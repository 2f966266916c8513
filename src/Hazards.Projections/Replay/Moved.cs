using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Projections;

/// <summary>The hazards that once bore a code and were corrected to another's: conditions on the log, by mt_events_moved.</summary>
public static class Moved
{
    /// <summary>What a correction corrected.</summary>
    public const string From = "(e.data ->> 'from') collate \"C\"";

    /// <summary>Asks for their streams.</summary>
    /// <param name="field">Of which code: the region's or the enterprise's.</param>
    /// <param name="condition">What <see cref="From"/> must be.</param>
    public static string Away(CorrectableField field, string condition) => $"""
        select e.stream_id from log.mt_events e
        where e.type = 'hazard_corrected' and e.data ->> 'field' = '{CodeList.Code(field)}' and {condition}
        """;
}
