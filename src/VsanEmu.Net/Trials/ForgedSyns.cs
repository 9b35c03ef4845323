using System.Net;
using System.Net.Sockets;
using VsanEmu.Core.Frames;
using VsanEmu.Core.Observations;
using VsanEmu.Net.Capture;
using VsanEmu.Net.Probing;
using VsanEmu.Net.Threads;

namespace VsanEmu.Net.Trials;

/// <summary>
/// SYNs that no connect(2) would send (A5): in two fragments, of which the first ends before the flags (RFC 1858 section 3), or with somebody else's
/// address as its source. What became of them is read from the captures at both ends. Needs CAP_NET_RAW.
/// </summary>
/// <param name="captures">Captures the sources' ports.</param>
/// <param name="ports">Knows what arrived at the targets that are captured.</param>
public sealed class ForgedSyns(CaptureSet captures, IPorts ports)
{
    /// <summary>How often a SYN is sent before its silence counts: one may be lost, and the first may wait for ARP.</summary>
    internal const int Attempts = 4;

    // Ports to tell probes apart, below those that kernels hand out (net.ipv4.ip_local_port_range).
    private const int FirstPort = 20_000;
    private const int Ports = 10_000;

    private const int FirstFragmentLength = 8;

    // The captures' clock is the wall clock's, converted: it may be off by a little.
    private const long ClockMarginNs = 100_000;

    private static readonly TimeSpan Spacing = TimeSpan.FromMilliseconds(150);

    private static int _lastPort;

    /// <summary>A SYN in two fragments, over IPv4.</summary>
    /// <param name="phase">The run's phase, for the observation.</param>
    /// <param name="from">The source.</param>
    /// <param name="to">The target.</param>
    /// <param name="port">Its port, one that the captures capture.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="System.Net.Sockets.SocketException">CAP_NET_RAW is missing.</exception>
    public Task<ProbeObservation> FragmentsAsync(string phase, ProbeSource from, ProbeTarget to, int port, CancellationToken cancellation)
    {
        return TryAsync(phase, Begin(from, from.Address, to, port), ProbeMethod.Fragments, Packets, cancellation);

        static IReadOnlyList<byte[]> Packets(Probe probe)
        {
            byte[] syn = probe.Segment();
            ushort identification = Identification();
            return
            [
                Ipv4Packet.Of(probe.Source, probe.To.Address, FiveTuple.Tcp, syn.AsSpan(0, FirstFragmentLength), identification, more: true),
                Ipv4Packet.Of(probe.Source, probe.To.Address, FiveTuple.Tcp, syn.AsSpan(FirstFragmentLength), identification, FirstFragmentLength),
            ];
        }
    }

    /// <summary>A SYN that bears the address of <paramref name="as"/>; its answer, if any, goes there.</summary>
    internal async Task<ProbeObservation> SpoofedAsync(string phase, ProbeSource from, ProbeTarget @as, ProbeTarget to, int port, CancellationToken cancellation)
    {
        return await TryAsync(phase, Begin(from, @as.Address, to, port), ProbeMethod.Spoofed, Packets, cancellation).ConfigureAwait(false) with { As = @as.Name };

        static IReadOnlyList<byte[]> Packets(Probe probe) => [Ipv4Packet.Of(probe.Source, probe.To.Address, FiveTuple.Tcp, probe.Segment(), Identification())];
    }

    private async Task<ProbeObservation> TryAsync(
        string phase, Probe probe, ProbeMethod method, Func<Probe, IReadOnlyList<byte[]>> packets, CancellationToken cancellation)
    {
        using RawSender sender = await OwnThread.RunAsync(() => new RawSender(probe.From), cancellation).ConfigureAwait(false);
        var read = new ReadProbe(ProbeOutcome.Unreachable, OwnHost: OwnHostDeed.Unsent);
        bool refused = false;
        for (int i = 0; i < Attempts; i++)
        {
            // EPERM, which is what a firewall's drop on the way out makes of it, or EACCES.
            foreach (byte[] packet in packets(probe)) refused |= sender.Send(packet, probe.To.Address) == SocketError.AccessDenied;
            await Task.Delay(Spacing, cancellation).ConfigureAwait(false);
            IReadOnlyList<SeenSegment> atSource = captures.Find(probe.From.Name, probe.Tuple, probe.StartNs - ClockMarginNs);
            read = method == ProbeMethod.Spoofed ? SynReading.OfBorrowed(probe.Tuple, atSource) : SynReading.OfOwn(probe.Tuple, atSource);
            read = read with { Outcome = await SynPassage.LocateAsync(read.Outcome, ports, probe.To, probe.Tuple, probe.StartNs - ClockMarginNs, cancellation).ConfigureAwait(false) };
            if (SynReading.Decides(method, read.Outcome)) break;
        }

        return new()
        {
            Phase = phase,
            From = probe.From.Name,
            To = probe.To.Name,
            SourcePort = 0,
            DestinationPort = probe.Port,
            Method = method,
            Outcome = read.Outcome,
            AnsweredBy = read.AnsweredBy,
            OwnHost = refused && read.OwnHost == OwnHostDeed.Unsent ? OwnHostDeed.Refused : read.OwnHost,
            AtNs = probe.StartNs,
            TookNs = captures.NowNs - probe.StartNs,
        };
    }

    private Probe Begin(ProbeSource from, IPAddress source, ProbeTarget to, int port)
    {
        int own = FirstPort + (int)((uint)Interlocked.Increment(ref _lastPort) % Ports);
        return new(from, source, own, to, port, (uint)Random.Shared.Next(), captures.NowNs);
    }

    // Not 0: that would be the kernel's to fill in.
    private static ushort Identification() => (ushort)Random.Shared.Next(1, 65536);

    private sealed record Probe(ProbeSource From, IPAddress Source, int SourcePort, ProbeTarget To, int Port, uint Sequence, long StartNs)
    {
        internal FiveTuple Tuple { get; } = new(FiveTuple.Tcp, FrameAddress.From(Source), (ushort)SourcePort, FrameAddress.From(To.Address), (ushort)Port);

        internal byte[] Segment() => Ipv4Packet.Syn(Source, SourcePort, To.Address, Port, Sequence);
    }
}
