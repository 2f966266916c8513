using System.Collections;
using System.Reflection;
using Hazards.Domain.Codes;

namespace Hazards.Domain.Tests.Values;

/// <summary>Texts, China's time, and the code lists.</summary>
public sealed class TextsTimeAndLists
{
    [Theory]
    [InlineData("中文 and 😀", true, true), InlineData("两\n行\r\n\t", false, true), InlineData("\u0001", false, false)]
    [InlineData("\u007f", false, false)]
    [InlineData("\u0085", false, false), InlineData("\0", false, false), InlineData("", true, true)]
    public void Clean_text_has_neither_control_characters_nor_broken_surrogates(string text, bool oneLine, bool multiline)
    {
        Texts.IsClean(text, multiline: false).ShouldBe(oneLine);
        Texts.IsClean(text, multiline: true).ShouldBe(multiline);
    }

    [Fact]
    public void Half_a_character_is_not_clean()
    {
        // Not as inline data: an attribute is kept as UTF-8, which has no halves.
        foreach (var broken in new[] { "\ud83d", "\ude00", "\ude00\ud83d", "a\ud83db", "a\ud83d", "\ud83d\ud83d\ude00" })
            Texts.IsClean(broken, multiline: true).ShouldBeFalse();
        Texts.IsClean("\ud83d\ude00", multiline: false).ShouldBeTrue();
    }

    [Theory]
    [InlineData(null, "input.missing"), InlineData("", "input.missing"), InlineData(" \t", "input.missing")]
    [InlineData("长长长长长长", "input.too_long")]
    [InlineData("      ", "input.too_long"), InlineData(" 短 ", "input.too_short"), InlineData("坏\u0007", "input.control_characters")]
    [InlineData("正好五字了", null), InlineData("两字", null)]
    public void Text_is_checked_from_the_outside_in(string? text, string? code) => Texts.Check("field", text, 2, 5)?.Code.ShouldBe(code);

    [Fact]
    public void What_is_optional_may_be_missing()
    {
        Texts.Optional("f", null).ShouldBeNull();
        Texts.Optional("f", " ").ShouldBeNull();
        Texts.Required("f", new string('长', Texts.LongLength)).ShouldBeNull();
        Texts.Required("f", new string('长', Texts.LongLength + 1))!.Code.ShouldBe("input.too_long");
        Texts.Name("f", new string('长', Texts.NameLength)).ShouldBeNull();
    }

    [Fact]
    public void An_excerpt_is_short_and_safe_to_repeat()
    {
        Texts.Excerpt(null).ShouldBe("null");
        Texts.Excerpt("a\0b\ud800").ShouldBe("a?b?");
        Texts.Excerpt(new string('x', 100)).ShouldBe(new string('x', 40) + "…(100)");
    }

    [Fact]
    public void A_deadline_is_the_end_of_its_day_in_China()
    {
        var date = new DateOnly(2026, 3, 2);
        ChinaTime.StartOf(date).ShouldBe(new DateTimeOffset(2026, 3, 1, 16, 0, 0, TimeSpan.Zero));
        ChinaTime.EndOf(date).ShouldBe(new DateTimeOffset(2026, 3, 2, 16, 0, 0, TimeSpan.Zero));
        ChinaTime.DateAt(ChinaTime.EndOf(date).AddTicks(-1)).ShouldBe(date);
        ChinaTime.DateAt(ChinaTime.EndOf(date)).ShouldBe(date.AddDays(1));
        ChinaTime.DateAt(new DateTimeOffset(2026, 3, 2, 23, 0, 0, TimeSpan.FromHours(-5))).ShouldBe(new DateOnly(2026, 3, 3));
    }

    [Fact]
    public void Every_instant_can_be_written()
    {
        ChinaTime.Format(new DateTimeOffset(2026, 3, 2, 1, 2, 3, TimeSpan.Zero)).ShouldBe("2026-03-02T09:02:03+08:00");
        ChinaTime.Format(new DateTimeOffset(2026, 3, 2, 1, 2, 3, 450, TimeSpan.Zero)).ShouldBe("2026-03-02T09:02:03.45+08:00");
        ChinaTime.Format(DateTimeOffset.MinValue).ShouldBe("0001-01-01T08:00:00+08:00");
        ChinaTime.Format(DateTimeOffset.MaxValue).ShouldBe("9999-12-31T23:59:59.9999999+00:00");
        ChinaTime.DateAt(DateTimeOffset.MaxValue).ShouldBe(DateOnly.MaxValue);
    }

    public static TheoryData<Type> Lists =>
        [.. typeof(Hazard).Assembly.GetTypes().Where(t => t.IsEnum && t.GetFields().Any(f => f.GetCustomAttribute<LabelAttribute>() is not null))];

    [Theory, MemberData(nameof(Lists))]
    public void Every_value_of_a_list_has_one_code_and_both_labels(Type list)
    {
        var entries = ((IEnumerable)typeof(CodeList).GetMethod(nameof(CodeList.Of))!.MakeGenericMethod(list).Invoke(null, null)!)
            .Cast<CodeEntry>().ToArray();
        entries.Length.ShouldBe(Enum.GetNames(list).Length);
        entries.Select(e => e.Code).ShouldBeUnique();
        entries.Select(e => e.Chinese).ShouldBeUnique();
        entries.ShouldAllBe(e => e.Chinese.Length > 0 && e.English.Length > 0 && char.IsAsciiLetterLower(e.Code[0]));
    }

    [Fact]
    public void Codes_are_found_exactly_or_not_at_all()
    {
        CodeList.TryParse<Stage>("awaitingClosure", out var stage).ShouldBeTrue();
        stage.ShouldBe(Stage.AwaitingClosure);
        foreach (var wrong in new[] { null, "", "AwaitingClosure", "5", "closed " })
            CodeList.TryParse<Stage>(wrong, out _).ShouldBeFalse();
        Should.Throw<ArgumentOutOfRangeException>(() => CodeList.Chinese((Stage)99));
    }

    [Fact]
    public void A_deployment_adds_sectors_before_other()
    {
        SectorCatalogue.Usual.Entries.Length.ShouldBe(24);
        SectorCatalogue.Usual.Entries.Select(e => e.Code).ShouldBeUnique();
        SectorCatalogue.Usual.Entries.ShouldAllBe(e => SectorCode.Parse(e.Code).Value == e.Code);
        var more = SectorCatalogue.Usual.With([new CodeEntry("lithium", "锂电", "Lithium"), new CodeEntry("power", "电力", "Power")]);
        more.Entries[^1].Code.ShouldBe("other");
        more.Find(SectorCode.Parse("power")).Chinese.ShouldBe("电力");
        more.Knows(SectorCode.Parse("lithium")).ShouldBeTrue();
        SectorCatalogue.Usual.Knows(SectorCode.Parse("lithium")).ShouldBeFalse();
        SectorCatalogue.Usual.Find(SectorCode.Parse("lithium")).Chinese.ShouldBe("lithium");
    }
}
