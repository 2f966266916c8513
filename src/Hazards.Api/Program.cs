using Hazards.Api.Cli;

return await CommandLine.RunAsync(args);
