using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Simulation.Year;

/// <summary>A figure of the service beside the same figure counted from the events.</summary>
internal sealed record Checked(string Figure, int Service, int Recounted)
{
    public bool Same => Service == Recounted;
}

/// <summary>The year's tables and figures, as the service gives them, in a folder; and three of them counted again.</summary>
internal sealed class YearReport(YearOutcome year)
{
    private const int Checks = 3;

    private readonly List<Checked> _figures = [];

    private Body Office => year.Prefecture.Office;

    /// <summary>Writes the files; returns the figures that were checked, in the order they were drawn.</summary>
    public async Task<IReadOnlyList<Checked>> WriteAsync(Recount recount, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(year.Plan.Out);
        foreach (var (file, path) in new[]
        {
            ("board.json", "boards/closed-loop"), ("listed.json", "lists/listed/counts"), ("overdue.json", "lists/overdue/counts"),
            ("special-periods.json", "special-periods"),
        })
            await SaveAsync(file, await GetAsync(path, cancellationToken), cancellationToken);
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture,
            $"# {Regions.FullNameOf(year.Prefecture.Region)} {year.Plan.Year} 年\n\n隐患 {year.Hazards} · 检查 {year.Visits} 户次 · 请求 {year.Callers.Requests} · 事件 {recount.Events}（时钟 {year.Rung}）\n\n"));
        await DrivesAsync(recount, text, cancellationToken);
        await MonthsAsync(recount, text, cancellationToken);
        await PapersAsync(text, cancellationToken);
        var drawn = _figures.Where(f => f.Service > 0).ToArray();
        new Random(year.Plan.Seed).Shuffle(drawn);
        drawn = drawn[..Math.Min(Checks, drawn.Length)];
        text.Append("\n## 随机核对 · checked against the events\n\n| 指标 | 系统 | 由事件重数 |\n|---|---|---|\n");
        foreach (var one in drawn)
            text.Append(CultureInfo.InvariantCulture, $"| {one.Figure} | {one.Service} | {one.Recounted} |\n");
        foreach (var wrong in _figures.Where(f => !f.Same))
            text.Append(CultureInfo.InvariantCulture, $"\n**不一致 differs**：{wrong.Figure} {wrong.Service} ≠ {wrong.Recounted}\n");
        text.Append(CultureInfo.InvariantCulture, $"\n共有 {_figures.Count} 个指标可核对，一致 {_figures.Count(f => f.Same)} 个。\n");
        await File.WriteAllTextAsync(Path.Combine(year.Plan.Out, "README.md"), text.ToString(), cancellationToken);
        return _figures.Any(f => !f.Same) ? [.. drawn, .. _figures.Where(f => !f.Same)] : drawn;
    }

    private async Task DrivesAsync(Recount recount, StringBuilder text, CancellationToken cancellationToken)
    {
        text.Append("## 专项行动和特殊时段\n\n| 名称 | 起止 | 户次 | 家 | 查出 | 立行立改 | 自查自改 | 限期整改 | 已整改 | 整改率 % | 重大 | 在办 | 超期 |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|\n");
        foreach (var drive in year.Drives.All)
        {
            var campaign = drive.Kind == CampaignKind.Campaign;
            var figures = await GetAsync($"{(campaign ? "campaigns" : "special-periods")}/{drive.Id}/figures", cancellationToken);
            await SaveAsync($"{drive.From:yyyy-MM-dd}-{(campaign ? "campaign" : "special-period")}.json", figures, cancellationToken);
            var (visits, hazards) = (figures["figures"]!["total"]!["visits"], figures["figures"]!["total"]!["hazards"]!);
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {drive.Name} | {drive.From:MM-dd}—{drive.To:MM-dd} | {visits?["visits"]} | {visits?["units"]} | {hazards["found"]} | {hazards["onTheSpot"]} | {hazards["ownChecks"]} | {hazards["byDeadline"]} | {hazards["rectified"]} | {hazards["rate"]?.ToString() ?? "—"} | {hazards["major"]} | {hazards["open"]} | {hazards["overdue"]} |\n");
            Compare(drive, campaign, visits, hazards, recount);
        }
    }

    private async Task MonthsAsync(Recount recount, StringBuilder text, CancellationToken cancellationToken)
    {
        text.Append("\n## 月报表（合计）\n\n| 月 | 检查家数 | 一般：查出 | 已整改 | 整改率 % | 重大：查出 | 已整改 | 挂牌 | 立行立改 | 资金（万元） |\n|---|---|---|---|---|---|---|---|---|---|\n");
        for (var month = 1; month <= 12; month++)
        {
            var period = string.Create(CultureInfo.InvariantCulture, $"{year.Plan.Year}-{month:D2}");
            var table = await GetAsync($"figures/monthly-table?period={period}", cancellationToken);
            await SaveAsync($"monthly-table-{period}.json", table, cancellationToken);
            await SaveFileAsync($"monthly-table-{period}.xlsx", $"figures/monthly-table/file?period={period}", cancellationToken);
            var total = table["table"]!["total"]!;
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {period} | {total["inspected"]} | {total["foundGeneral"]} | {total["rectifiedGeneral"]} | {total["generalRate"]?.ToString() ?? "—"} | {total["foundMajor"]} | {total["rectifiedMajor"]} | {total["listed"]} | {total["onTheSpot"]} | {total["funds"]} |\n");
            foreach (var line in table["table"]!["lines"]!.AsArray())
                Compare(month, line!, recount);
        }
    }

    private void Compare(int month, JsonNode line, Recount recount)
    {
        var (sector, first) = (line["key"]!.ToString(), new DateOnly(year.Plan.Year, month, 1));
        var last = first.AddMonths(1).AddDays(-1);
        var found = recount.Hazards.Where(h => h.Sector == sector && first <= h.Found && h.Found <= last).ToArray();
        var rest = found.Where(h => !h.OnTheSpot).ToArray();
        Add(
            "检查家数", "inspected",
            recount.Visits.Where(v => v.Sector == sector && first <= v.On && v.On <= last).Select(v => v.Unit).Distinct().Count());
        Add("一般隐患查出", "foundGeneral", rest.Count(h => h.Level == "general"));
        Add("一般隐患已整改", "rectifiedGeneral", rest.Count(h => h.Level == "general" && h.Closed && h.ClosedOn <= last));
        Add("重大隐患查出", "foundMajor", rest.Count(h => h.Level == "major"));
        Add("重大隐患已整改", "rectifiedMajor", rest.Count(h => h.Level == "major" && h.Closed && h.ClosedOn <= last));
        Add("立行立改", "onTheSpot", found.Length - rest.Length);

        void Add(string figure, string column, int recounted) =>
            _figures.Add(new Checked($"{month}月 {line["name"]}：{figure}", line[column]!.GetValue<int>(), recounted));
    }

    /// <summary>
    /// What the policy in force asks for, quarter by quarter and half-month by half-month; what it does not have is said.
    /// </summary>
    private async Task PapersAsync(StringBuilder text, CancellationToken cancellationToken)
    {
        string[] quarters = ["Q1", "Q2", "Q3", "Q4"];
        var papers = quarters.SelectMany(q => new[] { ("county-ranking", $"{year.Plan.Year}{q}"), ("body-ranking", $"{year.Plan.Year}{q}"), ("quarterly-report", $"{year.Plan.Year}{q}"), ("four-regimes", $"{year.Plan.Year}{q}") })
            .Concat(Enumerable.Range(0, 24).Select(half => ("bulletin", string.Create(CultureInfo.InvariantCulture, $"{year.Plan.Year}-{half / 2 + 1:D2}{(half % 2 == 0 ? 'a' : 'b')}"))))
            .Append(("quotas", $"{year.Plan.Year}")).Append(("annual-report", $"{year.Plan.Year}"))
            .Append(("two-lists", $"{year.Plan.Year}"));
        text.Append("\n## 排名、通报、指标\n\n");
        foreach (var (paper, period) in papers)
        {
            var reply = await year.Callers.TryGetAsync(Office, Role.Supervisor, $"figures/{paper}?period={period}", cancellationToken);
            if (reply.Done)
                await SaveAsync($"{paper}-{period}.json", reply.Json, cancellationToken);
            text.Append(CultureInfo.InvariantCulture, $"- {paper} {period}：{(reply.Done ? Summary(reply.Json) : reply.Json["detail"])}\n");
        }
    }

    private static string Summary(JsonNode report)
    {
        var parts = new List<string>();
        if (report["ranking"]?["lines"] is JsonArray lines)
            parts.Add(
                string.Join("、", lines.Where(l => l!["rank"] is not null).Take(3).Select(l => $"{l!["rank"]} {l["name"]}（{l["score"]}）")));
        if (report["quotas"] is JsonArray quotas)
            parts.Add($"{quotas.Count(q => q!["met"]!.GetValue<bool>())}/{quotas.Count} 达到");
        if (report["overdue"]?["all"] is { } overdue)
            parts.Add($"超期 {overdue} 项");
        return parts.Count == 0 ? "已输出" : string.Join("；", parts);
    }

    private void Compare(Drive drive, bool campaign, JsonNode? visits, JsonNode hazards, Recount recount)
    {
        var mine = recount.Hazards.Where(h => campaign ? h.Campaign == drive.Id : drive.Covers(SectorCode.Parse(h.Sector), h.Found))
            .ToArray();
        var rest = mine.Where(h => !h.OnTheSpot).ToArray();
        Add("查出隐患", hazards["found"], rest.Length);
        Add("立行立改", hazards["onTheSpot"], mine.Length - rest.Length);
        Add("限期整改", hazards["byDeadline"], rest.Count(h => h.Assigned));
        Add("已整改", hazards["rectified"], rest.Count(h => h.Closed));
        Add("重大隐患", hazards["major"], rest.Count(h => h.Level == "major"));
        Add("在办", hazards["open"], rest.Count(h => !h.Closed));
        if (visits is null)
            return;
        var seen = recount.Visits.Where(v => v.Campaign == drive.Id).ToArray();
        Add("检查户次", visits["visits"], seen.Length);
        Add("检查家数", visits["units"], seen.Select(v => v.Unit).Distinct().Count());

        void Add(string figure, JsonNode? service, int recounted) =>
            _figures.Add(new Checked($"{drive.Name}：{figure}", service!.GetValue<int>(), recounted));
    }

    private Task<JsonNode> GetAsync(string path, CancellationToken cancellationToken) =>
        year.Callers.GetAsync(Office, Role.Supervisor, path, cancellationToken);

    private async Task SaveFileAsync(string file, string path, CancellationToken cancellationToken) =>
        await File.WriteAllBytesAsync(
            Path.Combine(year.Plan.Out, file), await year.Callers.GetBytesAsync(Office, Role.Supervisor, path, cancellationToken),
            cancellationToken);

    private async Task SaveAsync(string file, JsonNode json, CancellationToken cancellationToken) =>
        await File.WriteAllTextAsync(Path.Combine(year.Plan.Out, file), json.ToJsonString(Readable) + "\n", cancellationToken);

    private static readonly System.Text.Json.JsonSerializerOptions Readable = new(DomainJson.Options) { WriteIndented = true };
}
