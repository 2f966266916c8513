using System.Collections.Immutable;
using System.CommandLine;
using Hazards.Evidence.Proof;

namespace Hazards.Api.Proofs;

/// <summary>Which trees are grown: <c>--trees</c>, <c>HAZARDS_TREES</c>.</summary>
internal static class TreeOption
{
    /// <summary>The trees there can be.</summary>
    public static readonly ImmutableArray<TreeHash> Known = [TreeHash.Sha256, TreeHash.Sm3];

    public static Option<string?> Create() =>
        new("--trees") { Description = "防篡改树的散列算法 hashes of the trees over the log: sha256 | sha256,sm3 (HAZARDS_TREES)" };

    /// <summary>The trees given, the environment's, or the usual one.</summary>
    /// <exception cref="ArgumentException">A name is not known, or stands twice.</exception>
    public static ImmutableArray<TreeHash> Of(string? given)
    {
        var text =
            given is { Length: > 0 } ? given : Environment.GetEnvironmentVariable("HAZARDS_TREES") is { Length: > 0 } set ? set : "sha256";
        ImmutableArray<TreeHash> trees = [.. text.Split(',')
            .Select(name => Find(name.Trim()) ?? throw new ArgumentException($"--trees：没有 {name}；可用：sha256, sm3 · there is no tree {name}; sha256 and sm3 are known"))];
        return trees.Distinct().Count() == trees.Length ? trees : throw new ArgumentException($"--trees：{text} 有重复 · names a tree twice");
    }

    public static TreeHash? Find(string name) => Known.FirstOrDefault(t => t.Name == name);
}
