using System.Reflection;
using System.Text.Json;

namespace Hazards.Evidence.Tests;

/// <summary>The stand-alone tool as a process: what it says and how it ends.</summary>
public sealed class CommandFacts
{
    private static readonly string Tool = Path.Combine(AppContext.BaseDirectory, "hazards-verify.dll");
    private static readonly string Key = SampleLog.Key.Verifier.ToString();

    [Fact]
    public void It_needs_neither_a_database_nor_the_service()
    {
        var (needed, looked) = (new Stack<AssemblyName>([AssemblyName.GetAssemblyName(Tool)]), new HashSet<string>(StringComparer.Ordinal));
        while (needed.TryPop(out var name))
            if (!name.Name!.StartsWith("System.", StringComparison.Ordinal) && looked.Add(name.Name))
                foreach (var reference in Assembly.Load(name).GetReferencedAssemblies())
                    needed.Push(reference);
        looked.Order(StringComparer.Ordinal)
            .ShouldBe(["BouncyCastle.Cryptography", "Hazards.Domain", "Hazards.Evidence", "hazards-verify"]);
    }

    [Fact]
    public async Task A_package_that_holds_ends_with_0_and_says_so_in_both_languages()
    {
        using var file = Write(new SamplePackage(new SampleLog()).ToBytes());
        var (code, output) = await RunAsync($"{file.Path} --key {Key} --witness {SampleLog.Witness.Verifier}");
        code.ShouldBe(0, output);
        output.ShouldContain("结论：核验通过");
        output.ShouldContain("RESULT: it holds. ");
        output.ShouldContain("12 个");
    }

    [Fact]
    public async Task Without_a_key_it_proves_nothing_says_so_and_never_ends_with_0()
    {
        using var file = Write(new SamplePackage(new SampleLog()).ToBytes());
        var (code, output) = await RunAsync(file.Path);
        code.ShouldBe(2, output);
        output.ShouldContain("[未核验] 公钥取自包内");
        output.ShouldContain("RESULT: nothing is proved.");
        (await RunAsync($"{file.Path} --json")).Code.ShouldBe(2);
    }

    [Fact]
    public async Task A_package_that_does_not_hold_ends_with_1_and_its_reason()
    {
        var bytes = new SamplePackage(new SampleLog()).ToBytes();
        using var file = Write(bytes[..^100]);
        var (code, output) = await RunAsync($"{file.Path} --json");
        code.ShouldBe(1, output);
        using var json = JsonDocument.Parse(output);
        json.RootElement.GetProperty("holds").GetBoolean().ShouldBeFalse();
        var failed = json.RootElement.GetProperty("checks")[0];
        (failed.GetProperty("outcome").GetString(), failed.GetProperty("code").GetString()).ShouldBe(("fails", "package.cut"));
    }

    [Fact]
    public async Task A_checkpoint_from_paper_and_the_keys_of_a_file_are_taken()
    {
        var package = new SamplePackage(new SampleLog());
        package.ConsistentWith.Add(11);
        using var file = Write(package.ToBytes());
        using var keys = new TemporaryFile(".txt");
        using var paper = new TemporaryFile(".txt");
        await File.WriteAllTextAsync(keys.Path, $"# 留存的公钥\n{Key}\n");
        await File.WriteAllTextAsync(paper.Path, package.Checkpoint(11).ToString());
        var (code, output) = await RunAsync($"{file.Path} --keys {keys.Path} --checkpoint {paper.Path}");
        code.ShouldBe(0, output);
        output.ShouldContain("与另存的检查点（11 个事件）一致");
    }

    [Theory]
    [InlineData("{0} --key nonsense", "tool.key")]
    [InlineData("{0} --checkpoint {0}", "checkpoint.malformed")]
    [InlineData("{0} --consistency {0}", "checkpoint.consistency_malformed")]
    [InlineData("{0}.missing", "package.no_file")]
    [InlineData("/", "package.folder")]
    [InlineData("{0} --keys {0}.missing", "无法读取 cannot be read")]
    [InlineData("", "PACKAGE")]
    public async Task Bad_input_is_a_sentence_and_never_a_stack_trace(string arguments, string said)
    {
        using var file = Write(new SamplePackage(new SampleLog()).ToBytes());
        var (code, output) = await RunAsync(string.Format(null, arguments, file.Path));
        code.ShouldBe(1, output);
        output.ShouldContain(said);
        output.ShouldNotContain("   at ");
    }

    private static Task<(int Code, string Output)> RunAsync(string arguments) => Tools.RunAsync("dotnet", $"{Tool} {arguments}");

    private static TemporaryFile Write(byte[] bytes)
    {
        var file = new TemporaryFile(".zip");
        File.WriteAllBytes(file.Path, bytes);
        return file;
    }
}
