using VsanEmu.Cli;
using VsanEmu.Cli.Lab;

return await CommandRun.RunAsync(
    [
        LabCommand.Create(),
        NodeCommand.Create(),
        SpecCommand.Create(),
    ],
    args,
    Console.Out,
    Console.Error);
