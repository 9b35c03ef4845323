using System.CommandLine;
using VsanEmu.Net.Attachments;

namespace VsanEmu.Cli.Verify;

/// <summary>The hidden command that <c>verify</c> starts beside itself to have this machine's interfaces put back.</summary>
internal static class KeeperCommand
{
    public static Command Create()
    {
        var command = new Command(Keeper.Command, "Puts interfaces back when the run that started it ends") { Hidden = true };
        command.SetAction(_ => Keeper.Run(Console.In, Console.Out, Console.Error));
        return command;
    }
}
