using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Store;

namespace Hazards.Projections.Tests;

public sealed class WritingTests(RowsDatabase database) : IClassFixture<RowsDatabase>
{
    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static Scope Now => new(RegionCode.Nation, null, ChinaTime.DateAt(Begin));

    [Fact]
    public async Task An_append_that_loses_writes_no_row()
    {
        await using var log = database.Open();
        var stories = new Stories(1, Begin);
        var reported = stories.Report();
        await log.AppendAsync(reported);
        var before = stories.Hazards.Values.Single();
        var context = Town.Act(Town.Offices[0], Begin, Begin).Context(Role.Coordinator);
        Append Verified(Level level)
        {
            var verified = new HazardVerified(level, null, null);
            return new Append(
                [Told.Stream(before, Hazard.Apply(before.Id, before, new Happening(verified, context)), [verified], context)]);
        }

        var results = await Task.WhenAll(log.AppendAsync(Verified(Level.Major)), log.AppendAsync(Verified(Level.General)));

        results.OfType<AppendResult.Committed>().ShouldHaveSingleItem();
        results.OfType<AppendResult.Conflict>().ShouldHaveSingleItem();
        var winner = results[0] is AppendResult.Committed ? Level.Major : Level.General;
        (await new HazardQueries(database.DataSource, () => Rulebook.Baseline).FindAsync(Now, before.Id))!.Level.ShouldBe(winner);
        (await database.ScalarAsync<long>($"select count(*) from rows.hazard_history where hazard_id = '{before.Id}'")).ShouldBe(1);
    }

    [Fact]
    public async Task Two_nodes_write_rows_that_equal_a_rebuild()
    {
        await using var one = database.Open();
        await using var two = database.Open();
        await Task.WhenAll(TellAsync(one, 31), TellAsync(two, 32));

        var comparison = await Rebuild.CompareAsync(database.DataSource, one, Rulebook.Baseline);
        comparison.Rebuilt.ShouldBe(comparison.Live);

        static async Task TellAsync(MartenEventLog log, int seed)
        {
            var stories = new Stories(seed, Begin);
            for (var i = 0; i < 200; i++)
                (await log.AppendAsync(stories.Next() with { RecordedAt = null })).ShouldBeOfType<AppendResult.Committed>();
        }
    }

    [Fact]
    public async Task The_service_role_can_write_rows_and_read_them()
    {
        var role = $"rows_{Guid.NewGuid():n}";
        await ServiceRole.EnsureAsync(database.DataSource, role, null);
        var connection = new Npgsql.NpgsqlConnectionStringBuilder(database.ConnectionString) { Options = $"-c role={role}" };
        await using (var dataSource = Npgsql.NpgsqlDataSource.Create(connection.ConnectionString))
        await using (var log = MartenEventLog.Open(dataSource, null, new RowWriter()))
        {
            var stories = new Stories(5, Begin);
            for (var i = 0; i < 30; i++)
                (await log.AppendAsync(stories.Next() with { RecordedAt = null })).ShouldBeOfType<AppendResult.Committed>();
            (await new HazardQueries(dataSource, () => Rulebook.Baseline).LedgerAsync(
                Now, new HazardFilter(), LedgerSort.Recorded, true, null, 10)).Items.ShouldNotBeEmpty();
        }

        await database.ExecuteAsync($"drop owned by {role}; drop role {role}");
    }
}
