using System.Runtime.CompilerServices;
using Hazards.Api.Administration.Accounts;

namespace Hazards.Api.Tests;

/// <summary>Passwords of the tests are no secrets: they are hashed quickly, in the processes that the tests start too.</summary>
internal static class QuickHashes
{
    /// <summary>What the product hashes with before any test runs.</summary>
    public static string OfTheProduct { get; private set; } = "";

    [ModuleInitializer]
    public static void Begin()
    {
        OfTheProduct = AccountSecrets.Hash("before any test");
        AccountSecrets.Hasher = AccountSecrets.HasherOf(1_000);
    }
}
