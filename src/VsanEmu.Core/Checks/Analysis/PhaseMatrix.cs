using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Analysis;

/// <summary>The flows that one phase may hold, and those that it must: by its members' roles when it was settled, by all roles when it was not.</summary>
internal sealed class PhaseMatrix
{
    private readonly RunAnalysis _run;
    private readonly IReadOnlyList<FlowMatrix> _matrices;
    private readonly HashSet<string> _dead;

    public PhaseMatrix(RunAnalysis run, PhaseObservation? phase)
    {
        _run = run;
        Exact = phase is { Settled: true };
        _matrices = Exact ? [.. phase!.Views.GroupBy(v => Timeline.Side(phase, v.Member)).Select(side => Of(run, phase, side))] : [run.Union];
        _dead = phase is null ? [] : [.. run.Spec.Members.Except(run.Timeline.Alive(phase)).Select(m => m.Address.ToString())];
    }

    /// <summary>True when every role was known, so that the matrix must hold exactly.</summary>
    public bool Exact { get; }

    /// <summary>The flows that must be seen.</summary>
    public IEnumerable<Flow> Required => _matrices.SelectMany(m => m.Required);

    /// <summary>True when a packet belongs to a flow. What is still said to a member that died belongs to those it had.</summary>
    public bool Holds(FlowSighting s) =>
        _matrices.Any(m => Holds(m, s)) || (Exact && (_dead.Contains(s.Destination) || _dead.Contains(s.Source)) && Holds(_run.Union, s));

    private static bool Holds(FlowMatrix matrix, FlowSighting s) =>
        matrix.Classify(s.Protocol, s.Source, s.SourcePort, s.Destination, s.DestinationPort).Count > 0;

    private static FlowMatrix Of(RunAnalysis run, PhaseObservation phase, IEnumerable<MemberView> side) => FlowMatrix.Of(
        run.Spec,
        side.GroupBy(v => v.Id).ToDictionary(g => g.Key, g => g.Last().Role),
        phase.VmsOn,
        Disturbed(run, phase) ? StayedHolders(run) : null);

    private static bool Disturbed(RunAnalysis run, PhaseObservation phase) =>
        run.Seen.Failovers.Any(f => f.KilledAtNs < phase.EndNs) || run.Seen.Partitions.Any(p => p.SplitAtNs < phase.EndNs);

    // A rebuild moves copies while nobody watches it closely: certain holders are only those of the spec that are holders at the end, too.
    private static Dictionary<string, IReadOnlyCollection<MemberId>> StayedHolders(RunAnalysis run)
    {
        ILookup<string, VmObservation> atEnd = run.Seen.Nodes.SelectMany(n => n.Vms).ToLookup(v => v.Vm);
        return run.Spec.Vms.GroupBy(v => v.Name).ToDictionary(
            g => g.Key,
            g => (IReadOnlyCollection<MemberId>)[.. g.First().Copies.Intersect(atEnd[g.Key].SelectMany(v => v.Copies))]);
    }
}
