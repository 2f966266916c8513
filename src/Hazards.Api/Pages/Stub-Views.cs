#pragma warning disable
using System.Collections.Concurrent;
using System.Collections.Immutable;
using Hazards.Domain;
namespace Hazards.Api.Accounts {
internal sealed record SavedView(string Name, string Query);
internal class SavedViews {
    private readonly ConcurrentDictionary<(Guid, string, string), SavedView> all = new();
    public Task<ImmutableArray<SavedView>> ListAsync(Guid account, string page, CancellationToken ct) => Task.FromResult(all.Where(v => v.Key.Item1 == account && v.Key.Item2 == page).Select(v => v.Value).OrderBy(v => v.Name).ToImmutableArray());
    public Task<Refusal?> SaveAsync(Guid account, string page, string name, string query, CancellationToken ct) { if (Texts.Name("name", name) is { } wrong) return Task.FromResult<Refusal?>(wrong); all[(account, page, name)] = new SavedView(name, query); return Task.FromResult<Refusal?>(null); }
    public Task DeleteAsync(Guid account, string page, string name, CancellationToken ct) { all.TryRemove((account, page, name), out _); return Task.CompletedTask; }
}
}
