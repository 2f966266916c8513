using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Hazards.Api.Lists;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Microsoft.OpenApi;

namespace Hazards.Api.Http.OpenApi;

/// <summary>Writes each operation from what its endpoint says about itself, so that the document cannot drift from the code.</summary>
internal sealed class OperationText(OpenApiDocument document, Schemas schemas)
{
    /// <summary>An operation's part of the document.</summary>
    /// <param name="about">What it says about itself.</param>
    /// <param name="method">GET or POST.</param>
    /// <param name="path">Its path in the document.</param>
    public OpenApiOperation Write(Operation about, string method, string path) => new()
    {
        Summary = $"{about.Chinese} · {about.English}",
        Description = Describe(about),
        OperationId = OperationNames.Of(method, path),
        Tags = new HashSet<OpenApiTagReference> { new(about.Tag.Name, document) },
        Parameters = [
            .. InPath(path).Select(Shared), .. about.Query.Select(InQuery).Select(Shared), .. Headers(about, method).Select(Shared)],
        RequestBody = BodyOf(about, path),
        Security = about.Open ? [] : null,
        Responses = Answers(about, method, path),
    };

    /// <summary>Parameters that many operations have stand once, among the components.</summary>
    private IOpenApiParameter Shared(OpenApiParameter parameter)
    {
        var known = document.Components!.Parameters ??= new Dictionary<string, IOpenApiParameter>();
        var name = $"{parameter.In}-{parameter.Name}";
        for (var number = 1; ; number++)
        {
            var key = number == 1 ? name : $"{name}-{number}";
            if (known.TryAdd(key, parameter) || known[key].Description == parameter.Description && Same(
                known[key].Schema, parameter.Schema))
                return new OpenApiParameterReference(key, document);
        }
    }

    private static bool Same(IOpenApiSchema? one, IOpenApiSchema? other) => (one, other) switch
    {
        (OpenApiSchemaReference a, OpenApiSchemaReference b) => a.Reference.Id == b.Reference.Id,
        (OpenApiSchema a, OpenApiSchema b) =>
            (a.Type, a.Format, a.Pattern, a.Minimum, a.Maximum, a.MaxLength) == (b.Type, b.Format, b.Pattern, b.Minimum, b.Maximum,
                b.MaxLength)
            && (a.Items is null ? b.Items is null : Same(a.Items, b.Items)),
        _ => false,
    };

    private static string Describe(Operation about)
    {
        if (about.Rule is not { } rule)
            return about.English + ".";
        var text = new StringBuilder();
        text.AppendLine("谁可以办理 · who may:").AppendLine();
        foreach (var role in rule.Roles)
            text.AppendLine($"- `{CodeList.Code(role)}` {CodeList.Chinese(role)} · {CodeList.English(role)}");
        text.AppendLine().AppendLine($"条件 · relation: {CodeList.Chinese(rule.Relation)} · {CodeList.English(rule.Relation)}").AppendLine();
        if (!rule.Stages.IsEmpty)
            text.AppendLine($"环节 · stages: {string.Join("、", rule.Stages.Select(s => $"{CodeList.Chinese(s)} `{CodeList.Code(s)}`"))}")
                .AppendLine();
        if (!rule.StagesOfImported.IsEmpty)
            text.AppendLine($"台账导入的隐患{(rule.OnlyUntouched ? "无人办理过的" : "")}还可在 · besides, for a hazard that was imported{(rule.OnlyUntouched ? " and that nobody has acted on" : "")}: {string.Join("、", rule.StagesOfImported.Select(s => $"{CodeList.Chinese(s)} `{CodeList.Code(s)}`"))}").AppendLine();
        if (!rule.LegStages.IsEmpty)
            text.AppendLine($"责任方状态 · stages of the leg: {string.Join("、", rule.LegStages.Select(s => $"{CodeList.Chinese(s)} `{CodeList.Code(s)}`"))}").AppendLine();
        return text.ToString();
    }

    private IEnumerable<OpenApiParameter> InPath(string path)
    {
        var parts = path.Split('/');
        for (var i = 1; i < parts.Length; i++)
            if (parts[i].StartsWith('{'))
            {
                var name = parts[i][1..parts[i].IndexOf('}', StringComparison.Ordinal)].Trim('*');
                yield return new OpenApiParameter
                {
                    Name = name, In = ParameterLocation.Path, Required = true, Description = Which[parts[i - 1]],
                    Schema = PathSchema(name, parts[i - 1]),
                };
            }
    }

