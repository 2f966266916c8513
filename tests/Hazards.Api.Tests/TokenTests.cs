using System.Net;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hazards.Api.Http.Access;
using Microsoft.Extensions.Configuration;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Hazards.Api.Tests;

/// <summary>
/// Systems call by tokens that another authority has signed: they stand for a key that was issued here, or for less of it, and for
/// nothing else.
/// </summary>
public sealed class TokenTests(TokenTests.WithAuthority with) : IClassFixture<TokenTests.WithAuthority>
{
    private static readonly JsonObject Reason = new() { ["reason"] = "演练" };

    private readonly Service service = with.Service;

    [Fact]
    public async Task A_token_does_what_its_key_does_and_its_key_is_on_record()
    {
        var (id, client, secret) = await KeyAsync("ws-awb", "reporter", "coordinator");
        var by = Of(id, "ws-awb", "reporter coordinator");
        var hazard = (await by.PostAsync("hazards", Some.Report(), ("Idempotency-Key", $"first-{id}"))).Require(HttpStatusCode.Created);
        var events = (await by.GetAsync($"hazards/{hazard["id"]}/events")).Require(HttpStatusCode.OK);
        events.Text.ShouldContain($"\"{client}\"");
        events.Text.ShouldContain("\"ws-awb\"");
        (await by.GetAsync("me")).Require(HttpStatusCode.OK).Text.ShouldContain($"\"{client}\"");

        // Whoever sends it again by the key itself is the same client.
        var again = await service.ClientOf(secret).PostAsync("hazards", Some.Report(), ("Idempotency-Key", $"first-{id}"));
        again.Require(HttpStatusCode.Created)["id"].ShouldBe(hazard["id"]);
        again.Headers.GetValues("Idempotency-Replayed").ShouldBe(["true"]);
    }

    [Theory]
    [InlineData("expired", "token.expired")]
    [InlineData("not yet", "token.expired")]
    [InlineData("for ever", "token.expired")]
    [InlineData("audience", "token.invalid")]
    [InlineData("issuer", "token.invalid")]
    [InlineData("signed by another", "token.invalid")]
    [InlineData("signed with a secret", "token.invalid")]
    [InlineData("unsigned", "token.invalid")]
    [InlineData("altered", "token.invalid")]
    [InlineData("nonsense", "token.invalid")]
    [InlineData("no key", "token.key_unknown")]
    [InlineData("no such key", "token.key_unknown")]
    [InlineData("body that is not there", "token.body")]
    [InlineData("another body", "token.body")]
    [InlineData("no body", "token.body")]
    [InlineData("role that the key has not", "token.roles")]
    [InlineData("role that is none", "token.roles")]
    [InlineData("no role", "token.roles")]
    public async Task A_token_that_is_not_as_agreed_opens_nothing(string how, string code)
    {
        var id = (await KeyAsync("ws-awb", "reporter")).Id.ToString();
        var good = Described(id, "ws-awb", "reporter");
        var now = DateTime.UtcNow;
        switch (how)
        {
            case "expired":
                (good.NotBefore, good.Expires) = (now.AddHours(-2), now.AddMinutes(-5));
                break;
            case "not yet":
                (good.NotBefore, good.Expires) = (now.AddHours(1), now.AddHours(2));
                break;
            case "for ever":
                good.Expires = null;
                break;
            case "audience":
                good.Audience = "another service";
                break;
            case "issuer":
                good.Issuer = "https://elsewhere.example";
                break;
            case "signed by another":
                good.SigningCredentials = new SigningCredentials(new RsaSecurityKey(RSA.Create(2048)), "RS256");
                break;
            case "signed with a secret":
                // The public key, which all know, taken for a secret.
                good.SigningCredentials = new SigningCredentials(new SymmetricSecurityKey(with.PublicKey), "HS256");
                break;
            case "unsigned":
                good.SigningCredentials = null;
                break;
            case "no key":
                good.Subject = Claims("ws-awb-hotline", "ws-awb", "reporter");
                break;
            case "no such key":
                good.Subject = Claims(Guid.NewGuid().ToString(), "ws-awb", "reporter");
                break;
            case "body that is not there":
                good.Subject = Claims(id, "ws-nowhere", "reporter");
                break;
            case "another body":
                good.Subject = Claims(id, "ws-gov", "reporter");
                break;
            case "no body":
                good.Subject = Claims(id, null, "reporter");
                break;
            case "role that the key has not":
                good.Subject = Claims(id, "ws-awb", "reporter admin");
                break;
            case "role that is none":
                good.Subject = Claims(id, "ws-awb", "king");
                break;
            case "no role":
                good.Subject = Claims(id, "ws-awb", null);
                break;
        }

        var token = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = how != "for ever" }.CreateToken(good);
        if (how == "altered")
        {
            var parts = token.Split('.');
            var said = JsonNode.Parse(Base64UrlEncoder.DecodeBytes(parts[1]))!;
            said["roles"] = "reporter coordinator";
            token = $"{parts[0]}.{Base64UrlEncoder.Encode(JsonSerializer.SerializeToUtf8Bytes(said))}.{parts[2]}";
        }
        else if (how == "nonsense")
        {
            token = "not.a.token";
        }

