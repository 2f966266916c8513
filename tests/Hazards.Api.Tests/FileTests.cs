using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Hazards.Domain;
using Hazards.Projections;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazards.Api.Tests;

/// <summary>Files by digest: put in once, read by who may, never altered unnoticed.</summary>
[Trait("Server", "any")]
public sealed class FileTests(Service service) : IClassFixture<Service>
{
    [Fact]
    public async Task A_file_is_known_by_its_digest_and_put_in_twice_it_is_one()
    {
        var bytes = Encoding.UTF8.GetBytes("现场照片说明");
        var digest = Convert.ToHexStringLower(SHA256.HashData(bytes));
        for (var i = 0; i < 2; i++)
        {
            var put = (await PutAsync(service.Office, bytes, "text/plain")).Require(HttpStatusCode.Created);
            put["digest"].ShouldBe(digest);
            put["size"].ShouldBe("18");
        }

        var read = (await service.Gov.GetAsync($"files/{digest}")).Require(HttpStatusCode.OK);
        read.Text.ShouldBe("现场照片说明");
        read.ContentHeaders.ContentType!.MediaType.ShouldBe("text/plain");
        read.Headers.ETag!.Tag.ShouldBe($"\"{digest}\"");
    }

    [Fact]
    public async Task Who_has_no_jurisdiction_finds_nothing()
    {
        var put = (await PutAsync(service.Office, "只给本县看"u8.ToArray(), "text/plain")).Require(HttpStatusCode.Created);
        (await service.Elsewhere.GetAsync($"files/{put["digest"]}")).Refused(HttpStatusCode.NotFound, "file.not_found");
        (await service.Office.GetAsync($"files/{new string('0', 64)}")).Refused(HttpStatusCode.NotFound, "file.not_found");
        (await service.Office.GetAsync("files/abc")).Refused(HttpStatusCode.BadRequest, InputRefusals.Digest.Code);
    }

    [Fact]
    public async Task What_a_browser_would_run_and_what_is_empty_or_too_large_is_refused()
    {
        (await PutAsync(service.Office, "<script>"u8.ToArray(), "text/html")).Refused(HttpStatusCode.UnsupportedMediaType, "request.media_type");
        (await PutAsync(service.Office, [], "text/plain")).Refused(HttpStatusCode.BadRequest, "file.empty");
        (await PutAsync(service.Office, new byte[50 * 1024 * 1024 + 1], "image/png")).Refused(HttpStatusCode.RequestEntityTooLarge, "request.too_large");
    }

    [Fact]
    public async Task An_altered_file_is_not_handed_out()
    {
        var files = service.Services.GetRequiredService<FileStore>();
        var digest = await files.PutAsync("督办通知书"u8.ToArray(), "text/plain", RegionCode.Nation);
        (await files.GetAsync(digest))!.Bytes.ShouldBe("督办通知书"u8.ToArray());
        await using (var alter = service.Owner.CreateCommand($"set session_replication_role = replica; update files.blobs set bytes = 'x' where digest = '\\x{digest}'; reset session_replication_role"))
            (await alter.ExecuteNonQueryAsync()).ShouldBe(1);
        await Should.ThrowAsync<InvalidDataException>(() => files.GetAsync(digest));
        await Should.ThrowAsync<InvalidDataException>(() => files.OpenAsync(digest));
        await Should.ThrowAsync<InvalidDataException>(() => files.PutAsync(Sha256Digest.Of("甲"u8), new MemoryStream("乙"u8.ToArray()), "text/plain"));
    }

    private static Task<Answer> PutAsync(Client client, byte[] bytes, string mediaType)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        return client.SendAsync(HttpMethod.Post, "files", content);
    }
}
