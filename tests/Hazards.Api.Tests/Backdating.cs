using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Tests;

/// <summary>
/// A service whose policy lets everything be entered late (准予补录): what tests date into the past is as old as they say, for everybody.
/// </summary>
public sealed class Backdating : IAsyncLifetime
{
    internal static readonly LateEntryRule Ever = new([.. Enum.GetValues<Role>()], 24 * 366 * 100, "测试");

    public Service Service { get; } = new()
    {
        Options = o => o with
        {
            Rules = new Rulebook(
                [new Adopted(Policy.NationalBaseline with { LateEntry = Ever }, RegionCode.Nation, DateOnly.MinValue, null)],
                WorkCalendar.Shipped),
        },
    };

    public Task InitializeAsync() => Service.InitializeAsync();

    public Task DisposeAsync() => Service.DisposeAsync();
}
