using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Hazards.Api;

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
        services.AddOpenApi("v1", o =>
        {
            o.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            o.ShouldInclude = description => description.ActionDescriptor.EndpointMetadata.OfType<Operation>().Any();
            o.AddSchemaTransformer<Schemas>();
            o.AddOperationTransformer<OperationText>();
            o.AddDocumentTransformer(Introduce);
        });
    }

    public static void Map(WebApplication app)
    {
        app.MapOpenApi("/openapi/{documentName}.json");
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

    private static Task Introduce(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
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
        };
        document.Servers = [new OpenApiServer { Url = "/" }];
        document.Tags = new HashSet<OpenApiTag>(Tag.All.Select(t => new OpenApiTag { Name = t.Name, Description = t.English }));
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [Scheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "密钥 · the key: `hz_…`" },
        };
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, document)] = [] }];
        return Task.CompletedTask;
    }
}
