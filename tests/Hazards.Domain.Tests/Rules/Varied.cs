using System.Reflection;

namespace Hazards.Domain.Tests.Rules;

/// <summary>Makes a command like another but for one parameter.</summary>
internal static class Varied
{
    public static IHazardCommand With(this IHazardCommand command, string parameter, object? value)
    {
        var constructor = Constructor(command);
        var arguments = constructor.GetParameters()
            .Select(p => p.Name == parameter ? value : command.GetType().GetProperty(p.Name!)!.GetValue(command)).ToArray();
        var varied = (IHazardCommand)constructor.Invoke(arguments);
        return command is MergeHazard merge ? (MergeHazard)varied with { Target = merge.Target } : varied;
    }

    public static IEnumerable<string> Texts(IHazardCommand command) =>
        Constructor(command).GetParameters().Where(p => p.ParameterType == typeof(string)).Select(p => p.Name!);

    public static IEnumerable<string> RequiredTexts(IHazardCommand command)
    {
        var nullability = new NullabilityInfoContext();
        return Constructor(command).GetParameters()
            .Where(p => p.ParameterType == typeof(string) && nullability.Create(p).WriteState == NullabilityState.NotNull)
            .Select(p => p.Name!);
    }

    private static ConstructorInfo Constructor(IHazardCommand command) =>
        command.GetType().GetConstructors().MaxBy(c => c.GetParameters().Length)!;
}
