using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using VsanEmu.Net.Capture;
using VsanEmu.Net.Probing;
using VsanEmu.Net.Tests.Segments;

namespace VsanEmu.Net.Tests.Probing;

/// <summary>Two outsiders, two members and an observer in one segment without an access list.</summary>
public sealed class OutsiderProbesTests
{
    private const int Port = 2233;

    [Fact]
    public async Task Every_outsider_tries_every_target_from_both_ports_and_the_observer_hears_the_proof()
    {
        using var segment = new Segment();
        var channels = new ChannelSpec { AgentGroup = null, MasterGroup = null };
        using var captures = new CaptureSet(channels, Stopwatch.GetTimestamp());
        Endpoint Add(string name, string address, PortKind kind)
        {
            Endpoint endpoint = segment.Add(address);
            captures.Add(name, kind, endpoint.Place.Run(() => PacketCapture.Open("eth0", channels)));
            return endpoint;
        }

        Endpoint[] outsiders = [Add("o1", "198.18.0.101", PortKind.Outsider), Add("o2", "198.18.0.102", PortKind.Outsider)];
        Endpoint open = Add("m01", "198.18.0.1", PortKind.Member);
        Endpoint closed = Add("m02", "198.18.0.2", PortKind.Member);
        Endpoint observer = Add("observer", "198.18.0.210", PortKind.Observer);
        using Socket listener = open.Place.Run(() =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Any, Port));
            socket.Listen();
            return socket;
        });

        ProbeSource[] sources = [.. outsiders.Select((o, i) => new ProbeSource($"o{i + 1}", o.Place, "eth0", o.Address))];
        var probes = new OutsiderProbes(captures, new LocalPorts(captures, []), Eventually.Limit);
        captures.BeginPhase("probing");
        IReadOnlyList<ProbeObservation> seen = await probes.ProbeAsync("probing", sources, [new("m01", open.Address), new("m02", closed.Address)], Port, CancellationToken.None);
        Assert.Equal(
            from outsider in (string[])["o1", "o2"]
            from target in (string[])["m01", "m02"]
            from source in (int[])[0, Port]
            select (outsider, target, source, target == "m01" ? ProbeOutcome.Open : ProbeOutcome.Refused),
            seen.Select(p => (p.From, p.To, p.SourcePort, p.Outcome)));

        ControlSighting[] Asked() => [.. captures.Snapshot().Single(c => c.Port == "observer").Controls.Where(c => c.Kind == "arp" && c.Source == "198.18.0.101")];
        long before = Asked().Sum(c => c.Count);
        await OutsiderProbes.ProveObserverAsync(sources[..1], observer.Address, CancellationToken.None);
        await Eventually.UntilAsync(() => Asked().Sum(c => c.Count) >= before + OutsiderProbes.ProofRequests);
        Assert.Equal(before + OutsiderProbes.ProofRequests, Asked().Sum(c => c.Count));
    }
}
