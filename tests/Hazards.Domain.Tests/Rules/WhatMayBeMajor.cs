namespace Hazards.Domain.Tests.Rules;

/// <summary>What a reporter says of the level decides whether it may be ended before somebody has graded it.</summary>
public sealed class WhatMayBeMajor
{
    [Theory]
    [InlineData("重大"), InlineData("重大隐患"), InlineData("疑似重大"), InlineData("特大"), InlineData("major"), InlineData("Major hazard")]
    [InlineData("Ⅰ级"), InlineData("I级"), InlineData("1级"), InlineData("一级"), InlineData("A级"), InlineData("A类"), InlineData("红色")]
    [InlineData("红")]
    [InlineData("II级"), InlineData("Ⅱ级"), InlineData("2"), InlineData("2级"), InlineData("B级"), InlineData("较大"), InlineData("严重")]
    [InlineData("突出"), InlineData("橙色")]
    [InlineData("一般1级"), InlineData("一般/重大"), InlineData("重大隐患（非重大危险源）"), InlineData("？"), InlineData("待定"), InlineData("高")]
    public void What_is_not_plainly_general_is_graded_first(string level) => ReportedLevels.MayBeMajor(level).ShouldBeTrue();

    [Theory]
    [InlineData(null), InlineData(""), InlineData("一般"), InlineData("一般隐患"), InlineData("一般事故隐患"), InlineData("general")]
    [InlineData("较小"), InlineData("轻微")]
    [InlineData("3级"), InlineData("Ⅲ级"), InlineData("III级"), InlineData("四级"), InlineData("C"), InlineData("C级"), InlineData("D类")]
    [InlineData("V级")]
    [InlineData("非重大"), InlineData("不属于重大隐患"), InlineData("不构成重大事故隐患"), InlineData("not major"), InlineData("2级（一般）"), InlineData("一般，非重大")]
    public void What_is_plainly_general_may_be_ended_on_the_spot(string? level) => ReportedLevels.MayBeMajor(level).ShouldBeFalse();

    [Theory]
    [InlineData("构成重大事故隐患：制动失效"), InlineData("该处属于重大隐患"), InlineData("经专家判定为重大生产安全事故隐患"), InlineData("存在一处重大火灾隐患")]
    public void Words_that_call_it_major_count_as_well(string words) => ReportedLevels.MayBeMajor("一般", "题", words).ShouldBeTrue();

    [Theory]
    [InlineData("不构成重大事故隐患"), InlineData("未构成重大隐患"), InlineData("未张贴重大事故隐患判定标准"), InlineData("重大危险源罐区灭火器失压"), InlineData("未建立重大隐患台账")]
    [InlineData("不属于重大隐患")]
    public void Words_that_only_mention_it_do_not(string words) => ReportedLevels.MayBeMajor(null, words).ShouldBeFalse();
}
