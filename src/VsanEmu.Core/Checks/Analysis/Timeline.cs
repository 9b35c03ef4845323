using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Analysis;

/// <summary>The run as a sequence of phases: which of them should have been calm, who lived in them and in which role.</summary>
internal sealed class Timeline
{
    private readonly ClusterSpec _spec;
    private readonly Dictionary<string, long> _diedAt;
    private readonly Dictionary<string, NodeObservation> _nodes;

    public Timeline(ClusterSpec spec, RunObservations seen)
    {
        _spec = spec;
        All = seen.Phases;
        Calm = [.. seen.Phases.Where(p => !IsTurmoil(p))];
        Settled = [.. seen.Phases.Where(p => p.Settled)];
        _diedAt = seen.Failovers.GroupBy(f => f.Killed).ToDictionary(g => g.Key, g => g.Min(f => f.KilledAtNs));
        _nodes = seen.Nodes.GroupBy(n => n.Member).ToDictionary(g => g.Key, g => g.Last());
    }

    /// <summary>All phases, in order.</summary>
    public IReadOnlyList<PhaseObservation> All { get; }

    /// <summary>The phases in which nothing was done to the cluster that could unsettle it: a healthy one is at rest in them.</summary>
    public IReadOnlyList<PhaseObservation> Calm { get; }

    /// <summary>The phases in which it was at rest, so that the matrix must hold exactly.</summary>
    public IReadOnlyList<PhaseObservation> Settled { get; }

    /// <summary>True for a phase in which the run itself forms, kills or splits the cluster.</summary>
    public static bool IsTurmoil(PhaseObservation phase) => Phases.Turmoil.Contains(phase.Name);

    /// <summary>The side of a split on which a member was; 0 when the segment was whole.</summary>
    public static int Side(PhaseObservation phase, string member) => phase.Sides.GetValueOrDefault(member);

    /// <summary>When the run killed a member; null when it did not.</summary>
    public long? DiedAt(string member) => _diedAt.TryGetValue(member, out long at) ? at : null;

    /// <summary>The members that lived to the end of a phase.</summary>
    public IEnumerable<MemberSpec> Alive(PhaseObservation phase) => _spec.Members.Where(m => !(DiedAt(m.Name) <= phase.EndNs));

    /// <summary>A member's role during a whole phase; null when it changed in it or nothing is known.</summary>
    public Role? RoleThroughout(PhaseObservation phase, string member)
    {
        if (!_nodes.TryGetValue(member, out NodeObservation? node))
            return phase.Settled ? phase.Views.FirstOrDefault(v => v.Member == member)?.Role : null;
        return node.Roles.Any(r => r.AtNs > phase.StartNs && r.AtNs <= phase.EndNs && r.Role != RoleAt(node, phase.StartNs))
            ? null
            : RoleAt(node, phase.StartNs);
    }

    /// <summary>
    /// When a member last had no business with the Master Group up to <paramref name="atNs"/>: 0 when it never was Master or Backup until then,
    /// the time it ceased to be, or null while it was.
    /// </summary>
    public long? OutOfMasterGroupSince(string member, long atNs)
    {
        if (!_nodes.TryGetValue(member, out NodeObservation? node)) return null;
        long since = 0;
        bool inside = false;
        foreach (RoleChange change in node.Roles.Where(r => r.AtNs <= atNs).OrderBy(r => r.AtNs))
        {
            bool joins = change.Role is Role.Master or Role.Backup;
            if (inside && !joins) since = change.AtNs;
            inside = joins;
        }

        return inside ? null : since;
    }

    private static Role RoleAt(NodeObservation node, long ns) =>
        node.Roles.Where(r => r.AtNs <= ns).OrderBy(r => r.AtNs).Select(r => r.Role).LastOrDefault(Role.Listening);
}
