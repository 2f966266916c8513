using System.Diagnostics;
using System.Text;

namespace Hazards.Domain.Tests.Policies;

/// <summary>
/// However a document is made, checking it costs about as much as its length: 450 KB of each of these took minutes. Here each has
/// seconds, on a machine that does much else.
/// </summary>
public sealed class WhatCheckingCosts
{
    private const int Size = 450_000;

    public static TheoryData<string> Shapes => [.. Documents.Keys];

    private static readonly Dictionary<string, Func<string>> Documents = new()
    {
        ["members that nobody knows"] = () => $"{{{Many(i => $"\"a{i}\":0")}}}",
        ["members given twice"] = () => $"{{{Many(_ => "\"a\":0")}}}",
        ["mistakes in one line"] = () => $"{{\"clocks\":[{Many(_ => "0")}]}}",
        ["mistakes in many lines"] = () => $"{{\"clocks\":[{Many(_ => "\n{}")}]}}",
        ["a long name around many values"] = () => $"{{\"{new string('n', Size / 2)}\":[{Many(_ => "0", Size / 2)}]}}",
        ["long names in each other"] = () => string.Concat(Enumerable.Repeat($"{{\"{new string('n', 7_000)}\":", 60)) + "0" + new string('}', 60),
        ["too many brackets"] = () => new string('[', Size),
        ["lists in lists"] = () => $"{{\"clocks\":[{Many(_ => "[[[[[[[]]]]]]]")}]}}",
        ["steps of a ladder"] = () => $"{{\"ladder\":[{Many(i => $"{{\"daysOverdue\":{i + 1},\"step\":\"urge\",\"mode\":\"automatic\",\"source\":{{\"title\":\"x\"}}}}")}]}}",
        ["grades"] = () => $"{{\"grades\":[{Many(i => $"{{\"grade\":{i},\"level\":\"major\",\"name\":\"g{i}\"}}")}]}}",
        ["codes of one list"] = () => $"{{\"planRequired\":[{Many(_ => "\"major\"")}]}}",
        ["characters of three bytes in one line"] = () => $"{{\"sources\":[{Many(_ => "{\"title\":\"隐患\"}", 350_000)}]}}",
        ["a text that never ends"] = () => $"{{\"title\":\"{new string('x', Size)}",
    };

    [Theory, MemberData(nameof(Shapes))]
    public void It_costs_about_as_much_as_its_length(string shape)
    {
        var file = Encoding.UTF8.GetBytes(Documents[shape]());
        file.Length.ShouldBeLessThan(PolicyCheck.MostBytes);
        file.Length.ShouldBeGreaterThan(Size / 2);
        var watch = Stopwatch.StartNew();
        var check = PolicyCheck.Of(file);
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(5));
        check.Policy.ShouldBeNull();
        check.Findings.Length.ShouldBeInRange(1, Findings.Most + 1);
    }

    [Fact]
    public void No_more_mistakes_are_told_than_somebody_reads_and_that_there_are_more_is_told()
    {
        var check = PolicyCheck.Of(
            Encoding.UTF8.GetBytes($"{{{string.Join(',', Enumerable.Range(0, 2_000).Select(i => $"\n\"a{i}\":0"))}}}"));
        check.Findings.Length.ShouldBe(Findings.Most + 1);
        check.Findings.Count(f => f.Code == FileRefusals.More.Code).ShouldBe(1);
    }

    [Fact]
    public void Who_hangs_up_is_not_worked_for()
    {
        var file = Encoding.UTF8.GetBytes(Documents["members that nobody knows"]());
        Should.Throw<OperationCanceledException>(() => PolicyCheck.Of(file, PolicyShelf.Shipped, new CancellationToken(canceled: true)));
    }

    private static string Many(Func<int, string> one, int size = Size)
    {
        var text = new StringBuilder();
        for (var i = 0; text.Length < size; i++)
            text.Append(i == 0 ? "" : ",").Append(one(i));
        return text.ToString();
    }
}
