using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.Extensions.FileProviders;
using Microsoft.Net.Http.Headers;

namespace Hazards.Api.Http.Pages;

/// <summary>Style sheets, scripts and pictures of the pages: named by their content, so that a browser may keep them for ever.</summary>
internal static class SiteFiles
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "wwwroot");

    private static readonly FrozenDictionary<string, string> Digests = Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories)
        .ToFrozenDictionary(
            f => Path.GetRelativePath(Folder, f).Replace('\\', '/'),
            f => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(f)))[..10]);

    /// <summary>The address of a file.</summary>
    public static string Of(string file) => $"/assets/{file}?v={Digests[file]}";

    /// <summary>Serves them.</summary>
    public static void Use(WebApplication app) => app.UseStaticFiles(new StaticFileOptions
    {
        FileProvider = new PhysicalFileProvider(Folder),
        RequestPath = "/assets",
        OnPrepareResponse = answer => answer.Context.Response.Headers[HeaderNames.CacheControl] =
            answer.Context.Request.Query.ContainsKey("v") ? "public, max-age=31536000, immutable" : "no-cache",
    });
}
