using System.Diagnostics;
using System.Globalization;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.Tsp;
using Org.BouncyCastle.Tsp;

namespace Hazards.Evidence.Tests.Proof;

/// <summary>An authority for timestamps: certificates and replies by openssl, as an outside one would make them.</summary>
internal sealed class TestAuthority : IDisposable
{
    public const string Policy = "1.2.3.4.1";

    private const string Config = """
        [req]
        distinguished_name = dn
        prompt = no
        [dn]
        CN = unused
        [ca]
        basicConstraints = critical,CA:TRUE
        keyUsage = critical,keyCertSign,cRLSign
        [tsa]
        basicConstraints = critical,CA:FALSE
        keyUsage = critical,digitalSignature
        extendedKeyUsage = critical,timeStamping
        [server]
        basicConstraints = critical,CA:FALSE
        extendedKeyUsage = serverAuth
        [uncritical]
        basicConstraints = critical,CA:FALSE
        extendedKeyUsage = timeStamping
        [both]
        basicConstraints = critical,CA:FALSE
        extendedKeyUsage = critical,timeStamping,serverAuth
        [authority]
        default_tsa = one
        [one]
        serial = serial
        crypto_device = builtin
        signer_digest = sha256
        default_policy = 1.2.3.4.1
        other_policies = 1.2.3.4.2
        digests = sha256, sha384, sha512, sm3
        accuracy = secs:1
        ess_cert_id_alg = sha256
        """;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("hazards-tsa-");

    private TestAuthority() { }

    /// <summary>Whether this machine has openssl.</summary>
    public static bool IsThere { get; } = Found();

    /// <summary>The certificate of who certified it, PEM.</summary>
    public string Ca => File.ReadAllText(PathOf("ca.pem"));

    /// <summary>Its own.</summary>
    public string Certificate => File.ReadAllText(PathOf("tsa.pem"));

    /// <summary>A new one, of a certifier of its own.</summary>
    public static async Task<TestAuthority> CreateAsync(string name = "国家授时 test authority")
    {
        var authority = new TestAuthority();
        await File.WriteAllTextAsync(authority.PathOf("openssl.cnf"), Config);
        await File.WriteAllTextAsync(authority.PathOf("serial"), "01\n");
        await authority.RunAsync(
            "req", "-x509", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "3650", "-utf8",
            "-subj", "/O=CA", "-config", "openssl.cnf", "-extensions", "ca");
        await authority.CertifyAsync("tsa", name);
        return authority;
    }

    /// <summary>A certificate with the extensions of a section.</summary>
    public async Task CertifyAsync(string section, string name, string? curve = null)
    {
        string[] key = curve is null ? ["-algorithm", "RSA"] : ["-algorithm", "EC", "-pkeyopt", $"ec_paramgen_curve:{curve}"];
        await RunAsync(["genpkey", .. key, "-out", $"{section}.key"]);
        await RunAsync(
            "req", "-new", "-key", $"{section}.key", "-out", $"{section}.csr", "-utf8", "-subj", $"/O={name}", "-config", "openssl.cnf");
        await RunAsync(
            "x509", "-req", "-in", $"{section}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "3650", "-out",
            $"{section}.pem", "-extfile", "openssl.cnf", "-extensions", section);
    }

    /// <summary>What it answers to a request.</summary>
    public async Task<byte[]> ReplyAsync(ReadOnlyMemory<byte> request)
    {
        var name = Guid.NewGuid().ToString("n");
        await File.WriteAllBytesAsync(PathOf($"{name}.tsq"), request.ToArray());
        await RunAsync(
            "ts", "-reply", "-config", "openssl.cnf", "-section", "one", "-queryfile", $"{name}.tsq", "-inkey", "tsa.key", "-signer",
            "tsa.pem", "-out", $"{name}.tsr");
        return await File.ReadAllBytesAsync(PathOf($"{name}.tsr"));
    }

    /// <summary>The same, signed with another certificate, or saying another time: openssl ts itself would not.</summary>
    public async Task<byte[]> OddReplyAsync(ReadOnlyMemory<byte> request, string section = "tsa", DateTimeOffset? time = null)
    {
        var info = TstInfo.GetInstance(
            Asn1Object.FromByteArray(new TimeStampResponse(await ReplyAsync(request)).TimeStampToken.TimeStampInfo.GetEncoded()));
        if (time is { } at)
            info = new TstInfo(
                info.Policy, info.MessageImprint, info.SerialNumber,
                new DerGeneralizedTime(at.UtcDateTime.ToString("yyyyMMddHHmmss'Z'", CultureInfo.InvariantCulture)),
                info.Accuracy, info.Ordering, info.Nonce, info.Tsa, info.Extensions);
        await File.WriteAllBytesAsync(PathOf("info.der"), info.GetDerEncoded());
        await RunAsync(
            "cms", "-sign", "-binary", "-nodetach", "-cades", "-econtent_type", "1.2.840.113549.1.9.16.1.4", "-in", "info.der", "-signer",
            $"{section}.pem", "-inkey", $"{section}.key", "-md", "sha256", "-outform", "DER", "-out", "token.der");
        var token = Asn1Object.FromByteArray(await File.ReadAllBytesAsync(PathOf("token.der")));
        return new DerSequence(new DerSequence(DerInteger.ValueOf(0)), token).GetDerEncoded();
    }

    /// <summary>A refusal of RFC 3161.</summary>
    public static byte[] Rejection() =>
        new DerSequence(new DerSequence(DerInteger.ValueOf(2), new DerSequence(new DerUtf8String("no")))).GetDerEncoded();

    /// <summary>What <c>openssl ts -verify</c> says.</summary>
    public async Task<string> VerifyAsync(byte[] reply, byte[] data)
    {
        await File.WriteAllBytesAsync(PathOf("data"), data);
        await File.WriteAllBytesAsync(PathOf("reply.tsr"), reply);
        return await RunAsync("ts", "-verify", "-data", "data", "-in", "reply.tsr", "-CAfile", "ca.pem");
    }

    public void Dispose() => folder.Delete(recursive: true);

    private string PathOf(string name) => Path.Combine(folder.FullName, name);

    private async Task<string> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("openssl", arguments)
        {
            WorkingDirectory = folder.FullName, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var openssl = Process.Start(start)!;
        var error = openssl.StandardError.ReadToEndAsync();
        var output = await openssl.StandardOutput.ReadToEndAsync();
        await openssl.WaitForExitAsync();
        return openssl.ExitCode == 0
            ? output + await error
            : throw new InvalidOperationException($"openssl {string.Join(' ', arguments)}: {output}{await error}");
    }

    private static bool Found()
    {
        try
        {
            using var openssl = Process.Start(new ProcessStartInfo("openssl", "version") { RedirectStandardOutput = true })!;
            openssl.WaitForExit();
            return openssl.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}

/// <summary>Skipped where openssl is not.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class OpenSslFactAttribute : FactAttribute
{
    public OpenSslFactAttribute() => Skip = TestAuthority.IsThere ? null! : "not here: openssl";
}
