using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Checks.Analysis;

/// <summary>Group packets that arrived at a port which had not joined the group.</summary>
internal sealed record StrayArrival(string Port, FlowGroup Group, PhaseObservation Phase, long Packets, long FirstFrame);

/// <summary>A port at which one group should not arrive, and how well that was watched.</summary>
/// <param name="Port">The port's name.</param>
/// <param name="Group">The group.</param>
/// <param name="Watched">Phases in which the capture there provably worked while somebody sent to the group.</param>
/// <param name="Unwatched">Why its capture proves nothing; null when it lost no frame.</param>
/// <param name="Arrivals">What arrived nevertheless.</param>
internal sealed record QuietPort(string Port, FlowGroup Group, IReadOnlyList<string> Watched, string? Unwatched, IReadOnlyList<StrayArrival> Arrivals)
{
    /// <summary>Why "nothing arrived" is no more than an absence of evidence; null when it is proven, or refuted.</summary>
    public string? Unproven => Arrivals.Count > 0 ? null : Unwatched ?? (Watched.Count > 0 ? null : "no phase in which its capture saw any frame while somebody sent");
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
        // "Nothing arrived" means something only where somebody sent.
        HashSet<(string Phase, string Group)> sent =
        [
            .. run.Seen.Ports.Where(p => p.Kind == PortKind.Member).SelectMany(p => p.Flows).Where(f => f.Direction == PortDirection.Out && f.Packets > 0).Select(f => (f.Phase, f.Destination)),
        ];
        FlowGroup[] groups = [FlowGroup.Agent, FlowGroup.Master];
        return new(
            [.. run.Members.Select(p => Watch(run, p, FlowGroup.Master, [.. run.Timeline.All.Where(f => OnlyAgent(run, f, p))], sent)).OfType<QuietPort>()],
            [.. run.SilentPorts.SelectMany(p => groups.Select(g => Watch(run, p, g, [.. run.Timeline.All.TakeWhile(f => f.EndNs < JoinedNs(run, p))], sent))).OfType<QuietPort>()]);
    }

    private static QuietPort? Watch(
        RunAnalysis run, string name, FlowGroup group, IReadOnlyList<PhaseObservation> phases, HashSet<(string Phase, string Group)> sent)
    {
        if (phases.Count == 0 || run.Address(group)?.ToString() is not { } address) return null;
        if (run.Capture(name) is not { } port) return new(name, group, [], run.Unwatched(name), []);
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

        return new(port.Port, group, watched, run.Unwatched(name), arrivals);
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
