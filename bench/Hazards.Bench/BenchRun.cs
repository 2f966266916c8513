using System.CommandLine;
using System.Globalization;
using Hazards.Api.Cli;
using Hazards.Api.Http;
using Hazards.Api.Investigation.Replay;
using Hazards.Api.Running;
using Hazards.Api.Simulation;
using Hazards.Domain;
using Hazards.LocalPostgres;
using Hazards.Projections;
using Hazards.Projections.Store;
using Npgsql;
using Spectre.Console;

namespace Hazards.Bench;

/// <summary>
/// <c>hazards bench</c>: everything on one private, durable cluster, in one run. Absolute figures belong to the machine;
/// the ratios are what the design is judged by.
/// </summary>
internal static class BenchRun
{
    private static readonly int[] Writers = [1, 16, 64];
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(6);

    public static Task<int> MainAsync(string[] args)
    {
        var hazards = new Option<int>("--hazards") { Description = "读测试的隐患数 hazards for the reads", DefaultValueFactory = _ => 100_000 };
        var seconds = new Option<double>("--seconds") { Description = "每项写测试的秒数 seconds per write workload", DefaultValueFactory = _ => 5 };
        var times = new Option<int>("--times") { Description = "每项读测试的次数 calls per read", DefaultValueFactory = _ => 300 };
        var rounds = new Option<int>("--rounds")
        {
            Description = "写测试轮数，取中位 rounds of the writes; the median counts", DefaultValueFactory = _ => 3,
        };
        var postgres = new Option<PostgresSource>("--postgres")
        {
            Description = "auto | installed | embedded", DefaultValueFactory = _ => PostgresSource.Auto,
        };
        var reads = new Option<string?>("--reads-on")
        {
            Description = "只测读，在已有的（seed 生成的）数据库上 only the reads, on a database that seed filled: a connection string",
        };
        var root = new RootCommand("基准测试 · the benchmark") { hazards, seconds, times, rounds, postgres, reads };
        var many = new Option<int>("--hazards") { Description = "隐患数 how many hazards", DefaultValueFactory = _ => 1_000_000 };
        var asked = new Option<int>("--times") { Description = "每项次数 calls per figure", DefaultValueFactory = _ => 30 };
        var figures = new Command("figures", "只测统计：月报表、排名、指标、差异 · only the figures: tables, rankings, quotas, differences") { many, asked,
            postgres };
        figures.SetAction((parsed, stop) => FiguresAsync(parsed.GetValue(many), parsed.GetValue(asked), parsed.GetValue(postgres), stop));
        root.Add(figures);
        var length = new Option<int>("--events")
        {
            Description = "日志长度 events in the log for the proofs", DefaultValueFactory = _ => 1_000_000,
        };
        var tries = new Option<int>("--times") { Description = "每项次数 calls per figure", DefaultValueFactory = _ => 2_000 };
        var proof = new Command(
            "proof",
            "只测证明：写入附带校验码和树的代价、证明的时延 · only proofs: what codes and the tree cost appends, how long proofs take") { length, tries, seconds,
            rounds, postgres };
        proof.SetAction((parsed, stop) => ProofAsync(parsed.GetValue(length), parsed.GetValue(tries), TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(rounds), parsed.GetValue(postgres), stop));
        root.Add(proof);
        var packed = new Option<int>("--packed") { Description = "证据包的隐患数 hazards of the package", DefaultValueFactory = _ => 1_000 };
        var evidence = new Command("evidence", "只测证据包：时间和内存 · only packages of evidence: seconds and memory") { hazards, packed, postgres };
        evidence.SetAction(
            (parsed, stop) => EvidenceAsync(parsed.GetValue(hazards), parsed.GetValue(packed), parsed.GetValue(postgres), stop));
        root.Add(evidence);
        var size = new Option<long>("--events") { Description = "日志的事件数 events in the log", DefaultValueFactory = _ => 1_000_000 };
        var replay = new Command(
            "replay",
            "只测追溯：任一时刻的状态、全案，及索引对追加的代价 · only replay: the state at any instant, whole files, and what its index costs an append") { size,
            times, seconds, rounds, postgres };
        replay.SetAction((parsed, stop) => ReplayAsync(parsed.GetValue(size), parsed.GetValue(times), TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(rounds), parsed.GetValue(postgres), stop));
        root.Add(replay);
        var append = new Command(
            "append",
            "只测追加：引擎、直接用 Marten、裸提交与极限，附处理器时间 · only appends: the engine, plain Marten, a bare commit and the limit, with processor time") { seconds, rounds, postgres };
        append.SetAction((parsed, stop) => EngineAsync(TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(rounds), parsed.GetValue(postgres), stop));
        root.Add(append);
        var clients = new Option<int[]>("--clients")
        {
            Description = "并发客户端数 how many clients at once", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => Writers,
        };
        var statements = new Option<int>("--statements")
        {
            Description = "每项列出最贵的语句数 how many of the dearest statements to list (needs pg_stat_statements)",
        };
        var command = new Command(
            "http",
            "只测经 HTTP 的命令：登记、进展、签收，附处理器时间 · only commands by HTTP: report, progress, acknowledge, with processor time") { seconds, rounds,
            postgres, clients, statements };
        command.SetAction((parsed, stop) => HttpAsync(TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(rounds), parsed.GetValue(clients)!, parsed.GetValue(statements), parsed.GetValue(postgres), stop));
        root.Add(command);
        var lines = new Option<int>("--rows") { Description = "台账行数 rows of the ledger", DefaultValueFactory = _ => 10_000 };
        var import = new Command("import", "只测台账导入：预览、导入、再次导入 · only a ledger: looked at, imported, imported again") { lines, postgres };
        import.SetAction((parsed, stop) => ImportAsync(parsed.GetValue(lines), parsed.GetValue(postgres), stop));
        root.Add(import);
        var sizes = new Option<int[]>("--hazards")
        {
            Description = "隐患数，可给几个 how many hazards, several at will", AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [100_000, 300_000],
        };
        var readers = new Option<int>("--clients") { Description = "并发客户端数 how many clients at once", DefaultValueFactory = _ => 16 };
        var only = new Option<string?>("--only") { Description = "只测名称含此的清单 only the lists whose name has this" };
        var filled = new Option<string?>("--on")
        {
            Description = "在已有的（seed 生成的）数据库上 on a database that seed filled: a connection string",
        };
        var scale = new Command(
            "scale",
            "只测规模：经 HTTP 的各清单、看板、检索、单条，现在与任一时刻，随隐患数的增长 · only scale: lists, boards, search and hazards by HTTP, "
            + "now and as of, and how each grows with the hazards") { sizes, readers, only, seconds, postgres, filled, statements };
        scale.SetAction((parsed, stop) =>
        {
            var asking = new Asking(
                parsed.GetValue(readers), parsed.GetValue(only) ?? "", TimeSpan.FromSeconds(parsed.GetValue(seconds)),
                parsed.GetValue(statements));
            return parsed.GetValue(filled) is { } given
                ? ScaleOnAsync(given, asking, stop) : ScaleAsync(parsed.GetValue(sizes)!, asking, parsed.GetValue(postgres), stop);
        });
        root.Add(scale);
        root.SetAction((parsed, stop) => parsed.GetValue(reads) is { } given ? ReadsOnAsync(given, parsed.GetValue(times), stop) : RunAsync(parsed.GetValue(hazards), TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(times), parsed.GetValue(rounds), parsed.GetValue(postgres), stop));
        return root.Parse(args).InvokeAsync();
    }

