using Hazards.Api.Accounts;

namespace Hazards.Api.Pages;

/// <summary>Stands in until sessions keep a purpose themselves.</summary>
internal static class StubPurpose
{
    public static Task SetPurposeAsync(this Sessions sessions, Session session, string purpose) => Task.CompletedTask;
}
