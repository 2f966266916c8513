using Hazards.Api.Administration.Jobs;

namespace Hazards.Api.Tests;

/// <summary>What is due at a start is done at once; what is long and waited for by nobody lets the first callers go first.</summary>
public sealed class ScheduledJobTests
{
    [Theory]
    [InlineData(false, 3600, 0)]
    [InlineData(true, 3600, 60)]
    [InlineData(true, 86400, 60)]
    [InlineData(true, 5, 5)] // who wants it often does not wait longer for the first
    public void The_first_turn_waits_only_where_it_is_heavy(bool heavy, int every, int seconds) =>
        new ScheduledJob(JobKind.SampleRows, TimeSpan.FromSeconds(every), _ => Task.CompletedTask) { Heavy = heavy }.After
            .ShouldBe(TimeSpan.FromSeconds(seconds));
}
