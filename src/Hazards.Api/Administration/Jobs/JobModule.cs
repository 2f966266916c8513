using System.CommandLine;
using Hazards.Api.Cli;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Administration.Jobs;

/// <summary>后台任务: what failed for good, by REST and by the command line.</summary>
internal sealed class JobModule : IModule
{
    private const string Administrators = "系统管理";

    public void AddServices(IServiceCollection services)
    {
        services.AddSingleton<DeadLetters>();
        services.AddSingleton<ScheduleHealth>();
        services.AddSingleton<JobTrouble>();
    }

    public void Map(IEndpointRouteBuilder api)
    {
        api.Get(
            "/jobs/dead-letters",
            new Operation(
                Tag.Jobs, $"多次尝试仍失败的后台任务，新的在前（{Administrators}）", "Jobs that failed again and again, the newest first (administrators)")
        {
            Query = [Parameters.Cursor, Parameters.Limit], Answer = typeof(DeadLetterPage), HoldsNoRecords = true,
        }, ListAsync);
        api.Post(
            "/jobs/dead-letters/{id}/replay",
            new Operation(Tag.Jobs, $"重新执行失败的任务（{Administrators}）", "Have a failed job done again (administrators)")
        {
            Answer = typeof(JobsReplayAnswer), Success = 202, HoldsNoRecords = true,
        }, ReplayAsync);
    }

    public IEnumerable<Command> Commands() => [JobCommand.Create(), CodegenCommand.Create()];

    private static async Task<IResult> ListAsync(Call call, IServiceProvider services)
    {
        var (cursor, limit) = Parameters.ReadPage(call.Query);
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        return IsAdministrator(call)
            ? Call.Json(await services.GetRequiredService<DeadLetters>().ListAsync(cursor, limit, call.Stop))
            : Call.Refuse(JobRefusals.Role.Because());
    }

    private static async Task<IResult> ReplayAsync(Call call, string id, IServiceProvider services)
    {
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        if (!IsAdministrator(call))
            return Call.Refuse(JobRefusals.Role.Because());
        return Guid.TryParseExact(id, "D", out var known) && await services.GetRequiredService<DeadLetters>().ReplayAsync(known, call.Stop)
            ? Call.Json(new JobsReplayAnswer(known), 202)
            : Call.Refuse(JobRefusals.NotFound.Because("id", ("id", Texts.Excerpt(id))));
    }

    private static bool IsAdministrator(Call call) =>
        call.Caller.Key.Roles.Contains(Role.Administrator) && call.Caller.Jurisdiction.IsNation;
}

/// <summary>A job that waits to be done again.</summary>
/// <param name="Id">Its message.</param>
internal sealed record JobsReplayAnswer(Guid Id);
