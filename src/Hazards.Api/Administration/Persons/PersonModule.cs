using System.Collections.Immutable;
using System.CommandLine;
using Hazards.Api.Administration.Jobs;
using Hazards.Api.Cli;
using Hazards.Api.Investigation.Packages;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Spectre.Console;

namespace Hazards.Api.Administration.Persons;

/// <summary>个人信息: who is in a hazard, looks at them, their erasure; the master key's rotation.</summary>
[LogCategory("Hazards.Api.Persons.PersonModule")]
internal sealed partial class PersonModule : IModule
{
    public void AddServices(IServiceCollection services)
    {
        services.AddJob<EraseAgain>((s, _, stop) => EraseAgainAsync(s, stop));
        services.AddScheduled(JobKind.EraseAgain, _ => TimeSpan.FromHours(1), EraseAgainAsync);
    }

    public void Map(IEndpointRouteBuilder api)
    {
        api.Get(
            "/hazards/{id}/persons",
            new Operation(
                Tag.Persons, "隐患涉及的报告人、举报人、证人：只显示已封存；举报人只对制度规定的角色显示",
                "The persons of a hazard: that they are there, sealed; whistle-blowers only for the roles the policy names")
        {
            Answer = typeof(PersonsAnswer),
        }, ListAsync);
        api.Post(
            "/hazards/{id}/persons/{person}/disclosures",
            new Operation(
                Tag.Persons, "查看个人信息：须说明事由，每次查看（含被拒绝的）都留痕", "See a person's data: with a reason; every look is recorded, refused ones too")
        {
            Body = typeof(DiscloseRequest), IsAct = true, Answer = typeof(DisclosureAnswer), Also = [410],
        }, DiscloseAsync);
        api.Post(
            "/persons/{person}/erasure",
            new Operation(
                Tag.Persons, "删除个人信息：销毁密钥，事件与证明不变；重复请求结果相同",
                "Erase a person's data by destroying the key; events and proofs stay as they are; the same again changes nothing")
        {
            Body = typeof(EraseRequest), IsAct = true, Answer = typeof(ErasureAnswer), Also = [410, 423],
        }, EraseAsync);
    }

    public IEnumerable<Command> Commands() => [new Command("persons", "个人信息密钥 · the keys of personal data") { Rewrap() }];

    private static async Task<IResult> ListAsync(Call call, string id, HazardStore store, PersonDesk desk)
    {
        var (hazard, refusal) = await HazardAsync(call, id, store);
        if (hazard is null)
            return Call.Refuse(refusal!);
        return Call.Json(new PersonsAnswer(hazard.Id, await desk.ShownAsync(hazard, call.Caller, call.Stop)));
    }

    private static async Task<IResult> DiscloseAsync(Call call, string id, string person, HazardStore store, PersonDesk desk)
    {
        var order = await call.ReadAsync<DiscloseRequest>();
        if ((order.Refusal ?? Texts.Required("reason", order.Command!.Reason) ?? NowOnly(order.Given!)) is { } wrong)
            return Call.Refuse(wrong);
        var (hazard, refusal) = await HazardAsync(call, id, store);
        if (hazard is null)
            return Call.Refuse(refusal!);
        if (!Guid.TryParseExact(person, "D", out var number))
            return Call.Refuse(PersonRefusals.NotFound.Because("person"));
        var request = call.Request;
        var asked = new AskedFor(request.Method, $"{Links.Root}/hazards/{{id}}/persons/{{person}}/disclosures", request.Path, 0);
        var reason = order.Command!.Reason.Trim();
        var why = order.Given!.Document is { } paper ? $"{reason}（{paper}）" : reason;
        var look = await desk.LookAsync(hazard, number, new PersonAsked(order.Given.By, why, call.Caller.Key.Id, asked), call.Stop);
        if (look.Person is not { } opened)
            return Call.Refuse(look.Refusal!);
        call.Response.Headers.CacheControl = "no-store";
        return Call.Json(new DisclosureAnswer(hazard.Id, number, Labels.Of(opened.Sealed.Kind), opened.Data, opened.Statement));
    }

    private static async Task<IResult> EraseAsync(Call call, string person, HazardStore store, PersonDesk desk, PersonKeyRows rows)
    {
        var order = await call.ReadAsync<EraseRequest>();
        if ((order.Refusal ?? NowOnly(order.Given!)) is { } wrong)
            return Call.Refuse(wrong);
        var found = Guid.TryParseExact(person, "D", out var number) ? await rows.FindAsync(number, call.Stop) : null;
        if (found is null || await store.LoadAsync(found.Hazard, null, call.Stop) is not { } hazard || !call.Caller.Sees(hazard))
            return Call.Refuse(PersonRefusals.NotFound.Because("person"));
        var outcome = await desk.EraseAsync(hazard, number, order.Command!.Reason, order.Given!, order.Terms, call.Stop);
        if (outcome is not Outcome<Person>.Done done)
            return Call.Refuse(((Outcome<Person>.Refused)outcome).Refusal);
        return Call.Json(new ErasureAnswer(number, hazard.Id, done.After.ErasedAt, EventAnswer.Of(done.Events)));
    }

