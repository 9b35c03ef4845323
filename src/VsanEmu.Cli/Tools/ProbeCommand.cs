using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using VsanEmu.Cli.Options;
using VsanEmu.Core.Addresses;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Probing;
using VsanEmu.Net.Capture;
using VsanEmu.Net.Namespaces;
using VsanEmu.Net.Probing;
using VsanEmu.Net.Tools;
using VsanEmu.Report.Probes;

namespace VsanEmu.Cli.Tools;

/// <summary><c>vsanemu probe</c>: from any machine, does one address let this one in, and if not, how is it blocked and by whom.</summary>
internal static class ProbeCommand
{
    private const int ReliablePort = 2233;

    private static readonly TimeSpan UsualTimeout = TimeSpan.FromSeconds(3);

    private static readonly Option<string[]> To = new("--to")
    {
        Description = "The address to probe: IPv4, IPv6 (a link-local one as fe80::1%eth0, or with --interface), or a name; may be given several times",
        HelpName = "ADDRESS",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<int> Port = new Option<int>("--port", "-p") { Description = "Its TCP port, 1 to 65535", DefaultValueFactory = _ => ReliablePort }.Allow(1, 65535);

    private static readonly Option<int?> SourcePort = new Option<int?>("--source-port")
    {
        Description = "Try from this source port only, 0 for an ephemeral one; by default from an ephemeral one, from the probed one, and over IPv4 also in fragments",
    }.Allow(0, 65535);

    private static readonly Option<string?> From = new("--from") { Description = "The source address; by default the kernel's choice", HelpName = "ADDRESS" };

    private static readonly Option<string?> Through = new("--interface", "-i") { Description = "The interface to leave by, whatever the routes say; by default the kernel's choice", HelpName = "IF" };

    private static readonly Option<TimeSpan?> Timeout = new Option<TimeSpan?>("--timeout", "-t")
    {
        Description = $"How long to wait for an answer (default {UsualTimeout.TotalSeconds:0}s)",
        HelpName = "T",
    }.Allow(TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(2));

    private static readonly Option<string> Expect = new Option<string>("--expect")
    {
        Description = "Exit with 1 unless every way is so. Blocked takes a proof that somebody is there (ARP or neighbour discovery, ICMP echo, TCP "
            + $"{string.Join(", ", PresenceSearch.OtherPorts)}, or --control-from), or a device that says itself that it forbids the way; without one the exit code is 3",
    }.AllowWords("open", "blocked");

    private static readonly Option<string?> Control = new("--control-from")
    {
        Description = "An endpoint on this machine that may reach the target: an interface, or one in a network namespace (a name under /run/netns, or a path). Where it finds the port open, before and after, silence is blocked",
        HelpName = "IF[@NETNS]",
    };

    private static readonly Option<bool> Json = new("--json", "-J") { Description = "Print the outcome as JSON, and nothing else" };

    public static Command Create()
    {
        var command = new Command("probe", "Try a TCP port and tell how it is blocked: no answer, RST or ICMP, which device said so, and what shows that somebody is there")
        {
            To, Port, SourcePort, From, Through, Timeout, Expect, Control, Json,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        TextWriter output = parsed.InvocationConfiguration.Output, error = parsed.InvocationConfiguration.Error;
        ProbeRun run = Read(parsed);
        try
        {
            IReadOnlyList<ProbedTarget> targets = await Task.Run(() => run.RunAsync(cancellation), cancellation);
            ExitCode exit = BlockedProof.Exit(targets, parsed.GetValue(Expect) switch { "open" => WayState.Open, "blocked" => WayState.Blocked, _ => null });
            if (parsed.GetValue(Json)) output.WriteLine(ProbeJson.Write(targets, (int)exit));
            else foreach (ProbedTarget target in targets) ProbeReport.Write(output, target);
            return (int)exit;
        }
        catch (ProbeWayException e) when (e.IsMistake)
        {
            throw new UsageException(e.Message);
        }
        catch (Exception e) when (e is ProbeWayException or ToolException or CaptureException or NetworkNamespaceException or SocketException or IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"vsanemu probe: {e.Message}");
            return (int)ExitCode.Inconclusive;
        }
    }

    private static ProbeRun Read(ParseResult parsed)
    {
        string[] targets = [.. parsed.GetRequiredValue(To).Distinct()];
        foreach (string target in targets)
            if (TargetNames.Fault(target) is { } fault) throw new UsageException($"{To.Name} {target}: {fault}");
        int port = parsed.GetValue(Port);
        return new()
        {
            Targets = targets,
            Port = port,
            // A filter may let in what comes from the probed port (A4).
            SourcePorts = parsed.GetValue(SourcePort) is { } only ? [only] : [0, port],
            Fragments = parsed.GetValue(SourcePort) is null,
            From = parsed.GetValue(From) is { } from ? Source(from) : null,
            Interface = parsed.GetValue(Through),
            Timeout = parsed.GetValue(Timeout) ?? UsualTimeout,
            Control = parsed.GetValue(Control) is { } control ? ControlPlace.Read(Control.Name, control) : null,
        };
    }

    private static IPAddress Source(string text) =>
        AddressText.Read(text) ?? throw new UsageException($"{From.Name} {text}: not an address: {AddressText.Allowed}");
}
