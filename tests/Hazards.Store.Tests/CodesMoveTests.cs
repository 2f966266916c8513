using Npgsql;

namespace Hazards.Store.Tests;

/// <summary>Codes leave Marten's table part by part, before the column that held them goes.</summary>
public sealed class CodesMoveTests(LogDatabase database) : IClassFixture<LogDatabase>
{
    [Fact]
    public async Task It_goes_on_where_it_was_interrupted_and_moves_each_code_once()
    {
        await using var log = database.Open();
        await log.CommitAsync(Some.Append(Guid.CreateVersion7(), events: 3));
        // As the version before had it: events of before the key have no code.
        await database.ExecuteAsync("alter table log.mt_events add column mac bytea");
        await log.CommitAsync(Some.Append(Guid.CreateVersion7(), events: 8));
        await database.ExecuteAsync("""
            alter table log.mt_events disable trigger refuse_update;
            update log.mt_events set mac = int8send(seq_id) where seq_id > 3;
            alter table log.mt_events enable always trigger refuse_update;
            insert into log.event_codes values (4, int8send(4)), (5, int8send(5))
            """);
        await using var connection = await database.DataSource.OpenConnectionAsync();
        for (var time = 0; time < 2; time++)
        {
            await CodesMove.RunAsync(connection, part: 4, CancellationToken.None);
            (await database.ScalarAsync<string>("select string_agg(position::text, ',' order by position) from log.event_codes where code = int8send(position)")).ShouldBe("4,5,6,7,8,9,10,11");
        }
    }
}
