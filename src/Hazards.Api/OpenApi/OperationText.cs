using System.Text;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Hazards.Api;

/// <summary>Writes each operation from what its endpoint says about itself, so that the document cannot drift from the code.</summary>
internal sealed class OperationText : IOpenApiOperationTransformer
{
    public async Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<Operation>().FirstOrDefault() is not { } about)
            return;
        var path = context.Description.RelativePath ?? "";
        operation.Summary = $"{about.Chinese} · {about.English}";
        operation.Description = Describe(about);
        operation.OperationId = IdOf(context.Description.HttpMethod, path);
        operation.Tags = new HashSet<OpenApiTagReference> { new(about.Tag.Name, context.Document) };
        operation.Parameters = [.. InPath(path), .. about.Query.Select(InQuery), .. Headers(about)];
        operation.RequestBody = await BodyAsync(about, path, context, cancellationToken);
        operation.Security = about.Open ? [] : null;
        Answers(operation, about);
    }

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
            text.AppendLine($"环节 · stages: {string.Join("、", rule.Stages.Select(s => $"{CodeList.Chinese(s)} `{CodeList.Code(s)}`"))}").AppendLine();
        if (!rule.LegStages.IsEmpty)
            text.AppendLine($"责任方状态 · stages of the leg: {string.Join("、", rule.LegStages.Select(s => $"{CodeList.Chinese(s)} `{CodeList.Code(s)}`"))}").AppendLine();
        return text.ToString();
    }

    private static string IdOf(string? method, string path)
    {
        var words = path.Replace("api/v1/", "", StringComparison.Ordinal).Split('/', '-').Select(p => p.Trim('{', '}')).Where(p => p.Length > 0);
        return $"{method?.ToLowerInvariant()}_{string.Join('_', words)}";
    }

    private static IEnumerable<IOpenApiParameter> InPath(string path)
    {
        foreach (var name in path.Split('/').Where(p => p.StartsWith('{')).Select(p => p.Trim('{', '}', '*')))
            yield return new OpenApiParameter { Name = name, In = ParameterLocation.Path, Required = true, Description = PathText(name, path), Schema = PathSchema(name, path) };
    }

    private static string PathText(string name, string path) => name switch
    {
        "leg" => "责任方 · the leg",
        "size" => "检查点的大小，或 latest · the checkpoint's size, or latest",
        "path" or "**path" => "瓦片路径（tile/ 之后的部分）· the tile's path, after tile/",
        "origin" => "来源名的 SHA-256，十六进制 · SHA-256 of the origin, hexadecimal",
        "list" => "代码表 · the code list",
        "code" => "错误代码 · the error code",
        "digest" => "文件的 SHA-256 · SHA-256 of the file",
        _ when path.Contains("evidence", StringComparison.Ordinal) => "证据包编号 · the package's id",
        _ when path.Contains("inbox", StringComparison.Ordinal) => "告知编号 · the message's id",
        "period" => "特殊时段的编号或名称 · the special period's id or name",
        _ when path.Contains("campaigns", StringComparison.Ordinal) => "专项行动编号 · the campaign's id",
        _ when path.Contains("inspections", StringComparison.Ordinal) => "检查编号 · the inspection's id",
        _ when path.Contains("bodies", StringComparison.Ordinal) => "单位编号 · the body's id",
        _ when path.Contains("seals", StringComparison.Ordinal) => "封存编号 · the seal's id",
        "session" => "登录编号 · the session's id",
        _ when path.Contains("accounts", StringComparison.Ordinal) => "账号编号 · the account's id",
        _ when path.Contains("webhooks", StringComparison.Ordinal) => "推送编号 · the webhook's id",
        _ when path.Contains("api-keys", StringComparison.Ordinal) => "密钥编号 · the key's id",
        _ => "隐患编号 · the hazard's id",
    };

    private static OpenApiSchema PathSchema(string name, string path) => name switch
    {
        "leg" => Schemas.Of(typeof(Leg)),
        "digest" => Schemas.Of(typeof(Sha256Digest)),
        "id" when path.Contains("bodies", StringComparison.Ordinal) => Schemas.Of(typeof(BodyId)),
        "id" => Schemas.Of(typeof(Guid)),
        _ => Schemas.Of(typeof(string)),
    };

    private static OpenApiParameter InQuery(QueryParameter parameter) => new()
    {
        Name = parameter.Name,
        In = ParameterLocation.Query,
        Description = $"{parameter.Chinese} · {parameter.English}",
        Explode = parameter.Many,
        Schema = parameter.Many
            ? new OpenApiSchema { Type = JsonSchemaType.Array, Items = Schemas.Of(parameter.Type) }
            : Schemas.Of(parameter.Type),
    };

    private static IEnumerable<IOpenApiParameter> Headers(Operation about)
    {
        yield return Header("Accept-Language", "错误信息的语言：zh（默认）或 en · language of errors: zh (default) or en");
        if (about.Body is not null)
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
            yield return Header("X-Purpose", "查阅事由或案号（中文做百分号编码）；写明的，本次查阅留痕 · why records are read, or the case's number (percent-encoded); a reading that says so is put on record");
            yield return Header("X-Actor", "查阅人姓名（中文做百分号编码）· the person who reads (percent-encoded)");
        }
    }

    private static OpenApiParameter Header(string name, string text, string? pattern = null) =>
        new() { Name = name, In = ParameterLocation.Header, Description = text, Schema = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = pattern } };

    private static async Task<OpenApiRequestBody?> BodyAsync(Operation about, string path, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (about.BodyMediaType is { } other)
            return new OpenApiRequestBody { Required = true, Content = new Dictionary<string, OpenApiMediaType> { [other] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } } } };
        if (about.Body is not { } type)
            return null;
        var legInPath = path.Contains("{leg}", StringComparison.Ordinal);
        var schema = new OpenApiSchema { Type = JsonSchemaType.Object, Properties = new Dictionary<string, IOpenApiSchema>(), Required = new HashSet<string>(), AdditionalPropertiesAllowed = false };
        await AddAsync(schema, type, legInPath ? "leg" : null, context, cancellationToken);
        if (about.IsAct)
            await AddAsync(schema, typeof(ActFields), null, context, cancellationToken);
        return new OpenApiRequestBody
        {
            Required = schema.Required.Count > 0,
            Content = new Dictionary<string, OpenApiMediaType> { ["application/json"] = new() { Schema = schema } },
        };
    }

    private static async Task AddAsync(OpenApiSchema target, Type type, string? left, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        foreach (var member in RequestJson.MembersOf(type).Where(m => m.Name != left))
        {
            // Member by member: an exporter of whole types would stumble over an optional array, whose default it cannot write.
            var schema = await context.GetOrCreateSchemaAsync(member.PropertyType, null, cancellationToken);
            if (XmlTexts.OfParameter(type, member.Name) is { } text)
                schema.Description = schema.Description is { Length: > 0 } general ? $"{text}\n\n{general}" : text;
            target.Properties![member.Name] = schema;
            if (RequestJson.IsRequired(member))
                target.Required!.Add(member.Name);
        }
    }

    private static void Answers(OpenApiOperation operation, Operation about)
    {
        operation.Responses ??= [];
        if (operation.Responses.TryGetValue(about.Success.ToString(System.Globalization.CultureInfo.InvariantCulture), out var found) && found is OpenApiResponse success)
        {
            success.Description = "成功 · done";
            if (about.Versioned)
                (success.Headers ??= new Dictionary<string, IOpenApiHeader>())["ETag"] = HeaderText("版本 · the version");
            if (about.Success == 201)
                (success.Headers ??= new Dictionary<string, IOpenApiHeader>())["Location"] = HeaderText("新建资源的地址 · where it is");
            if (about.Body is not null)
                (success.Headers ??= new Dictionary<string, IOpenApiHeader>())["Idempotency-Replayed"] = HeaderText("true：这是第一次的结果 · true when this is the first outcome");
        }

        if (about.Versioned && about.Body is null)
            operation.Responses["304"] = new OpenApiResponse { Description = "未变 · not modified" };
        foreach (var (status, response) in operation.Responses)
            if (response is OpenApiResponse known && Errors.Texts.TryGetValue(status, out var text))
                known.Description = text;
    }

    private static OpenApiHeader HeaderText(string text) => new() { Description = text, Schema = new OpenApiSchema { Type = JsonSchemaType.String } };
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
        ["409"] = "与现状冲突 · not possible in the present state",
        ["410"] = "已永久删除 · erased for good",
        ["412"] = "版本已过期 · outdated",
        ["413"] = "内容过大 · too large",
        ["415"] = "不支持的内容类型 · unsupported media type",
        ["422"] = "不符合规则 · a rule forbids it",
        ["423"] = "档案已封存 · the records are sealed",
        ["503"] = "暂时不可用，可重试 · temporarily unavailable; try again",
    };

    /// <summary>Which of them an operation has.</summary>
    public static IEnumerable<int> Of(Operation about, string pattern)
    {
        yield return 400;
        if (!about.Open)
        {
            yield return 401;
            yield return 503;
        }

        if (pattern.Contains('{', StringComparison.Ordinal))
            yield return 404;
        if (about.Query.Any(p => p.Name == Parameters.AsOf.Name))
            yield return 422;
        if (about.Body is null && about.BodyMediaType is null)
            yield break;
        foreach (var status in new[] { 403, 409, 412, 413, 415 })
            yield return status;
        if (about.Query.IsEmpty)
            yield return 422;
        // Whatever is dated before a sealing is refused, whichever the command.
        if (about.Rule is { } rule && (rule == CommandRules.Report || !rule.Stages.IsEmpty || rule.WhenSealed != WhenSealed.GoesOn))
            yield return 423;
    }
}
