using System.Collections.Immutable;
using System.Globalization;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Evidence.Proof;

namespace Hazards.Evidence.Report;

/// <summary>The report's first pages and its last: what it is, the summary, how to check it.</summary>
/// <param name="Package">What was asked for, as the log has it.</param>
/// <param name="AskedBy">The name of the body that asked.</param>
/// <param name="Checkpoint">What it stands on.</param>
/// <param name="AsOf">When the last event that covers was recorded.</param>
/// <param name="Keys">The keys that signed it.</param>
/// <param name="Lines">The hazards.</param>
/// <param name="Events">How many events of hazards there are.</param>
internal sealed record Cover(
    ReportOrder Package, string AskedBy, Checkpoint Checkpoint, DateTimeOffset AsOf, ImmutableArray<NoteVerifier> Keys, IReadOnlyList<SummaryLine> Lines, long Events)
{
    public const string Title = "隐患闭环管理证据报告";

    private EvidenceRequested Request => Package.Request;

    private string Asked => HazardSection.Cite(Package.Position);

    /// <summary>The form of the whole.</summary>
    public string? Form => Lines.All(l => l.Form == ReportForm.Now) ? ReportForm.Now : null;

    public IEnumerable<Block> Before()
    {
        yield return new Block.Heading(0, Title);
        yield return new Block.Table(["项目", "内容"], [3, 13], [.. About().Select(r => ImmutableArray.Create<Cell>(r.Name, r.Text))]);
        yield return new Block.Words("本报告由记录自动生成，每一事实后的〔事件 …〕为所依据的事件在日志中的位置号，可在 events/ 中按位置号找到原文，在 proofs/ 中找到其证明；原报内容按上报时所写，更正另列。核验工具由事件重新生成本报告，逐字比对。单位名称为截止时登记的名称。“发生”为当事人所称时间，“登记”为系统收录时间。");
        yield return new Block.Words($"本报告不能证明的：{string.Join("；", Unproved())}。", Grave: true);
        yield return new Block.NewPage();
        yield return new Block.Heading(1, "一、汇总");
        yield return new Block.Words(Totals());
        yield return new Block.Table(
            ["序号", "隐患", "区划", "单位", "等级", "发现（所称）", "登记", "环节", "逾期", "沉默", "补录", "更正", "未打开", "事件"],
            [2, 8, 6, 6, 5, 5, 5, 5, 2, 2, 2, 2, 2, 7],
            [.. Lines.Select((l, i) => ImmutableArray.Create<Cell>(
                Number(i + 1), new Cell(l.Title + Since(l, l.TitleAt), Link: HazardSection.Anchor(i)), l.Region + Since(l, l.RegionAt),
                l.Enterprise + Since(l, l.EnterpriseAt),
                (l.Level ?? "未定级") + Since(l, l.LevelAt), HazardSection.Time(l.FoundAt), HazardSection.Time(l.RecordedAt),
                l.Stage + Since(l, l.StageAt),
                Count(l.Missed), Count(l.Silences), Count(l.Late), Count(l.Corrections), Count(l.Unopened),
                l.First == l.Last ? HazardSection.Cite(l.First) : HazardSection.Cite(l.First, l.Last)))]);
        yield return new Block.NewPage();
        yield return new Block.Heading(1, "二、逐项情况");
    }

    public static IEnumerable<Block> After()
    {
        yield return new Block.NewPage();
        yield return new Block.Heading(1, "三、如何核验本证据包", "verify");
        string[] steps =
        [
            "1. 保留原始 zip 文件。重新压缩后的文件内容即使相同，也不再是原件，核验会指出。",
            "2. 用离线工具核验（不需要连接本系统，也不需要信任提供者）：hazards verify 证据包.zip --key 公钥。全部通过时退出码为 0。",
            "3. 公钥须来自另行保存的来源（打印件、其他机关留存的检查点），并与上面封面所列逐字比对；包内 keys.json 中的公钥不能自证。",
            "4. 没有该工具时：sha256sum -c SHA256SUMS 核对每个文件；用 openssl 验证 manifest.note 与 checkpoint.txt 的 Ed25519 签名；按 RFC 9162 由 events/ 的每一行和 proofs/ 的路径算出树根，与检查点的树根比对。逐步说明见 docs/verification.md。",
            "5. 每条隐患的事件自第 1 号版本起连续编号、没有空缺，个数写在已签名的清单 manifest.json 中；少一个、多一个、改一个字节或调换次序，都会使核验失败。",
            "6. states/ 中的状态可由 events/ 重放得出；policies/、calendar/ 为当时适用的制度和工作日历。",
        ];
        foreach (var step in steps)
            yield return new Block.Words(step);
        yield return new Block.Words("How to check: keep the original zip; run “hazards verify PACKAGE.zip --key VKEY” with a key kept elsewhere; without the tool, sha256sum, openssl and any RFC 6962/9162 verifier will do (docs/verification.md).");
        yield return new Block.Heading(1, "四、签署", "signed");
        yield return new Block.Words("由出具单位核对无误后签字、盖章；盖章不代替第三部分的核验。");
        yield return new Block.Table(
            ["出具单位（盖章）", "经办人（签字）", "复核人（签字）", "日期"], [6, 4, 4, 4],
            [ImmutableArray.Create<Cell>("\n\n\n\n", "", "", "\n\n年　　月　　日")]);
        yield return new Block.Table(
            ["接收单位（盖章）", "接收人（签字）", "已按第三部分核验（是／否，退出码）", "日期"], [6, 4, 4, 4],
            [ImmutableArray.Create<Cell>("\n\n\n\n", "", "", "\n\n年　　月　　日")]);
    }

    private IEnumerable<(string Name, string Text)> About()
    {
        yield return ("事由", $"{Request.Reason}{Asked}");
        yield return ("依据文号", $"{Package.Asked.Document?.Value ?? "（无）"}{Asked}");
        yield return ("申请单位、申请人", $"{AskedBy}，{Applicant()}{Asked}");
        yield return ("申请时间", $"{HazardSection.Time(Package.RequestedAt)}{Asked}");
        yield return ("期间", Request.From is null && Request.To is null ? "全部"
            : $"{(Request.From is { } from ? HazardSection.Day(from) : "最早")} 至 {(Request.To is { } to ? HazardSection.Day(to) : "截止时")}");
        yield return ("范围", $"{Lines.Count} 条隐患，{Events} 个事件{(Request.Filter is { } filter ? $"；选取条件：{Chosen(filter)}" : "；按编号指定")}");
        yield return ("附件", CodeList.Chinese(Request.Attachments));
        yield return ("截止", $"{HazardSection.Time(AsOf)} 登记的第 {Checkpoint.Size} 号事件；此后登记的不在本包内");
        yield return ("检查点", $"{Checkpoint.Origin}，共 {Checkpoint.Size} 个事件，树根 {Checkpoint.Root}（{CodeList.Chinese(Request.Hash)}）");
        foreach (var key in Keys)
            yield return ("签名公钥", $"{key}\n指纹（公钥的 SHA-256）：{key.Fingerprint}");
        yield return ("证据包编号", Package.Id.ToString("D"));
    }

    /// <summary>A person; a system's account is none.</summary>
    private string Applicant() => Package.Asked.Actor == Package.Asked.Client
        ? $"经办人未署名（{CodeList.Chinese(Package.Asked.Role)}，由系统账户 {Package.Asked.Client} 提交）"
        : $"{Package.Asked.Actor}（{CodeList.Chinese(Package.Asked.Role)}，经 {Package.Asked.Client}）";

    private IEnumerable<string> Unproved()
    {
        yield return "所登记的内容是否属实（只证明登记之后没有改动、没有遗漏）";
        yield return $"第 {Checkpoint.Size} 号事件之后登记的情况";
        yield return "签名公钥属于谁（须与另行保存的公钥比对）";
        yield return "登记时间与标准时间是否一致（由系统时钟给出；有无外部见证以核验工具的结论为准）";
        if (Request.Attachments != AttachmentChoice.Include)
            yield return "未收入本包的附件的内容（只有摘要）";
        if (Package.Asked.Actor == Package.Asked.Client)
            yield return "申请由谁经办";
    }

    // What the first event said is cited at the end of the line.
    private static string Since(SummaryLine line, long position) =>
        position == line.First || line.Form is null ? "" : HazardSection.Cite(position);

    private string Totals() => string.Create(CultureInfo.InvariantCulture,
        $"共 {Lines.Count} 条隐患：逾期 {Lines.Sum(l => l.Missed)} 次（涉及 {Lines.Count(l => l.Missed > 0)} 条），沉默 {Lines.Sum(l => l.Silences)} 处（{Lines.Count(l => l.Silences > 0)} 条），补录 {Lines.Sum(l => l.Late)} 个事件（{Lines.Count(l => l.Late > 0)} 条），更正 {Lines.Sum(l => l.Corrections)} 次，告知后无人打开 {Lines.Sum(l => l.Unopened)} 次。截止时的环节：{string.Join("，", Lines.GroupBy(l => l.Stage).OrderByDescending(g => g.Count()).Select(g => $"{g.Key} {g.Count()} 条"))}。");

    private static string Chosen(EvidenceFilter f) => string.Join("，", new[]
    {
        f.Enterprise is { } code ? $"单位 {code}" : null,
        f.Region is { } region ? Regions.FullNameOf(region) : null,
        f.Body is { } body ? $"责任单位 {body}" : null,
        f.FoundFrom is null && f.FoundTo is null ? null : $"发现于 {Range(f.FoundFrom, f.FoundTo)}",
        f.RecordedFrom is null && f.RecordedTo is null ? null : $"登记于 {Range(f.RecordedFrom, f.RecordedTo)}",
    }.OfType<string>());

    private static string Range(DateOnly? from, DateOnly? to) =>
        $"{(from is { } a ? HazardSection.Day(a) : "…")}–{(to is { } b ? HazardSection.Day(b) : "…")}";

    private static Cell Count(int count) => count == 0 ? "" : new Cell(Number(count), Grave: true);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
