using System.Collections.Immutable;
using static Hazards.Domain.RefusalKind;

namespace Hazards.Domain;

/// <summary>A mistake in a file that people write: what is wrong, where, and how to mend it.</summary>
/// <param name="Refusal">The stable code, the path inside the file (<c>clocks[2].days</c>) and the facts.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The character in the line, from 1.</param>
public sealed record Finding(Refusal Refusal, int Line, int Column)
{
    /// <summary>The stable code.</summary>
    public string Code => Refusal.Code;

    /// <summary>Where and what, in Chinese and English, as compilers write it.</summary>
    public string Say(string file) =>
        $"{file}:{Line}:{Column}: {(Refusal.Field is { } path ? path + ": " : "")}{Refusal.Chinese} · {Refusal.English} [{Code}]";
}

/// <summary>What can be wrong with any such file, whatever it is about.</summary>
public static class FileRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    public static readonly RefusalCode Syntax = new(
        "file.syntax", Invalid, "这里不是有效的 JSON（缺逗号、括号或引号，或多了逗号）；改好后再检查其余内容",
        "This is not valid JSON (a comma, bracket or quotation mark is missing or too many); mend it, then the rest can be checked");
    public static readonly RefusalCode Encoding = new(
        "file.encoding", Invalid, "文件不是 UTF-8 编码，请另存为 UTF-8", "The file is not UTF-8; save it as UTF-8");
    public static readonly RefusalCode TooLarge = new(
        "file.too_large", RefusalKind.TooLarge, "文件有 {size} 字节，最多 {max} 字节", "The file has {size} bytes; {max} at most");
    public static readonly RefusalCode NotObject = new(
        "file.not_object", Invalid, "文件应是一个 JSON 对象，以花括号开头", "The file must be a JSON object, in braces");
    public static readonly RefusalCode UnknownMember = new(
        "file.unknown_member", Invalid, "没有“{name}”这一项；这里可以有：{known}", "There is no member “{name}”; here may stand: {known}");
    public static readonly RefusalCode Twice = new(
        "file.member_twice", Invalid, "“{name}”出现了两次，第一次在第 {line} 行", "“{name}” is there twice, first on line {line}");
    public static readonly RefusalCode Missing = new("file.member_missing", Invalid, "缺少“{name}”", "“{name}” is missing");
    public static readonly RefusalCode WrongType = new(
        "file.wrong_type", Invalid, "这里应是{expected}，不是{found}", "Expected {expected} here, found {found}");
    public static readonly RefusalCode WrongCode = new(
        "file.wrong_code", Invalid, "没有代码“{value}”；可用：{allowed}", "There is no code “{value}”; known: {allowed}");
    public static readonly RefusalCode Blank = new(
        "file.blank", Invalid, "文字不能为空白，也不能含控制字符，最多 {max} 个字符",
        "The text may not be blank nor hold control characters, and has {max} characters at most");
    public static readonly RefusalCode Range = new(
        "file.out_of_range", Invalid, "{value} 超出范围：应在 {min} 与 {max} 之间", "{value} is out of range: {min} to {max}");
    public static readonly RefusalCode TooManyValues = new(
        "file.too_many_values", RefusalKind.TooLarge, "文件中的值超过 {max} 个", "The file has more than {max} values");
    public static readonly RefusalCode TooManyItems = new(
        "file.too_many_items", Invalid, "列表有 {count} 项，最多 {max} 项", "The list has {count} items; {max} at most");
    public static readonly RefusalCode More = new(
        "file.more_mistakes", Invalid, "错误太多，此处以后的不再列出；改好前面的再检查",
        "There are too many mistakes: those found after these are not told; mend them and check again");
    public static readonly RefusalCode Date = new("file.date", Invalid, "“{value}”不是日期：应为 yyyy-MM-dd", "“{value}” is no date: yyyy-MM-dd");
#pragma warning restore CS1591
}

/// <summary>The mistakes found so far, each told once, and no more of them than somebody reads.</summary>
/// <param name="stop">Stops the checking.</param>
internal sealed class Findings(CancellationToken stop = default)
{
    /// <summary>So many are told.</summary>
    internal const int Most = 500;

    private readonly List<Finding> _all = [];
    private readonly HashSet<(int Line, int Column, string English)> _told = [];

    /// <summary>Stops the checking.</summary>
    public CancellationToken Stop => stop;

    /// <summary>How many were found.</summary>
    public int Count { get; private set; }

    /// <summary>In the order of the file.</summary>
    public ImmutableArray<Finding> All => [.. _all.OrderBy(f => f.Line).ThenBy(f => f.Column).ThenBy(f => f.Code, StringComparer.Ordinal)];

    public void Add(JsonPart at, RefusalCode code, params ReadOnlySpan<(string Name, object? Value)> facts)
    {
        if (_all.Count > Most)
            Count++;
        else
            Add(at, code.Because(at.Path, facts));
    }

    public void Add(JsonPart at, Refusal refusal)
    {
        stop.ThrowIfCancellationRequested();
        if (_all.Count > Most)
        {
            Count++;
            return;
        }

        if (_all.Count == Most)
            refusal = FileRefusals.More.Because();
        var path = at.Path;
        var finding = new Finding(refusal with { Field = path.Length == 0 ? null : path }, at.Line, at.Column);
        if (!_told.Add((finding.Line, finding.Column, finding.Refusal.English)))
            return;
        _all.Add(finding);
        Count++;
    }
}
