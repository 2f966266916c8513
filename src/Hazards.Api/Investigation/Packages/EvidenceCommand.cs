using System.Collections.Immutable;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Hazards.Api.Administration.Policies;
using Hazards.Api.Administration.Registry;
using Hazards.Api.Cli;
using Hazards.Domain;
using Spectre.Console;

namespace Hazards.Api.Investigation.Packages;

/// <summary><c>hazards evidence</c>: makes a package at the server itself and saves it, by the same code as the service.</summary>
internal static class EvidenceCommand
{
    private static readonly BodyId Office = BodyId.Parse("dev-office");

    public static Command Create()
    {
        var given = new Given();
        var command = new Command("evidence", "制作证据包并存为文件 · make a package of evidence and save it");
        given.AddTo(command);
        command.SetAction((parsed, stop) => RunAsync(given, parsed, stop));
        return command;
    }

    private static async Task<int> RunAsync(Given given, ParseResult parsed, CancellationToken stop)
    {
        var (order, refusal) = given.Order(parsed);
        if (refusal is not null)
            return Fail(refusal);
        await using var opened = await given.Database.OpenAsync(parsed, stop);
        var services = new ServiceCollection();
        HazardsService.AddCore(services, new ServiceOptions(opened.ConnectionString) { Keys = opened.Keys });
        EvidenceModule.AddMaking(services);
        await using var provider = services.BuildServiceProvider();
        await opened.PrepareAsync(stop);
        await provider.GetRequiredService<RulebookSource>().RefreshAsync(stop);
        var body = await provider.GetRequiredService<BodyStore>()
            .LoadAsync(BodyId.Parse(parsed.GetValue(given.Body) ?? Office.Value), null, stop)
            ?? throw new ArgumentException(
                "--body：没有这个单位；默认的 dev-office 由 hazards run 登记 · there is no such body; hazards run registers dev-office");
        var by = new Actor(
            parsed.GetValue(given.Actor) ?? Environment.UserName, body, [Domain.Codes.Role.Investigator], "hazards evidence",
            RegionCode.Nation);
        var act = new LifeCycle.Given(by)
        {
            Document = parsed.GetValue(given.Document) is { } number ? DocumentNumber.Parse(number) : null,
        };
        return await MakeAsync(provider, order!, act, parsed.GetRequiredValue(given.Out), stop);
    }

    private static async Task<int> MakeAsync(
        ServiceProvider provider, RequestEvidence order, LifeCycle.Given act, string path, CancellationToken stop)
    {
        var began = Stopwatch.StartNew();
        var outcome = await provider.GetRequiredService<EvidenceDesk>().RequestAsync(order, act, Terms.None, stop);
        if (outcome is not Outcome<EvidencePackage>.Done { After: var package })
            return Fail(((Outcome<EvidencePackage>.Refused)outcome).Refusal);
        var (shelf, maker) = (provider.GetRequiredService<PackageShelf>(), provider.GetRequiredService<PackageMaker>());
        await Bar().StartAsync(async context =>
        {
            var bar = context.AddTask("制作 making", maxValue: package.Request.Hazards.Length);
            // A running service may have been faster: then it is waited for.
            while (!await maker.MakeAsync(package.Id, new Showing(bar), stop) && (await shelf.FindAsync(package.Id, stop))?.EndedAt is null)
                await Task.Delay(200, stop);
            bar.Value = bar.MaxValue;
        });
        var made = (await shelf.FindAsync(package.Id, stop))!;
        if (made.Failure is { } why)
        {
            await Console.Error.WriteLineAsync($"未能制成 it could not be made: {why}");
            return 1;
        }

        await provider.GetRequiredService<EvidenceStore>().AddAsync(
            package.Id, provider.GetRequiredService<EvidenceStore>().Context(act.By, Domain.Codes.Role.Investigator), Terms.None,
            p => new EvidenceDownloaded(made.Digest!.Value, 0, made.Size!.Value), stop);
        await using (var file = new FileStream(
            path, FileMode.Create, FileAccess.Write, FileShare.None, 128 * 1024, FileOptions.Asynchronous))
            await (await new PackageBytes(shelf, package.Id).LayOutAsync(stop)).WriteAsync(file, stop);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{path}  {made.Request.Hazards.Length} 条隐患 hazards  {made.Size:N0} bytes  {began.Elapsed.TotalSeconds:F1} s"));
        Console.WriteLine($"  SHA-256 {made.Digest}\n  编号 id {made.Id:D}");
        return 0;
    }

    private static Progress Bar() => AnsiConsole.Progress()
        .Columns(
            new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new SpinnerColumn());

    private static int Fail(Refusal refusal)
    {
        Console.Error.WriteLine($"{refusal.Code}: {refusal.Chinese} · {refusal.English}");
        return 1;
    }

