using System.Diagnostics;
using Hazards.Api.Administration.Policies;
using Hazards.Api.Cli;
using Hazards.Api.Http;
using Hazards.Api.Investigation.Packages;
using Hazards.Api.LifeCycle;
using Hazards.Api.Proofs;
using Hazards.Api.Running;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazards.Bench;

/// <summary>What making a package took.</summary>
/// <param name="Hazards">Of so many hazards.</param>
/// <param name="Events">With so many events.</param>
/// <param name="Bytes">The zip.</param>
/// <param name="Making">From the request to the end.</param>
/// <param name="Reading">Sending all of it.</param>
/// <param name="Plainly">Reading the same events plainly, stream by stream.</param>
/// <param name="PeakMegabytes">The process's largest working set while it was made, less that before.</param>
internal sealed record EvidenceMeasured(
    int Hazards, long Events, long Bytes, TimeSpan Making, TimeSpan Reading, TimeSpan Plainly, double PeakMegabytes);

/// <summary>
/// 证据包: packages of the hazards of a seeded log, by the code that the service runs; beside it how long reading the same
/// events alone takes.
/// </summary>
internal sealed class EvidenceBench(string connectionString, string keys)
{
    private static readonly BodyId Bench = BodyId.Parse("bench-office");

    public async Task<EvidenceMeasured> RunAsync(int hazards, CancellationToken cancellationToken)
    {
        var services = new ServiceCollection();
        HazardsService.AddCore(services, new ServiceOptions(connectionString) { Keys = keys });
        EvidenceModule.AddMaking(services);
        await using var provider = services.BuildServiceProvider();
        await provider.GetRequiredService<RulebookSource>().RefreshAsync(cancellationToken);
        var ids = await IdsAsync(provider.GetRequiredService<NpgsqlDataSource>(), hazards, cancellationToken);
        var log = provider.GetRequiredService<Hazards.Projections.Store.IEventLog>();
        var plainly = Stopwatch.StartNew();
        var events = 0L;
        foreach (var id in ids)
            await foreach (var _ in log.ReadStreamAsync(id.StreamId, cancellationToken: cancellationToken))
                events++;
        plainly.Stop();
        // The tree is there before a package is asked for, as in a running service.
        await provider.GetRequiredService<CheckpointDesk>().SignNowAsync(Evidence.Proof.TreeHash.Sha256, null, cancellationToken);
        var by = new Actor(
            "基准测试", new Body(Bench, "基准测试", BodyKind.Investigation, RegionCode.Nation, [], null, null, false, null, 1),
            [Role.Investigator], "bench", RegionCode.Nation);
        using var peak = new Peak();
        var making = Stopwatch.StartNew();
        var outcome = await provider.GetRequiredService<EvidenceDesk>()
            .RequestAsync(new RequestEvidence("基准测试", ids), new Given(by), Terms.None, cancellationToken);
        var package = outcome is Outcome<EvidencePackage>.Done done
            ? done.After
            : throw new InvalidOperationException(((Outcome<EvidencePackage>.Refused)outcome).Refusal.English);
        await provider.GetRequiredService<PackageMaker>().MakeAsync(package.Id, null, cancellationToken);
        making.Stop();
        var megabytes = peak.Megabytes;
        var shelf = provider.GetRequiredService<PackageShelf>();
        var made = await shelf.FindAsync(package.Id, cancellationToken);
        var reading = Stopwatch.StartNew();
        await (await new PackageBytes(shelf, package.Id).LayOutAsync(cancellationToken)).WriteAsync(Stream.Null, cancellationToken);
        return new EvidenceMeasured(
            ids.Length, events, made!.Size ?? throw new InvalidOperationException(made.Failure), making.Elapsed, reading.Elapsed,
            plainly.Elapsed, megabytes);
    }

    private static async Task<System.Collections.Immutable.ImmutableArray<HazardId>> IdsAsync(
        NpgsqlDataSource source, int count, CancellationToken cancellationToken)
    {
        // Spread over the whole log, so that no two share tiles by accident of their age.
        await using var command = source.CreateCommand("select h.hazard_id from rows.hazards h order by md5(h.hazard_id::text) limit $1");
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = count });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var ids = System.Collections.Immutable.ImmutableArray.CreateBuilder<HazardId>();
        while (await reader.ReadAsync(cancellationToken))
            ids.Add(new HazardId(reader.GetGuid(0)));
        return ids.ToImmutable();
    }

    /// <summary>The largest working set while it lives.</summary>
    private sealed class Peak : IDisposable
    {
        private readonly Timer timer;
        private readonly long before;
        private long most;

        public Peak()
        {
            GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
            before = most = Environment.WorkingSet;
            timer = new Timer(_ => most = Math.Max(most, Environment.WorkingSet), null, 0, 20);
        }

        public double Megabytes => (most - before) / 1024.0 / 1024.0;

        public void Dispose() => timer.Dispose();
    }
}
