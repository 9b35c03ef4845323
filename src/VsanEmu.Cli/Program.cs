using VsanEmu.Cli;

return await CommandRun.RunAsync(Commands.All(), args, Console.Out, Console.Error);
