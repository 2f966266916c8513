using System.Collections.Frozen;

namespace Hazards.Api.Import;

/// <summary>What an import says of a row, in English: the Chinese sentence beside it names the values.</summary>
internal static class ImportNotes
{
    /// <summary>The sentence for a code; for a rule that stops a row, that it does.</summary>
    public static string English(string code) =>
        Sentences.GetValueOrDefault(
            code, $"A rule ({code}) stops the row where it stands; the Chinese text says which act it refuses and why");

    private static readonly FrozenDictionary<string, string> Sentences = new Dictionary<string, string>
    {
        ["import.cell_changed"] = "A cell says otherwise than before; its words are kept",
        ["import.cell_emptied"] = "A cell was emptied; what is on record stays",
        ["import.date_ahead"] = "A date lies after the import and is not used",
        ["import.date_borrowed"] = "The ledger gives no date for this step; the nearest of its dates stands in",
        ["import.date_unknown"] = "The ledger gives no date for this step; the time of the import stands in",
        ["import.deadline_assumed"] = "The ledger gives no deadline that can be used; the policy's default stands in and is marked so",
        ["import.deadline_changed"] = "The deadline was moved; it is entered as an extension",
        ["import.deadline_differs"] = "The ledger has another deadline; the one on record stays",
        ["import.deadline_needed"] = "The deadline that stands there cannot be one; the hazard waits to be assigned, with a deadline",
        ["import.found_at_ahead"] = "The date of discovery lies after the import and is not used",
        ["import.found_at_differs"] = "The ledger has another date of discovery; the one on record stays",
        ["import.found_at_unknown"] = "The ledger gives no date of discovery that can be used; its earliest date, or the import's, stands in",
        ["import.handled_online"] = "The hazard is being handled online; the ledger's state is not applied",
        ["import.kept"] = "What people decided since stays",
        ["import.leg_moved"] = "Another unit answers for it by now; the ledger's state is not applied",
        ["import.level_assumed"] = "The ledger gives no level; what was fixed on the spot is entered as general",
        ["import.level_changed"] = "The level was changed; it is entered as a regrading",
        ["import.level_differs"] = "The ledger has another level; the one on record stays",
        ["import.level_needed"] = "The level was not understood; the hazard waits to be graded by the committee office",
        ["import.on_the_spot_doubtful"] = "Said to be fixed on the spot, but perhaps major; it waits to be graded",
        ["import.person_changed"] = "Another person is named; the one on record stays",
        ["import.phone_dropped"] = "The service has no folder of keys: the telephone number cannot be sealed and is not kept",
        ["import.picture_left"] = "A picture is not imported; the Chinese text says why",
        ["import.pictures"] = "How many pictures of the ledger became attachments, and how many did not",
        ["import.pictures_attached"] = "Pictures become attachments",
        ["import.region_differs"] = "The ledger names another region; the one on record stays",
        ["import.region_unknown"] = "The region was not found; the ledger's stands in",
        ["import.row_edited"] = "The row was edited; it is taken for one on record",
        ["import.row_elsewhere"] = "A ledger of that name has the same row in another county; this one is entered beside it",
        ["import.row_recognised"] = "Written otherwise than before; it is the same row",
        ["import.row_repeated"] = "The same hazard stands on another sheet; it is entered once",
        ["import.row_resembles"] = "Much alike a row on record, which says otherwise where it matters or is done with; entered as another",
        ["import.row_twice"] = "Another row is the same but for its number; both are entered",
        ["import.sector_differs"] = "The ledger names another sector; the one on record stays",
        ["import.sector_unknown"] = "The sector is not in the catalogue; “other” stands in",
        ["import.sheets_disagree"] = "Two sheets say different things of this hazard; the first one counts",
        ["import.state_assumed"] = "The ledger gives no state; with a responsible unit the hazard counts as assigned",
        ["import.state_behind"] = "The ledger's state is behind the hazard, or beside it; nothing is changed",
        ["import.unit_changed"] = "Another unit is named; it is entered as a reassignment",
        ["import.unit_differs"] = "The ledger names another unit; the one on record stays",
        ["import.unit_elsewhere"] = "A unit of that name exists in another county and was not taken; a new one is registered",
        ["import.unit_needed"] = "The ledger names no responsible unit; the hazard waits to be assigned",
    }.ToFrozenDictionary(StringComparer.Ordinal);
}
