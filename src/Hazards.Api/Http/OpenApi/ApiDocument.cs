using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.OpenApi;

namespace Hazards.Api.Http.OpenApi;

/// <summary>The OpenAPI 3.1 document at <c>/openapi/v1.json</c>, and the pages at <c>/docs</c> to read it with.</summary>
internal static class ApiDocument
{
    private const string Scheme = "key";

    public static void Add(IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(o =>
        {
            var own = o.SerializerOptions;
            own.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
            own.NumberHandling = JsonNumberHandling.Strict;
            own.RespectNullableAnnotations = true;
            own.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        });
    }

    public static void Map(WebApplication app)
    {
        var bytes = new Lazy<Task<byte[]>>(() => WriteAsync(app));
        app.MapGet("/openapi/v1.json", async () => Results.Bytes(await bytes.Value, "application/json; charset=utf-8"));
        app.UseSwaggerUI(o =>
        {
            o.RoutePrefix = "docs";
            o.DocumentTitle = "隐患闭环管理服务 · API";
            o.SwaggerEndpoint("/openapi/v1.json", "v1");
            o.DisplayRequestDuration();
            o.EnablePersistAuthorization();
            o.DefaultModelsExpandDepth(0);
        });
    }

    /// <summary>The document over the endpoints there are, as UTF-8 JSON.</summary>
    public static async Task<byte[]> WriteAsync(IEndpointRouteBuilder routes)
    {
        var document = new OpenApiDocument();
        Introduce(document);
        AddOperations(document, routes.DataSources.SelectMany(s => s.Endpoints));
        using var bytes = new MemoryStream();
        await document.SerializeAsJsonAsync(bytes, OpenApiSpecVersion.OpenApi3_1);
        return bytes.ToArray();
    }

    private static void Introduce(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "隐患闭环管理服务 · Hazards",
            Version = "v1",
            Description = """
                事故隐患从发现到销号的闭环：上报、核实、双重交办、整改、验收、挂牌督办、销号、回头看。

                Hazards from discovery to closure. Send the key as `Authorization: Bearer hz_…` or `X-Api-Key`.
                Errors are RFC 9457 problems with a stable `code`; texts are Chinese, or English by `Accept-Language: en`.
                Every GET on hazards, boards and lists takes `asOf`. `Idempotency-Key` makes every POST repeatable;
                `If-Match` binds it to a version.
                """,
            License = new OpenApiLicense { Name = "见仓库 · see the repository", Url = new Uri("https://spdx.org/licenses/") },
            Contact = new OpenApiContact { Name = "部署单位的系统管理员 · the administrators of the deployment" },
        };
        document.Servers = [new OpenApiServer { Url = "/" }];
        document.Tags = new HashSet<OpenApiTag>(Tag.All.Select(t => new OpenApiTag { Name = t.Name, Description = t.English }));
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [Scheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "密钥 · the key: `hz_…`" },
        };
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, document)] = [] }];
    }

    private static void AddOperations(OpenApiDocument document, IEnumerable<Endpoint> endpoints)
    {
        var described = endpoints.OfType<RouteEndpoint>().Where(e => e.Metadata.GetMetadata<Operation>() is not null)
            .Select(e => (About: e.Metadata.GetRequiredMetadata<Operation>(), Method: e.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods[0], Path: PathOf(e)))
            .ToArray();
        var schemas = new Schemas(document);
        schemas.Learn(
            described.Select(d => d.About.Body).OfType<Type>().Append(typeof(ActFields)),
            described.Select(d => d.About.Answer).OfType<Type>().Append(typeof(ProblemDetails)));
        document.Paths = [];
        var text = new OperationText(document, schemas);
        foreach (var (about, method, path) in described)
        {
            if (!document.Paths.TryGetValue(path, out var item))
                document.Paths[path] = item = new OpenApiPathItem();
            ((OpenApiPathItem)item).AddOperation(new HttpMethod(method), text.Write(about, method, path));
        }
    }

    /// <summary>A route's path as the document writes it.</summary>
    private static string PathOf(RouteEndpoint endpoint) => endpoint.RoutePattern.RawText!.Replace("**", "", StringComparison.Ordinal);
}
