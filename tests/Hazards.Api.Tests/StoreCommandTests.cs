using Hazards.Api.Cli;
using Npgsql;

namespace Hazards.Api.Tests;

/// <summary>Marten's own tools for operators, reached as <c>hazards store …</c>.</summary>
public sealed class StoreCommandTests : IAsyncLifetime
{
    private string database = "";

    public async Task InitializeAsync() => database = await TestServer.CreateDatabaseAsync();

    public Task DisposeAsync() => TestServer.DropDatabaseAsync(database);

    [Fact]
    public async Task A_fresh_database_is_as_Marten_wants_it_and_a_changed_one_is_not()
    {
        (await RunAsync("db-assert")).ShouldBe(0);
        await ExecuteAsync("alter table log.mt_streams add column stray text");
        (await RunAsync("db-assert")).ShouldNotBe(0);
        await ExecuteAsync("alter table log.mt_streams drop column stray");
        (await RunAsync("db-assert")).ShouldBe(0);
    }

    [Theory]
    [InlineData("resources", "teardown"), InlineData("resources", "clear"), InlineData("marten", "--reset"), InlineData("run")]
    public async Task What_would_empty_the_log_or_start_half_a_service_is_not_to_be_had(params string[] words)
    {
        (await RunAsync(words)).ShouldNotBe(0);
        await ExecuteAsync("select 1 from log.mt_events");
    }

    [Fact]
    public void Flags_of_theirs_are_left_to_them_and_ours_may_stand_anywhere()
    {
        var (ours, theirs) = StoreCommand.Divide(["store", "--postgres", "Host=a", "db-patch", "x.sql", "-d", "y", "--data", "z"]);
        ours.ShouldBe(["store", "--postgres", "Host=a", "--data", "z"]);
        theirs.ShouldBe(["db-patch", "x.sql", "-d", "y"]);
        StoreCommand.Divide(["rebuild", "--check"]).Ours.ShouldBe(["rebuild", "--check"]);
    }

    private async Task<int> RunAsync(params string[] words)
    {
        // Who else looks at the console meanwhile.
        await ReplayCommandTests.Console1.WaitAsync();
        try
        {
            return await CommandLine.RunAsync(["store", "--postgres", database, .. words]);
        }
        finally
        {
            ReplayCommandTests.Console1.Release();
        }
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
