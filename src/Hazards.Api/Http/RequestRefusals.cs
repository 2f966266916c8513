using Hazards.Domain;
using static Hazards.Domain.RefusalKind;

namespace Hazards.Api.Http;

/// <summary>Refusals of a request that is not understood, whatever it is about.</summary>
internal static class RequestRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    public static readonly RefusalCode MalformedJson = new(
        "request.malformed_json", Invalid, "请求体不是有效的 JSON：第 {line} 行第 {byte} 字节附近有误",
        "The body is not valid JSON: near line {line}, byte {byte}");
    public static readonly RefusalCode NotObject = new("request.not_object", Invalid, "请求体必须是一个 JSON 对象", "The body must be a JSON object");
    public static readonly RefusalCode UnknownField = new(
        "request.unknown_field", Invalid, "没有字段 {field}；可用字段：{known}", "There is no field {field}; known fields: {known}");
    public static readonly RefusalCode DuplicateField = new(
        "request.duplicate_field", Invalid, "字段 {field} 出现了两次", "The field {field} is there twice");
    public static readonly RefusalCode UnknownCode = new(
        "input.unknown_code", Invalid, "{field} 的值“{value}”不在代码表中，可用：{allowed}",
        "{field} is “{value}”, which is not in the code list: {allowed}");
    public static readonly RefusalCode BrokenUtf8 = new(
        "request.broken_utf8", Invalid, "请求体不是有效的 UTF-8 文本，请检查编码（不要用 GBK）",
        "The body is not valid UTF-8; check its encoding (GBK is not accepted)");
    public static readonly RefusalCode TooLarge = new(
        "request.too_large", RefusalKind.TooLarge, "请求体超过 {max} 字节", "The body is larger than {max} bytes");
    public static readonly RefusalCode MediaType = new(
        "request.media_type", Unsupported, "请求体类型“{value}”不受支持，应为 {expected}", "The media type “{value}” is not supported; use {expected}");
    public static readonly RefusalCode NotAcceptable = new(
        "request.not_acceptable", Unsupported, "Accept 所要的格式“{value}”此处没有，可用：{served}",
        "Nothing that Accept asks for (“{value}”) is served here; these are: {served}");
    public static readonly RefusalCode Instant = new(
        "instant.malformed", Invalid, "{field} 的值“{value}”不是带时区的 RFC 3339 时间，例如 2026-03-01T09:30:00+08:00",
        "{field} is “{value}”: an RFC 3339 instant with its offset is needed, such as 2026-03-01T09:30:00+08:00");
    public static readonly RefusalCode IfMatch = new(
        "request.if_match_malformed", Invalid, "If-Match“{value}”不正确：应为 ETag（如 \"3\"）或 *",
        "If-Match “{value}” is malformed: an ETag such as \"3\", or *");
    public static readonly RefusalCode IdempotencyKey = new(
        "idempotency.malformed", Invalid, "幂等键不正确：1 至 200 个可见 ASCII 字符",
        "The Idempotency-Key is malformed: 1 to 200 visible ASCII characters");
    public static readonly RefusalCode Header = new(
        "request.header_malformed", Invalid, "请求头 {field} 的值“{value}”不正确：至多 {max} 个字符，中文须按 UTF-8 做百分号编码",
        "The header {field} is “{value}”: at most {max} characters; what is not ASCII must be percent-encoded UTF-8");
    public static readonly RefusalCode UnknownParameter = new(
        "query.unknown_parameter", Invalid, "没有查询参数 {field}；可用：{known}", "There is no query parameter {field}; known ones: {known}");
    public static readonly RefusalCode RepeatedParameter = new(
        "query.repeated_parameter", Invalid, "查询参数 {field} 只能给一次", "The query parameter {field} may be given once");
    public static readonly RefusalCode Parameter = new(
        "query.malformed", Invalid, "查询参数 {field} 的值“{value}”不正确：{expected}", "The query parameter {field} is “{value}”: {expected}");
    public static readonly RefusalCode BrokenQuery = new(
        "query.broken_utf8", Invalid, "查询参数 {field} 不是 UTF-8 的百分号编码，请检查编码（不要用 GBK）",
        "The query parameter {field} is not percent-encoded UTF-8; check its encoding (GBK is not accepted)");
    public static readonly RefusalCode Reversed = new(
        "query.reversed", Invalid, "{field} 的 {from} 晚于 {last} 的 {to}", "{field} is {from}, after {last}, which is {to}");
    public static readonly RefusalCode OnlyOfFiles = new(
        "query.only_of_files", Invalid, "查询参数 {field} 只用于文件（format=csv 或 xlsx），数据（JSON）总是完整的",
        "The query parameter {field} is for files only (format=csv or xlsx); JSON is always whole");
    public static readonly RefusalCode NotOfFiles = new(
        "query.not_of_files", Invalid, "文件总是给出全部行，没有查询参数 {field}", "A file has all rows: it has no query parameter {field}");
    public static readonly RefusalCode AsOfFuture = new(
        "as_of.future", Unprocessable, "asOf {value} 晚于当前时间 {now}", "asOf {value} lies in the future; it is {now}");
    public static readonly RefusalCode Route = new("route.unknown", RefusalKind.NotFound, "没有这个地址：{path}", "There is nothing at {path}");
    public static readonly RefusalCode Method = new(
        "route.method", Invalid, "此地址不支持 {method}，可用：{allowed}", "{method} is not supported here; use {allowed}");
    public static readonly RefusalCode CodeListUnknown = new(
        "code_list.unknown", RefusalKind.NotFound, "没有代码表 {value}", "There is no code list {value}");
    public static readonly RefusalCode Malformed = new("request.malformed", Invalid, "请求无法识别", "The request cannot be understood");
    public static readonly RefusalCode NotReceived = new(
        "request.not_received", Invalid, "请求未在时限内送完，请检查网络后重发", "The request did not arrive in time; check the network and send it again");
    public static readonly RefusalCode AddressTooLong = new(
        "request.address_too_long", RefusalKind.TooLarge, "请求地址过长", "The address of the request is too long");
    public static readonly RefusalCode HeadersTooLarge = new(
        "request.headers_too_large", RefusalKind.TooLarge, "请求头过大或过多", "The headers of the request are too large or too many");
    public static readonly RefusalCode LogUnavailable = new(
        "log.unavailable", Unavailable, "数据库暂时不可用，请稍后用同一幂等键重试；本次请求未得到确认",
        "The database cannot be reached now. Nothing was acknowledged: send the same request with the same Idempotency-Key again");
    public static readonly RefusalCode Timeout = new(
        "request.timeout", Unavailable, "处理超时，请稍后用同一幂等键重试；本次请求未得到确认",
        "It took too long. Nothing was acknowledged: send the same request with the same Idempotency-Key again");
    public static readonly RefusalCode Busy = new("service.busy", Unavailable, "服务繁忙，请稍后重试", "The service is busy; try again in a moment");
    public static readonly RefusalCode Outdated = new(
        "service.outdated", Unavailable, "系统正在升级：此节点的版本比数据库旧，已停止服务；本次请求未得到确认，请稍后用同一幂等键重试",
        "The system is being upgraded: this node is older than the database and serves no more. Nothing was acknowledged: send the same request with the same Idempotency-Key again in a moment");
    public static readonly RefusalCode Failed = new(
        "service.failed", Unavailable, "服务内部错误，已记录；请把 traceId 告知管理员",
        "Something broke in the service and was logged; tell its operator the traceId");
#pragma warning restore CS1591
}
