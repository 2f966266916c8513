using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Hazards.Domain.Codes;

namespace Hazards.Api.Tests;

/// <summary>What is hardly HTTP at all is refused in the same words as all else: a problem with a code.</summary>
[Trait("Server", "any")]
public sealed class NoHttpTests(Service service) : IClassFixture<Service>
{
    private static readonly string Long = new('a', 20_000);

    [Theory]
    [InlineData("GET /api/v1/me\r\n\r\n", 505, "request.malformed")]
    [InlineData("GET /api/v1/me HTTP/9.9\r\n\r\n", 505, "request.malformed")]
    [InlineData("GET /api/v1/hazards/%00 HTTP/1.1\r\nHost: x\r\n\r\n", 400, "request.malformed")]
    [InlineData("GET /api/v1/me HTTP/1.1\r\n\r\n", 400, "request.malformed")]
    [InlineData("GET /api/v1/me HTTP/1.1\r\nHost: x\r\nno header\r\n\r\n", 400, "request.malformed")]
    [InlineData("POST /api/v1/hazards HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400, "request.malformed")]
    [InlineData("POST /api/v1/hazards HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n", 400, "request.malformed")]
    [InlineData("GET /api/v1/me?{long} HTTP/1.1\r\nHost: x\r\n\r\n", 414, "request.address_too_long")]
    [InlineData("GET /api/v1/me HTTP/1.1\r\nHost: x\r\nX-A: {long}\r\n\r\n", 431, "request.headers_too_large")]
    public Task Refused_before_it_is_a_request(string request, int status, string code) =>
        Refused(request.Replace("{long}", Long, StringComparison.Ordinal), status, code);

    [Theory]
    [InlineData("FFFFFFFFFFFFFFFF\r\n{}\r\n0\r\n\r\n")]
    [InlineData("7FFFFFFF\r\n{}\r\n0\r\n\r\n")]
    [InlineData("80000000\r\n{}\r\n0\r\n\r\n")]
    [InlineData("zz\r\n{}\r\n0\r\n\r\n")]
    [InlineData("-1\r\n{}\r\n0\r\n\r\n")]
    public async Task A_chunk_of_no_size(string chunks)
    {
        var answer = await SendAsync($"POST /api/v1/hazards HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {service.Office.Key}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}");
        answer.Status.ShouldBeInRange(400, 413, answer.Text);
        answer.Json["code"]!.ToString().ShouldStartWith("request.");
    }

    [Fact]
    public Task Half_a_body() => Refused(
        $"POST /api/v1/hazards HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {service.Office.Key}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{\"title\"", 408, "request.not_received");

    [Theory]
    [InlineData("%zz")]
    [InlineData("%c0%af")]
    [InlineData("%ff")]
    [InlineData("%")]
    [InlineData("%u0041")]
    public async Task A_bad_escape_in_a_path(string id)
    {
        var answer = await SendAsync(
            $"GET /api/v1/hazards/{id} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {service.Office.Key}\r\n\r\n");
        answer.Status.ShouldBeOneOf(400, 404);
        answer.Json["code"]!.ToString().ShouldNotBeNullOrWhiteSpace();
    }

    [Theory]
    [InlineData("attachments", "[null]")]
    [InlineData("attachments", "[null,null]")]
    [InlineData("enterprise", "{\"name\":null}")]
    public async Task Null_where_something_is_held(string field, string json)
    {
        var body = Some.Report().ToJsonString();
        (await service.Office.PostTextAsync("hazards", $"{body[..^1]},\"{field}\":{json}}}"))
            .Refused(System.Net.HttpStatusCode.BadRequest, "input.malformed");
    }

    [Fact]
    public async Task Null_for_a_leg()
    {
        var id = await service.HazardAsync(Stage.Verified);
        (await service.Office.PostTextAsync($"hazards/{id}/assignments", "{\"legs\":[null]}"))
            .Refused(System.Net.HttpStatusCode.BadRequest, "input.malformed")["field"].ShouldBe("legs[0]");
    }

    private async Task Refused(string request, int status, string code)
    {
        var answer = await SendAsync(request);
        answer.Status.ShouldBe(status, answer.Text);
        answer.Text.ShouldContain("Content-Type: application/problem+json");
        answer.Json["code"]!.ToString().ShouldBe(code);
        answer.Json["status"]!.GetValue<int>().ShouldBe(status);
        answer.Json["traceId"]!.ToString().ShouldNotBeNullOrWhiteSpace();
    }

    private async Task<(int Status, string Text, JsonNode Json)> SendAsync(string request)
    {
        var address = new Uri(service.Address);
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(request));
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var text = await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(40));
        var from = text.IndexOf('{', StringComparison.Ordinal);
        from.ShouldBeGreaterThan(0, text);
        return (int.Parse(text.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture), text, JsonNode.Parse(
            text[from..(text.LastIndexOf('}') + 1)])!);
    }
}
