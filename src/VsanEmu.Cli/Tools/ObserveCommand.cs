using System.CommandLine;
using System.Diagnostics;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Segments;
using VsanEmu.Core.Spec;
using VsanEmu.Net.Capture;
using VsanEmu.Net.Namespaces;
using VsanEmu.Report.Segments;

namespace VsanEmu.Cli.Tools;

/// <summary><c>vsanemu observe</c>: listens on an interface, sends nothing, and says what lives there.</summary>
internal static class ObserveCommand
{
    private const string PortName = "observed";

    public static Command Create()
    {
        var link = new Option<string>("--interface", "-i") { Description = "The interface to listen on", HelpName = "IF", Required = true };
        var place = new Option<string?>("--netns") { Description = "The network namespace it is in: a name under /run/netns, or a path", HelpName = "NAME" };
        var spec = new Option<string?>("--spec", "-s") { Description = "A cluster's spec, for its groups and ports; by default those of vSAN 6.x", HelpName = "FILE" };
        var duration = new Option<string>("--duration", "-d") { Description = "How long to listen; Ctrl-C ends it sooner. A querier speaks every 125 s", HelpName = "T", DefaultValueFactory = _ => "130s" };
        var capture = new Option<DirectoryInfo?>("--capture") { Description = "Keep what was heard as pcapng in this folder" };
        var command = new Command("observe", "Listen without sending anything: queriers, group members, who talks as Master, Backup or Agent, and what does not fit")
        {
            link, place, spec, duration, capture,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            InvocationConfiguration io = parsed.InvocationConfiguration;
            if (!Duration.TryParse(parsed.GetValue(duration), out TimeSpan length) || length <= TimeSpan.Zero || length > TimeSpan.FromHours(24))
            {
                io.Error.WriteLine($"vsanemu observe: --duration {parsed.GetValue(duration)}: allowed are a number and a unit, up to 24h");
                return (int)ExitCode.BadInput;
            }

            ChannelSpec? channels = parsed.GetValue(spec) is { } file ? SpecInput.Read(file, io.Error)?.Channels : ChannelSpec.Of(Core.Flows.FlowProfile.Article);
            if (channels is null) return (int)ExitCode.BadInput;
            try
            {
                (PortCapture heard, long watchedNs) = await ListenAsync(parsed.GetValue(link)!, parsed.GetValue(place), channels, length, parsed.GetValue(capture)?.FullName, cancellation);
                SegmentReport.Write(io.Output, parsed.GetValue(link)!, heard, SegmentReading.Of(heard, channels, watchedNs), watchedNs);
                return (int)ExitCode.Passed;
            }
            catch (Exception e) when (e is CaptureException or NetworkNamespaceException or IOException or UnauthorizedAccessException)
            {
                io.Error.WriteLine($"vsanemu observe: {e.Message}");
                return (int)ExitCode.Inconclusive;
            }
        });
        return command;
    }

    private static async Task<(PortCapture Heard, long WatchedNs)> ListenAsync(
        string link, string? netns, ChannelSpec channels, TimeSpan length, string? folder, CancellationToken cancellation)
    {
        using NetworkNamespace place = netns is null ? NetworkNamespace.OfProcess() : NetworkNamespace.Open(netns.Contains('/') ? netns : $"/run/netns/{netns}");
        using var captures = new CaptureSet(channels, Stopwatch.GetTimestamp(), folder);
        captures.Add(PortName, PortKind.Observer, place.Run(() => PacketCapture.Open(link, channels)));
        captures.BeginPhase(Phases.Steady);
        try
        {
            await Task.Delay(length, cancellation);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C: what was heard so far is what was asked for.
        }

        return (captures.Snapshot().Single(), captures.NowNs);
    }
}
