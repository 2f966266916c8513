namespace Hazards.Ledgers;

/// <summary>What one column probably means.</summary>
/// <param name="Column">The column.</param>
/// <param name="Field">Its meaning; null when none is likely enough.</param>
/// <param name="Role">For responsible units: which.</param>
/// <param name="Confidence">From 0 to 1: above 0.9 the header is a known word and the contents agree, below 0.5 look at it.</param>
public sealed record ColumnGuess(LedgerColumn Column, LedgerField? Field, string? Role, double Confidence);

/// <summary>Several columns that could hold one field, of which one was taken.</summary>
/// <param name="Field">The field.</param>
/// <param name="Taken">The likeliest column.</param>
/// <param name="Others">The others; they stay unmapped.</param>
public sealed record FieldContest(LedgerField Field, LedgerColumn Taken, IReadOnlyList<LedgerColumn> Others);

/// <summary>A mapping guessed from a table, and how sure each part of it is.</summary>
/// <param name="Mapping">The mapping, ready to be used or corrected.</param>
/// <param name="Columns">Every column with its guess.</param>
/// <param name="Unmapped">Columns without a meaning; their texts are kept with each row.</param>
/// <param name="Contests">Fields for which several columns applied.</param>
public sealed record MappingGuess(
    LedgerMapping Mapping,
    IReadOnlyList<ColumnGuess> Columns,
    IReadOnlyList<LedgerColumn> Unmapped,
    IReadOnlyList<FieldContest> Contests);
