using Hazards.Bench;

return await BenchRun.MainAsync(args);
