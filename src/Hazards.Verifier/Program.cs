using System.CommandLine;
using Hazards.Verifier;

// hazards-verify: what `hazards verify` is, for a machine that has only this.
var command = VerifyCommand.Describe(new RootCommand("离线核验证据包 · check an evidence package offline"));
return await command.Parse(args).InvokeAsync();
