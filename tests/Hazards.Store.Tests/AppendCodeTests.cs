using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Hazards.Store.Tests;

/// <summary>Each event says who appended it: a code that only the holder of the key can make.</summary>
public sealed class AppendCodeTests(LogDatabase database) : IClassFixture<LogDatabase>
{
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

    [Fact]
    public async Task The_code_is_what_anybody_with_the_key_makes_of_the_event_as_it_is_read_back()
    {
        await using var log = database.Open(new EventLogOptions { AppendKey = Key });
        // Written otherwise than PostgreSQL will give it back: order, spaces, escapes, numbers.
        var odd = Some.Event("""{"z" : 1.50, "a": [1e2, -0, 0.000001, 12345678901234567890], "中文":"\u6c14\/", "": {"b":null,"aa":true}}""");
        var stream = Guid.CreateVersion7();
        var before = (await log.HeadAsync()).Position;
        await log.CommitAsync(
            new Append([new StreamAppend(stream, "hazard", 0, [odd, Some.Event()]), Some.On(Guid.CreateVersion7(), 0, 3)]));
        await log.CommitAsync(new Append([new StreamAppend(stream, "hazard", 2, [Some.Event() with { Headers = Some.Headers("null") }])], Some.Key("with a key")));
        await foreach (var e in log.ReadAllAsync(before))
            (await CodeAsync(e.Position)).ShouldBe(AppendCode.Of(e, Key), $"position {e.Position}");
    }

    [Fact]
    public async Task What_it_is_made_over_is_documented()
    {
        await using var log = database.Open(new EventLogOptions { AppendKey = Key });
        var added = Some.Event("""{"text":"批注"}""");
        var stream = Guid.CreateVersion7();
        var done = await log.CommitAsync(new Append([new StreamAppend(stream, "hazard", 0, [added])]));
        (await CodeAsync(done.FirstPosition)).ShouldBe(HMACSHA256.HashData(Key, Encoding.UTF8.GetBytes(
            $$$"""{"data":{"text":"批注"},"headers":{"actor":"u-1"},"id":"{{{added.Id}}}","stream":"{{{stream}}}","type":"something_noted","version":1}""")));
    }

    [Fact]
    public async Task The_winners_of_a_batch_have_their_own_codes_and_not_those_of_the_losers()
    {
        await using var log = database.Open(new EventLogOptions { AppendKey = Key });
        var taken = Guid.CreateVersion7();
        await log.CommitAsync(Some.Append(taken));
        Task<AppendResult>[] all;
        await using (await database.HoldAppendsAsync())
            all = [.. Enumerable.Range(0, 30).Select(i => log.AppendAsync(Some.Append(i % 3 == 0 ? taken : Guid.CreateVersion7(), events: 1
                + i % 4)))];
        (await Task.WhenAll(all)).Count(r => r is AppendResult.Conflict).ShouldBe(10);
        await foreach (var e in log.ReadAllAsync(0))
            if (await CodeAsync(e.Position) is { } code)
                code.ShouldBe(AppendCode.Of(e, Key));
    }

    [Fact]
    public async Task Without_a_key_there_is_none_and_another_key_makes_another()
    {
        await using var without = database.Open();
        (await CodeAsync((await without.CommitAsync(Some.Append(Guid.CreateVersion7()))).FirstPosition)).ShouldBeNull();
        await using var with = database.Open(new EventLogOptions { AppendKey = Key });
        var e = (await with.AllAsync((await with.CommitAsync(Some.Append(Guid.CreateVersion7()))).FirstPosition - 1))[0];
        AppendCode.Of(e, Key).ShouldNotBe(AppendCode.Of(e, RandomNumberGenerator.GetBytes(32)));
        AppendCode.Of(e, Key).ShouldNotBe(AppendCode.Of(e with { Version = 2 }, Key));
        AppendCode.Of(e, Key).ShouldNotBe(AppendCode.Of(e with { Headers = """{"actor": "u-2"}"""u8.ToArray() }, Key));
    }

    [Theory]
    [InlineData("""{"n": 1e400}""")]
    [InlineData("""{"a": 1, "a": 2}""")]
    [InlineData("not json")]
    public async Task What_has_no_canonical_form_is_rejected_before_it_is_queued(string data)
    {
        await using var log = database.Open(new EventLogOptions { AppendKey = Key });
        await Should.ThrowAsync<AppendRejectedException>(
            () => log.AppendAsync(new Append([new StreamAppend(Guid.CreateVersion7(), "hazard", 0, [Some.Event(data)])])));
    }

    private async Task<byte[]?> CodeAsync(long position)
    {
        await using var command = database.DataSource.CreateCommand("select c.code from log.event_codes c where c.position = $1");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = position });
        return await command.ExecuteScalarAsync() as byte[];
    }
}