    /// <summary>Which one of a noun, by the noun. One that is not here fails the document.</summary>
    private static readonly FrozenDictionary<string, string> Which = new Dictionary<string, string>
    {
        ["accounts"] = "账号编号 · the account's id",
        ["api-keys"] = "密钥编号 · the key's id",
        ["bodies"] = "单位编号 · the body's id",
        ["campaigns"] = "专项行动编号 · the campaign's id",
        ["changes"] = "在日志中的位置 · its position in the log",
        ["checkpoints"] = "检查点的大小，或 latest · the checkpoint's size, or latest",
        ["codes"] = "代码表 · the code list",
        ["dead-letters"] = "任务编号 · the job's id",
        ["drafts"] = "草稿编号 · the draft's id",
        ["enterprises"] = "统一社会信用代码 · the enterprise's unified social credit code",
        ["evidence"] = "证据包编号 · the package's id",
        ["files"] = "文件的 SHA-256 · SHA-256 of the file",
        ["hazards"] = "隐患编号 · the hazard's id",
        ["imports"] = "导入编号 · the import's id",
        ["inbox"] = "告知编号 · the message's id",
        ["inspections"] = "检查编号 · the inspection's id",
        ["legs"] = "责任方 · the leg",
        ["persons"] = "人员编号 · the person's id",
        ["policies"] = "制度版本 · the policy's version",
        ["problems"] = "错误代码 · the error code",
        ["regions"] = "区划代码 · the region's code",
        ["reports"] = "报表编号 · the report's id",
        ["seals"] = "封存编号 · the seal's id",
        ["sessions"] = "登录编号 · the session's id",
        ["special-periods"] = "特殊时段的编号或名称 · the special period's id or name",
        ["tile"] = "瓦片路径（tile/ 之后的部分）· the tile's path, after tile/",
        ["webhooks"] = "推送编号 · the webhook's id",
        ["witness"] = "来源名的 SHA-256，十六进制 · SHA-256 of the origin, hexadecimal",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private IOpenApiSchema PathSchema(string name, string noun) => name switch
    {
        "leg" => schemas.Of(typeof(Leg)),
        "digest" => schemas.Of(typeof(Sha256Digest)),
        "id" when noun == "bodies" => schemas.Of(typeof(BodyId)),
        "id" => schemas.Of(typeof(Guid)),
        _ => schemas.Of(typeof(string)),
    };

    private OpenApiParameter InQuery(QueryParameter parameter) => new()
    {
        Name = parameter.Name,
        In = ParameterLocation.Query,
        Description = $"{parameter.Chinese} · {parameter.English}",
        Explode = parameter.Many,
        Schema = parameter.Many
            ? new OpenApiSchema { Type = JsonSchemaType.Array, Items = schemas.Of(parameter.Type), MaxItems = Query.MostValues }
            : Bounded(schemas.Of(parameter.Type), parameter),
    };

    private static IOpenApiSchema Bounded(IOpenApiSchema schema, QueryParameter parameter)
    {
        if (schema is not OpenApiSchema own)
            return schema;
        own.Minimum = parameter.Least?.ToString(CultureInfo.InvariantCulture);
        own.Maximum = parameter.Most?.ToString(CultureInfo.InvariantCulture);
        if (parameter.Type == typeof(string))
            (own.MinLength, own.MaxLength) = (1, parameter.Longest);
        return own;
    }

    private static IEnumerable<OpenApiParameter> Headers(Operation about, string method)
    {
        yield return Header("Accept-Language", "错误信息的语言：zh（默认）或 en · language of errors: zh (default) or en");
        if (HttpMethods.IsPost(method) && about.Body is not null)
        {
            yield return Header("Idempotency-Key", "幂等键：重发同一请求得到第一次的结果 · the same request again gives the first outcome", "^[!-~]{1,200}$");
            yield return Header("If-Match", "所依据的版本（ETag）；不符则 412 · the version acted on (ETag); 412 when it is another");
            yield return Header("X-Correlation-Id", "业务流水号，随事件保存 · kept with the events", "^[!-~]{1,128}$");
        }
        else if (about.Versioned)
        {
            yield return Header("If-None-Match", "已有的版本；相同则 304 · the version held; 304 when it is the same");
        }

        if (about is { Body: null, BodyMediaType: null, Open: false, HoldsNoRecords: false })
        {
            yield return Header(
                "X-Purpose",
                "查阅事由或案号（中文做百分号编码）；写明的，本次查阅留痕 · why records are read, or the case's number (percent-encoded); a reading that says so is put on record");
            yield return Header("X-Actor", "查阅人姓名（中文做百分号编码）· the person who reads (percent-encoded)");
        }
    }

    private static OpenApiParameter Header(string name, string text, string? pattern = null) =>
        new()
        {
            Name = name, In = ParameterLocation.Header, Description = text, Schema = new OpenApiSchema
            {
                Type = JsonSchemaType.String, Pattern = pattern,
            },
        };

    private OpenApiRequestBody? BodyOf(Operation about, string path)
    {
        if (about.BodyMediaType is { } other)
            return new OpenApiRequestBody { Required = true, Content = new Dictionary<string, OpenApiMediaType> { [other] = Bytes() } };
        if (about.Body is not { } type)
            return null;
        var schema = schemas.OfBody(type, path.Contains("{leg}", StringComparison.Ordinal) ? "leg" : null, about.IsAct);
        return new OpenApiRequestBody
        {
            Required = schemas.MustBeGiven(schema),
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["application/json"] = new() { Schema = schema, Example = new BodyExamples(document).Of(schema) },
            },
        };
    }

