namespace Hazards.Evidence.Tests;

/// <summary>Checks bytes as a file.</summary>
internal static class Verified
{
    public static Verification Of(byte[] bytes, VerifyOptions? options = null)
    {
        using var file = new TemporaryFile(".zip");
        File.WriteAllBytes(file.Path, bytes);
        return PackageVerifier.Verify(file.Path, options);
    }

    public static Verification Of(SamplePackage package, VerifyOptions? options = null) => Of(package.ToBytes(), options);

    public static void ShouldBeRefused(this Verification verification, string check, string code)
    {
        var failed = verification.Checks.Where(c => c.Outcome == CheckOutcome.Fails).ToArray();
        failed.Select(c => $"{c.Name}: {c.Code}").ShouldContain($"{check}: {code}", verification.InWords());
        failed.ShouldAllBe(c => c.Chinese.Length > 0 && c.English.Length > 0 && !c.Chinese.Contains('{') && !c.English.Contains('{'));
        verification.Holds.ShouldBeFalse();
    }

    public static void ShouldHold(this Verification verification) => verification.Holds.ShouldBeTrue(verification.InWords());

    public static string InWords(this Verification verification) =>
        string.Join("\n", verification.Checks.Select(c => $"{c.Outcome} {c.Name} {c.Code} {c.Chinese} · {c.English}"));
}