    /// <summary>On a private, durable cluster that is deleted afterwards, and a folder for keys.</summary>
    private static Task<int> OnClusterAsync(
        PostgresSource postgres, Func<LocalCluster, DirectoryInfo, Task> measure, CancellationToken stop,
        params (string Name, string Value)[] settings) => InFolderAsync(async folder =>
    {
        await using var cluster = await LocalCluster.StartAsync(new LocalClusterOptions
        {
            Source = postgres,
            Durable = true,
            Settings = new Dictionary<string, string>(
                [new("max_wal_size", "4GB"), .. settings.Select(s => KeyValuePair.Create(s.Name, s.Value))]),
        }, stop);
        Say($"{cluster.Source}, {Environment.ProcessorCount} CPU");
        await measure(cluster, folder);
    });

    private static async Task<int> InFolderAsync(Func<DirectoryInfo, Task> measure)
    {
        var folder = Directory.CreateTempSubdirectory("hazards-bench-");
        try
        {
            await measure(folder);
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Task<int> RunAsync(int hazards, TimeSpan time, int times, int rounds, PostgresSource postgres, CancellationToken stop) => OnClusterAsync(postgres, async (cluster, folder) =>
    {
        await WritesAsync(cluster, time, rounds, stop);
        await ReadsAsync(cluster, hazards, times, stop);
    }, stop);

    private static Task<int> EngineAsync(TimeSpan time, int rounds, PostgresSource postgres, CancellationToken stop) => OnClusterAsync(postgres, async (cluster, folder) =>
    {
        await using var source = await DatabaseAsync(cluster, "bench_append", stop);
        await using var bench = new EngineBench(source, Rulebook.Baseline);
        await bench.PrepareAsync(stop);
        var samples = new Dictionary<string, List<Cost>>();
        // What the runtime compiles while it goes along is not what a command costs.
        foreach (var warm in (Func<Task<Cost>>[])[() => bench.GroupCommitAsync(16, WarmUp, stop), () => bench.PlainMartenAsync(16, WarmUp, stop), () => bench.WholeCommandAsync(16, WarmUp, stop), () => bench.BareCommitAsync(16, WarmUp, stop)])
            await warm();
        for (var round = 1; round <= rounds; round++)
        {
            foreach (var writers in new[] { 1, 16, 64, 256 })
            {
                await TakeAsync($"{writers} engine", () => bench.GroupCommitAsync(writers, time, stop));
                if (writers <= 64)
                {
                    await TakeAsync($"{writers} plain Marten", () => bench.PlainMartenAsync(writers, time, stop));
                    await TakeAsync($"{writers} bare commit", () => bench.BareCommitAsync(writers, time, stop));
                }

                await TakeAsync($"{writers} engine, whole command", () => bench.WholeCommandAsync(writers, time, stop));
            }

            await TakeAsync("limit", () => bench.LimitAsync(40, stop));
        }

        var limit = MedianOf(samples["limit"]);
        var table = Headed(
            $"追加一条命令的代价 · what a command costs (medians of {rounds} rounds in turn)", "", "/s", "p50 ms", "p99 ms", "client µs",
            "server µs", "together µs", "÷ limit");
        foreach (var (name, costs) in samples.OrderBy(s => int.TryParse(s.Key.Split(' ')[0], out var w) ? w : 9999))
        {
            var cost = MedianOf(costs);
            table.AddRow(
                name, Show(cost.Measured.PerSecond), Show(cost.Measured.P50), Show(cost.Measured.P99), Show(cost.Client),
                Show(cost.Server), Show(cost.Together), Ratio(cost.Together / limit.Together));
        }

        AnsiConsole.Write(table);

        static Cost MedianOf(List<Cost> costs) => costs.OrderBy(c => c.Together).ElementAt(costs.Count / 2);

        async Task TakeAsync(string name, Func<Task<Cost>> run)
        {
            var cost = await run();
            Console.Error.WriteLine($"  {name}: {Show(cost.Measured.PerSecond)}/s, p50 {Show(cost.Measured.P50)} ms, {Show(cost.Client)} + {Show(cost.Server)} µs");
            if (!samples.TryGetValue(name, out var list))
                samples[name] = list = [];
            list.Add(cost);
        }
    }, stop);

    private static Task<int> HttpAsync(TimeSpan time, int rounds, int[] many, int statements, PostgresSource postgres, CancellationToken stop) =>
        OnClusterAsync(postgres, async (cluster, folder) =>
    {
        // More are asked for than any machine of this kind has done.
        const int mostAcknowledged = 3_000;
        await using var source = await DatabaseAsync(cluster, "bench_http", stop);
        var connection = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Database = "bench_http" }.ConnectionString;
        if (statements > 0)
            await Dearest.PrepareAsync(source, stop);
        await using var bench = await HttpBench.StartAsync(source, connection, folder.FullName, stop);
        var samples = new List<(string Name, Cost Cost)> { await TakeAsync(
            "cold: report, 16 clients", () => bench.ReportAsync(16, time, stop)) };
        // The first call ended the start; this begins with the sixth second of work.
        samples.Add(await TakeAsync("five seconds after: report, 16 clients", () => bench.ReportAsync(16, TimeSpan.FromSeconds(2), stop)));
        await bench.ReportAsync(16, WarmUp * 3, stop);
        await using var empty = await EmptyAsync(cluster, "bench_plain", stop);
        await using var plain = await PlainHttp.StartAsync(empty, stop);
        await plain.ReportAsync(16, WarmUp, stop);
        for (var round = 1; round <= rounds; round++)
            foreach (var clients in many)
            {
                samples.Add(await TakeAsync($"report, {clients}", () => bench.ReportAsync(clients, time, stop)));
                samples.Add(await TakeAsync($"report, {clients}, plain", () => plain.ReportAsync(clients, time, stop)));
                samples.Add(await TakeAsync($"progress, {clients}", () => bench.ProgressAsync(clients, time, stop)));
                samples.Add(await TakeAsync($"progress, {clients}, plain", () => plain.ProgressAsync(clients, HttpBench.HazardsPerClient, time, stop)));
                samples.Add(await TakeAsync($"acknowledge, {clients}", () => bench.AcknowledgeAsync(clients, TimeSpan.FromSeconds(1), mostAcknowledged, stop)));
            }

        foreach (var before in new[] { 10, 2_000 })
            samples.Add(await TakeAsync($"comment after {before:N0}, 1", () => bench.CommentAsync(before, time, stop)));
        var table = Headed(
            $"经 HTTP 的一条命令 · a command by HTTP (medians of {rounds} rounds)", "", "/s", "p50 ms", "p99 ms", "service and callers µs",
            "PostgreSQL µs");
        foreach (var (name, costs) in samples.GroupBy(s => s.Name).Select(g => (g.Key, g.Select(s => s.Cost).OrderBy(c => c.Measured.PerSecond).ToList())))
        {
            var cost = costs[costs.Count / 2];
            table.AddRow(
                name, Show(cost.Measured.PerSecond), Show(cost.Measured.P50), Show(cost.Measured.P99), Show(cost.Client),
                Show(cost.Server));
        }

        AnsiConsole.Write(table);

        async Task<(string, Cost)> TakeAsync(string name, Func<Task<Cost>> run)
        {
            if (statements > 0)
                await Dearest.ForgetAsync(source, stop);
            var cost = await run();
            Console.Error.WriteLine($"  {name}: {Show(cost.Measured.PerSecond)}/s, p50 {Show(cost.Measured.P50)} ms, {Show(cost.Client)} + {Show(cost.Server)} µs");
            if (statements > 0)
                await Dearest.SayAsync(source, statements, cost.Measured.Count * 6 / 5, stop);
            return (name, cost);
        }
    }, stop, statements > 0 ? Dearest.Settings : []);

    private static Task<int> ImportAsync(int rows, PostgresSource postgres, CancellationToken stop) => OnClusterAsync(postgres, async (cluster, folder) =>
    {
        await using var source = await DatabaseAsync(cluster, "bench_import", stop);
        var connection = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Database = "bench_import" }.ConnectionString;
        await using var bench = new ImportBench(source, connection, folder.FullName);
        var table = Headed($"台账 · a ledger of {rows:N0} rows", "", "s", "rows/s", "service µs a row", "PostgreSQL µs a row");
        await foreach (var (step, seconds, client, server) in bench.RunAsync(rows))
            table.AddRow(step, Show(seconds), Show(rows / seconds), Show(client), Show(server));
        AnsiConsole.Write(table);
    }, stop);

