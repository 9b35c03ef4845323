using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Checks.Analysis;

/// <summary>
/// Whose group datagrams arrived at whose port at all, by the captures at both ends. They are not numbered, and phases cut them: this proves silence, not loss.
/// </summary>
internal sealed class HeartbeatMatrix
{
    /// <summary>Fewer datagrams than this sent in a phase prove no silence.</summary>
    public const int FewestSent = 5;

    private HeartbeatMatrix(IReadOnlyList<Direction> measured, IReadOnlyList<Direction> silent)
    {
        Measured = measured;
        Silent = silent;
        Pattern = PairPattern.Of(measured, silent);
    }

    /// <summary>Directions on which heartbeats were sent.</summary>
    public IReadOnlyList<Direction> Measured { get; }

    /// <summary>Directions on which heartbeats were sent and none arrived in a whole phase, in none of the phases.</summary>
    public IReadOnlyList<Direction> Silent { get; }

    public PairPattern Pattern { get; }

    /// <summary>Of all calm phases, or of some.</summary>
    public static HeartbeatMatrix Of(RunAnalysis run, FlowGroup group, IReadOnlyList<PhaseObservation>? phases = null)
    {
        string address = run.Address(group)?.ToString() ?? "";
        var measured = new Dictionary<Direction, bool>();
        PortCapture[] members = [.. run.Seen.Ports.Where(p => p.Kind == PortKind.Member)];
        foreach (PhaseObservation phase in phases ?? run.Timeline.Calm)
        {
            string[] listeners = group == FlowGroup.Agent
                ? [.. phase.Views.Select(v => v.Member)]
                : [.. phase.Views.Where(v => v.Role is Role.Master or Role.Backup).Select(v => v.Member)];
            var heard = members.ToDictionary(p => p.Port, p => Arrived(run, p, phase.Name, address));
            foreach (PortCapture sender in members.Where(p => Sent(p, phase.Name, address) >= FewestSent))
            {
                foreach (string listener in listeners.Where(l => l != sender.Port && heard.ContainsKey(l)))
                {
                    if (Timeline.Side(phase, sender.Port) != Timeline.Side(phase, listener)) continue;
                    var way = new Direction(sender.Port, listener);
                    measured[way] = measured.GetValueOrDefault(way) || heard[listener].Contains(sender.Port);
                }
            }
        }

        var dropped = members.Where(p => p.Dropped > 0).Select(p => p.Port).ToHashSet();
        return new([.. measured.Keys], [.. measured.Where(m => !m.Value && !dropped.Contains(m.Key.To)).Select(m => m.Key)]);
    }

    private static long Sent(PortCapture port, string phase, string group) =>
        port.Flows.Where(f => f.Phase == phase && f.Direction == PortDirection.Out && f.Destination == group).Sum(f => f.Packets);

    private static HashSet<string> Arrived(RunAnalysis run, PortCapture port, string phase, string group) =>
        [.. port.Flows.Where(f => f.Phase == phase && f.Direction == PortDirection.In && f.Destination == group && f.Packets > 0).Select(f => run.Name(f.Source))];
}
