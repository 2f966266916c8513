#pragma warning disable
using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;
namespace Hazards.Domain { 
internal sealed record Account(Guid Id, string Login, string Name, BodyId Body, ImmutableArray<Role> Roles, RegionCode Region); }
namespace Hazards.Api.Accounts {
internal enum SessionStep { Full, ChangePassword, SetFactor, GiveFactor }
internal sealed record Session(Guid Id, Guid Account, DateTimeOffset CreatedAt, DateTimeOffset LastSeenAt, DateTimeOffset ExpiresAt, string? Address, string? Agent, SessionStep Step, string? Purpose);
internal sealed record SignedInAs(Account Account, Session Session);
internal class Sessions { public virtual Task<SignedInAs?> FindAsync(string token, CancellationToken ct) => Task.FromResult<SignedInAs?>(new SignedInAs(new Account(Guid.Parse("11111111-1111-1111-1111-111111111111"), "dev", "张经办", BodyId.Parse("seed-4331-office"), [.. Enum.GetValues<Role>().Where(r => r != Role.Clock)], RegionCode.Parse("4331")), new Session(Guid.NewGuid(), Guid.Empty, default, default, default, null, null, SessionStep.Full, null))); }
internal static class SessionCookie { public const string Name = "hazards_session"; }
}
