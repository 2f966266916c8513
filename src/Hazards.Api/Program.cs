return await Hazards.Api.CommandLine.RunAsync(args);
