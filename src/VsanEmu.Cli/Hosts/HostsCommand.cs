using System.CommandLine;
using Spectre.Console;
using VsanEmu.Control.Redis;
using VsanEmu.Core.Checks;
using VsanEmu.Report;

namespace VsanEmu.Cli.Hosts;

/// <summary><c>vsanemu hosts</c>: who waits for a controller, and who is in a run.</summary>
internal static class HostsCommand
{
    private const int MostShown = 100;

    public static Command Create()
    {
        var command = new Command("hosts", "List the hosts that wait for a controller, or are in its run") { ControlOptions.Control, ControlOptions.InSpace };
        command.SetAction(async (parsed, cancellation) =>
        {
            try
            {
                (ControlAddress address, Space space) = ControlOptions.Read(parsed) ?? throw new UsageException($"{ControlOptions.Control.Name} is missing: it says where the hosts are known");
                await using RedisLine line = await RedisLine.OpenAsync(address, cancellation);
                Write(await Controller.ListAsync(line, space), space);
                return (int)ExitCode.Passed;
            }
            catch (ControlException e)
            {
                parsed.InvocationConfiguration.Error.WriteLine($"vsanemu hosts: {e.Message}");
                return (int)ExitCode.Inconclusive;
            }
        });
        return command;
    }

    private static void Write(IReadOnlyList<HostPresence> hosts, Space space)
    {
        IAnsiConsole console = ReportConsole.Of(Console.Out, terminal: !Console.IsOutputRedirected);
        if (hosts.Count == 0)
        {
            console.WriteLine($"no host is in space {space.Name}");
            return;
        }

        var table = new Table { Border = TableBorder.None };
        table.AddColumns("host", "is", "interface", "address", "machine", "version", "does");
        foreach (HostPresence h in hosts) table.AddRow([.. new[] { h.Name, h.Kind.ToString().ToLowerInvariant(), h.Interface, h.Address, h.Machine, h.Version, h.State }.Select(t => Markup.Escape(Said.Shown(t, MostShown)))]);
        console.Write(table);
    }
}
