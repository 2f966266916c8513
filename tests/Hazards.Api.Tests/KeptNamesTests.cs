using System.Reflection;
using Microsoft.Extensions.Logging;
using Wolverine.Util;

namespace Hazards.Api.Tests;

/// <summary>
/// What others know by name stays when code moves: messages that wait in a database, categories that a deployment filters by.
/// </summary>
public sealed class KeptNamesTests
{
    private static readonly Type[] All = typeof(HazardsService).Assembly.GetTypes();

    [Fact]
    public void A_message_that_waits_in_a_database_is_known_by_its_name() => All
        .Where(t => t.Name.EndsWith("Handler", StringComparison.Ordinal))
        .Select(t => t.GetMethod("Handle")?.GetParameters()[0].ParameterType.ToMessageTypeName()).OfType<string>()
        .Order(StringComparer.Ordinal).ShouldBe(
        [
            "Hazards.Api.Evidence.MakePackage", "Hazards.Api.Import.ImportLedger", "Hazards.Api.Persons.EraseAgain",
            "Hazards.Api.RecountDueDates",
        ]);

    [Fact]
    public void What_is_logged_is_filtered_by_the_categories_that_deployments_know() => All
        .Select(t => t.GetCustomAttribute<LogCategoryAttribute>()?.Name).OfType<string>()
        .Order(StringComparer.Ordinal).ShouldBe(
        [
            "Hazards.Api.Accounts.CredentialsBinding", "Hazards.Api.Auditing.AuditWorker", "Hazards.Api.DaemonWatch", "Hazards.Api.Door",
            "Hazards.Api.Evidence.PackageJob", "Hazards.Api.Identities", "Hazards.Api.Jobs.Schedule", "Hazards.Api.NewerDatabase",
            "Hazards.Api.PassingOn", "Hazards.Api.Persons.PersonModule", "Hazards.Api.Proving.TreeKeeper", "Hazards.Api.Recounting",
            "Hazards.Api.Ringing.ClockWorker",
            "Hazards.Api.RulebookWatch", "WarmUp",
        ]);

    [Fact]
    public void Whoever_logs_names_a_category() => All
        .SelectMany(t => t.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
        .SelectMany(c => c.GetParameters()).Select(p => p.ParameterType)
        .Where(t => t.IsGenericType && t.GetGenericTypeDefinition() == typeof(ILogger<>))
        .Select(t => t.GenericTypeArguments[0]).Where(t => t.GetCustomAttribute<LogCategoryAttribute>() is null).ShouldBeEmpty();
}
