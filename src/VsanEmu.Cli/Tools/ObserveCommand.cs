using System.CommandLine;
using System.Diagnostics;
using VsanEmu.Cli.Options;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Segments;
using VsanEmu.Core.Spec;
using VsanEmu.Net.Capture;
using VsanEmu.Net.Interfaces;
using VsanEmu.Net.Namespaces;
using VsanEmu.Report.Segments;

namespace VsanEmu.Cli.Tools;

/// <summary><c>vsanemu observe</c>: listens on an interface, sends nothing, and says what lives there; where nothing could be heard, it says that.</summary>
internal static class ObserveCommand
{
    private const string PortName = "observed";

    private static readonly TimeSpan UsualDuration = TimeSpan.FromSeconds(130);

    // The kernel takes up to a second to note that a carrier has come.
    private static readonly TimeSpan CarrierPatience = TimeSpan.FromSeconds(1.5);

    private static readonly Option<string> Link = new("--interface", "-i") { Description = "The interface to listen on", HelpName = "IF", Required = true };

    private static readonly Option<string?> Netns = new("--netns") { Description = "The network namespace it is in: a name under /run/netns, or a path", HelpName = "NAME" };

    private static readonly Option<string?> Spec = new("--spec", "-s") { Description = "A cluster's spec, for its groups and ports; by default those of vSAN 6.x", HelpName = "FILE" };

    private static readonly Option<TimeSpan?> Length = new Option<TimeSpan?>("--duration", "-d")
    {
        Description = $"How long to listen, up to 24h (default {UsualDuration.TotalSeconds:0}s); Ctrl-C ends it sooner. A querier speaks every 125 s",
        HelpName = "T",
    }.Allow(TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(24));

    private static readonly Option<DirectoryInfo?> Capture = new("--capture") { Description = "Keep what was heard as pcapng in this folder" };

    private static readonly Option<bool> Json = new("--json", "-J") { Description = "Print the outcome as JSON, and nothing else" };

    public static Command Create()
    {
        var command = new Command(
            "observe",
            "Listen without sending anything: queriers, group members, who talks as Master, Backup or Agent, and what does not fit. Exit code 3 where nothing was heard, or not all the time")
        {
            Link, Netns, Spec, Length, Capture, Json,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        TextWriter output = parsed.InvocationConfiguration.Output, error = parsed.InvocationConfiguration.Error;
        ChannelSpec? channels = parsed.GetValue(Spec) is { } file ? SpecInput.Read(file, error)?.Channels : ChannelSpec.Of(FlowProfile.Article);
        if (channels is null) return (int)ExitCode.BadInput;
        string link = parsed.GetRequiredValue(Link);
        try
        {
            using NetworkNamespace place = Place.Open(parsed.GetValue(Netns));
            await WarnAsync(place, link, error, cancellation);
            (PortCapture heard, Listening listening) = await ListenAsync(
                place, link, channels, parsed.GetValue(Length) ?? UsualDuration, parsed.GetValue(Capture)?.FullName, cancellation);
            SegmentReading reading = SegmentReading.Of(heard, channels, listening);
            ExitCode exit = reading.Conclusive ? ExitCode.Passed : ExitCode.Inconclusive;
            if (parsed.GetValue(Json)) output.WriteLine(SegmentJson.Write(link, heard, reading, (int)exit));
            else SegmentReport.Write(output, link, heard, reading);
            return (int)exit;
        }
        catch (Exception e) when (e is CaptureException or NetworkNamespaceException or IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"vsanemu observe: {e.Message}");
            return (int)ExitCode.Inconclusive;
        }
    }

    // Who waits for 130 s wants to know at once that they are in vain so far.
    private static async Task WarnAsync(NetworkNamespace place, string link, TextWriter error, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        LinkCondition now;
        while ((now = place.Run(() => LinkState.Read(link))) == LinkCondition.NoCarrier && Stopwatch.GetElapsedTime(start) < CarrierPatience)
            await Task.Delay(50, cancellation);
        if (now is LinkCondition.Down or LinkCondition.NoCarrier)
            error.WriteLine($"vsanemu observe: {link} {(now == LinkCondition.Down ? "is down" : "has no carrier")}: nothing is heard until that changes");
    }

    private static async Task<(PortCapture Heard, Listening Listening)> ListenAsync(
        NetworkNamespace place, string link, ChannelSpec channels, TimeSpan length, string? folder, CancellationToken cancellation)
    {
        using var captures = new CaptureSet(channels, Stopwatch.GetTimestamp(), folder);
        PacketCapture capture = place.Run(() => PacketCapture.Open(link, channels));
        captures.Add(PortName, PortKind.Observer, capture);
        captures.BeginPhase(Phases.Steady);
        using LinkWatch watch = LinkWatch.Start(place, link, () => captures.NowNs);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation, watch.Gone);
        try
        {
            await Task.Delay(length, end.Token);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C, or the interface is gone: what was heard so far is what there is.
        }

        long watchedNs = captures.NowNs;
        return (captures.Snapshot().Single(), new(watchedNs, Deaf(watch.Changes, watchedNs, capture.WasDown)));
    }

    private static DeafSpell[] Deaf(IReadOnlyList<LinkChange> changes, long watchedNs, bool wasDown)
    {
        DeafSpell[] spells =
        [
            .. from i in Enumerable.Range(0, changes.Count)
               where changes[i].Condition != LinkCondition.Running
               select new DeafSpell(changes[i].AtNs, i + 1 < changes.Count ? changes[i + 1].AtNs : watchedNs, Why(changes[i].Condition)),
        ];
        // A moment that the watch missed, and the capture did not.
        return spells.Length == 0 && wasDown ? [new(watchedNs, watchedNs, Why(LinkCondition.Down))] : spells;
    }

    private static string Why(LinkCondition condition) => condition switch
    {
        LinkCondition.Missing => "was gone",
        LinkCondition.Down => "was down",
        _ => "had no carrier",
    };
}
