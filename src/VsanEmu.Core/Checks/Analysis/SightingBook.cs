using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Analysis;

/// <summary>All captures, indexed by port, phase and flow.</summary>
internal sealed class SightingBook
{
    private readonly RunAnalysis _run;
    private readonly Dictionary<Key, FlowSighting> _flows = [];
    private readonly Dictionary<string, int> _phaseOrder = [];

    public SightingBook(RunAnalysis run)
    {
        _run = run;
        foreach (PhaseObservation phase in run.Timeline.All) _phaseOrder.TryAdd(phase.Name, _phaseOrder.Count);
        foreach (PortCapture port in run.Seen.Ports)
        {
            foreach (FlowSighting s in port.Flows)
                _flows.TryAdd(new(port.Port, s.Direction, s.Phase, s.Protocol, s.Source, s.SourcePort, s.Destination, s.DestinationPort), s);
        }
    }

    public PortCapture? Capture(string port) => _run.Capture(port);

    public string NameOf(MemberId id) => _run.Name(id);

    /// <summary>What was seen of a flow at a port in a phase, or null.</summary>
    public FlowSighting? Find(string port, PortDirection direction, string phase, Flow flow) => _flows.GetValueOrDefault(
        new(port, direction, phase, (byte)flow.Transport, flow.Source.ToString(), flow.SourcePort, flow.Destination.ToString(), flow.DestinationPort));

    /// <summary>True when the flow's connection was seen to be opened at a port, in this phase or an earlier one.</summary>
    public bool SynSeen(string port, PhaseObservation until, Flow flow) =>
        UpTo(until).Any(phase => Find(port, PortDirection.In, phase, flow) is { Syns: > 0 });

    /// <summary>True when a member was seen to report the flow's group, in this phase or an earlier one.</summary>
    public bool Reported(string port, PhaseObservation until, Flow flow)
    {
        string? group = _run.Address(flow.Group)?.ToString();
        var phases = UpTo(until).ToHashSet();
        return Capture(port)!.Memberships.Any(m =>
            m.Direction == PortDirection.Out && !m.Leave && m.Count > 0 && m.Group == group && phases.Contains(m.Phase));
    }

    // Frames that came before the first phase began count for the first.
    private IEnumerable<string> UpTo(PhaseObservation phase) =>
        _phaseOrder.Where(p => p.Value <= _phaseOrder[phase.Name]).Select(p => p.Key).Append(Frames.PortTally.BeforeFirstPhase);

    private readonly record struct Key(
        string Port, PortDirection Direction, string Phase, byte Protocol, string Source, int SourcePort, string Destination, int DestinationPort);
}
