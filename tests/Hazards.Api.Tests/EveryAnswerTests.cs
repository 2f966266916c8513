using System.Net;
using System.Text.Json.Nodes;
using Hazards.Evidence.Proof;

namespace Hazards.Api.Tests;

/// <summary>What every answer carries, whatever it is; HEAD; and addresses that lead inside.</summary>
[Trait("Server", "any")]
public sealed class EveryAnswerTests(Service service) : IClassFixture<Service>
{
    private static readonly HttpMethod[] Methods = [HttpMethod.Get, HttpMethod.Head, HttpMethod.Post, HttpMethod.Delete];

    public static TheoryData<string> Paths =>
    [
        "/api/v1/hazards", "/api/v1/hazards/abc", "/api/v1/hazards/0195f0a0-0000-7000-8000-00000000000a", "/api/v1/codes", "/api/v1/me",
        "/api/v1/log",
        "/api/v1/nothing", "/api/v1/hazards?unknown=1", "/api/v1/figures/monthly-table/file?period=2026-01", "/openapi/v1.json",
        "/docs/index.html",
        "/docs/nothing.js", "/health/live", "/health/ready", "/problems/hazard.not_found", "/problems/nothing", "/", "/sign-in", "/hazards",
        "/nothing",
        "/assets/nothing.css", "/assets/lib/htmx.org/htmx.min.js",
    ];

    [Theory, MemberData(nameof(Paths))]
    public async Task Every_answer_says_what_a_browser_may_do_with_it_and_which_request_it_answers(string path)
    {
        foreach (var client in new[] { service.Office, service.ClientOf(null), service.ClientOf("hz_wrong") })
            foreach (var method in Methods)
            {
                var answer = await client.SendAsync(method, path, null);
                string One(string name) =>
                    answer.Headers.TryGetValues(name, out var values)
                        ? string.Join(", ", values)
                        : throw new InvalidOperationException($"{method} {path}: no {name}");
                One("X-Content-Type-Options").ShouldBe("nosniff");
                One("Content-Security-Policy").ShouldContain("default-src");
                One("Referrer-Policy").ShouldNotBeEmpty();
                One("Cache-Control").ShouldNotBeEmpty();
                One("X-Request-Id").ShouldNotBeEmpty();
                if (answer.ContentHeaders.ContentType?.MediaType == "application/problem+json" && answer.Text.Length > 0)
                    answer["traceId"].ShouldBe(One("X-Request-Id"));
                ((int)answer.Status).ShouldBeLessThan(500);
            }
    }

    [Theory, MemberData(nameof(Paths))]
    public async Task HEAD_is_GET_without_the_body(string path)
    {
        foreach (var client in new[] { service.Office, service.ClientOf(null) })
        {
            var (get, head) = (await client.GetAsync(path), await client.SendAsync(HttpMethod.Head, path, null));
            head.Status.ShouldBe(get.Status, path);
            head.Text.ShouldBeEmpty();
            head.ContentHeaders.ContentType.ShouldBe(get.ContentHeaders.ContentType);
        }
    }

    [Theory]
    [InlineData("http://127.0.0.1:5432/", "proof.url_private")]
    [InlineData("https://localhost/witness", "proof.url_private")]
    [InlineData("http://10.0.0.8/", "proof.url_private")]
    [InlineData("http://192.168.1.1/", "proof.url_private")]
    [InlineData("http://169.254.169.254/latest/meta-data", "proof.url_private")]
    [InlineData("http://[::1]/", "proof.url_private")]
    [InlineData("http://[::ffff:10.0.0.1]/", "proof.url_private")]
    [InlineData("https://admin:secret@witness.example.cn/", "proof.url_user_info")]
    [InlineData("https://witness.example.cn/?to=1", "proof.url_user_info")]
    [InlineData("ftp://witness.example.cn/", "proof.url")]
    public async Task A_witness_lives_outside(string url, string code) =>
        (await service.Admin.PostAsync("log/witnesses", new JsonObject
        {
            ["verifier"] = NoteSigner.Create("w", NoteSignatureType.Cosignature).Verifier.ToString(), ["witness"] = "州审计局", ["url"] = url,
        })).Refused(HttpStatusCode.UnprocessableEntity, code).Text.ShouldNotContain("secret");
}
