namespace Hazards.Store.Tests;

public sealed class MigrationTests(LogDatabase database) : IClassFixture<LogDatabase>
{
    private readonly string module = $"m{Guid.NewGuid():n}";

    private Task<IReadOnlyList<string>> RunAsync(params (string Name, string Sql)[] files) =>
        Migrations.RunAsync(
            database.DataSource, module, [.. files.Select(f => new MigrationFile(f.Name, f.Sql))], null, CancellationToken.None);

    [Fact]
    public async Task Each_file_is_run_once_and_in_order()
    {
        (await RunAsync(("0001.sql", $"create table {module} (n int)"))).ShouldBe(["0001.sql"]);
        (await RunAsync(
            ("0001.sql", $"create table {module} (n int)"),
            ("0002.sql", $"alter table {module} add m int"),
            ("0003.sql", $"alter table {module} drop m"))).ShouldBe(["0002.sql", "0003.sql"]);
        (await RunAsync(("0001.sql", $"create table {module} (n int)"))).ShouldBeEmpty("an older node beside a newer one");
    }

    [Fact]
    public async Task A_file_that_was_changed_after_it_was_applied_is_refused()
    {
        await RunAsync(("0001.sql", "select 1;\nselect 2"));
        (await RunAsync(("0001.sql", "select 1;\r\nselect 2"))).ShouldBeEmpty("line endings are not a change");
        var refusal = await Should.ThrowAsync<MigrationException>(() => RunAsync(("0001.sql", "select 3")));
        refusal.Message.ShouldContain($"{module}/0001.sql was changed");
    }

    [Fact]
    public async Task A_new_file_before_an_applied_one_is_refused()
    {
        await RunAsync(("0002.sql", "select 1"));
        await Should.ThrowAsync<MigrationException>(() => RunAsync(("0001.sql", "select 1"), ("0002.sql", "select 1")));
    }

    [Fact]
    public async Task A_file_that_fails_leaves_nothing_and_can_be_run_again()
    {
        var good = ("0001.sql", $"create table {module} (n int)");
        var refusal = await Should.ThrowAsync<MigrationException>(
            () => RunAsync(good, ("0002.sql", $"alter table {module} add m int; select 1/0")));
        refusal.Message.ShouldContain("0002.sql failed: division by zero");
        (await RunAsync(good, ("0002.sql", $"alter table {module} add m int"))).ShouldBe(["0002.sql"]);
    }

    [Fact]
    public async Task Of_many_nodes_that_start_at_once_one_does_the_work()
    {
        var runs = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => RunAsync(("0001.sql", $"create table {module} (n int)"))));
        runs.Sum(r => r.Count).ShouldBe(1);
    }

    [Fact]
    public async Task An_assembly_without_such_files_is_a_mistake() =>
        await Should.ThrowAsync<MigrationException>(
            () => Migrations.RunAsync(database.DataSource, module, typeof(MigrationTests).Assembly, "Nothing."));
}
