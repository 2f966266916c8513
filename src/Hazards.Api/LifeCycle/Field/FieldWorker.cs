using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hazards.Api.Http.Pages;
using Microsoft.Net.Http.Headers;

namespace Hazards.Api.LifeCycle.Field;

/// <summary>What makes the page an app that opens without a network: the service worker, and the manifest.</summary>
internal static class FieldWorker
{
    /// <summary>What the page needs, by the content of each file; the same addresses that the page names.</summary>
    private static readonly string[] Files =
    [
        .. new[] { "lib/bootstrap/bootstrap.min.css", "app.css", "lib/htmx.org/htmx.min.js", "app.js", "field-queue.js", "field.js",
            "icon.svg" }.Select(SiteFiles.Of),
    ];

    /// <summary>Changes with any of the files, and with the program that writes the page.</summary>
    public static readonly string Version = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join(
            '\n',
            [.. Files, SiteFiles.Of("field-worker.js"), typeof(FieldWorker).Assembly.ManifestModule.ModuleVersionId.ToString()]))))[..16];

    private static readonly string Text = $"""
        self.SHELL = {JsonSerializer.Serialize(new { version = Version, files = Files })};
        importScripts({JsonSerializer.Serialize(SiteFiles.Of("field-queue.js"))}, {JsonSerializer.Serialize(SiteFiles.Of("field-worker.js"))});

        """;

    private static readonly string App = JsonSerializer.Serialize(new
    {
        id = "/field",
        name = "隐患现场上报",
        short_name = "隐患上报",
        description = "拍照、写一句话、上报隐患；没有网络也能写，联网后自动发送。Report a hazard: photo, place, a sentence; without a network too.",
        lang = "zh-CN",
        start_url = "/field",
        scope = "/field",
        display = "standalone",
        background_color = "#f3f6fa",
        theme_color = "#0b3d7a",
        icons = new[] { new { src = SiteFiles.Of("icon.svg"), sizes = "any", type = "image/svg+xml", purpose = "any" } },
    }, Unescaped);

    private static JsonSerializerOptions Unescaped =>
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The worker; open, since a browser asks for it anew without a session too. It lies below the page it is for.</summary>
    public static IResult Script(HttpContext http)
    {
        http.Response.Headers["Service-Worker-Allowed"] = "/field";
        http.Response.Headers[HeaderNames.CacheControl] = "no-cache";
        return Results.Text(Text, "text/javascript", Encoding.UTF8);
    }

    /// <summary>The manifest; browsers fetch it without cookies.</summary>
    public static IResult Manifest() => Results.Text(App, "application/manifest+json", Encoding.UTF8);
}