    private sealed class Showing(ProgressTask bar) : IProgress<EvidenceProgress>
    {
        public void Report(EvidenceProgress value) => bar.Value = value.Done;
    }

    /// <summary>What the command takes.</summary>
    private sealed class Given
    {
        private readonly Option<string[]> hazards = new("--hazard") { Description = "隐患编号，可多次 a hazard's id, one or more" };
        private readonly Option<string?> enterprise = new("--enterprise") { Description = "统一社会信用代码 credit code" };
        private readonly Option<string?> region = new("--region") { Description = "行政区划 region" };
        private readonly Option<string?> responsible = new("--responsible")
        {
            Description = "责任单位编号（含曾经负责的） a body that answers for a leg, or did",
        };
        private readonly Option<string?> foundFrom = new("--found-from") { Description = "发现日期不早于 found on this date or later" };
        private readonly Option<string?> foundTo = new("--found-to") { Description = "发现日期不晚于 found on this date or earlier" };
        private readonly Option<string?> from = new("--from") { Description = "期间的第一天 first day looked into" };
        private readonly Option<string?> to = new("--to") { Description = "期间的最后一天 last day looked into" };
        private readonly Option<string[]> instants = new("--at")
        {
            Description = "要固定状态的时点（RFC 3339），可多次 instants whose states are wanted",
        };
        private readonly Option<bool> withhold = new("--withhold-attachments") { Description = "附件只列摘要 only the digests of files" };
        private readonly Option<bool> sm3 = new("--sm3") { Description = "用 SM3 树 the SM3 tree" };
        private readonly Option<string> reason = new("--reason")
        {
            Description = "事由：案件编号或用途 the case's number or the purpose", Required = true,
        };

        public Option<string?> Document { get; } = new("--document") { Description = "依据文号 number of the order" };

        public Option<string?> Actor { get; } = new("--actor") { Description = "申请人 who asks; the account's name when left out" };

        public Option<string?> Body { get; } = new("--body") { Description = "申请单位编号 the body asked for (dev-office)" };

        public Option<string> Out { get; } = new("--out") { Description = "存为 file to save it to", Required = true };

        public DatabaseOptions Database { get; } = new();

        public void AddTo(Command command)
        {
            foreach (var option in new Option[] { reason, Out, hazards, enterprise, region, responsible, foundFrom, foundTo, from, to, instants, withhold, sm3, Document, Actor, Body })
                command.Add(option);
            Database.AddTo(command);
        }

        /// <summary>The request, or what is wrong with it.</summary>
        public (RequestEvidence? Order, Refusal? Refusal) Order(ParseResult parsed)
        {
            Refusal? wrong = null;
            T? Value<T>(Option<string?> option) where T : struct, Domain.IValue<T> =>
                parsed.GetValue(option) is not { } text ? null : T.TryParse(text, out var value, out var refusal) ? value : Wrong<T>(
                    refusal with { Field = option.Name });
            DateOnly? Date(Option<string?> option) =>
                parsed.GetValue(option) is not { } text ? null : Instants.TryParseDate(text, out var date) ? date
                : Wrong<DateOnly>(
                    RequestRefusals.Parameter.Because(option.Name, ("value", Texts.Excerpt(text)), ("expected", "yyyy-MM-dd")));
            T? Wrong<T>(Refusal refusal) where T : struct
            {
                wrong ??= refusal;
                return null;
            }

            var ids = ImmutableArray.CreateBuilder<HazardId>();
            foreach (var text in parsed.GetValue(hazards) ?? [])
                if (HazardId.TryParse(text, out var id, out var refusal))
                    ids.Add(id);
                else
                    wrong ??= refusal with { Field = "--hazard" };
            var at = ImmutableArray.CreateBuilder<DateTimeOffset>();
            foreach (var text in parsed.GetValue(instants) ?? [])
                if (Instants.TryParse(text, out var instant))
                    at.Add(instant);
                else
                    wrong ??= RequestRefusals.Instant.Because("--at", ("value", Texts.Excerpt(text)));
            var filter = new EvidenceFilter(
                Value<CreditCode>(enterprise), Value<RegionCode>(region), Value<BodyId>(responsible), Date(foundFrom), Date(foundTo));
            var order = new RequestEvidence(
                parsed.GetRequiredValue(reason), ids.ToImmutable(), filter == new EvidenceFilter() ? null : filter, Date(from), Date(to),
                at.ToImmutable(),
                parsed.GetValue(withhold) ? AttachmentChoice.Withhold : AttachmentChoice.Include,
                parsed.GetValue(sm3) ? TreeChoice.Sm3 : TreeChoice.Sha256);
            return wrong is null ? (order, null) : (null, wrong);
        }
    }
}