    private OpenApiResponses Answers(Operation about, string method, string path)
    {
        var answers = new OpenApiResponses { [about.Success.ToString(CultureInfo.InvariantCulture)] = Success(about) };
        if (about.MayTakeLonger)
            answers["202"] = Success(about);
        if (about.Ranged)
            answers["206"] = new OpenApiResponse
            {
                Description = "所要的一段 · the range asked for", Content = about.Files.ToDictionary(f => f, _ => Bytes()),
            };
        if (HttpMethods.IsGet(method) && (about.Versioned || about.Ranged))
            answers["304"] = new OpenApiResponse { Description = "未变 · not modified" };
        foreach (var status in Errors.Of(about, method, path).Distinct().Order())
            answers[status.ToString(CultureInfo.InvariantCulture)] = about.PlainErrors && status is not (408 or 414 or 431)
                ? new OpenApiResponse
                {
                    Description = Errors.Texts[status.ToString(CultureInfo.InvariantCulture)],
                    Content = new Dictionary<string, OpenApiMediaType>
                    {
                        ["text/plain"] = Bytes(), ["text/x.tlog.size"] = Bytes(), ["application/problem+json"] = new() { Schema = schemas.Of(typeof(ProblemDetails)) },
                    },
                }
                : Errors.Component(status, document, schemas);
        return answers;
    }

    private OpenApiResponse Success(Operation about)
    {
        var headers = new Dictionary<string, IOpenApiHeader>();
        if (about.Versioned)
            headers["ETag"] = HeaderText("版本 · the version");
        if (about.Success == 201)
            headers["Location"] = HeaderText("新建资源的地址 · where it is");
        if (about.Body is not null)
            headers["Idempotency-Replayed"] = HeaderText("true：这是第一次的结果 · true when this is the first outcome");
        ImmutableArray<string> files = ListFiles.IsList(about) ? ListFiles.MediaTypes : about.Files;
        var content = new Dictionary<string, OpenApiMediaType>();
        // First, as generators take the first.
        if (about is { FileOnly: false, Answer: { } answer })
            content["application/json"] = new OpenApiMediaType { Schema = schemas.Of(answer) };
        foreach (var file in files)
            content[file] = Bytes();
        return new OpenApiResponse { Description = "成功 · done", Headers = headers, Content = content };
    }

    private static OpenApiMediaType Bytes() => new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } };

    private static OpenApiHeader HeaderText(string text) =>
        new() { Description = text, Schema = new OpenApiSchema { Type = JsonSchemaType.String } };
}

/// <summary>Names of operations, as a generated client's methods: <c>getHazard</c>, <c>postHazardLegPlans</c>.</summary>
internal static class OperationNames
{
    /// <summary>The method and the nouns of the path; a noun that is followed by which one it is stands in the singular.</summary>
    public static string Of(string method, string path)
    {
        if (Own.TryGetValue(path, out var own))
            return own;
        var parts = path.Replace(Links.Root, "", StringComparison.Ordinal).Split('/', StringSplitOptions.RemoveEmptyEntries);
        var name = new StringBuilder(method.ToLowerInvariant());
        for (var i = 0; i < parts.Length; i++)
            foreach (var word in Words(parts[i], i + 1 < parts.Length && parts[i + 1][0] == '{'))
                name.Append(char.ToUpperInvariant(word[0])).Append(word, 1, word.Length - 1);
        return name.ToString();
    }

