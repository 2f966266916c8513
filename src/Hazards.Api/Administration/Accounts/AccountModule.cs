using System.Collections.Immutable;
using System.CommandLine;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Hazards.Projections.Store;

namespace Hazards.Api.Administration.Accounts;

/// <summary>账号: people who sign in, by REST for administrators; the pages sign people in themselves (<see cref="SignIn"/>).</summary>
internal sealed class AccountModule : IModule
{
    public void AddServices(IServiceCollection services)
    {
        services.AddSingleton<AccountJournal>();
        services.AddSingleton(s => new CredentialCodes(s.GetRequiredService<ServiceOptions>().Log.AppendKey));
        services.AddSingleton<CredentialsBinding>();
        services.AddHostedService(s => s.GetRequiredService<CredentialsBinding>());
        services.AddSingleton<AccountSecrets>();
        services.AddSingleton<Sessions>();
        services.AddSingleton<SignIn>();
        services.AddSingleton<AccountStore>();
        services.AddSingleton<SavedViews>();
    }

    public IEnumerable<Command> Commands() => [];

    public void Map(IEndpointRouteBuilder api)
    {
        api.Get("/accounts", new Operation(Tag.Registry, "账号列表（系统管理）", "Accounts (administrators only)")
        {
            Query =
            [
                new("body", typeof(BodyId), "所属单位", "Of this body"),
                new("closed", typeof(bool), "是否包括已停用的，默认否", "Whether closed ones are included; not when left out"),
                Parameters.Cursor, Parameters.Limit,
            ],
            Answer = typeof(AccountPage),
        }, ListAsync);
        api.Get("/accounts/{id}", Look<AccountView>("账号（系统管理）", "One account (administrators only)") with { Versioned = true }, FindAsync);
        api.Get("/accounts/{id}/events", Look<AccountHistory>(
            "账号履历：开通、变更、登录、被拒（系统管理）", "An account's history: opened, changed, signed in, refused (administrators only)")
            with { Versioned = true }, HistoryAsync);
        api.Get("/accounts/{id}/sessions", Look<SessionList>(
            "账号的在线登录（系统管理）", "An account's open sessions (administrators only)"), SessionsAsync);
        MapActs(api);
    }

    private static void MapActs(IEndpointRouteBuilder api)
    {
        api.Post("/accounts", Act<OpenAccount>(
            "开通账号（系统管理）：初始密码只显示一次", "Open an account (administrators only): its first password is shown once")
            with { Success = 201 }, OpenAsync);
        api.Post("/accounts/{id}/changes", Act<ChangeAccount>("变更账号（系统管理）", "Change an account (administrators only)"),
            (Call call, string id, AccountStore store) => ActAsync<ChangeAccount>(call, id, (account, order) =>
                store.ChangeAsync(account, order.Command!, order.Given!, order.Terms, call.Stop)));
        api.Post("/accounts/{id}/closure", Act<CloseAccount>("停用账号（系统管理）", "Close an account (administrators only)"),
            (Call call, string id, AccountStore store) => ActAsync<CloseAccount>(call, id, (account, order) =>
                store.CloseAsync(account, order.Command!, order.Given!, order.Terms, call.Stop)));
        api.Post("/accounts/{id}/password-reset", Act<ResetPassword>(
            "重置密码（系统管理）：初始密码只显示一次", "Reset a password (administrators only): the first password is shown once"),
            (Call call, string id, AccountStore store) => ActAsync<ResetPassword>(call, id, (account, order) =>
                store.ResetPasswordAsync(account, order.Given!, order.Terms, call.Stop)));
        api.Post("/accounts/{id}/second-factor-removal", Act<RemoveSecondFactor>(
            "移除动态口令（系统管理）", "Remove a second factor (administrators only)"),
            (Call call, string id, AccountStore store) => ActAsync<RemoveSecondFactor>(call, id, (account, order) =>
                store.RemoveSecondFactorAsync(account, order.Command!, order.Given!, order.Terms, call.Stop)));
        api.Post("/accounts/{id}/sessions/{session}/end", Act<EndSession>("强制退出（系统管理）", "End a session (administrators only)"),
            (Call call, string id, string session, AccountStore store) => ActAsync<EndSession>(call, id, (account, order) =>
            {
                var ended = Guid.TryParseExact(session, "D", out var known) ? known : Guid.Empty;
                return store.EndSessionAsync(account, ended, order.Given!, order.Terms, call.Stop);
            }));
    }

