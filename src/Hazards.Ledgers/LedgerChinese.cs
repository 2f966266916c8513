namespace Hazards.Ledgers;

/// <summary>What readings are called in Chinese sentences, where no name of this library's may stand.</summary>
public static class LedgerChinese
{
    /// <summary>Why a row holds no hazard.</summary>
    public static string Of(LedgerSkip skip) => skip switch
    {
        LedgerSkip.Title => "表头以上的标题",
        LedgerSkip.Header => "表头",
        LedgerSkip.HeaderRepeated => "重复的表头",
        LedgerSkip.Blank => "空行",
        LedgerSkip.NumberOnly => "只有序号",
        LedgerSkip.Section => "分段标题",
        LedgerSkip.Footer => "合计、说明或签字",
        LedgerSkip.Example => "填写示例",
        LedgerSkip.OtherTable => "另一个表头下的表",
        _ => throw new ArgumentOutOfRangeException(nameof(skip), skip, "no such reason"),
    };
}
