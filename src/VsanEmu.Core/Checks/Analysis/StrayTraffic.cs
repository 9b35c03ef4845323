using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Analysis;

/// <summary>Group packets that arrived at a port which had not joined the group.</summary>
internal sealed record StrayArrival(string Port, FlowGroup Group, PhaseObservation Phase, long Packets, long FirstFrame);

/// <summary>A port at which one group should not arrive, and how well that was watched.</summary>
/// <param name="Port">The port's name.</param>
/// <param name="Group">The group.</param>
/// <param name="Watched">Phases in which the capture there provably worked while somebody sent to the group.</param>
/// <param name="Drops">Frames that the kernel dropped at this capture.</param>
/// <param name="Arrivals">What arrived nevertheless.</param>
internal sealed record QuietPort(string Port, FlowGroup Group, IReadOnlyList<string> Watched, long Drops, IReadOnlyList<StrayArrival> Arrivals)
{
    /// <summary>True when "nothing arrived" is more than an absence of evidence.</summary>
    public bool Proven => Watched.Count > 0 && Drops == 0;
}

/// <summary>Group traffic at ports that did not ask for it: Agents' ports for the Master Group (M3), ports that joined nothing for both (M4).</summary>
internal sealed class StrayTraffic
{
    private StrayTraffic(IReadOnlyList<QuietPort> agents, IReadOnlyList<QuietPort> silent) => (Agents, Silent) = (agents, silent);

    /// <summary>Agents' ports and the Master Group.</summary>
    public IReadOnlyList<QuietPort> Agents { get; }

    /// <summary>Ports that joined nothing and both groups.</summary>
    public IReadOnlyList<QuietPort> Silent { get; }

    public static StrayTraffic Of(RunAnalysis run)
    {
        IEnumerable<PortCapture> agents = run.Seen.Ports.Where(p => p.Kind == PortKind.Member);
        var inSegment = run.Spec.Outsiders.Where(o => o.Place == OutsiderPlace.Segment).Select(o => o.Name).ToHashSet();
        IEnumerable<PortCapture> silent = run.Seen.Ports.Where(p => p.Kind == PortKind.Observer || (p.Kind == PortKind.Outsider && inSegment.Contains(p.Port)));
        // "Nothing arrived" means something only where somebody sent.
        HashSet<(string Phase, string Group)> sent =
        [
            .. agents.SelectMany(p => p.Flows).Where(f => f.Direction == PortDirection.Out && f.Packets > 0).Select(f => (f.Phase, f.Destination)),
        ];
        FlowGroup[] groups = [FlowGroup.Agent, FlowGroup.Master];
        return new(
            [.. agents.Select(p => Watch(run, p, FlowGroup.Master, [.. run.Timeline.All.Where(f => OnlyAgent(run, f, p.Port))], sent)).OfType<QuietPort>()],
            [.. silent.SelectMany(p => groups.Select(g => Watch(run, p, g, [.. run.Timeline.All.TakeWhile(f => f.EndNs < JoinedNs(run, p.Port))], sent))).OfType<QuietPort>()]);
    }

    private static QuietPort? Watch(
        RunAnalysis run, PortCapture port, FlowGroup group, IReadOnlyList<PhaseObservation> phases, HashSet<(string Phase, string Group)> sent)
    {
        if (phases.Count == 0 || run.Address(group)?.ToString() is not { } address) return null;
        ILookup<string, FlowSighting> flows = port.Flows.Where(f => f.Direction == PortDirection.In && f.Packets > 0).ToLookup(f => f.Phase);
        var controls = port.Controls.Where(c => c.Count > 0).Select(c => c.Phase).ToHashSet();
        var arrivals = new List<StrayArrival>();
        var watched = new List<string>();
        foreach (PhaseObservation phase in phases)
        {
            FlowSighting[] hits = [.. flows[phase.Name].Where(f => f.Destination == address)];
            if (hits.Length > 0) arrivals.Add(new(port.Port, group, phase, hits.Sum(f => f.Packets), hits.Min(f => f.FirstFrame)));
            bool alive = controls.Contains(phase.Name) || flows.Contains(phase.Name);
            if (alive && sent.Contains((phase.Name, address))) watched.Add(phase.Name);
        }

        return new(port.Port, group, watched, port.Dropped, arrivals);
    }

    // An outsider that joins a group to see what comes of it (A7) is no silent port from then on.
    private static long JoinedNs(RunAnalysis run, string port) => run.Seen.Trials
        .Where(t => t.Kind == TrialKind.OutsiderJoins && (t.Actor == port || t.Joined.Contains(port)))
        .Select(t => t.StartNs).DefaultIfEmpty(long.MaxValue).Min();

    // A member that ceased to be Master or Backup still gets the group until the switch has aged its membership out.
    private static bool OnlyAgent(RunAnalysis run, PhaseObservation phase, string member)
    {
        long age = Wording.Ns((run.Spec.Timers.QueryInterval * 2) + run.Spec.Timers.QueryResponse);
        if (run.Timeline.RoleThroughout(phase, member) is not Role.Agent) return false;
        long? since = run.Timeline.OutOfMasterGroupSince(member, phase.EndNs);
        return since == 0 || since + age < phase.StartNs;
    }
}
