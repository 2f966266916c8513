using Hazards.LocalPostgres;
using Hazards.TestRun;

// test-run hold [--data DIR] [--postgres SOURCE]      keeps a cluster until standard input closes; prints its connection string
// test-run suites ROOT [--postgres SOURCE] [FILTER…]  runs the test assemblies of the checkout ROOT
using var stop = new Stopping();
try
{
    return args switch
    {
        ["hold", .. var rest] => await Hold.RunAsync(Arguments.Parse(rest), stop.Token),
        ["suites", var root, .. var rest] => await Suites.RunAsync(root, Arguments.Parse(rest), stop.Token),
        _ => Arguments.Refuse("hold | suites ROOT"),
    };
}
catch (LocalClusterException problem)
{
    await Console.Error.WriteLineAsync(problem.Message);
    return 1;
}
catch (OperationCanceledException)
{
    return 130;
}