    // Looked at and erased is now: neither can be entered late.
    private static Refusal? NowOnly(Given given) =>
        given.OccurredAt is null
            ? null
            : RequestRefusals.UnknownField.Because("occurredAt", ("known", "reason, documentNumber, actor, attachments"));

    private static async Task<(Hazard? Hazard, Refusal? Refusal)> HazardAsync(Call call, string id, HazardStore store)
    {
        if (call.Query.Refusal is { } refusal)
            return (null, refusal);
        if (!HazardId.TryParse(id, out var hazardId, out var wrongId))
            return (null, wrongId with { Field = "id" });
        return await store.LoadAsync(hazardId, null, call.Stop) is { } hazard && call.Caller.Sees(hazard)
            ? (hazard, null)
            : (null, HazardRefusals.NotFound.Because());
    }

    private static Command Rewrap()
    {
        var database = new DatabaseOptions();
        var command = new Command("rewrap", "轮换主密钥，并用新主密钥重新包裹全部个人密钥 · makes a new master key and wraps every person's key under it");
        database.AddTo(command);
        command.SetAction((parsed, stop) => AdministratorCommands.RunAsync(database, parsed, async services =>
        {
            var keys = services.GetRequiredService<PersonKeys>();
            var (master, idle) = await AnsiConsole.Progress().StartAsync(context =>
            {
                var bar = context.AddTask("重新包裹 wrapping");
                return keys.RewrapAsync(new Showing(bar), stop);
            });
            Console.WriteLine($"当前主密钥 the master key is now {master}");
            foreach (var file in idle)
                Console.WriteLine($"不再使用：各节点换用新密钥后销毁，此前备份中的个人密钥随之失效 · in use no more; destroy it when every node has the new one, and no older backup opens anything: {file}");
            return 0;
        }, stop));
        return command;
    }

    /// <summary>Who was erased stays erased, though the database came from a backup.</summary>
    private static async Task EraseAgainAsync(IServiceProvider services, CancellationToken stop)
    {
        if (await services.GetRequiredService<PersonDesk>().EraseAgainAsync(stop) is > 0 and var destroyed)
            LogDestroyed(services.GetRequiredService<ILogger<PersonModule>>(), destroyed);
        if (await services.GetRequiredService<DisclosedPieces>().SealLeftAsync(stop) is > 0 and var left)
            LogSealed(services.GetRequiredService<ILogger<PersonModule>>(), left);
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "{Count} pieces of packages that disclose persons lay in clear; they are sealed now, or emptied where one was erased")]
    private static partial void LogSealed(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} keys of erased persons had come back, from a backup or an erasure that was cut short, and were destroyed again")]
    private static partial void LogDestroyed(ILogger logger, int count);

    private sealed class Showing(ProgressTask bar) : IProgress<(long Done, long All)>
    {
        public void Report((long Done, long All) value) =>
            (bar.MaxValue, bar.Value) = (Math.Max(1, value.All), value.All == 0 ? 1 : value.Done);
    }
}

/// <summary>A request to see a person's data. The 文号 it rests on may be given.</summary>
/// <param name="Reason">事由, required; kept with the look.</param>
internal sealed record DiscloseRequest(string Reason);

/// <summary>A request to erase a person's data. The 文号 it rests on is required.</summary>
/// <param name="Reason">事由, required.</param>
internal sealed record EraseRequest(string Reason);

/// <summary>The persons of a hazard.</summary>
internal sealed record PersonsAnswer(HazardId Hazard, ImmutableArray<PersonShown> Persons);

/// <summary>A person's data. Not to be stored.</summary>
internal sealed record DisclosureAnswer(HazardId Hazard, Guid Person, CodeEntry Kind, PersonData Data, string? Statement);

/// <summary>An erasure.</summary>
/// <param name="Person">The person.</param>
/// <param name="Hazard">The hazard.</param>
/// <param name="ErasedAt">When it was first recorded.</param>
/// <param name="Events">What was written now; nothing when it had been done.</param>
internal sealed record ErasureAnswer(Guid Person, HazardId Hazard, DateTimeOffset ErasedAt, ImmutableArray<EventAnswer> Events);