    /// <summary>Of which one it is, only the form that is asked for (<c>{list}.csv</c>).</summary>
    private static string[] Words(string part, bool one) =>
        part[0] != '{' ? Singular(part, one).Split('-', '.') : part.Split('.', StringSplitOptions.RemoveEmptyEntries)[1..];

    // Two resources that one has the plural's place of.
    private static readonly FrozenDictionary<string, string> Own = new Dictionary<string, string>
    {
        [$"{Links.Root}/policy"] = "getPolicyInForce",
        [$"{Links.Root}/log/checkpoint"] = "getLogCheckpointNewest",
    }.ToFrozenDictionary();

    private static string Singular(string noun, bool one) => (one, noun) switch
    {
        (false, _) => noun,
        (_, "codes") => "code-list",
        (_, "inbox") => "message",
        (_, "evidence") => "evidence-request",
        (_, "witness") => "witnessed-log",
        (_, [.. var stem, 'i', 'e', 's']) => stem + "y",
        (_, [.. var stem, 's']) => stem,
        _ => noun,
    };
}

/// <summary>The errors an operation may answer with.</summary>
internal static class Errors
{
    public static readonly IReadOnlyDictionary<string, string> Texts = new Dictionary<string, string>
    {
        ["400"] = "请求有误 · the request is wrong",
        ["401"] = "未通过身份验证 · not authenticated",
        ["403"] = "没有权限 · not allowed",
        ["404"] = "未找到，或不在管辖范围内 · not found, or outside the jurisdiction",
        ["406"] = "没有所要的格式 · nothing that Accept asks for is served",
        ["408"] = "请求未在时限内送完 · the request did not arrive in time",
        ["409"] = "与现状冲突 · not possible in the present state",
        ["410"] = "已永久删除 · erased for good",
        ["412"] = "版本已过期 · outdated",
        ["413"] = "内容过大 · too large",
        ["414"] = "地址过长 · the address is too long",
        ["415"] = "不支持的内容类型 · unsupported media type",
        ["416"] = "字节范围无效 · the range cannot be satisfied",
        ["422"] = "不符合规则 · a rule forbids it",
        ["423"] = "档案已封存 · the records are sealed",
        ["429"] = "请求过多，按 Retry-After 再试 · too many requests; try again after Retry-After",
        ["431"] = "请求头过大 · the headers are too large",
        ["503"] = "暂时不可用，可重试 · temporarily unavailable; try again",
    };

    /// <summary>The component that describes one.</summary>
    public static OpenApiResponseReference Component(int status, OpenApiDocument document, Schemas schemas)
    {
        var name = $"Problem{status}";
        (document.Components!.Responses ??= new Dictionary<string, IOpenApiResponse>()).TryAdd(name, new OpenApiResponse
        {
            Description = Texts[status.ToString(CultureInfo.InvariantCulture)],
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["application/problem+json"] = new() { Schema = schemas.Of(typeof(ProblemDetails)) },
            },
            Headers = status is 429 or 503 ? new Dictionary<string, IOpenApiHeader> { ["Retry-After"] = RetryAfter() } : null,
        });
        return new OpenApiResponseReference(name, document);
    }

    private static OpenApiHeader RetryAfter() => new()
    {
        Description = "过多少秒再试 · after how many seconds to try again", Schema = new OpenApiSchema { Type = JsonSchemaType.Integer },
    };

    /// <summary>Which of them an operation has.</summary>
    public static IEnumerable<int> Of(Operation about, string method, string path)
    {
        // What is no HTTP is refused before anything is looked at: a line or headers that are too long.
        // And how much may be asked of a node is limited for everybody.
        foreach (var status in new[] { 400, 406, 414, 429, 431, 503 })
            yield return status;
        if (!about.Open)
            foreach (var status in new[] { 401, 403 })
                yield return status;
        if (path.Contains('{', StringComparison.Ordinal) || !about.Query.IsEmpty)
            yield return 404;
        if (!about.Query.IsEmpty)
            yield return 422;
        foreach (var status in about.Also)
            yield return status;
        if (about.Ranged)
            yield return 416;
        if (about.Body is null && about.BodyMediaType is null && !HttpMethods.IsPost(method))
            yield break;
        foreach (var status in new[] { 403, 404, 408, 409, 412, 413, 415, 422 })
            yield return status;
        // Whatever is dated before a sealing is refused, whichever the command.
        if (about.Rule is { } rule && (rule == CommandRules.Report || !rule.Stages.IsEmpty || rule.WhenSealed != WhenSealed.GoesOn))
            yield return 423;
    }
}
