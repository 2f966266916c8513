using System.Collections.Immutable;

namespace Hazards.Domain;

/// <summary>The documents that a policy may rest on, by version.</summary>
public sealed class PolicyShelf
{
    private readonly ImmutableSortedDictionary<string, PolicyText> _texts;

    private PolicyShelf(IEnumerable<PolicyText> texts)
    {
        var found = ImmutableSortedDictionary.CreateBuilder<string, PolicyText>(StringComparer.Ordinal);
        foreach (var text in texts)
            found[text.Version.Value] = text;
        _texts = found.ToImmutable();
    }

    /// <summary>What comes with the product.</summary>
    public static PolicyShelf Shipped { get; } = new(ShippedPolicies.All);

    /// <summary>The versions there are.</summary>
    public IEnumerable<string> Versions => _texts.Keys;

    /// <summary>With these as well; of two texts of one version the later stands.</summary>
    public PolicyShelf With(params IEnumerable<PolicyText> texts) => new(_texts.Values.Concat(texts));

    /// <summary>The text of a version; null when it is not here.</summary>
    public PolicyText? Find(PolicyVersion version) => _texts.GetValueOrDefault(version.Value);

    /// <summary>The whole policy of a document, with what its bases say.</summary>
    /// <exception cref="InvalidOperationException">A base is not here.</exception>
    public Policy Resolve(PolicyDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        return document.On(document.Base is { } version ? Resolve(PolicyDocument.Read(Needed(version).Json)) : null);
    }

    /// <summary>The documents under this one, the nearest first.</summary>
    /// <exception cref="InvalidOperationException">A base is not here.</exception>
    public ImmutableArray<PolicyText> Under(PolicyDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        return document.Base is { } version ? [Needed(version), .. Under(PolicyDocument.Read(Needed(version).Json))] : [];
    }

    private PolicyText Needed(PolicyVersion version) =>
        Find(version) ?? throw new InvalidOperationException($"there is no policy {version} to rest on");
}
