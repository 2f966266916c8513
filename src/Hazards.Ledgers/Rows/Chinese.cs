namespace Hazards.Ledgers;

/// <summary>Names of persons, told by their surnames.</summary>
internal static class Chinese
{
    /// <summary>Common surnames that begin few other words and places: not 高, 万, 方, 黄, 唐, 马, 石, 于, 程, 任.</summary>
    private const string Surnames = "王李张刘陈杨赵吴徐孙朱胡郭罗郑梁谢宋韩冯邓曹彭萧肖董袁潘蒋蔡杜苏魏吕沈姚卢姜崔钟谭汪范廖贾夏韦傅邹孟熊邱侯江尹薛阎段史陶贺顾毛郝龚邵钱覃戴莫孔汤";

    private const string DoubleSurnames = "欧阳 上官 司马 诸葛 司徒 皇甫 尉迟 慕容 令狐 夏侯 公孙 长孙 宇文";

    /// <summary>What a village, shop or troop ends in, 李家沟, 王庄, 张队, and no given name does.</summary>
    private const string NoGivenNames = "庄村沟湾坪河镇乡店厂矿队组站所园场坝寨堡营屯台坡岭桥口家局科部处办委院校司铺楼厦巷路街区县市州府氏记说称讲报述等";

    /// <summary>The same with the surnames that begin other words too: 高某, 马师.</summary>
    public static bool MayBePersonsName(string text) =>
        IsPersonsName(text) || text.Length is 2 or 3 && Ambiguous.Contains(text[0], StringComparison.Ordinal)
            && !NoGivenNames.Contains(text[^1], StringComparison.Ordinal);

    private const string Ambiguous = "黄雷龙秦陆唐武高万方安白马石于余程任何许曾周金田叶付罗林常史文甲乙丙丁某";

    /// <summary>张三, 李某某, 欧阳某: nobody else is called so.</summary>
    public static bool IsPersonsName(string text)
    {
        var name = text.Trim();
        if (name.Length is < 2 or > 4 || !name.All(c => c is >= '\u4e00' and <= '\u9fff') || NoGivenNames.Contains(
            name[^1], StringComparison.Ordinal)) return false;
        return name.Length == 2 && name[0] is '老' or '小' && Surnames.Contains(name[1], StringComparison.Ordinal)
            || name.Length <= 3 && Surnames.Contains(name[0], StringComparison.Ordinal)
            || name.Length >= 3 && DoubleSurnames.Contains(name[..2], StringComparison.Ordinal);
    }
}
