using System.Text.Json.Serialization;

namespace Hazards.Ledgers;

/// <summary>What a column of a ledger can mean.</summary>
[JsonConverter(typeof(LedgerEnumConverter<LedgerField>))]
public enum LedgerField
{
    /// <summary>序号、编号: the ledger's own number of the row.</summary>
    ExternalId,
    /// <summary>检查时间、发现时间: when it was found.</summary>
    FoundAt,
    /// <summary>检查单位: the body that found it.</summary>
    InspectionBody,
    /// <summary>检查人: the persons who found it, as written.</summary>
    Inspectors,
    /// <summary>隐患来源: where it comes from.</summary>
    Source,
    /// <summary>检查项目: the project, section or unit inspected.</summary>
    Project,
    /// <summary>检查工点、地点: the place.</summary>
    Place,
    /// <summary>所属地区、乡镇: the region as written.</summary>
    Region,
    /// <summary>行业领域: the sector as written.</summary>
    Sector,
    /// <summary>企业名称: the enterprise where it was found.</summary>
    Enterprise,
    /// <summary>统一社会信用代码: that enterprise's code (GB 32100-2015), 18 characters.</summary>
    CreditCode,
    /// <summary>隐患内容: what is wrong. A row without it cannot become a hazard.</summary>
    Description,
    /// <summary>隐患类型、专业类别: the kind of hazard.</summary>
    Category,
    /// <summary>隐患等级: the level.</summary>
    Level,
    /// <summary>是否重大隐患: yes or no, beside a column for the level.</summary>
    IsMajor,
    /// <summary>判定依据: the clause it offends.</summary>
    Basis,
    /// <summary>整改要求、措施: what is to be done.</summary>
    Measures,
    /// <summary>整改资金: the money for it, in 万元.</summary>
    Funds,
    /// <summary>整改期限: the date by which it must be done.</summary>
    Deadline,
    /// <summary>整改责任单位: a body that must act; several columns may hold one, each with a role.</summary>
    ResponsibleUnit,
    /// <summary>整改责任人: the person responsible, as written.</summary>
    ResponsiblePerson,
    /// <summary>整改情况: what was done, in words.</summary>
    Result,
    /// <summary>整改完成日期: when the unit says it was done.</summary>
    CompletedAt,
    /// <summary>复查时间: when it was inspected again.</summary>
    ReinspectedAt,
    /// <summary>复查人: who inspected again, as written.</summary>
    ReinspectedBy,
    /// <summary>验收时间: when it was accepted.</summary>
    AcceptedAt,
    /// <summary>验收人: who accepted it, as written.</summary>
    AcceptedBy,
    /// <summary>销号时间: when it was written off.</summary>
    ClosedAt,
    /// <summary>状态、销号情况: how far it has got.</summary>
    State,
    /// <summary>班次: the shift.</summary>
    Shift,
    /// <summary>备注: remarks.</summary>
    Remark,
}

/// <summary>The two levels of the Work Safety Law; the ledger's own wording is kept beside them.</summary>
[JsonConverter(typeof(LedgerEnumConverter<LedgerLevel>))]
public enum LedgerLevel
{
    /// <summary>一般隐患.</summary>
    General,
    /// <summary>重大隐患.</summary>
    Major,
}

/// <summary>How far a hazard has got, as far as a ledger can say.</summary>
[JsonConverter(typeof(LedgerEnumConverter<LedgerState>))]
public enum LedgerState
{
    /// <summary>Found and entered, nothing more.</summary>
    Reported,
    /// <summary>待整改、未五定: handed to a body, no plan yet.</summary>
    Assigned,
    /// <summary>已五定: measures, person, funds, deadline and emergency plan are settled.</summary>
    Planned,
    /// <summary>整改中: being put right.</summary>
    Rectifying,
    /// <summary>已整改、整改完成: the unit says it is done; nobody has accepted it yet.</summary>
    Declared,
    /// <summary>已复查、验收合格: accepted, not yet written off.</summary>
    Accepted,
    /// <summary>已销号: written off.</summary>
    Closed,
    /// <summary>已现场处理、立行立改: put right during the inspection.</summary>
    FixedOnTheSpot,
    /// <summary>不属实: not a hazard after all.</summary>
    Unfounded,
}

/// <summary>Enum names in camelCase, and names only: a number in a mapping is a mistake.</summary>
internal sealed class LedgerEnumConverter<T>() : JsonStringEnumConverter<T>(
    System.Text.Json.JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;
