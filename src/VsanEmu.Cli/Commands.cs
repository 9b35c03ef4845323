using System.CommandLine;
using VsanEmu.Cli.Health;
using VsanEmu.Cli.Hosts;
using VsanEmu.Cli.Lab;
using VsanEmu.Cli.Load;
using VsanEmu.Cli.Tools;
using VsanEmu.Cli.Verify;

namespace VsanEmu.Cli;

/// <summary>Every command there is, in the order of the help text.</summary>
internal static class Commands
{
    public static IReadOnlyList<Command> All() =>
    [
        LabCommand.Create(),
        VerifyCommand.Create(),
        LoadCommand.Create(),
        ObserveCommand.Create(),
        ProbeCommand.Create(),
        NodeCommand.Create(),
        HostsCommand.Create(),
        HealthCommand.Create(),
        FlowsCommand.Create(),
        ExplainCommand.Create(),
        SpecCommand.Create(),
        KeeperCommand.Create(),
    ];
}
