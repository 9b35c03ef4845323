using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Probing;
using VsanEmu.Core.Spec;
using VsanEmu.Net.Capture;
using VsanEmu.Net.Threads;
using VsanEmu.Net.Trials;

namespace VsanEmu.Net.Probing;

/// <summary>
/// Looks for somebody at an address that did not answer a probe, by ways that an access list for one port leaves open: ARP or neighbour discovery in the segment,
/// ICMP echo, and a few other TCP ports, of which a closed one answers too.
/// </summary>
/// <param name="way">The way to it.</param>
/// <param name="target">It.</param>
/// <param name="port">The port that was probed: no other way.</param>
/// <param name="timeout">How long to wait for an answer, each time.</param>
public sealed class PresenceSearch(ProbeWay way, IPAddress target, int port, TimeSpan timeout)
{
    /// <summary>The other ports: SSH and HTTPS, which management leaves open, and discard, which is closed nearly everywhere.</summary>
    public static IReadOnlyList<int> OtherPorts { get; } = [22, 443, 9];

    private const int EchoBytes = 64;
    private const int Echoes = 3;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan EchoInterval = TimeSpan.FromMilliseconds(100);

    private TimeSpan Patience => timeout < LongestWait ? timeout : LongestWait;

    private bool V6 => target.AddressFamily == AddressFamily.InterNetworkV6;

    /// <summary>Searches until something is found, or all has been tried.</summary>
    /// <exception cref="SocketException">CAP_NET_RAW is missing.</exception>
    public async Task<Presence> RunAsync(CancellationToken cancellation)
    {
        Presence near = await OwnThread.RunAsync(Near, cancellation).ConfigureAwait(false);
        if (near.By != PresenceProof.None) return near;
        // What was found of no proof is told where nothing else is found.
        return await ByOtherPortsAsync(cancellation).ConfigureAwait(false) ?? near;
    }

    private Presence Near()
    {
        Presence inSegment = (way.OnLink ? new NeighbourProof(way.Source, target, Patience).Find() : null) ?? Presence.Unknown;
        return inSegment.By == PresenceProof.None && AnswersEcho() ? new(PresenceProof.Echo, "it answers ICMP echo") : inSegment;
    }

    private bool AnswersEcho()
    {
        if (V6) return Icmpv6Question.Echo(way.Source, target, Patience);
        using var requests = new EchoRequests(way.Source);
        return requests.Run([target], EchoBytes, Echoes, EchoInterval, Patience)[0].RoundTripsNs.Count > 0;
    }

    private async Task<Presence?> ByOtherPortsAsync(CancellationToken cancellation)
    {
        ProbeObservation[] seen = await Task.WhenAll(OtherPorts.Where(p => p != port).Select(p => TryAsync(p, cancellation))).ConfigureAwait(false);
        string own = new IPAddress(target.GetAddressBytes()).ToString();
        return seen.FirstOrDefault(p => p.Outcome == ProbeOutcome.Open || p.AnsweredBy == own) is { } answered
            ? new(PresenceProof.OtherPort, $"its TCP port {answered.DestinationPort} answers")
            : null;
    }

    // A capture keeps one TCP port: each has its own.
    private async Task<ProbeObservation> TryAsync(int other, CancellationToken cancellation)
    {
        ChannelSpec channels = ProbeWay.Channels(other);
        using var captures = new CaptureSet(channels, Stopwatch.GetTimestamp());
        captures.Add(way.Source.Name, PortKind.Outsider, way.Source.Namespace.Run(() => PacketCapture.Open(way.Source.Interface, channels)));
        var aim = new ProbeTarget($"{target}", target, Captured: false);
        return await new TcpProbe(captures, new LocalPorts(captures, []), Patience).RunAsync(Phases.Probing, way.Source, 0, aim, other, cancellation).ConfigureAwait(false);
    }
}
