namespace Hazards.Store.Tests;

/// <summary>The tables are those Marten 9 makes, so that it can open the same database; one nullable column more (<c>mac</c>) stands behind them, which its inserts do not name.</summary>
public sealed class MartenLayoutTests(LogDatabase database) : IClassFixture<LogDatabase>
{
    [Theory]
    [InlineData("mt_streams", """
        id uuid not null
        type character varying
        version bigint
        timestamp timestamp with time zone not null default now()
        created timestamp with time zone not null default now()
        tenant_id character varying default '*DEFAULT*'::character varying
        is_archived boolean default false
        """)]
    [InlineData("mt_events", """
        seq_id bigint not null
        id uuid not null
        stream_id uuid
        version bigint not null
        data jsonb not null
        bdata bytea
        type character varying(500) not null
        timestamp timestamp with time zone not null default now()
        tenant_id character varying default '*DEFAULT*'::character varying
        mt_dotnet_type character varying
        correlation_id character varying
        causation_id character varying
        headers jsonb
        is_archived boolean default false
        mac bytea
        """)]
    [InlineData("mt_event_progression", """
        name character varying not null
        last_seq_id bigint
        last_updated timestamp with time zone default transaction_timestamp()
        """)]
    public async Task Columns_types_and_defaults_are_Martens(string table, string columns) =>
        (await database.ScalarAsync<string>($"""
            select string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
                     || case when a.attnotnull then ' not null' else '' end
                     || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), ''), E'\n' order by a.attnum)
            from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
            where a.attrelid = 'log.{table}'::regclass and a.attnum > 0 and not a.attisdropped
            """)).ShouldBe(columns);

    [Fact]
    public async Task Keys_and_the_sequence_are_Martens()
    {
        (await database.ScalarAsync<string>("""
            select string_agg(indexdef, E'\n' order by indexname) from pg_indexes where schemaname = 'log' and tablename like 'mt\_%' and indexdef like 'CREATE UNIQUE %'
            """)).ShouldBe("""
            CREATE UNIQUE INDEX pk_mt_events_stream_and_version ON log.mt_events USING btree (stream_id, version)
            CREATE UNIQUE INDEX pkey_mt_event_progression_name ON log.mt_event_progression USING btree (name)
            CREATE UNIQUE INDEX pkey_mt_events_seq_id ON log.mt_events USING btree (seq_id)
            CREATE UNIQUE INDEX pkey_mt_streams_id ON log.mt_streams USING btree (id)
            """);
        (await database.ScalarAsync<string>("""
            select string_agg(indexname, E'\n' order by indexname) from pg_indexes where schemaname = 'log' and tablename like 'mt\_%' and indexdef not like 'CREATE UNIQUE %'
            """)).ShouldBe("mt_events_by_body\nmt_events_code_corrected", "beside them ours, which refuse nothing");
        (await database.ScalarAsync<string>("select pg_get_serial_sequence('log.mt_events', 'seq_id')")).ShouldBe("log.mt_events_sequence");
    }

    /// <summary>Marten's own statements, as its rich append sends them, between two appends of ours.</summary>
    [Fact]
    public async Task Marten_may_append_after_us_and_we_after_Marten()
    {
        await using var log = database.Open();
        var (ours, martens) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var before = await log.CommitAsync(Some.Append(ours));

        await database.ExecuteAsync($$"""
            insert into log.mt_streams (id, type, version, tenant_id) values ('{{martens}}', 'hazard', 1, '*DEFAULT*');
            insert into log.mt_events (data, type, mt_dotnet_type, seq_id, id, stream_id, version, timestamp, tenant_id, headers)
            values ('{}', 'something_noted', 'A.B, C', nextval('log.mt_events_sequence'), gen_random_uuid(), '{{martens}}', 1, clock_timestamp(), '*DEFAULT*', '{}');
            insert into log.mt_events (data, type, mt_dotnet_type, seq_id, id, stream_id, version, timestamp, tenant_id)
            values ('{}', 'something_noted', 'A.B, C', nextval('log.mt_events_sequence'), gen_random_uuid(), '{{ours}}', 2, clock_timestamp(), '*DEFAULT*');
            update log.mt_streams set version = 2, timestamp = now() where id = '{{ours}}' and version = 1;
            """);
        var after = await log.CommitAsync(Some.Append(ours, 2));

        after.FirstPosition.ShouldBe(before.LastPosition + 3);
        (await log.StreamAsync(ours)).Select(e => e.Version).ShouldBe([1, 2, 3]);
        (await log.StreamAsync(martens)).ShouldHaveSingleItem().Headers.Text().ShouldBe("{}");
    }
}
