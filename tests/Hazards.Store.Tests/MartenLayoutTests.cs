using Weasel.Core.Migrations;

namespace Hazards.Store.Tests;

/// <summary>What lies in the schema <c>log</c> under Marten's names is Marten's own, and stays so.</summary>
public sealed class MartenLayoutTests(LogDatabase database) : IClassFixture<LogDatabase>
{
    /// <summary>Throws, and says what differs, when a table, index, function or sequence is not as Marten would make it.</summary>
    [Fact]
    public async Task Marten_finds_its_own_schema()
    {
        using var store = HazardsStore.Open(database.DataSource);
        await store.Storage.Database.AssertDatabaseMatchesConfigurationAsync();
    }

    [Fact]
    public async Task A_column_of_somebody_elses_would_be_found()
    {
        using var store = HazardsStore.Open(database.DataSource);
        await database.ExecuteAsync("alter table log.mt_events add column mac bytea");
        (await Should.ThrowAsync<DatabaseValidationException>(() => store.Storage.Database.AssertDatabaseMatchesConfigurationAsync())).Message.ShouldContain("mac");
        await database.ExecuteAsync("alter table log.mt_events drop column mac");
    }

    [Fact]
    public async Task Ours_among_them_are_the_triggers_that_refuse_changes_and_four_indexes()
    {
        (await database.ScalarAsync<string>("""
            select string_agg(t.tgrelid::regclass || ' ' || t.tgname || ' ' || t.tgenabled::text, E'\n' order by t.tgrelid::regclass::text, t.tgname)
            from pg_trigger t join pg_class c on c.oid = t.tgrelid
            where c.relnamespace = 'log'::regnamespace and c.relname like 'mt\_%' and not t.tgisinternal
            """)).ShouldBe("""
            log.mt_events refuse_delete A
            log.mt_events refuse_truncate A
            log.mt_events refuse_update A
            """);
        (await database.ScalarAsync<string>("""
            select string_agg(indexname, E'\n' order by indexname) from pg_indexes
            where schemaname = 'log' and tablename like 'mt\_%' and indexdef not like 'CREATE UNIQUE %'
            """)).ShouldBe("mt_events_by_body\nmt_events_late\nmt_events_moved\nmt_events_told", "they refuse nothing");
        (await database.ScalarAsync<long>("select count(*) from pg_rewrite r join pg_class c on c.oid = r.ev_class where c.relnamespace = 'log'::regnamespace and c.relkind = 'r'")).ShouldBe(0);
    }

    /// <summary>The migration finds nothing left to do, whoever applies Marten's changes first.</summary>
    [Fact]
    public async Task A_second_migration_changes_nothing()
    {
        var before = await LayoutAsync();
        (await LogMigrations.RunAsync(database.DataSource)).ShouldBeEmpty();
        (await LayoutAsync()).ShouldBe(before);
    }

    private Task<string> LayoutAsync() => database.ScalarAsync<string>("""
        select string_agg(c.oid || ' ' || c.relname || ' ' || coalesce((
                 select string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull, ', ' order by a.attnum)
                 from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped), ''), E'\n' order by c.relname)
        from pg_class c where c.relnamespace = 'log'::regnamespace
        """);
}
