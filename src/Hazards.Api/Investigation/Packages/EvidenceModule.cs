using System.Collections.Immutable;
using System.CommandLine;
using Hazards.Api.Administration.Jobs;
using Hazards.Domain;
using Hazards.Projections.Reading;

namespace Hazards.Api.Investigation.Packages;

/// <summary>证据包: asked for, made in the background, listed, downloaded.</summary>
internal sealed class EvidenceModule : IModule
{
    /// <summary>A package that nobody has begun after so long is asked for again.</summary>
    private static readonly TimeSpan LeftAlone = TimeSpan.FromMinutes(10);

    public void AddServices(IServiceCollection services)
    {
        AddMaking(services);
        services.AddSingleton<IPackageJob, PackageJob>();
        services.AddSingleton<VerificationDesk>();
        services.AddSingleton<PackageCheck>();
        services.AddScheduled(JobKind.FindLeftPackages, _ => LeftAlone, async (s, stop) =>
            await s.GetRequiredService<Projections.Store.IOutbox>()
                .SendAsync(await s.GetRequiredService<PackageShelf>().LeftAsync(LeftAlone, stop)));
    }

    /// <summary>What the command needs as well.</summary>
    public static void AddMaking(IServiceCollection services)
    {
        services.AddSingleton<EvidenceStore>();
        services.AddSingleton<DisclosedPieces>();
        services.AddSingleton<PackageShelf>();
        services.AddSingleton<PackageMaker>();
        services.AddSingleton<EvidenceDesk>();
    }

    public IEnumerable<Command> Commands() => [EvidenceCommand.Create()];

    public void Map(IEndpointRouteBuilder api)
    {
        api.Post(
            "/evidence",
            new Operation(
                Tag.Evidence, "申请证据包：后台制作，制成后下载（调查审计、安委办经办、督查）",
                "Ask for a package of evidence: made in the background, then downloaded (investigators, coordinators, supervisors)")
        {
            Body = typeof(RequestEvidence), IsAct = true, Answer = typeof(EvidenceAnswer), Success = 202, Also = [410],
        }, RequestAsync);
        api.Get(
            "/evidence",
            new Operation(Tag.Evidence, "管辖范围内申请的证据包，新的在前", "The packages asked for within the jurisdiction, the newest first")
            {
                Query = [.. Parameters.Page], Answer = typeof(EvidencePage),
            }, ListAsync);
        api.Get(
            "/evidence/{id}",
            new Operation(Tag.Evidence, "一个证据包：进度、大小、摘要、所依据的检查点", "One package: progress, size, digest, the checkpoint it stands on")
            {
                Answer = typeof(EvidenceAnswer),
            }, FindAsync);
        api.Get(
            "/evidence/{id}/package",
            new Operation(
                Tag.Evidence, "下载证据包（zip）：可断点续传，字节永远相同，每次下载留痕",
                "Download a package (zip): can be resumed, always the same bytes, every download is recorded")
                {
                    Files = ["application/zip"], Ranged = true, Also = [409, 410],
                }, Download.SendAsync)
            .DisableRequestTimeout();
        VerificationEndpoints.Map(api);
    }

    private static async Task<IResult> RequestAsync(Call call, EvidenceDesk desk, PackageShelf shelf)
    {
        var order = await call.ReadAsync<RequestEvidence>();
        if (order.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var outcome = await desk.RequestAsync(order.Command!, order.Given!, order.Terms, call.Stop);
        if (outcome is not Outcome<EvidencePackage>.Done done)
            return Call.Refuse(((Outcome<EvidencePackage>.Refused)outcome).Refusal);
        call.Response.Headers.Location = $"{Links.Root}/evidence/{done.After.Id:D}";
        if (done.Repeated)
            call.Response.Headers["Idempotency-Replayed"] = "true";
        return Call.Json(EvidenceAnswer.Of((await shelf.FindAsync(done.After.Id, call.Stop))!), 202);
    }

    private static async Task<IResult> ListAsync(Call call, PackageShelf shelf, EvidenceDesk desk)
    {
        var asOf = call.AsOf();
        var (cursor, limit) = Parameters.ReadPage(call.Query);
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var by = call.Caller.As(null);
        if (EvidenceDesk.RoleOf(by) is null)
            return Call.Refuse(EvidenceRefusals.Role.Because());
        var within = call.Caller.Jurisdiction;
        var before = PositionCursor.Read(cursor, "evidence", within, asOf) ?? long.MaxValue;
        var found = await shelf.ListAsync(within, asOf, before, limit + 1, call.Stop);
        var shown = ImmutableArray.CreateBuilder<EvidenceAnswer>();
        foreach (var package in found.Take(limit))
            if (await desk.WhyNotOpenAsync(package, by, call.Stop) is null)
                shown.Add(EvidenceAnswer.Of(package, asOf));
        return Call.Json(new EvidencePage(
            shown.ToImmutable(),
            found.Count > limit ? PositionCursor.Write(found[limit - 1].Position!.Value, "evidence", within, asOf) : null, asOf));
    }

    private static async Task<IResult> FindAsync(Call call, string id, PackageShelf shelf, EvidenceDesk desk, EvidenceStore store)
    {
        var (package, refusal) = await OpenAsync(call, id, shelf, desk);
        if (package is null)
            return Call.Refuse(refusal!);
        var known = await store.LoadAsync(package.Id, call.Stop);
        return Call.Json(EvidenceAnswer.Of(package) with { HazardIds = package.Request.Hazards, Downloads = known?.Downloads ?? 0 });
    }

    /// <summary>A package that the caller may know of.</summary>
    internal static async Task<(ShelvedPackage? Package, Refusal? Refusal)> OpenAsync(
        Call call, string id, PackageShelf shelf, EvidenceDesk desk)
    {
        var by = call.Caller.As(null);
        if (EvidenceDesk.RoleOf(by) is null)
            return (null, EvidenceRefusals.Role.Because());
        if (!Guid.TryParseExact(id, "D", out var known) || await shelf.FindAsync(known, call.Stop) is not { Position: not null } package
            || !call.Caller.Jurisdiction.Contains(package.Request.Jurisdiction))
            return (null, EvidenceRefusals.NotFound.Because("id"));
        return await desk.WhyNotOpenAsync(package, by, call.Stop) is { } closed ? (null, closed) : (package, null);
    }
}
