using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Tests.Checks;

/// <summary>What captures at all ports of a <see cref="World"/> see: heartbeats on the groups, ARP, and general queries.</summary>
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
            Flows = [.. phases.SelectMany(p => Heartbeats(p, name, kind, inSegment))],
            Queries = kind == PortKind.Member && world.Querier is not null && world.Queried(name) ? [.. phases.Select(Queries).OfType<QuerySighting>()] : [],
            Memberships = [],
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
                if (sender == own) yield return Sighting(phase, PortDirection.Out, sender, group, 20);
                if (sender == own || !inSegment) continue;
                bool joined = kind == PortKind.Member && own is not null && (group == FlowGroup.Agent || own.Role is Role.Master or Role.Backup);
                double share = kind == PortKind.Member ? world.Multicast(sender.Member, port) : 1;
                long packets = joined || world.Flooded(port) ? (long)Math.Round(20 * share) : 0;
                if (packets > 0) yield return Sighting(phase, PortDirection.In, sender, group, packets);
            }
        }
    }

    private IEnumerable<ControlSighting> Arps(PhaseObservation phase, string port, PortKind kind) => kind switch
    {
        PortKind.Member => phase.Views.Where(v => v.Member != port && world.Frames(v.Member, port)).Select(v => Arp(phase, Address(v.Member))),
        _ => [Arp(phase, "198.18.254.1")],
    };

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

    private FlowSighting Sighting(PhaseObservation phase, PortDirection direction, MemberView sender, FlowGroup group, long packets) => new()
    {
        Phase = phase.Name,
        Direction = direction,
        Protocol = 17,
        Source = Address(sender.Member),
        SourcePort = 0,
        Destination = (group == FlowGroup.Agent ? _spec.Channels.AgentGroup : _spec.Channels.MasterGroup)!.ToString(),
        DestinationPort = group == FlowGroup.Agent ? _spec.Channels.AgentPort : _spec.Channels.MasterPort,
        Packets = packets,
        Bytes = packets * 200,
        Payloads = packets,
        Connections = 1,
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

    private static ControlSighting Arp(PhaseObservation phase, string source) => new(phase.Name, "arp", source, 2, phase.StartNs, phase.EndNs);
}
