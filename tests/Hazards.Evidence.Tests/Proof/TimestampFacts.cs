using System.Text;
using Hazards.Evidence.Proof;

namespace Hazards.Evidence.Tests.Proof;

/// <summary>Timestamps of an authority that openssl is, and what is no timestamp of it.</summary>
public sealed class TimestampFacts : IAsyncLifetime
{
    private static readonly byte[] Data = Encoding.UTF8.GetBytes("hazards/a\n7\nroot\n");

    private TestAuthority authority = null!;

    public async Task InitializeAsync() => authority = TestAuthority.IsThere ? await TestAuthority.CreateAsync() : null!;

    public Task DisposeAsync()
    {
        authority?.Dispose();
        return Task.CompletedTask;
    }

    [OpenSslFact]
    public async Task A_reply_holds_for_who_trusts_the_authority_or_its_certifier()
    {
        foreach (var hash in Timestamps.Hashes)
        {
            var asked = Timestamps.Ask(Data, hash, null);
            var reply = await authority.ReplyAsync(asked.Bytes);
            foreach (var pem in new[] { authority.Ca, authority.Certificate, authority.Certificate + authority.Ca })
            {
                var (stamp, fault) = Timestamps.Check(reply, Data, TimestampTrust.Read(pem), asked.Nonce);
                fault.ShouldBeNull(hash);
                (stamp!.Hash, stamp.Policy, stamp.Authority).ShouldBe((hash, TestAuthority.Policy, "O=国家授时 test authority"));
                (DateTimeOffset.UtcNow - stamp.Time).Duration().ShouldBeLessThan(TimeSpan.FromMinutes(1));
            }

            (await authority.VerifyAsync(reply, Data)).ShouldContain("Verification: OK");
        }
    }

    [OpenSslFact]
    public async Task The_policy_asked_for_is_the_policy_given()
    {
        var asked = Timestamps.Ask(Data, "sha256", "1.2.3.4.2");
        var reply = await authority.ReplyAsync(asked.Bytes);
        Check(reply, asked, policy: "1.2.3.4.2").ShouldBeNull();
        Check(reply, asked, policy: TestAuthority.Policy).ShouldBe(TimestampFault.Policy);
        Check(await authority.ReplyAsync(Timestamps.Ask(Data, "sha256", "1.2.3.9").Bytes), asked).ShouldBe(TimestampFault.Rejected);
    }

    [OpenSslFact]
    public async Task What_answers_something_else_is_refused()
    {
        var asked = Timestamps.Ask(Data, "sha256", null);
        Check(await authority.ReplyAsync(Timestamps.Ask("else"u8, "sha256", null).Bytes), asked).ShouldBe(TimestampFault.Imprint);
        Check(await authority.ReplyAsync(Timestamps.Ask(Data, "sha256", null).Bytes), asked).ShouldBe(TimestampFault.Nonce);
        Check(TestAuthority.Rejection(), asked).ShouldBe(TimestampFault.Rejected);
        foreach (var garbage in new[] { [], "<html>"u8.ToArray(), new byte[100], [0x30, 0x84, 0x7F, 0xFF, 0xFF, 0xFF], new byte[Timestamps.MostBytes + 1] })
            Check(garbage, asked).ShouldBe(TimestampFault.Malformed);
    }

    [OpenSslFact]
    public async Task Whoever_is_not_trusted_or_not_for_timestamps_is_refused()
    {
        var asked = Timestamps.Ask(Data, "sha256", null);
        using var stranger = await TestAuthority.CreateAsync();
        // The same names, another key.
        Check(await stranger.ReplyAsync(asked.Bytes), asked).ShouldBe(TimestampFault.Authority);
        Check(await authority.OddReplyAsync(asked.Bytes), asked).ShouldBeNull();
        foreach (var section in new[] { "server", "uncritical", "both" })
        {
            await authority.CertifyAsync(section, section);
            Check(await authority.OddReplyAsync(asked.Bytes, section), asked).ShouldBe(TimestampFault.Purpose, section);
        }

        // A time at which the certificate was not valid yet.
        Check(await authority.OddReplyAsync(asked.Bytes, time: DateTimeOffset.UtcNow.AddYears(-3)), asked).ShouldBe(TimestampFault.Purpose);
    }

    [OpenSslFact]
    public async Task A_reply_in_which_a_byte_was_altered_never_holds_otherwise_than_before()
    {
        var asked = Timestamps.Ask(Data, "sha256", null);
        var reply = await authority.ReplyAsync(asked.Bytes);
        var good = Timestamps.Check(reply, Data, TimestampTrust.Read(authority.Ca), asked.Nonce).Timestamp;
        for (var at = 0; at < reply.Length; at += 7)
        {
            var altered = reply.ToArray();
            altered[at] ^= 0x10;
            // What is not signed (a comment of the status, an unused attribute) may change; what it says may not.
            var (stamp, fault) = Timestamps.Check(altered, Data, TimestampTrust.Read(authority.Ca), asked.Nonce);
            (fault is not null || stamp == good).ShouldBeTrue(at.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    [OpenSslFact]
    public async Task Authorities_of_elliptic_curves_are_understood()
    {
        var asked = Timestamps.Ask(Data, "sha256", null);
        await authority.CertifyAsync("tsa", "EC", "P-256");
        Check(await authority.ReplyAsync(asked.Bytes), asked).ShouldBeNull();
    }

    [Theory, InlineData(""), InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), InlineData("hello")]
    public void What_is_no_certificate_is_not_trusted(string pem) => TimestampTrust.Read(pem).ShouldBeNull();

    private TimestampFault? Check(byte[] reply, TimestampRequest asked, string? policy = null) =>
        Timestamps.Check(reply, Data, TimestampTrust.Read(authority.Ca), asked.Nonce, policy).Fault;
}