    private static Operation Look<T>(string chinese, string english) => new(Tag.Registry, chinese, english) { Answer = typeof(T) };

    private static Operation Act<T>(string chinese, string english) =>
        new(Tag.Registry, chinese, english)
        {
            Body = typeof(T), IsAct = true, Answer = typeof(AccountAnswer), Versioned = true, Forbids = NoAdministrator,
        };

    private static Refusal? NoAdministrator(Caller caller) =>
        caller.Key.Roles.Contains(Role.Administrator) ? null : AccountRefusals.Forbidden.Because();

    private static async Task<IResult> ListAsync(Call call, IRegistryQueries registry)
    {
        var (body, closed) = (call.Query.Value<BodyId>("body"), call.Query.Flag("closed") ?? false);
        var (cursor, limit) = Parameters.ReadPage(call.Query);
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        if (!IsAdministrator(call))
            return Call.Refuse(AccountRefusals.Forbidden.Because());
        var page = await registry.ListAccountsAsync(call.Caller.Jurisdiction, body, closed, cursor, limit, call.Stop);
        if (await Parameters.NobodyAsync(call, cursor, page.Items.IsEmpty, registry) is { } nobody)
            return Call.Refuse(nobody);
        return Call.Json(new AccountPage([.. page.Items.Select(AccountView.Of)], page.Next));
    }

    private static async Task<IResult> FindAsync(Call call, string id, AccountStore store)
    {
        var (account, refusal) = await ReadAsync(call, id, store);
        return account is null ? Call.Refuse(refusal!) : call.Versioned(AccountView.Of(account), account.Version);
    }

    private static async Task<IResult> HistoryAsync(Call call, string id, AccountStore store, IEventLog log)
    {
        var (account, refusal) = await ReadAsync(call, id, store);
        if (account is null)
            return Call.Refuse(refusal!);
        var events = await log.FetchAsync(account.Id, account.Version, cancellationToken: call.Stop);
        return call.Versioned(new AccountHistory(account.Id, account.Version, [.. events.Select(HistoryEvent.Of)]), account.Version);
    }

    private static async Task<IResult> SessionsAsync(Call call, string id, AccountStore store, Sessions sessions)
    {
        var (account, refusal) = await ReadAsync(call, id, store);
        return account is null ? Call.Refuse(refusal!) : Call.Json(new SessionList(await sessions.ListAsync(account.Id, call.Stop)));
    }

