using Hazards.Api.Administration.Policies;
using Hazards.Projections;
using Hazards.Projections.Store;
using Npgsql;

namespace Hazards.Api.Running;

/// <summary>Makes all rows anew after a migration that asks for it, and says how far it is.</summary>
internal static class RowsMaking
{
    public static async Task RunAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        await using var log = MartenEventLog.Open(dataSource);
        var rules = await new RulebookSource(new ServiceOptions(dataSource.ConnectionString), log).RefreshAsync(cancellationToken);
        await Console.Error.WriteLineAsync("数据行由旧版本生成，正从日志重建 the rows were made by an older version and are made anew from the log");
        await Rebuild.RunAsync(dataSource, log, rules, new Lines(), cancellationToken);
    }

    /// <summary>A line for every twentieth part: it may be read in a log file.</summary>
    private sealed class Lines : IProgress<RebuildProgress>
    {
        private int said;

        public void Report(RebuildProgress value)
        {
            var part = (int)(value.Position * 20 / Math.Max(1, value.Head));
            if (part <= said)
                return;
            said = part;
            Console.Error.WriteLine($"  {part * 5}%  {value.Position:N0} / {value.Head:N0}");
        }
    }
}