    private static Task<int> ScaleAsync(
        int[] sizes, Asking asking, PostgresSource postgres, CancellationToken stop) => OnClusterAsync(postgres, async (cluster, folder) =>
    {
        var smallest = new Dictionary<string, ReadCost>();
        var least = sizes.Min();
        if (sizes.FirstOrDefault(s => s % least != 0) is var odd and not 0)
            throw new ArgumentException($"{odd} 不是 {least} 的倍数：多的由少的成倍而来 is not a multiple of it: the larger are made from the smallest");
        await using (var seeded = await DatabaseAsync(cluster, "bench_seeded", stop))
            await SeedAsync(seeded, least, stop);
        foreach (var hazards in sizes.Order())
        {
            var name = $"bench_scale_{hazards}";
            await using (var source = await EmptyAsync(cluster, name, stop, "bench_seeded"))
            {
                if (hazards > least)
                {
                    var began = System.Diagnostics.Stopwatch.StartNew();
                    await Multiplied.RunAsync(source, hazards / least, stop);
                    Say($"{hazards:N0} hazards set-wise in {began.Elapsed.TotalSeconds:F0} s");
                }

                var connection = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Database = name }.ConnectionString;
                await ScaleOfAsync(source, connection, Path.Combine(folder.FullName, name), smallest, asking, stop);
            }

            await AdminAsync(cluster, $"drop database {name} with (force)", stop);
        }
    }, stop, asking.Statements > 0 ? Dearest.Settings : []);

    private static Task<int> ScaleOnAsync(string connectionString, Asking asking, CancellationToken stop) => InFolderAsync(async folder =>
    {
        await using var source = Database.Open(connectionString);
        await ScaleOfAsync(source, connectionString, folder.FullName, [], asking, stop);
    });

    private static async Task ScaleOfAsync(
        NpgsqlDataSource source, string connection, string folder, Dictionary<string, ReadCost> smallest, Asking asking,
        CancellationToken stop)
    {
        if (asking.Statements > 0)
            await Dearest.PrepareAsync(source, stop);
        await using var bench = new ScaleBench(source, await Served.StartAsync(connection, folder, stop));
        var (hazards, events) = await bench.CountAsync(stop);
        var table = Headed($"规模 · {hazards:N0} hazards, {events:N0} events, {asking.Clients} clients by HTTP",
            "", "now p50 ms", "p99", "service µs", "PostgreSQL µs", "× smallest", "as of p50 ms", "p99", "service µs", "PostgreSQL µs",
            "× smallest");
        foreach (var read in await bench.RunAsync(asking, stop))
        {
            var least = smallest.TryAdd(read.Name, read) ? read : smallest[read.Name];
            table.AddRow([read.Name, .. Cells(read.Now, least.Now), .. Cells(read.AsOf, least.AsOf)]);
        }

        AnsiConsole.Write(table);
        var taken = Headed("占用 · bytes with indexes", "", "rows", "MB", "bytes a row", "bytes an event");
        foreach (var (of, rows, bytes) in await bench.SizesAsync(stop))
            taken.AddRow(
                of, $"{rows:N0}", $"{bytes / 1048576:N0}", Show((double)bytes / Math.Max(1, rows)), Show((double)bytes / events));
        AnsiConsole.Write(taken);
        Say($"memory of service and callers: {Environment.WorkingSet / 1048576:N0} MB");

        static IEnumerable<string> Cells(Cost cost, Cost least) =>
            [Show(cost.Measured.P50), Show(cost.Measured.P99), Show(cost.Client), Show(cost.Server), Ratio(cost.Together / least.Together)];
    }

    private static Task<int> FiguresAsync(int hazards, int times, PostgresSource postgres, CancellationToken stop) => OnClusterAsync(postgres, async (cluster, folder) =>
    {
        await using var source = await DatabaseAsync(cluster, "bench_figures", stop);
        var bench = new FigureBench(source);
        var began = System.Diagnostics.Stopwatch.StartNew();
        var versions = await bench.FillAsync(hazards, stop);
        Say($"{hazards:N0} hazards, {versions:N0} versions of facts, written set-wise in {began.Elapsed.TotalSeconds:F0} s");
        var results = await bench.RunAsync(times, name => Console.Error.WriteLine($"  {name}"), stop);
        var table = Headed($"统计 · figures on {hazards:N0} hazards", "", "now p50 ms", "now p99 ms", "as of p50 ms", "as of p99 ms");
        foreach (var (name, current, past) in results)
            table.AddRow(name, Show(current.P50), Show(current.P99), Show(past.P50), Show(past.P99));
        AnsiConsole.Write(table);
    }, stop);

    private static Task<int> EvidenceAsync(int hazards, int packed, PostgresSource postgres, CancellationToken stop) => OnClusterAsync(postgres, async (cluster, folder) =>
    {
        await using var source = await DatabaseAsync(cluster, "bench_evidence", stop);
        await SeedAsync(source, hazards, stop);
        var bench = new EvidenceBench(
            new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Database = "bench_evidence" }.ConnectionString,
            Path.Combine(folder.FullName, "keys"));
        var table = Headed(
            "证据包 · packages of evidence", "hazards", "events", "MB", "making s", "÷ reading the events", "sending s", "memory MB");
        foreach (var count in new[] { 1, Math.Max(1, packed / 10), packed }.Distinct())
        {
            var m = await bench.RunAsync(count, stop);
            table.AddRow(
                Number(m.Hazards), Number((int)m.Events), Show(m.Bytes / 1024.0 / 1024.0), Show(m.Making.TotalSeconds),
                Ratio(m.Making / m.Plainly), Show(m.Reading.TotalSeconds), Show(m.PeakMegabytes));
        }

        AnsiConsole.Write(table);
    }, stop);

    private static Task<int> ProofAsync(int events, int times, TimeSpan time, int rounds, PostgresSource postgres, CancellationToken stop) => OnClusterAsync(postgres, async (cluster, folder) =>
    {
        await ProvedWritesAsync(cluster, time, rounds, stop);
        await ProofsAsync(cluster, events, times, stop);
    }, stop);

    private static Task<int> ReplayAsync(long events, int times, TimeSpan time, int rounds, PostgresSource postgres, CancellationToken stop) => OnClusterAsync(postgres, async (cluster, folder) =>
    {
        await using var source = await DatabaseAsync(cluster, "bench_replay", stop);
        await SeedAsync(source, 2_000, stop);
        await using var log = MartenEventLog.Open(source);
        var bench = new ReplayBench(source, log);
        var filled = await bench.FillAsync(events, stop);
        var table = Headed(
            $"追溯 · replay on {filled:N0} events", "", "p50 ms", "p99 ms", "same rows plainly p50 ms", "p99 ms", "÷ plainly (p50)", "(p99)");
        foreach (var (name, ours, plain) in await bench.RunAsync(times, name => Console.Error.WriteLine($"  {name}"), stop))
            table.AddRow(
                name, Show(ours.P50), Show(ours.P99), Show(plain.P50), Show(plain.P99), Ratio(ours.P50 / plain.P50),
                Ratio(ours.P99 / plain.P99));
        AnsiConsole.Write(table);
        await IndexCostAsync(cluster, time, rounds, stop);
    }, stop);

    private static async Task ProvedWritesAsync(LocalCluster cluster, TimeSpan time, int rounds, CancellationToken stop)
    {
        await using var source = await DatabaseAsync(cluster, "bench_proved_writes", stop);
        var bench = new ProofBench(source);
        List<Measured> plain = [], coded = [], grown = [];
        for (var round = 1; round <= rounds; round++)
        {
            // In turn, so that whatever else the machine does falls on all of them.
            plain.Add(await bench.PlainAsync(time, stop));
            coded.Add(await bench.AuthenticatedAsync(time, stop));
            grown.Add(await bench.GrownAsync(time, stop));
            Console.Error.WriteLine($"  round {round}: {Show(plain[^1].PerSecond)}/s plain, {Show(coded[^1].PerSecond)}/s with codes, {Show(grown[^1].PerSecond)}/s with codes and a tree");
        }

        var table = Headed(
            $"证明对写入的影响，64 个写入者 · appends of one event plus its row, 64 writers (median of {rounds})", "", "/s", "p50 ms", "p99 ms",
            "÷ plain (median of pairs)");
        foreach (var (name, samples) in new[] { ("无证明 plain", plain), ("附校验码 with codes", coded), ("附校验码并长树 with codes and a growing tree", grown) })
            table.AddRow(
                name, Show(Median(samples).PerSecond), Show(Median(samples).P50), Show(Median(samples).P99),
                Ratio(samples.Zip(plain, (s, p) => s.PerSecond / p.PerSecond).Order().ElementAt(rounds / 2)));
        AnsiConsole.Write(table);
    }

    private static async Task ProofsAsync(LocalCluster cluster, int events, int times, CancellationToken stop)
    {
        await using var source = await DatabaseAsync(cluster, "bench_proofs", stop);
        var bench = new ProofBench(source);
        var took = await bench.FillAsync(events, at => Console.Error.WriteLine($"  {at:N0} / {events:N0}"), stop);
        Say($"{events:N0} events; the tree over them was made in {took.TotalSeconds:F1} s ({events / took.TotalSeconds:N0} events/s)");
        var results = await bench.ProofsAsync(times, stop);
        var table = Headed($"证明 · proofs on {events:N0} events", "", "p50 ms", "p99 ms", "÷ plain read (p50)", "(p99)");
        foreach (var r in results)
            table.AddRow(r.Name, Show(r.P50), Show(r.P99), Ratio(r.P50 / results[0].P50), Ratio(r.P99 / results[0].P99));
        AnsiConsole.Write(table);
        var connection = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Database = "bench_proofs" }.ConnectionString;
        var plainly = await bench.ReadPlainlyAsync(connection, stop);
        var audit = await ProofBench.AuditAsync(connection, stop);
        Say($"full audit 全量审计: {audit.Duration.TotalSeconds:F1} s, {audit.Events / audit.Duration.TotalSeconds:N0} events/s, {audit.Duration / plainly:F1} × reading the same rows plainly ({plainly.TotalSeconds:F1} s); holds: {audit.Holds}; largest working set {Environment.WorkingSet / 1024 / 1024} MB");
    }

    /// <summary>Appends with and without the indexes of acts by body (Schema/events.sql), in turns.</summary>
    private static async Task IndexCostAsync(LocalCluster cluster, TimeSpan time, int rounds, CancellationToken stop)
    {
        await using var source = await DatabaseAsync(cluster, "bench_index", stop);
        var bench = new AppendBench(source, Rulebook.Baseline, (s, options) => MartenEventLog.Open(s, options, new RowWriter()));
        await using (var command = source.CreateCommand("select string_agg(pg_get_indexdef(indexrelid), ';') from pg_index where indexrelid::regclass::text in ('log.mt_events_by_body', 'log.mt_events_code_corrected')"))
        {
            var definitions = (string)(await command.ExecuteScalarAsync(stop))!;
            var (with, without) = (new List<Measured>(), new List<Measured>());
            for (var round = 0; round < rounds; round++)
            {
                with.Add(await bench.GroupCommitAsync(16, time, stop));
                await ExecuteAsync(source, "drop index log.mt_events_by_body, log.mt_events_code_corrected", stop);
                without.Add(await bench.GroupCommitAsync(16, time, stop));
                await ExecuteAsync(source, definitions, stop);
            }
            Say($"appends of 16 writers with the index of acts by body: {Show(Median(with).PerSecond)}/s; without: {Show(Median(without).PerSecond)}/s; ratio {Ratio(Median(with).PerSecond / Median(without).PerSecond)}");
        }
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql, CancellationToken stop)
    {
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 600;
        await command.ExecuteNonQueryAsync(stop);
    }

    private static async Task WritesAsync(LocalCluster cluster, TimeSpan time, int rounds, CancellationToken stop)
    {
        await using var source = await DatabaseAsync(cluster, "bench_writes", stop);
        var bench = new AppendBench(source, Rulebook.Baseline, (s, options) => MartenEventLog.Open(s, options, new RowWriter()));
        var samples = new Dictionary<string, List<Measured>>();
        for (var round = 1; round <= rounds; round++)
        {
            foreach (var writers in Writers)
            {
                await TakeAsync($"log {writers}", () => bench.GroupCommitAsync(writers, time, stop));
                await TakeAsync($"each {writers}", () => bench.OneTransactionEachAsync(writers, time, stop));
                await TakeAsync($"bare {writers}", () => bench.BareCommitAsync(writers, time, stop));
            }
            await TakeAsync("limit", () => bench.SetWiseAsync(stop));
        }

        var table = Headed($"持久写入：一个事件及其数据行 · durable appends, one event plus its row (median of {rounds})",
            "writers", "log /s", "p50 ms", "p99 ms", "one tx each /s", "bare commit /s", "log ÷ one tx", "log ÷ limit", "p50 ÷ bare p50");
        var limit = Median(samples["limit"]);
        foreach (var writers in Writers)
        {
            var (log, each, bare) = (Median(samples[$"log {writers}"]), Median(samples[$"each {writers}"]), Median(
                samples[$"bare {writers}"]));
            table.AddRow(Number(writers), Show(log.PerSecond), Show(log.P50), Show(log.P99), Show(each.PerSecond), Show(bare.PerSecond),
                Ratio(log.PerSecond / each.PerSecond), Ratio(log.PerSecond / limit.PerSecond), Ratio(log.P50 / bare.P50));
        }
        AnsiConsole.Write(table);
        Say($"limit: the same bytes by set-wise INSERT, 500 rows a commit: {Show(limit.PerSecond)} events/s");
        Say("");

        async Task TakeAsync(string name, Func<Task<Measured>> run)
        {
            var measured = await run();
            Console.Error.WriteLine(
                $"  {measured.Name}: {Show(measured.PerSecond)}/s, p50 {Show(measured.P50)} ms, p99 {Show(measured.P99)} ms");
            if (!samples.TryGetValue(name, out var list))
                samples[name] = list = [];
            list.Add(measured);
        }
    }

    private static async Task ReadsAsync(LocalCluster cluster, int hazards, int times, CancellationToken stop)
    {
        await using var source = await DatabaseAsync(cluster, "bench_reads", stop);
        await using var log = MartenEventLog.Open(source, new EventLogOptions { AllowGivenTimes = true }, new RowWriter());
        var events = await SeedAsync(source, hazards, stop);
        await ReadsAsync(source, log, times, $"{hazards:N0} hazards with {events:N0} events", stop);
    }

    private static async Task<long> SeedAsync(NpgsqlDataSource source, int hazards, CancellationToken stop)
    {
        var rules = Rulebook.Baseline;
        await using var log = MartenEventLog.Open(source, new EventLogOptions { AllowGivenTimes = true }, new RowWriter());
        var began = System.Diagnostics.Stopwatch.StartNew();
        var now = DateTimeOffset.UtcNow;
        var events = await new Seeder(log, rules, SectorCatalogue.Usual)
            .RunAsync(new SeedPlan(hazards, 1, now.AddDays(-730), now), new Percent(hazards), stop);
        Say($"seeded: {hazards:N0} hazards, {events:N0} events in {began.Elapsed.TotalSeconds:F1} s ({events / began.Elapsed.TotalSeconds:N0} events/s)");
        await using (var command = source.CreateCommand("vacuum analyze"))
        {
            command.CommandTimeout = 600;
            await command.ExecuteNonQueryAsync(stop);
        }
        return events;
    }

    private static async Task<int> ReadsOnAsync(string connectionString, int times, CancellationToken stop)
    {
        await using var source = Database.Open(connectionString);
        await using var log = MartenEventLog.Open(source);
        await ReadsAsync(source, log, times, $"{(await log.HeadAsync(stop)).Position:N0} events", stop);
        return 0;
    }

    private static async Task ReadsAsync(NpgsqlDataSource source, MartenEventLog log, int times, string on, CancellationToken stop)
    {
        var results = await new ReadBench(source, log, Rulebook.Baseline)
            .RunAsync(times, name => Console.Error.WriteLine($"  {name}"), stop);
        var table = Headed($"读取 · reads on {on}",
            "", "now p50 ms", "now p99 ms", "as of p50 ms", "as of p99 ms", "as of ÷ now (p50)", "(p99)");
        foreach (var (name, current, past) in results)
            table.AddRow(
                name, Show(current.P50), Show(current.P99), Show(past.P50), Show(past.P99), Ratio(past.P50 / current.P50),
                Ratio(past.P99 / current.P99));
        AnsiConsole.Write(table);
    }

    private static async Task<NpgsqlDataSource> DatabaseAsync(LocalCluster cluster, string name, CancellationToken stop)
    {
        var source = await EmptyAsync(cluster, name, stop);
        await Database.MigrateAsync(source, stop);
        return source;
    }

    private static async Task<NpgsqlDataSource> EmptyAsync(
        LocalCluster cluster, string name, CancellationToken stop, string template = "template0")
    {
        await AdminAsync(cluster, $"create database {name} template {template} encoding 'UTF8' locale 'C.UTF-8'", stop);
        return Database.Open(
            new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Database = name, MaxPoolSize = 150 }.ConnectionString);
    }

    private static async Task AdminAsync(LocalCluster cluster, string sql, CancellationToken stop)
    {
        await using var admin = NpgsqlDataSource.Create(cluster.ConnectionString);
        await using var command = admin.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(stop);
    }

    private static Table Headed(string title, params string[] columns)
    {
        AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, 150);
        var table = new Table().Title(title);
        foreach (var column in columns)
            table.AddColumn(new TableColumn(column).RightAligned());
        return table;
    }

    private static Measured Median(List<Measured> samples) => samples.OrderBy(s => s.PerSecond).ElementAt(samples.Count / 2);

    private static string Show(double value) => Measured.Show(value);

    private static string Ratio(double value) => value.ToString("0.00", CultureInfo.InvariantCulture) + "×";

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static void Say(string line) => Console.WriteLine(line);

    private sealed class Percent(int hazards) : IProgress<SeedProgress>
    {
        private int _shown = -1;

        public void Report(SeedProgress value)
        {
            var percent = (int)(100L * value.Hazards / hazards);
            if (percent / 10 == _shown / 10)
                return;
            _shown = percent;
            Console.Error.WriteLine($"  seeding {percent} % ({value.Events:N0} events)");
        }
    }
}
