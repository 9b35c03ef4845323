using System.Net;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Frames;
using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Checks.Analysis;

/// <summary>Something of a member's that the matrix does not hold.</summary>
/// <param name="Phase">When.</param>
/// <param name="What">Protocol, from whom, to whom.</param>
/// <param name="Packets">How many packets.</param>
/// <param name="Where">Where it was seen.</param>
internal sealed record Stray(string Phase, string What, long Packets, string Where)
{
    public override string ToString() => $"{Phase}: {What}, {Wording.Count(Packets, "packet")}, {Where}";
}

/// <summary>
/// All IP of the members, held against the flow matrix (F3). A member's is what bears its address, or one of the cluster's groups, and over IPv6, where the spec gives no
/// address, what bears an address from which its port sent.
/// </summary>
internal sealed class OutsideMatrix
{
    private readonly RunAnalysis _run;
    private readonly HashSet<string> _own;
    private readonly HashSet<string> _endpoints;
    private readonly Dictionary<string, PortCapture> _ipv6;
    private readonly Dictionary<string, PhaseObservation> _phases;
    private readonly List<(string Port, string What, long Packets)> _leftOut = [];

    private OutsideMatrix(RunAnalysis run)
    {
        _run = run;
        _own = [.. run.Spec.Members.Select(m => (IPAddress?)m.Address).Append(run.Spec.Channels.AgentGroup).Append(run.Spec.Channels.MasterGroup).OfType<IPAddress>().Select(a => a.ToString())];
        _endpoints =
        [
            .. run.Spec.Members.Select(m => m.Address).Concat(run.Spec.Outsiders.Select(o => o.Address))
                .Concat(((IPAddress?[])[run.Spec.Gateway, run.Spec.Observer?.Address]).OfType<IPAddress>()).Select(a => a.ToString()),
        ];
        _ipv6 = Ipv6Owners(run);
        _phases = run.Timeline.All.GroupBy(p => p.Name).ToDictionary(g => g.Key, g => g.First());
        // What one flow is seen to do in several phases comes after what other flows do: few lines show many flows.
        Stray[] all = [.. Flows(), .. Others(), .. Reports()];
        Strays = [.. all.GroupBy(s => s.What).SelectMany(g => g.Index()).OrderBy(s => s.Index).Select(s => s.Item)];
        LeftOut = [.. LeftOutLines()];
    }

    /// <summary>What the matrix does not hold: of each flow the first phase, then the others.</summary>
    public IReadOnlyList<Stray> Strays { get; }

    /// <summary>What was seen and is nobody's fault: other VLANs' frames, other addresses at a member's port, a host's own chatter. A line each.</summary>
    public IReadOnlyList<string> LeftOut { get; }

    public static OutsideMatrix Of(RunAnalysis run) => new(run);

    /// <summary>Why not all of a member's IP was looked at; null when it was.</summary>
    public static string? Unwatched(RunAnalysis run, string member) => run.Unwatched(member) ?? run.Capture(member) switch
    {
        { OthersLost: > 0 } p => $"{Wording.Count(p.OthersLost, "frame")} that no port of the cluster has came too fast, or in too many flows, to be looked at",
        { Undecoded: > 0 } p => $"{Wording.Count(p.Undecoded, "frame")} could not be read",
        _ => null,
    };

    private static Dictionary<string, PortCapture> Ipv6Owners(RunAnalysis run)
    {
        var owners = new Dictionary<string, PortCapture>();
        foreach (PortCapture port in run.Seen.Ports.OrderBy(p => p.Kind))
        {
            IEnumerable<string> sources = port.Flows.Where(f => f.Direction == PortDirection.Out).Select(f => f.Source)
                .Concat(port.Others.Where(o => o.Direction == PortDirection.Out).Select(o => o.Source));
            foreach (string source in sources.Where(s => IsIpv6(s) && s != "::")) owners.TryAdd(source, port);
        }

        return owners;
    }

    private static bool IsIpv6(string address) => address.Contains(':');

    private IEnumerable<Stray> Flows()
    {
        var told = new HashSet<(string, byte, string, int, string, int)>();
        foreach ((PortCapture port, FlowSighting s) in _run.Seen.Ports.SelectMany(p => p.Flows.Select(f => (p, f))))
        {
            if (s.Packets == s.Continued || IsOutsiders(s.Source) || IsOutsiders(s.Destination)) continue;
            if (!IsMembers(s.Source) && !IsMembers(s.Destination)) continue;
            // The same flow is seen at both its ends, and a group's at many ports: the first tells.
            if (!told.Add((s.Phase, s.Protocol, s.Source, s.SourcePort, s.Destination, s.DestinationPort))) continue;
            if (_run.MatrixOf(_phases.GetValueOrDefault(s.Phase)).Holds(s) || LeftWhole(s) || IsCut(s)) continue;
            yield return new(s.Phase, Describe(s.Protocol, OtherSighting.NoType, s.Source, s.SourcePort, s.Destination, s.DestinationPort), s.Packets - s.Continued, At(port, s.FirstFrame));
        }
    }

    // Fragments may come in any order, or without the first one, which has the ports: at the port that they left they are known.
    private bool LeftWhole(FlowSighting s)
    {
        if (s is not { SourcePort: 0, DestinationPort: 0 }) return false;
        FlowSighting[] there =
        [
            .. _run.Seen.Ports.SelectMany(p => p.Flows).Where(f => f.Direction == PortDirection.Out && f.Protocol == s.Protocol
                && f.Source == s.Source && f.Destination == s.Destination && f is { SourcePort: 0, DestinationPort: 0 }),
        ];
        return there.Length > 0 && there.All(f => f.Packets == f.Continued);
    }

