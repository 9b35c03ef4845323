using System.CommandLine;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using VsanEmu.Net.Capture;
using VsanEmu.Net.Namespaces;
using VsanEmu.Net.Probing;
using VsanEmu.Net.Tools;
using VsanEmu.Net.Trials;

namespace VsanEmu.Cli.Tools;

/// <summary><c>vsanemu probe</c>: from any machine, does one address let this one in, and if not, how is it blocked and by whom.</summary>
internal static class ProbeCommand
{
    private const int ReliablePort = 2233;

    public static Command Create()
    {
        var to = new Option<string[]>("--to") { Description = "The address to probe, IPv4 or IPv6; may be given several times", HelpName = "ADDRESS", Required = true, AllowMultipleArgumentsPerToken = true };
        var port = new Option<int>("--port", "-p") { Description = "Its TCP port", DefaultValueFactory = _ => ReliablePort };
        var source = new Option<int?>("--source-port") { Description = "Try from this source port only; by default from an ephemeral one, from the probed one, and over IPv4 also in fragments" };
        var from = new Option<string?>("--from") { Description = "The source address; by default the kernel's choice", HelpName = "ADDRESS" };
        var timeout = new Option<string>("--timeout", "-t") { Description = "How long to wait for an answer", HelpName = "T", DefaultValueFactory = _ => "3s" };
        var expect = new Option<string?>("--expect") { Description = "Exit with 1 unless every probe is so" };
        expect.AcceptOnlyFromAmong("open", "blocked");
        var command = new Command("probe", "Try a TCP port and tell how it is blocked: no answer, RST or ICMP, and which device said so") { to, port, source, from, timeout, expect };
        command.SetAction(async (parsed, cancellation) =>
        {
            InvocationConfiguration io = parsed.InvocationConfiguration;
            try
            {
                if (parsed.GetValue(port) is < 1 or > 65535) throw new UsageException($"--port {parsed.GetValue(port)}: allowed are 1 to 65535");
                if (parsed.GetValue(source) is < 0 or > 65535) throw new UsageException($"--source-port {parsed.GetValue(source)}: allowed are 0 (ephemeral) to 65535");
                if (!Duration.TryParse(parsed.GetValue(timeout), out TimeSpan limit) || limit < TimeSpan.FromMilliseconds(50) || limit > TimeSpan.FromMinutes(2))
                    throw new UsageException($"--timeout {parsed.GetValue(timeout)}: allowed are 50ms to 2m");
                IPAddress? own = parsed.GetValue(from) is { } text ? Address("--from", text) : null;
                ProbeObservation[] seen = await Task.Run(
                    () => RunAsync(parsed.GetValue(port), parsed.GetValue(source), own, [.. parsed.GetRequiredValue(to).Distinct().Select(a => Address("--to", a))], limit, cancellation), cancellation);
                foreach (ProbeObservation probe in seen) io.Output.WriteLine(Line(probe));
                return (int)Exit(seen, parsed.GetValue(expect));
            }
            catch (UsageException e)
            {
                io.Error.WriteLine($"vsanemu probe: {e.Message}");
                return (int)ExitCode.BadInput;
            }
            catch (Exception e) when (e is ToolException or CaptureException or NetworkNamespaceException or SocketException or IOException)
            {
                io.Error.WriteLine($"vsanemu probe: {e.Message}");
                return (int)ExitCode.Inconclusive;
            }
        });
        return command;
    }

    private static async Task<ProbeObservation[]> RunAsync(int port, int? only, IPAddress? from, IPAddress[] targets, TimeSpan timeout, CancellationToken cancellation)
    {
        var channels = new ChannelSpec { AgentGroup = null, MasterGroup = null, ReliablePort = port };
        using var captures = new CaptureSet(channels, Stopwatch.GetTimestamp());
        var ports = new LocalPorts(captures, []);
        var connects = new TcpProbe(captures, ports, timeout);
        var syns = new ForgedSyns(captures, ports);
        var seen = new List<ProbeObservation>();
        foreach (IPAddress target in targets)
        {
            ProbeSource source = RouteTo.Find(target, from) with { Name = $"to-{target}" };
            using NetworkNamespace here = source.Namespace;
            captures.Add(source.Name, PortKind.Outsider, PacketCapture.Open(source.Interface, channels));
            var aim = new ProbeTarget($"{target}", target, Captured: false);
            foreach (int sourcePort in only is { } one ? [one] : new[] { 0, port }) Keep(await connects.RunAsync(Phases.Probing, source, sourcePort, aim, port, cancellation));
            if (only is null && target.AddressFamily == AddressFamily.InterNetwork) Keep(await syns.FragmentsAsync(Phases.Probing, source, aim, port, cancellation));

            void Keep(ProbeObservation result) => seen.Add(result with { From = $"{source.Address} ({source.Interface})" });
        }

        return [.. seen];
    }

    private static string Line(ProbeObservation p)
    {
        string port = p.Method == ProbeMethod.Fragments ? " in fragments" : p.SourcePort == 0 ? "" : $" source port {p.SourcePort}";
        string took = $"{p.TookNs / 1e6:0.0} ms";
        string by = p.AnsweredBy.Length == 0 ? "" : p.AnsweredBy == p.To ? " in the target's own name" : $" by {p.AnsweredBy}";
        string how = p.Outcome switch
        {
            ProbeOutcome.Open => $"open ({took})",
            ProbeOutcome.Refused => $"refused: RST{by} ({took})",
            ProbeOutcome.Prohibited => $"prohibited: ICMP says so{by} ({took})",
            ProbeOutcome.IcmpOther => $"unreachable: an ICMP error{by} ({took})",
            ProbeOutcome.Unreachable => $"unreachable: no route, or no ARP answer ({took})",
            _ => $"filtered: no answer in {took}; only a capture at the target tells whether the SYN arrived",
        };
        return $"{p.From}{port} to {p.To} TCP {p.DestinationPort}: {how}";
    }

    // Without an expectation nothing is judged.
    private static ExitCode Exit(ProbeObservation[] seen, string? expect) => expect switch
    {
        null => ExitCode.Passed,
        "open" => seen.All(p => p.Outcome == ProbeOutcome.Open) ? ExitCode.Passed : ExitCode.Failed,
        _ when seen.Any(p => p.Outcome == ProbeOutcome.Open) => ExitCode.Failed,
        // Where there is no way at all, nothing was blocked; and a RST in the target's name is a closed port's, or that of a device which forges it.
        _ => seen.Any(p => p.Outcome == ProbeOutcome.Unreachable || (p.Outcome == ProbeOutcome.Refused && p.AnsweredBy == p.To)) ? ExitCode.Inconclusive : ExitCode.Passed,
    };

    private static IPAddress Address(string option, string text) =>
        // A number alone would be an address, too, and is more likely a mistake.
        IPAddress.TryParse(text, out IPAddress? address) && (address.AddressFamily == AddressFamily.InterNetworkV6 || text.Count(c => c == '.') == 3)
            ? address
            : throw new UsageException($"{option} {text}: not an address");
}
