namespace Hazards.Store.Tests;

public sealed class MigrationTests(LogDatabase database) : IClassFixture<LogDatabase>
{
    private readonly string module = $"m{Guid.NewGuid():n}";

    private Task<IReadOnlyList<string>> RunAsync(params (string Name, string Sql)[] files) =>
        Migrations.RunAsync(database.DataSource, Module(files));

    private MigrationModule Module(params (string Name, string Sql)[] upgrades) =>
        new(module, [.. upgrades.Select(f => new MigrationFile(f.Name, f.Sql))]);

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
    public void An_assembly_without_such_files_is_a_mistake() =>
        Should.Throw<MigrationException>(() => new MigrationModule(module, typeof(MigrationTests).Assembly, "Nothing."));

    [Fact]
    public async Task A_new_database_gets_the_tables_as_they_are_and_counts_as_upgraded()
    {
        var now = Squashed($"create table {module}.t (b int)");
        (await Migrations.RunAsync(database.DataSource, now)).ShouldBe(["0001.sql", "0002.sql"]);
        (await database.ScalarAsync<int>($"select {module}.one()")).ShouldBe(1);
        (await Migrations.RunAsync(database.DataSource, now)).ShouldBeEmpty();
        (await Migrations.RunAsync(database.DataSource, now with { Baseline = [] })).ShouldBeEmpty("the upgrades count as applied");
        (await Migrations.RunAsync(database.DataSource, now with { Upgrades = now.Upgrades.Add(Another) })).ShouldBe(["0003.sql"]);
        await database.ScalarAsync<object>($"select count(c) from {module}.t");
    }

    [Fact]
    public async Task A_database_of_before_goes_the_way_of_the_upgrades_and_gets_the_functions_of_now()
    {
        var now = Squashed("select 1/0");
        await Migrations.RunAsync(database.DataSource, now with { Upgrades = now.Upgrades[..1], Baseline = [], Functions = [] });
        (await database.ScalarAsync<string>($"select {module}.one('x')")).ShouldBe("x", "the function of before");
        (await Migrations.RunAsync(database.DataSource, now)).ShouldBe(["0002.sql"]);
        (await database.ScalarAsync<int>($"select {module}.one()")).ShouldBe(1);
        (await database.ScalarAsync<long>(
            $"select count(*) from pg_proc where pronamespace = '{module}'::regnamespace and proname = 'one'"))
            .ShouldBe(1, "the one of before is gone");
        (await database.ScalarAsync<int>($"select {module}.own()")).ShouldBe(2, "what is none of ours stays");
    }

    /// <summary>Killed, or a file that fails: the tables, the functions and the record are there together or not at all.</summary>
    [Theory, InlineData("tables"), InlineData("functions"), InlineData("upgrade")]
    public async Task A_start_that_fails_in_the_middle_leaves_nothing(string where)
    {
        var now = Squashed($"create table {module}.t (b int)");
        if (where == "upgrade")
            await Migrations.RunAsync(database.DataSource, now with { Upgrades = now.Upgrades[..1], Baseline = [], Functions = [] });
        var before = await ThereAsync();
        var killed = new MigrationFile("killed", "select pg_terminate_backend(pg_backend_pid())");
        await Should.ThrowAsync<Exception>(() => Migrations.RunAsync(database.DataSource, where == "tables"
            ? now with { Baseline = now.Baseline.Add(killed) }
            : now with { Functions = now.Functions.Add(killed) }));
        (await ThereAsync()).ShouldBe(before);
        (await Migrations.RunAsync(database.DataSource, now)).Count.ShouldBe(where == "upgrade" ? 1 : 2);
        (await database.ScalarAsync<int>($"select {module}.one()")).ShouldBe(1);
    }

    [Fact]
    public async Task Of_many_nodes_that_start_at_once_on_an_empty_database_one_makes_it()
    {
        var now = Squashed($"create table {module}.t (b int)");
        var runs = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Migrations.RunAsync(database.DataSource, now)));
        runs.Select(r => r.Count).Order().ShouldBe([0, 0, 0, 0, 2]);
    }

    private Task<string> ThereAsync() => database.ScalarAsync<string>($"""
        select concat_ws(' ',
          (select count(*) from migrations.applied where module = '{module}'),
          (select count(*) from pg_class where relnamespace = to_regnamespace('{module}')),
          (select count(*) from pg_proc where pronamespace = to_regnamespace('{module}')))
        """);

    private MigrationFile Another => new("0003.sql", $"alter table {module}.t add c int");

    /// <summary>Two upgrades that lead to what the baseline says.</summary>
    private MigrationModule Squashed(string table) =>
        Module(
            ("0001.sql", $"""
                create schema {module};
                create table {module}.t (a int);
                create function {module}.own() returns int language sql as 'select 2';
                create function {module}.one(text) returns text language sql as 'select $1'
                """),
            ("0002.sql", $"alter table {module}.t rename a to b")) with
        {
            Baseline = [new("_schema.sql", $"create schema {module}"), new("t.sql", table)],
            Functions = [new("t.functions.sql", $"create function {module}.one() returns int language sql as 'select 1'")],
        };
}