        foreach (var answer in new[]
        {
            await service.ClientOf(token).GetAsync("hazards"), await service.ClientOf(token).PostAsync("hazards", Some.Report()),
        })
        {
            answer.Refused(HttpStatusCode.Unauthorized, code);
            answer.Headers.WwwAuthenticate.ToString().ShouldBe("Bearer realm=\"hazards\"");
        }
    }

    [Fact]
    public async Task A_token_of_fewer_roles_does_no_more_than_they_do()
    {
        var id = (await KeyAsync("ws-awb", "reporter", "coordinator")).Id;
        var hazard = await service.HazardAsync(Domain.Codes.Stage.Verified);
        (await Of(id, "ws-awb", "reporter").PostAsync($"hazards/{hazard}/assignments", Some.DualAssignment()))
            .Refused(HttpStatusCode.Forbidden, "role.forbidden");
        (await Of(id, "ws-awb", "coordinator").PostAsync($"hazards/{hazard}/assignments", Some.DualAssignment()))
            .Require(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_token_ends_with_its_key()
    {
        var id = (await KeyAsync("ws-awb", "reporter")).Id;
        (await Of(id, "ws-awb", "reporter").GetAsync("hazards")).Require(HttpStatusCode.OK);
        (await service.Admin.PostAsync($"api-keys/{id}/revocation", Reason)).Require(HttpStatusCode.OK);
        (await Of(id, "ws-awb", "reporter").GetAsync("hazards")).Refused(HttpStatusCode.Unauthorized, "key.revoked");
    }

    [Fact]
    public async Task Of_a_body_that_is_dissolved_it_only_reads()
    {
        var body = $"b-{Guid.NewGuid():n}"[..16];
        await service.BodyAsync(body, $"巍山县{body}局", "government", Service.County);
        var by = Of((await KeyAsync(body, "reporter")).Id, body, "reporter");
        (await service.Admin.PostAsync($"bodies/{body}/dissolution", Reason)).Require(HttpStatusCode.OK);
        (await by.PostAsync("hazards", Some.Report())).Refused(HttpStatusCode.Forbidden, "caller.body_dissolved");
        (await by.GetAsync("hazards")).Require(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Keys_go_on_as_before_where_tokens_are_taken()
    {
        (await service.ClientOf(null).GetAsync("hazards")).Refused(HttpStatusCode.Unauthorized, "key.missing");
        (await service.ClientOf("hz_none").GetAsync("hazards")).Refused(HttpStatusCode.Unauthorized, "key.unknown");
        // Whoever says both is known by the key.
        (await service.ClientOf("not.a.token").GetAsync("hazards", ("X-Api-Key", service.AdminKey))).Require(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_authority_that_publishes_its_keys_is_asked_for_them()
    {
        await using var authority = new Provider();
        await authority.StartAsync();
        var other = new Service { Options = o => o with { Tokens = new TokenOptions("hazards") { Authority = authority.Root } } };
        await other.StartAsync(service.ConnectionString);
        try
        {
            var id = (await KeyAsync("ws-awb", "reporter")).Id.ToString();
            (await other.ClientOf(authority.Token(new Claim("sub", id))).PostAsync("hazards", Some.Report()))
                .Require(HttpStatusCode.Created);
            (await other.ClientOf(Token(Described(id, "ws-awb", "reporter"))).GetAsync("hazards"))
                .Refused(HttpStatusCode.Unauthorized, "token.invalid");
        }
        finally
        {
            await other.StopAsync();
        }
    }

    [Fact]
    public async Task Whose_keys_cannot_be_read_is_no_fault_of_the_callers()
    {
        var other = new Service { Options = o => o with { Tokens = new TokenOptions("hazards") { Authority = "http://127.0.0.1:1" } } };
        await other.StartAsync(service.ConnectionString);
        try
        {
            (await other.ClientOf(Token(Described(Guid.NewGuid().ToString(), null, null))).GetAsync("hazards"))
                .Refused(HttpStatusCode.ServiceUnavailable, "token.authority_unreachable");
            (await other.ClientOf(service.AdminKey).GetAsync("hazards")).Require(HttpStatusCode.OK);
        }
        finally
        {
            await other.StopAsync();
        }
    }

    [Fact]
    public async Task Where_none_is_agreed_on_a_token_is_a_key_that_nobody_has()
    {
        var other = new Service();
        await other.StartAsync(service.ConnectionString);
        try
        {
            var id = (await KeyAsync("ws-awb", "reporter")).Id.ToString();
            (await other.ClientOf(Token(Described(id, "ws-awb", "reporter"))).GetAsync("hazards"))
                .Refused(HttpStatusCode.Unauthorized, "key.unknown");
        }
        finally
        {
            await other.StopAsync();
        }
    }

    [Fact]
    public void Keys_are_read_from_a_file_in_any_usual_form_and_nothing_else_is()
    {
        using var rsa = RSA.Create(2048);
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var certificate = new System.Security.Cryptography.X509Certificates.CertificateRequest(
            "CN=authority", curve, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1));
        var jwk = JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(rsa.ExportParameters(false)) { KeyId = "one" });
        foreach (var text in new[]
        {
            rsa.ExportSubjectPublicKeyInfoPem(), rsa.ExportRSAPublicKeyPem(), curve.ExportSubjectPublicKeyInfoPem(),
            certificate.ExportCertificatePem(),
            $$"""{"keys":[{"kty":"RSA","kid":"one","use":"sig","n":"{{jwk.N}}","e":"{{jwk.E}}"}]}""",
        })
            Read(text)!.Count.ShouldBe(1, text);
        foreach (var text in new[] { "", "{}", "{", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "hz_key" })
            Should.Throw<ArgumentException>(() => Read(text), text).Message.ShouldContain("HAZARDS_JWT_KEY_FILE");

        static IReadOnlyList<SecurityKey>? Read(string text)
        {
            var file = Path.GetTempFileName();
            File.WriteAllText(file, text);
            try
            {
                return new TokenOptions("hazards") { KeyFile = file }.SigningKeys();
            }
            finally
            {
                File.Delete(file);
            }
        }
    }

    [Fact]
    public void The_environment_says_all_of_it_or_nothing()
    {
        Of().ShouldBeNull();
        Of(("AUTHORITY", "https://sso.example"), ("AUDIENCE", "hazards")).ShouldBe(
            new TokenOptions("hazards") { Authority = "https://sso.example" });
        Of(("KEY_FILE", "/k"), ("AUDIENCE", "h"), ("ISSUER", "i"), ("KEY_CLAIM", "azp"), ("BODY_CLAIM", "org"), ("ROLES_CLAIM", "roles"))
            .ShouldBe(new TokenOptions("h") { KeyFile = "/k", Issuer = "i", KeyClaim = "azp", BodyClaim = "org", RolesClaim = "roles" });
        Should.Throw<ArgumentException>(() => Of(("AUTHORITY", "https://sso.example"))).Message.ShouldContain("HAZARDS_JWT_AUDIENCE");
        Should.Throw<ArgumentException>(() => Of(("KEY_FILE", "/k"), ("AUDIENCE", "h"))).Message.ShouldContain("HAZARDS_JWT_ISSUER");

        static TokenOptions? Of(params (string Name, string Value)[] said) => TokenOptions.Of(new ConfigurationBuilder()
            .AddInMemoryCollection(said.ToDictionary(s => $"HAZARDS_JWT_{s.Name}", s => (string?)s.Value)).Build());
    }

    private Client Of(Guid key, string body, string roles) => service.ClientOf(Token(Described(key.ToString(), body, roles)));

    private SecurityTokenDescriptor Described(string key, string? body, string? roles) => with.Describe(Claims(key, body, roles));

    private static string Token(SecurityTokenDescriptor described) => new JsonWebTokenHandler().CreateToken(described);

    private static ClaimsIdentity Claims(string key, string? body, string? roles) => new(
    [
        new Claim("sub", key), .. body is null ? [] : new[] { new Claim("body", body) },
        .. roles is null ? [] : new[] { new Claim("roles", roles) },
    ]);

    private async Task<(Guid Id, string Client, string Secret)> KeyAsync(string body, params string[] roles)
    {
        var client = $"token-{Guid.NewGuid():n}"[..20];
        var answer = (await service.Admin.PostAsync("api-keys", new()
        {
            ["client"] = client, ["body"] = body, ["region"] = Service.County,
            ["roles"] = new JsonArray([.. roles.Select(r => (JsonNode)r)]),
        })).Require(HttpStatusCode.Created);
        return (Guid.Parse(answer["id"]), client, answer["secret"]);
    }

    /// <summary>A service that takes the tokens of an authority whose key it has in a file.</summary>
#pragma warning disable CA1001 // its end is that of the fixture: DisposeAsync
    public sealed class WithAuthority : IAsyncLifetime
#pragma warning restore CA1001
    {
        private readonly RSA key = RSA.Create(2048);
        private readonly string file = Path.GetTempFileName();

        public Service Service { get; private set; } = null!;

        public byte[] PublicKey => key.ExportSubjectPublicKeyInfo();

        internal TokenOptions Agreed => new("hazards")
        {
            KeyFile = file, Issuer = "https://authority.example", BodyClaim = "body", RolesClaim = "roles",
        };

        public SecurityTokenDescriptor Describe(ClaimsIdentity claims) => new()
        {
            Issuer = "https://authority.example", Audience = "hazards", Subject = claims, Expires = DateTime.UtcNow.AddMinutes(5),
            SigningCredentials = new SigningCredentials(new RsaSecurityKey(key), "RS256"),
        };

        public async Task InitializeAsync()
        {
            await File.WriteAllTextAsync(file, key.ExportSubjectPublicKeyInfoPem());
            Service = new Service { Options = o => o with { Tokens = Agreed } };
            await Service.InitializeAsync();
        }

        public async Task DisposeAsync()
        {
            await Service.DisposeAsync();
            key.Dispose();
            File.Delete(file);
        }
    }
}