    private static async Task<IResult> OpenAsync(Call call, AccountStore store)
    {
        var order = await call.ReadAsync<OpenAccount>();
        if (order.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var outcome = await store.OpenAsync(order.Command!, order.Given!, order.Terms, call.Stop);
        if (outcome is Outcome<KeptAccount>.Done done)
            call.Response.Headers.Location = AccountAnswer.LinkOf(done.After.Account.Id);
        return Answer(call, outcome, 201);
    }

    private static async Task<IResult> ActAsync<T>(
        Call call, string id, Func<Guid, Order<T>, Task<Outcome<KeptAccount>>> act) where T : class
    {
        if (!Guid.TryParseExact(id, "D", out var account))
            return Call.Refuse(AccountRefusals.NotFound.Because("id"));
        var order = await call.ReadAsync<T>();
        return order.Refusal is { } refusal ? Call.Refuse(refusal) : Answer(call, await act(account, order), 200);
    }

    private static IResult Answer(Call call, Outcome<KeptAccount> outcome, int status)
    {
        if (outcome is not Outcome<KeptAccount>.Done done)
            return Call.Refuse(((Outcome<KeptAccount>.Refused)outcome).Refusal);
        var account = done.After.Account;
        call.Mark(account.Version, done.Repeated);
        call.Response.Headers.CacheControl = "no-store";
        var own = AccountAnswer.LinkOf(account.Id);
        return Call.Json(new AccountAnswer(
            account.Id, account.Version, AccountView.Of(account), done.After.FirstPassword, EventAnswer.Of(done.Events), done.RecordedAt,
            new Dictionary<string, string> { ["self"] = own, ["events"] = $"{own}/events", ["sessions"] = $"{own}/sessions" }), status);
    }

    private static async Task<(Account? Account, Refusal? Refusal)> ReadAsync(Call call, string id, AccountStore store)
    {
        if (!IsAdministrator(call))
            return (null, AccountRefusals.Forbidden.Because());
        return Guid.TryParseExact(id, "D", out var known)
            && await store.FindAsync(known, call.Caller.Jurisdiction, call.Stop) is { } account
            ? (account, null)
            : (null, AccountRefusals.NotFound.Because("id"));
    }

    private static bool IsAdministrator(Call call) => call.Caller.Key.Roles.Contains(Role.Administrator);
}

/// <summary>An account as administrators see it.</summary>
/// <param name="Id">Its identity.</param>
/// <param name="Login">What the person types.</param>
/// <param name="Name">The person's name.</param>
/// <param name="Body">The body on whose behalf the person acts.</param>
/// <param name="Roles">What the person may do.</param>
/// <param name="Region">The jurisdiction.</param>
/// <param name="MustChangePassword">The password was chosen by somebody else, and must be changed first.</param>
/// <param name="SecondFactor">A code of the person's device is asked for as well.</param>
/// <param name="NeedsSecondFactor">Its roles ask for one.</param>
/// <param name="Closed">It opens nothing any more.</param>
/// <param name="Failures">Failed attempts in a row.</param>
/// <param name="LockedUntil">Until when it is, or was last, locked.</param>
/// <param name="Version">Its version.</param>
internal sealed record AccountView(
    Guid Id, string Login, string Name, BodyId Body, ImmutableArray<Role> Roles, RegionCode Region,
    bool MustChangePassword, bool SecondFactor, bool NeedsSecondFactor, bool Closed,
    int Failures, DateTimeOffset? LockedUntil, long Version)
{
    public static AccountView Of(Account a) => new(
        a.Id, a.Login, a.Name, a.Body, a.Roles, a.Region,
        a.MustChangePassword, a.SecondFactor, a.NeedsSecondFactor, a.Closed, a.Failures, a.LockedUntil, a.Version);
}

/// <summary>A page of accounts.</summary>
internal sealed record AccountPage(ImmutableArray<AccountView> Items, string? Next);

/// <summary>An account's history.</summary>
internal sealed record AccountHistory(Guid Id, long Version, ImmutableArray<HistoryEvent> Events);

/// <summary>Open sessions, the newest first.</summary>
internal sealed record SessionList(ImmutableArray<Session> Items);

/// <summary>What a command on an account answers.</summary>
/// <param name="Id">The account's identity.</param>
/// <param name="Version">Its version.</param>
/// <param name="Account">The account.</param>
/// <param name="FirstPassword">The first password: shown this once, absent when a request is repeated.</param>
/// <param name="Events">What was written.</param>
/// <param name="RecordedAt">When.</param>
/// <param name="Links">Where to go on.</param>
internal sealed record AccountAnswer(
    Guid Id, long Version, AccountView Account, string? FirstPassword, ImmutableArray<EventAnswer> Events, DateTimeOffset RecordedAt,
    IReadOnlyDictionary<string, string> Links)
{
    public static string LinkOf(Guid id) => $"{LifeCycle.Links.Root}/accounts/{id:D}";
}