    // What is left of the run's own datagrams whose first fragments were lost on the way has no ports, and no mark. There can be no more of it than was sent.
    private bool IsCut(FlowSighting s) => s is { Protocol: FiveTuple.Udp, SourcePort: 0, DestinationPort: 0, Direction: PortDirection.In }
        && _run.Seen.Fragments.Any(f => f.Phase == s.Phase && s.Packets <= f.Sent && f.From == _run.Name(s.Source) && f.To == _run.Name(s.Destination));

    private IEnumerable<Stray> Others()
    {
        var told = new HashSet<(string, string)>();
        foreach ((PortCapture port, OtherSighting s) in _run.Seen.Ports.SelectMany(p => p.Others.Select(o => (p, o))))
        {
            if (KnownTraffic.IsOwn(s, _endpoints.Contains)) continue;
            bool sent = port.Kind == PortKind.Member && s.Direction == PortDirection.Out;
            if (KnownTraffic.Chatter(s) is { } chatter)
            {
                if (sent) _leftOut.Add((port.Port, $"{chatter}, a host's own chatter", s.Packets));
            }
            else if (!IsMembers(s.Source) && !IsMembers(s.Destination))
            {
                if (sent) _leftOut.Add((port.Port, $"{s.Source}, which is no member's address", s.Packets));
            }
            else
            {
                string what = Describe(s.Protocol, s.Type, s.Source, s.SourcePort, s.Destination, s.DestinationPort);
                if (told.Add((s.Phase, what))) yield return new(s.Phase, what, s.Packets, At(port, s.FirstFrame));
            }
        }
    }

    // A member that reports a group to which its role does not listen, or one that nothing in the run has.
    private IEnumerable<Stray> Reports()
    {
        string? master = _run.Address(FlowGroup.Master)?.ToString();
        HashSet<string> groups = [.. _own, .. _run.Seen.Trials.Select(t => t.Group), .. _run.Seen.Trials.Select(t => t.JoinedInstead)];
        foreach (PortCapture port in _run.Seen.Ports.Where(p => p.Kind == PortKind.Member))
        {
            foreach (IGrouping<(string Phase, string Group), MembershipSighting> said in port.Memberships
                .Where(m => m is { Direction: PortDirection.Out, Leave: false }).GroupBy(m => (m.Phase, m.Group)))
            {
                (string phase, string group) = said.Key;
                MemberView? view = _phases.GetValueOrDefault(phase) is { Settled: true } settled ? settled.Views.FirstOrDefault(v => v.Member == port.Port) : null;
                string? what = group == master && view is { Role: Role.Agent or Role.Listening } ? $"IGMP report of {port.Port} ({view.Role}) for the Master Group"
                    : groups.Contains(group) || KnownTraffic.IsChatterGroup(group) ? null
                    : $"IGMP report of {port.Port} for {group}";
                if (what is not null) yield return new(phase, what, said.Sum(m => m.Count), $"at {port.Port}");
            }
        }
    }

    private IEnumerable<string> LeftOutLines()
    {
        foreach (var vlan in _run.Seen.Ports.SelectMany(p => p.Vlans.Select(v => (p.Port, Vlan: v))).GroupBy(v => v.Vlan.Vlan).OrderBy(g => g.Key))
        {
            long queries = vlan.Sum(v => v.Vlan.Queries);
            yield return $"VLAN {vlan.Key}: {Wording.Count(vlan.Sum(v => v.Vlan.Frames), "frame")}{(queries > 0 ? $" ({queries} IGMP queries)" : "")} at {Wording.Names(vlan.Select(v => v.Port).Distinct())}";
        }

        foreach (var left in _leftOut.GroupBy(l => l.What)) yield return $"{left.Key}: {Wording.Count(left.Sum(l => l.Packets), "packet")} from {Wording.Names(left.Select(l => l.Port).Distinct())}";
    }

    private bool IsMembers(string address) => _own.Contains(address) || _ipv6.GetValueOrDefault(address) is { Kind: PortKind.Member };

    private bool IsOutsiders(string address) =>
        _run.Spec.Outsiders.Any(o => o.Address.ToString() == address) || _ipv6.GetValueOrDefault(address) is { Kind: PortKind.Outsider };

    private static string At(PortCapture port, long frame) => $"the first is frame {frame} at {port.Port}";

    private string Describe(byte protocol, int type, string source, int sourcePort, string destination, int destinationPort)
    {
        string name = protocol switch
        {
            FiveTuple.Tcp => "TCP",
            FiveTuple.Udp => "UDP",
            FiveTuple.Icmp => "ICMP",
            FiveTuple.Icmp6 => "ICMPv6",
            _ => $"IP protocol {protocol}",
        };
        string kind = type == OtherSighting.NoType ? "" : $" type {type}";
        return $"{name}{kind} {End(source, sourcePort)} to {End(destination, destinationPort)}";
    }

    private string End(string address, int port)
    {
        string name = !IsIpv6(address) ? _run.Name(address)
            : _ipv6.TryGetValue(address, out PortCapture? owner) ? $"{owner.Port} [{address}]"
            : $"[{address}]";
        return port == 0 ? name : $"{name}:{port}";
    }
}
