using System.Collections.Immutable;
using Hazards.Domain;
using Npgsql;

namespace Hazards.Api.Administration.Accounts;

/// <summary>A question that a person asks of a page again and again.</summary>
/// <param name="Name">What the person calls it.</param>
/// <param name="Query">The page's query string.</param>
/// <param name="CreatedAt">When it was saved.</param>
internal sealed record SavedView(string Name, string Query, DateTimeOffset CreatedAt);

/// <summary>The views that people saved. A convenience of the pages, and no record.</summary>
internal sealed class SavedViews(NpgsqlDataSource dataSource, TimeProvider clock)
{
    private const int Most = 30;
    private const int LongestName = 60;
    private const int LongestQuery = 2000;

    /// <summary>A person's views of a page, by name.</summary>
    public async Task<ImmutableArray<SavedView>> ListAsync(Guid account, string page, CancellationToken cancellationToken = default)
    {
        await using var command = Command(
            "select name, query, created_at from accounts.views where account = $1 and page = $2 order by name", account, page);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = ImmutableArray.CreateBuilder<SavedView>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(new SavedView(reader.GetString(0), reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2)));
        return found.ToImmutable();
    }

    /// <summary>Saves a view, in place of the one of its name.</summary>
    public async Task<Refusal?> SaveAsync(
        Guid account, string page, string name, string query, CancellationToken cancellationToken = default)
    {
        if ((Texts.Check("name", name, 1, LongestName, multiline: false)
            ?? Texts.Check("query", query, 0, LongestQuery, multiline: false)) is { } wrong)
            return wrong;
        name = name.Trim();
        // One after the other of a person: what is counted is what there is.
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(
            BatchCommand("select pg_advisory_xact_lock(hashtextextended($1 || $2, 0))", account.ToString(), page));
        var saving = BatchCommand($"""
            insert into accounts.views (account, page, name, query, created_at) select $1, $2, $3, $4, $5
            where (select count(*) from accounts.views v where v.account = $1 and v.page = $2 and v.name <> $3) < {Most}
            on conflict (account, page, name) do update set query = excluded.query, created_at = excluded.created_at
            """, account, page, name, query, clock.GetUtcNow());
        batch.BatchCommands.Add(saving);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return saving.RecordsAffected > 0 ? null : AccountRefusals.ViewsFull.Because(null, ("max", Most));
    }

    /// <summary>Forgets a view.</summary>
    public async Task DeleteAsync(Guid account, string page, string name, CancellationToken cancellationToken = default)
    {
        await using var command = Command("delete from accounts.views where account = $1 and page = $2 and name = $3", account, page, name);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private NpgsqlCommand Command(string sql, params ReadOnlySpan<object> values)
    {
        var command = dataSource.CreateCommand(sql);
        Fill(command.Parameters, values);
        return command;
    }

    private static NpgsqlBatchCommand BatchCommand(string sql, params ReadOnlySpan<object> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        Fill(command.Parameters, values);
        return command;
    }

    private static void Fill(NpgsqlParameterCollection parameters, ReadOnlySpan<object> values)
    {
        foreach (var value in values)
            parameters.Add(new NpgsqlParameter { Value = value });
    }
}
