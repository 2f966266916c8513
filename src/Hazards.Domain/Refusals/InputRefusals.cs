using static Hazards.Domain.RefusalKind;

namespace Hazards.Domain;

/// <summary>Refusals of malformed input: what is wrong is in the text itself, whatever the state of the hazard.</summary>
public static class InputRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    public static readonly RefusalCode Malformed = new(
        "input.malformed", Invalid, "字段 {field} 的值无法识别：{detail}。请按接口文档的类型填写",
        "Field {field} cannot be read: {detail}. Use the type given in the API description");
    public static readonly RefusalCode NotText = new("input.not_text", Invalid, "字段 {field} 必须是文本", "Field {field} must be text");
    public static readonly RefusalCode Missing = new("input.missing", Invalid, "缺少必填内容：{field}", "Required and missing: {field}");
    public static readonly RefusalCode TooLong = new(
        "input.too_long", Invalid, "{field} 过长：{length} 个字符，最多 {max} 个", "{field} is too long: {length} characters, at most {max}");
    public static readonly RefusalCode TooShort = new(
        "input.too_short", Invalid, "{field} 过短，至少 {min} 个字符", "{field} is too short: at least {min} characters");
    public static readonly RefusalCode NotClean = new(
        "input.control_characters", Invalid, "{field} 含有控制字符或残缺的字符，请去掉后重试",
        "{field} holds control characters or broken characters; remove them and try again");
    public static readonly RefusalCode Region = new(
        "region.malformed", Invalid, "行政区划代码“{value}”不正确：应为2、4、6、9或12位数字（GB/T 2260），或区划名称；见 /api/v1/regions",
        "Region code “{value}” is malformed: 2, 4, 6, 9 or 12 digits by GB/T 2260, or a name; see /api/v1/regions");
    public static readonly RefusalCode RegionUnknown = new(
        "region.unknown", Unprocessable, "行政区划代码“{value}”不存在：GB/T 2260 中没有 {county}",
        "Region code “{value}” does not exist: GB/T 2260 has no {county}");
    public static readonly RefusalCode CreditCode = new(
        "credit_code.malformed", Invalid, "统一社会信用代码“{value}”不正确：应为18位数字或大写字母（不含 I、O、S、V、Z）",
        "Credit code “{value}” is malformed: 18 digits or capital letters without I, O, S, V and Z");
    public static readonly RefusalCode CreditCodeCheck = new(
        "credit_code.check_character", Invalid, "统一社会信用代码 {value} 的校验码不对：按 GB 32100-2015 应为 {expected}，实为 {found}，请核对是否录错",
        "The check character of credit code {value} is wrong: {expected} by GB 32100-2015, found {found}; check for a typing error");
    public static readonly RefusalCode MonthDay = new(
        "month_day.malformed", Invalid, "“{value}”不是每年的某一天：应为 MM-dd，如 05-31", "“{value}” is no day of the year: MM-dd, such as 05-31");
    public static readonly RefusalCode Period = new(
        "period.malformed", Invalid, "“{value}”不是报表期：年 2026，季 2026Q3，月 2026-07，半月 2026-07a 或 2026-07b",
        "“{value}” is no period: a year 2026, a quarter 2026Q3, a month 2026-07, half a month 2026-07a or 2026-07b");
    public static readonly RefusalCode HazardIdentity = new(
        "hazard_id.malformed", Invalid, "隐患编号“{value}”不正确：应为 UUID", "Hazard id “{value}” is malformed: a UUID is expected");
    public static readonly RefusalCode BodyIdentity = new(
        "body_id.malformed", Invalid, "单位编号“{value}”不正确：2至40位小写字母、数字或连字符，或单位名称；见 /api/v1/bodies",
        "Body id “{value}” is malformed: 2 to 40 lower-case letters, digits or hyphens, or its name; see /api/v1/bodies");
    public static readonly RefusalCode Document = new(
        "document_number.malformed", Invalid, "文号“{value}”不正确：2至80个字符，不含控制字符",
        "Document number “{value}” is malformed: 2 to 80 characters, no control characters");
    public static readonly RefusalCode Digest = new(
        "digest.malformed", Invalid, "附件摘要“{value}”不正确：应为64位十六进制的 SHA-256",
        "Digest “{value}” is malformed: SHA-256 as 64 hexadecimal digits");
    public static readonly RefusalCode Sector = new(
        "sector.malformed", Invalid, "没有行业领域“{value}”，可用代码和名称见 /api/v1/codes/sectors",
        "There is no sector “{value}”; codes and names at /api/v1/codes/sectors");
    public static readonly RefusalCode SectorUnknown = new(
        "sector.unknown", Unprocessable, "没有行业领域代码“{value}”，可用代码见 /api/v1/codes/sectors",
        "There is no sector code “{value}”; see /api/v1/codes/sectors");
    public static readonly RefusalCode RegionName = new(
        "region.name_unknown", Unprocessable, "没有名为“{value}”的行政区划（省至县）；代码见 /api/v1/regions?q=名称",
        "No region, province to county, has the name “{value}”; find the codes at /api/v1/regions?q=NAME");
    public static readonly RefusalCode BodyName = new(
        "body.name_unknown", Unprocessable, "没有名为“{value}”的单位，或不在管辖范围内；单位编号见 /api/v1/bodies?name=名称",
        "No body has the name “{value}”, or it lies outside your jurisdiction; find ids at /api/v1/bodies?name=NAME");
    public static readonly RefusalCode Ambiguous = new(
        "input.ambiguous", Unprocessable, "“{value}”不止一个，请写代码：{choices}", "“{value}” is more than one; give the code: {choices}");
    public static readonly RefusalCode OutOfRange = new(
        "input.out_of_range", Invalid, "{field} 的值 {value} 超出范围：应在 {min} 与 {max} 之间",
        "{field} is {value}: it must lie between {min} and {max}");
    public static readonly RefusalCode TooMany = new(
        "input.too_many", Invalid, "{field} 过多：{count} 项，最多 {max} 项", "{field} has too many items: {count}, at most {max}");
    public static readonly RefusalCode Duplicate = new("input.duplicate", Invalid, "{field} 有重复项：{value}", "{field} holds {value} twice");
#pragma warning restore CS1591
}
