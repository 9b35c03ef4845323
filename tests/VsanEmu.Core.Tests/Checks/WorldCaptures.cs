using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Tests.Checks;

/// <summary>What captures at all ports of a <see cref="World"/> see: heartbeats on the groups, TCP, ARP, general queries and membership reports.</summary>
internal sealed class WorldCaptures(World world, PhaseObservation[] phases)
{
    private const long Second = 1_000_000_000;

    private readonly ClusterSpec _spec = world.Spec;

    public IEnumerable<PortCapture> Ports()
    {
        foreach (MemberSpec member in _spec.Members) yield return Port(member.Name, PortKind.Member);
        if (_spec.Observer is { } observer) yield return Port(observer.Name, PortKind.Observer);
        foreach (OutsiderSpec outsider in _spec.Outsiders) yield return Port(outsider.Name, PortKind.Outsider);
    }

    private PortCapture Port(string name, PortKind kind)
    {
        bool inSegment = _spec.Outsiders.All(o => o.Name != name || o.Place == OutsiderPlace.Segment);
        return new PortCapture
        {
            Port = name,
            Kind = kind,
            Frames = 1000,
            Dropped = 0,
            Flows = [.. phases.SelectMany(p => Heartbeats(p, name, kind, inSegment).Concat(Streams(p, name)))],
            Queries = kind == PortKind.Member && world.Querier is not null && world.Queried(name) ? [.. phases.SelectMany(Queriers)] : [],
            Memberships = [.. phases.SelectMany(p => Reports(p, name).Concat(inSegment && world.Flooded(name) ? FloodedReports(p, name) : []))],
            Controls = [.. phases.SelectMany(p => Arps(p, name, kind))],
        };
    }

    private IEnumerable<FlowSighting> Heartbeats(PhaseObservation phase, string port, PortKind kind, bool inSegment)
    {
        MemberView? own = phase.Views.FirstOrDefault(v => v.Member == port);
        foreach (MemberView sender in phase.Views)
        {
            foreach (FlowGroup group in sender.Role == Role.Backup ? (FlowGroup[])[FlowGroup.Agent, FlowGroup.Master] : [FlowGroup.Agent])
            {
                if (sender == own) yield return ToGroup(phase, PortDirection.Out, sender, group, 20);
                if (sender == own || !inSegment) continue;
                bool joined = kind == PortKind.Member && own is not null && (group == FlowGroup.Agent || own.Role is Role.Master or Role.Backup);
                double share = kind == PortKind.Member ? world.Multicast(sender.Member, port) : 1;
                long packets = joined || world.Flooded(port) ? (long)Math.Round(20 * share) : 0;
                if (packets > 0) yield return ToGroup(phase, PortDirection.In, sender, group, packets);
            }
        }
    }

    // FLOWS.md, by hand: C1 and C2 between Master and each other member, and D1 with its answers on the connection that the copy's holder opened.
    private IEnumerable<FlowSighting> Streams(PhaseObservation phase, string port)
    {
        foreach (MemberView view in phase.Views)
        {
            foreach (MemberId peer in view.Opened)
            {
                string to = Named(peer);
                bool data = phase.VmsOn.Count > 0 && _spec.Vms[0] is var vm && vm.Host == peer && vm.Copies.Contains(view.Id);
                foreach (FlowSighting s in Connection(phase, view.Member, to, port, data)) yield return s;
            }
        }

        // A holder's connection to the VM's member, where the control plane has none.
        foreach (VmSpec vm in _spec.Vms.Where(v => phase.VmsOn.Contains(v.Name)))
        {
            foreach (MemberView holder in phase.Views.Where(v => vm.Copies.Contains(v.Id) && v.Id != vm.Host && !v.Opened.Contains(vm.Host)))
            {
                foreach (FlowSighting s in Connection(phase, holder.Member, Named(vm.Host), port, true)) yield return s;
            }
        }
    }

    private IEnumerable<FlowSighting> Connection(PhaseObservation phase, string opener, string acceptor, string port, bool data)
    {
        if (port != opener && port != acceptor) yield break;
        FlowSighting there = Sighting(phase, port == opener ? PortDirection.Out : PortDirection.In, 6, Address(opener), 0, Address(acceptor), 2233, 30);
        FlowSighting back = Sighting(phase, port == opener ? PortDirection.In : PortDirection.Out, 6, Address(acceptor), 2233, Address(opener), 0, 30);
        int opened = !phase.Settled || (data && phase.Name == Phases.Vms) ? 1 : 0;
        yield return there with { Syns = opened, Payloads = 10 };
        yield return back with { SynAcks = opened, Payloads = data ? 20 : 10 };
    }

