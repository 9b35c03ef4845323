using VsanEmu.Core.Flows;
using VsanEmu.Core.Frames;
using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Checks.Analysis;

/// <summary>What the captures saw come in at a member's port, and the member never got: its own host dropped it, and no switch did. Captures see frames before a host's firewall does.</summary>
internal sealed class HostDrops
{
    // Of what a port got, a few may have come a phase earlier or later.
    private const double NearlyAll = 0.9;

    private readonly RunAnalysis _run;

    private HostDrops(RunAnalysis run)
    {
        _run = run;
        Agent = Unheard(run.AgentDelivery, FlowGroup.Agent);
        Master = Unheard(run.MasterDelivery, FlowGroup.Master);
        Connections = run.Tcp.Blocked.Values.Where(b => b.Outcome == ProbeOutcome.FilteredReturn && SaidNothing(b.Way)).Select(b => b.Way).ToHashSet();
    }

    /// <summary>Directions in which Agent Group datagrams, or by unicast all, reached the port and not the member.</summary>
    public IReadOnlySet<Direction> Agent { get; }

    /// <summary>The same for the Master Group.</summary>
    public IReadOnlySet<Direction> Master { get; }

    /// <summary>Directions in which a SYN reached the port, and no SYN-ACK left it.</summary>
    public IReadOnlySet<Direction> Connections { get; }

    public static HostDrops Of(RunAnalysis run) => new(run);

    public IReadOnlySet<Direction> OfGroup(FlowGroup group) => group == FlowGroup.Master ? Master : Agent;

    private HashSet<Direction> Unheard(DeliveryMatrix delivery, FlowGroup group) => [.. delivery.Silent.Where(w => CameIn(w, group) >= NearlyAll * delivery.Measured[w].Sent)];

    private long CameIn(Direction way, FlowGroup group)
    {
        string to = _run.Spec.Profile.Unicast ? _run.AddressOf(way.To) : _run.Address(group)?.ToString() ?? "", from = _run.AddressOf(way.From);
        return In(way.To, f => f.Protocol == FiveTuple.Udp && f.Source == from && f.Destination == to).Sum(f => f.Packets);
    }

    private bool SaidNothing(Direction way)
    {
        string from = _run.AddressOf(way.From), to = _run.AddressOf(way.To);
        return _run.Capture(way.To) is { Dropped: 0 } capture && In(way.To, f => f.Protocol == FiveTuple.Tcp && f.Source == from && f.Destination == to && f.Syns > 0).Any()
            && !capture.Flows.Any(f => f.Phase == Phases.Probing && f.Direction == PortDirection.Out && f.Protocol == FiveTuple.Tcp && f.Source == to && f.Destination == from && f.SynAcks + f.Resets > 0);
    }

    // Numbered datagrams and members' probes are sent in this phase.
    private IEnumerable<FlowSighting> In(string port, Func<FlowSighting, bool> concerns) =>
        _run.Capture(port)?.Flows.Where(f => f.Phase == Phases.Probing && f.Direction == PortDirection.In && concerns(f)) ?? [];
}
