using VsanEmu.Cli;
using VsanEmu.Net.Processes;

ThisProcess.TakePermittedCapabilities();
return await CommandRun.RunAsync(Commands.All(), args, Console.Out, Console.Error);