    private IEnumerable<MembershipSighting> Reports(PhaseObservation phase, string port)
    {
        if (phase.Views.FirstOrDefault(v => v.Member == port) is not { } view) yield break;
        foreach (FlowGroup group in view.Role == Role.Agent ? (FlowGroup[])[FlowGroup.Agent] : [FlowGroup.Agent, FlowGroup.Master])
        {
            yield return new MembershipSighting
            {
                Phase = phase.Name,
                Direction = PortDirection.Out,
                Source = Address(port),
                Group = Address(group),
                Version = 3,
                Leave = false,
                Count = 1,
                FirstNs = phase.StartNs,
                LastNs = phase.StartNs,
            };
        }
    }

    private IEnumerable<MembershipSighting> FloodedReports(PhaseObservation phase, string port) =>
        phase.Views.Where(v => v.Member != port).SelectMany(v => Reports(phase, v.Member)).Select(r => r with { Direction = PortDirection.In });

    private IEnumerable<ControlSighting> Arps(PhaseObservation phase, string port, PortKind kind) => kind switch
    {
        PortKind.Member => phase.Views.Where(v => v.Member != port && world.Frames(v.Member, port)).SelectMany(v => Arps(phase, v.Member)),
        _ => [Arp(phase, "198.18.254.1")],
    };

    private IEnumerable<QuerySighting> Queriers(PhaseObservation phase)
    {
        if (Queries(phase) is not { } own) return [];
        return world.RivalQuerier is { } rival ? [own, own with { Source = rival }] : [own];
    }

    private IEnumerable<ControlSighting> Arps(PhaseObservation phase, string member)
    {
        ControlSighting arp = Arp(phase, Address(member)) with { Mac = $"02:00:00:00:00:{Array.IndexOf([.. _spec.Members.Select(m => m.Name)], member) + 1:x2}" };
        return world.Doubled(member) ? [arp, arp with { Mac = "02:00:00:00:ff:01" }] : [arp];
    }

    private QuerySighting? Queries(PhaseObservation phase)
    {
        long period = (long)(world.QueryPeriod * Second);
        long[] at = [.. Enumerable.Range(0, 100).Select(i => (Second / 4) + (i * period)).Where(t => t >= phase.StartNs && t < phase.EndNs)];
        return at.Length == 0 ? null : new QuerySighting
        {
            Phase = phase.Name,
            Source = world.Querier!,
            Version = world.QuerierVersion,
            General = at.Length,
            Specific = 0,
            MaxResponseMs = 1000,
            FirstNs = at[0],
            LastNs = at[^1],
            LongestGapNs = at.Length > 1 ? period : 0,
        };
    }

    private FlowSighting ToGroup(PhaseObservation phase, PortDirection direction, MemberView sender, FlowGroup group, long packets)
    {
        int port = group == FlowGroup.Agent ? 23451 : 12345;
        return Sighting(phase, direction, 17, Address(sender.Member), port, Address(group), port, packets);
    }

    private static FlowSighting Sighting(
        PhaseObservation phase, PortDirection direction, byte protocol, string source, int sourcePort, string destination, int destinationPort, long packets) => new()
        {
            Phase = phase.Name,
            Direction = direction,
            Protocol = protocol,
            Source = source,
            SourcePort = sourcePort,
            Destination = destination,
            DestinationPort = destinationPort,
            Packets = packets,
            Bytes = packets * 200,
            Payloads = packets,
            Connections = sourcePort == 0 || destinationPort == 0 ? 1 : 0,
            Syns = 0,
            SynAcks = 0,
            Resets = 0,
            TtlMin = 5,
            TtlMax = 5,
            FirstNs = phase.StartNs,
            LastNs = phase.EndNs,
            FirstFrame = 7,
        };

    private string Address(string member) => _spec.Members.Single(m => m.Name == member).Address.ToString();

    private string Address(FlowGroup group) => (group == FlowGroup.Agent ? _spec.Channels.AgentGroup : _spec.Channels.MasterGroup)!.ToString();

    private string Named(MemberId id) => _spec.Members.Single(m => m.Id == id).Name;

    private static ControlSighting Arp(PhaseObservation phase, string source) => new(phase.Name, "arp", source, 2, phase.StartNs, phase.EndNs);
}
