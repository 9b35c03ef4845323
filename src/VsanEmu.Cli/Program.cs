using VsanEmu.Cli;

return await CommandRun.RunAsync(
    [
        SpecCommand.Create(),
    ],
    args,
    Console.Out,
    Console.Error);
