using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Hazards.Domain;
using Hazards.Projections;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazards.Api.Tests;

/// <summary>Files by digest: put in once, read by who may, never altered unnoticed.</summary>
[Trait("Server", "any")]
public sealed class FileTests(FileTests.Purged fixture) : IClassFixture<FileTests.Purged>
{
    private readonly Service service = fixture.Service;

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

        var read = (await service.Office.GetAsync($"files/{digest}")).Require(HttpStatusCode.OK);
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
        (await PutAsync(service.Office, "<script>"u8.ToArray(), "text/html"))
            .Refused(HttpStatusCode.UnsupportedMediaType, "request.media_type");
        (await PutAsync(service.Office, [], "text/plain")).Refused(HttpStatusCode.BadRequest, "file.empty");
        (await PutAsync(service.Office, new byte[50 * 1024 * 1024 + 1], "image/png"))
            .Refused(HttpStatusCode.RequestEntityTooLarge, "request.too_large");
    }

    public static TheoryData<string, string, string?, string> Malicious => new()
    {
        { "a program that calls itself a photo", "image/jpeg", null, "file.content_differs" },
        { "a page that calls itself a photo", "image/png", null, "file.content_differs" },
        { "a page that calls itself text", "text/plain", null, "file.content_differs" },
        { "a vector picture with a script", "image/svg+xml", null, "request.media_type" },
        { "a photo with a page in it", "image/jpeg", null, "file.active_content" },
        { "a photo that is an archive too", "image/jpeg", null, "file.active_content" },
        { "a photo cut to its first bytes", "image/jpeg", null, "file.broken_picture" },
        { "a few bytes that stand for a thousand megapixels", "image/png", null, "file.too_many_pixels" },
        { "a document with a script", "application/pdf", null, "file.active_content" },
        { "an archive that calls itself a document", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", null,
            "file.content_differs" },
        { "a document with macros", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", null,
            "file.active_content" },
        { "a photo", "image/jpeg", "invoice.jpg.exe", "file.bad_name" },
        { "a photo", "image/jpeg", "../../etc/passwd.jpg", "file.bad_name" },
        { "a photo", "image/jpeg", "\u202Egpj.exe.jpg", "input.control_characters" },
        { "a photo", "image/png", "photo.png", "file.content_differs" },
    };

    [Theory, MemberData(nameof(Malicious))]
    public async Task What_is_not_what_it_says_or_more_than_that_is_refused(string what, string mediaType, string? name, string code)
    {
        var answer = await PutAsync(service.Office, Made(what), mediaType, name);
        answer.Json["code"]!.ToString().ShouldBe(code, answer.Text);
        ((int)answer.Status).ShouldBeInRange(400, 422);
    }

    [Theory]
    [InlineData("a photo", "image/jpeg", "现场.JPG")]
    [InlineData("a document", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "方案.docx")]
    [InlineData("a plain page of print", "application/pdf", "方案.pdf")]
    public async Task What_is_what_it_says_is_taken(string what, string mediaType, string name) =>
        (await PutAsync(service.Office, Made(what), mediaType, name)).Require(HttpStatusCode.Created)["mediaType"].ShouldBe(mediaType);

    [Fact]
    public async Task A_browser_shows_pictures_and_runs_nothing()
    {
        var photo = (await PutAsync(service.Office, Photos.Jpeg(), "image/jpeg")).Require(HttpStatusCode.Created)["digest"];
        var shown = (await service.Office.GetAsync($"files/{photo}")).Require(HttpStatusCode.OK);
        shown.ContentHeaders.ContentType!.MediaType.ShouldBe("image/jpeg");
        shown.ContentHeaders.ContentDisposition.ShouldBeNull();
        var text = (await PutAsync(service.Office, "记录"u8.ToArray(), "text/plain")).Require(HttpStatusCode.Created)["digest"];
        var saved = (await service.Office.GetAsync($"files/{text}")).Require(HttpStatusCode.OK);
        saved.ContentHeaders.ContentDisposition!.DispositionType.ShouldBe("attachment");
        foreach (var answer in new[] { shown, saved })
        {
            answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
            answer.Headers.GetValues("Content-Security-Policy").Single().ShouldStartWith("sandbox;");
        }
    }

    [Fact]
    public async Task What_came_before_files_were_looked_at_is_handed_out_as_bytes()
    {
        var digest = await service.Services.GetRequiredService<FileStore>()
            .PutAsync("<script>alert(1)</script>"u8.ToArray(), "image/png", RegionCode.Parse(Service.County));
        (await service.Office.BytesAsync($"files/{digest}")).MediaType.ShouldBe("application/octet-stream");
        (await service.Office.GetAsync($"files/{digest}/thumbnail")).Refused(HttpStatusCode.NotFound, "file.no_thumbnail");
    }

    [Fact]
    public async Task A_photo_has_a_thumbnail_the_right_way_up_and_says_when_and_where_it_was_taken()
    {
        var digest = (await PutAsync(service.Office, Photos.OfACamera(), "image/jpeg")).Require(HttpStatusCode.Created)["digest"];
        var (small, mediaType) = await service.Office.BytesAsync($"files/{digest}/thumbnail");
        mediaType.ShouldBe("image/jpeg");
        using (var picture = SkiaSharp.SKBitmap.Decode(small))
            (picture.Width, picture.Height).ShouldBe((240, 320));
        var says = (await service.Office.GetAsync($"files/{digest}/details")).Require(HttpStatusCode.OK).Json["says"]!;
        DateTimeOffset.Parse(says["takenAt"]!.ToString(), System.Globalization.CultureInfo.InvariantCulture)
            .ShouldBe(new DateTimeOffset(2026, 3, 5, 14, 30, 15, ChinaTime.Offset));
        says["latitude"]!.GetValue<double>().ShouldBe(25.2275, 0.0001);
        says["longitude"]!.GetValue<double>().ShouldBe(100.3069, 0.0001);
        says["camera"]!.ToString().ShouldBe("HUAWEI");
        (await service.Elsewhere.GetAsync($"files/{digest}/thumbnail")).Refused(HttpStatusCode.NotFound, "file.not_found");
        (await service.Elsewhere.GetAsync($"files/{digest}/details")).Refused(HttpStatusCode.NotFound, "file.not_found");
    }

    [Fact]
    public async Task The_photos_of_a_hazard_stand_before_and_after()
    {
        var (before, after) = (Photos.OfACamera(), Photos.Jpeg(32, 32));
        var report = Some.Report();
        report["attachments"] = await AttachedAsync(before, "整改前.jpg");
        var id = (await service.Office.PostAsync("hazards", report)).Require(HttpStatusCode.Created)["id"];
        (await service.Office.PostAsync(
            $"hazards/{id}/on-the-spot-fix",
            new JsonObject
            {
                ["measures"] = "当场关闭阀门", ["attachments"] = await AttachedAsync(after, "整改后.jpg"),
            })).Require(HttpStatusCode.OK);
        var photos = (await service.Office.GetAsync($"hazards/{id}/photos")).Require(HttpStatusCode.OK).Json["items"]!.AsArray();
        photos[0]!["phase"]!["code"]!.ToString().ShouldBe("before");
        photos[0]!["says"]!["takenAt"].ShouldNotBeNull();
        photos.ShouldContain(p => p!["phase"]!["code"]!.ToString() == "after" && p["name"]!.ToString() == "整改后.jpg");
        (await service.Elsewhere.GetAsync($"hazards/{id}/photos")).Refused(HttpStatusCode.NotFound, HazardRefusals.NotFound.Code);
    }

    private async Task<JsonArray> AttachedAsync(byte[] photo, string name) =>
        [new JsonObject { ["digest"] = (await PutAsync(service.Office, photo, "image/jpeg", name)).Require(HttpStatusCode.Created)["digest"], ["name"] = name, ["mediaType"] = "image/jpeg" }];

    private static byte[] Made(string what) => what switch
    {
        "a program that calls itself a photo" => [.. "MZ"u8, .. new byte[200]],
        "a page that calls itself a photo" or "a page that calls itself text" => " <!DOCTYPE html><script>alert(1)</script>"u8.ToArray(),
        "a vector picture with a script" => "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"u8.ToArray(),
        "a photo with a page in it" => [.. Photos.Jpeg(), .. "<ScRiPt>alert(1)</script>"u8],
        "a photo that is an archive too" => [.. Photos.Jpeg(), .. Archive(("a.class", "x"))],
        "a photo cut to its first bytes" => Photos.Jpeg()[..20],
        "a few bytes that stand for a thousand megapixels" => Huge(),
        "a document with a script" => "%PDF-1.7\n1 0 obj<</S/JavaScript/JS(app.alert(1))>>endobj\n%%EOF"u8.ToArray(),
        "a plain page of print" => "%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%%EOF"u8.ToArray(),
        "an archive that calls itself a document" => Archive(("readme.txt", "x")),
        "a document with macros" => Archive(("word/document.xml", "<w/>"), ("word/vbaProject.bin", "x")),
        "a document" => Archive(("word/document.xml", "<w/>")),
        _ => Photos.Jpeg(),
    };

    private static byte[] Archive(params (string Name, string Text)[] entries)
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (name, text) in entries)
                using (var writer = new StreamWriter(archive.CreateEntry(name).Open()))
                    writer.Write(text);
        return bytes.ToArray();
    }

    /// <summary>A small PNG whose header says 32,000 by 32,000.</summary>
    private static byte[] Huge()
    {
        var png = Photos.Png();
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), 32_000);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), 32_000);
        BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(29), Crc32.HashToUInt32(png.AsSpan(12, 17)));
        return png;
    }

    [Fact]
    public async Task An_altered_file_is_not_handed_out()
    {
        var files = service.Services.GetRequiredService<FileStore>();
        var digest = await files.PutAsync("督办通知书"u8.ToArray(), "text/plain", RegionCode.Nation);
        (await files.GetAsync(digest))!.Bytes.ShouldBe("督办通知书"u8.ToArray());
        await using (var alter = service.Owner.CreateCommand($"set session_replication_role = replica; update files.blobs set bytes = 'x' where digest = '\\x{digest}'; reset session_replication_role"))
            (await alter.ExecuteNonQueryAsync()).ShouldBe(1);
        await Should.ThrowAsync<AlteredFileException>(() => files.GetAsync(digest));
        await Should.ThrowAsync<AlteredFileException>(() => files.OpenAsync(digest));
        await Should.ThrowAsync<InvalidDataException>(
            () => files.PutAsync(Sha256Digest.Of("甲"u8), new MemoryStream("乙"u8.ToArray()), "text/plain"));
    }

    [Fact]
    public async Task What_nothing_refers_to_goes_after_a_time_and_what_an_event_names_never()
    {
        var files = service.Services.GetRequiredService<FileStore>();
        var named = (await PutAsync(service.Office, "整改前照片说明"u8.ToArray(), "text/plain")).Require(HttpStatusCode.Created)["digest"];
        var forgotten = (await PutAsync(service.Office, "只在日志里"u8.ToArray(), "text/plain")).Require(HttpStatusCode.Created)["digest"];
        var unused = (await PutAsync(service.Office, "传错了"u8.ToArray(), "text/plain")).Require(HttpStatusCode.Created)["digest"];
        var again = (await PutAsync(service.Office, "传错了又用上"u8.ToArray(), "text/plain")).Require(HttpStatusCode.Created)["digest"];
        foreach (var digest in new[] { named, forgotten })
            (await service.Office.PostAsync("hazards", With(digest))).Require(HttpStatusCode.Created);
        (await files.PurgeAsync(TimeSpan.FromDays(30))).ShouldBe(0);
        (await service.Office.GetAsync($"files/{unused}")).Require(HttpStatusCode.OK);

        // The row is lost; the event is not.
        await BehindAsync($"delete from rows.hazard_files where digest = '{forgotten}'; {Age(named, forgotten, unused, again)}");
        (await files.PurgeAsync(TimeSpan.FromDays(30))).ShouldBe(0);
        (await service.Office.PostAsync("hazards", With(unused))).Refused(HttpStatusCode.UnprocessableEntity, "file.not_attachable");
        (await PutAsync(service.Office, "传错了又用上"u8.ToArray(), "text/plain")).Require(HttpStatusCode.Created);
        await BehindAsync("update files.leaving set since = since - interval '2 days'");
        (await files.PurgeAsync(TimeSpan.FromDays(30))).ShouldBe(1);
        (await files.HeadAsync(Known(unused))).ShouldBeNull();
        foreach (var digest in new[] { named, forgotten, again })
            (await files.HeadAsync(Known(digest))).ShouldNotBeNull();

        // By no other way, not for the owner of the tables either, and not by the flag alone.
        foreach (var sql in new[] { "delete from files.blobs", "select set_config('files.purge', 'on', false); delete from files.blobs", "truncate files.uploads", "update files.uploads set sender = 'x'" })
            await Should.ThrowAsync<PostgresException>(() => RunAsync(sql));

        static Sha256Digest Known(string digest) => Sha256Digest.TryParse(digest, out var known, out _) ? known : default;

        static string Age(params string[] digests) =>
            $"update files.uploads set uploaded_at = uploaded_at - interval '31 days' where encode(digest, 'hex') in ('{string.Join("','", digests)}')";

        static JsonObject With(string digest)
        {
            var report = Some.Report();
            report["attachments"] = new JsonArray(new JsonObject { ["digest"] = digest });
            return report;
        }

        Task BehindAsync(string sql) => RunAsync($"set session_replication_role = replica; {sql}; reset session_replication_role");

        async Task RunAsync(string sql)
        {
            await using var command = service.Owner.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }
    }

    [Fact]
    public async Task A_paper_whose_act_was_not_recorded_goes_a_day_later_and_one_that_an_event_names_stays()
    {
        var files = service.Services.GetRequiredService<FileStore>();
        var lost = await files.PutAsync("编号已被他人取得的通知书"u8.ToArray(), "text/plain");
        var again = await files.PutAsync("又制发的通知书"u8.ToArray(), "text/plain");
        var digest = (await PutAsync(service.Office, "已入库的通知书"u8.ToArray(), "text/plain")).Require(HttpStatusCode.Created)["digest"];
        var report = Some.Report();
        report["attachments"] = new JsonArray(new JsonObject { ["digest"] = digest });
        (await service.Office.PostAsync("hazards", report)).Require(HttpStatusCode.Created);
        await files.PurgeAsync(TimeSpan.FromDays(30));
        (await files.HeadAsync(lost)).ShouldNotBeNull("it may be named yet");

        // As a paper: nobody put it in. The row is lost, too; the event is not.
        await BehindAsync(
            $"delete from files.uploads where encode(digest, 'hex') = '{digest}'; delete from rows.hazard_files where digest = '{digest}'");
        await files.PutAsync("已入库的通知书"u8.ToArray(), "text/plain");
        await BehindAsync("update files.leaving set since = since - interval '2 days'");
        await files.PutAsync("又制发的通知书"u8.ToArray(), "text/plain");
        await files.PurgeAsync(TimeSpan.FromDays(30));
        (await files.HeadAsync(lost)).ShouldBeNull();
        (await files.HeadAsync(again)).ShouldNotBeNull("it was stored again");
        await files.HoldAsync([again], RegionCode.Nation);
        (await files.HeadAsync(Sha256Digest.TryParse(digest, out var named, out _) ? named : default)).ShouldNotBeNull();
        await using var waiting = service.Owner.CreateCommand(
            $"select count(*) from files.leaving where encode(digest, 'hex') in ('{lost}', '{digest}')");
        (await waiting.ExecuteScalarAsync()).ShouldBe(0L, "neither is looked at again");

        async Task BehindAsync(string sql)
        {
            await using var command = service.Owner.CreateCommand(
                $"set session_replication_role = replica; {sql}; reset session_replication_role");
            await command.ExecuteNonQueryAsync();
        }
    }

    private static Task<Answer> PutAsync(Client client, byte[] bytes, string mediaType, string? name = null)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        return client.SendAsync(HttpMethod.Post, name is null ? "files" : $"files?name={Uri.EscapeDataString(name)}", content);
    }

    /// <summary>A service that purges nothing by itself.</summary>
    public sealed class Purged : IAsyncLifetime
    {
        public Service Service { get; } = new() { Options = o => o with { Jobs = false } };

        public Task InitializeAsync() => Service.InitializeAsync();

        public Task DisposeAsync() => Service.DisposeAsync();
    }
}
