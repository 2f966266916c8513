using Hazards.LocalPostgres;

namespace Hazards.TestRun;

internal sealed record Arguments(PostgresSource Source, bool Both, string? Data, IReadOnlyList<string> Filters)
{
    /// <summary>Reads the words; ends the process with exit code 2 on one it does not know.</summary>
    public static Arguments Parse(ReadOnlySpan<string> words)
    {
        var (source, both, filters) = (PostgresSource.Auto, Environment.GetEnvironmentVariable("HAZARDS_TEST_BOTH") == "1",
            new List<string>());
        string? data = null;
        for (var at = 0; at < words.Length; at++)
            switch (words[at])
            {
                case "--postgres" when at + 1 < words.Length && words[at + 1] == "both":
                    (both, at) = (true, at + 1);
                    break;
                case "--postgres" when at + 1 < words.Length && Enum.TryParse(words[at + 1], ignoreCase: true, out source):
                    (both, at) = (false, at + 1);
                    break;
                case "--data" when at + 1 < words.Length:
                    data = words[++at];
                    break;
                case var word when word.StartsWith('-'):
                    Environment.Exit(Refuse("[--postgres auto|installed|embedded|both] [FILTER…]"));
                    break;
                case var filter:
                    filters.Add(filter);
                    break;
            }
        return new Arguments(source, both, data, filters);
    }

    public static int Refuse(string usage)
    {
        Console.Error.WriteLine("用法 usage: " + usage);
        return 2;
    }
}
