using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Rules;

/// <summary>F3: no IP of a member, over IPv4 or IPv6 and of whatever protocol, and no membership that the matrix does not hold. What the run itself causes is left out.</summary>
internal sealed class NoOtherFlow() : Check("F3", "no other flow")
{
    internal override bool ExplainsItself => true;

    protected override string Expected(ClusterSpec spec) =>
        "no IP of a member that the matrix does not hold: exactly while the cluster is settled, over all roles while it is not";

    protected override Ledger Subjects(RunAnalysis run) => Ledger.Of("port", run.Members, member => OutsideMatrix.Unwatched(run, member))
        .And(Ledger.Of("phase", run.Timeline.Calm, p => p.Settled ? null : "not settled, so roles could not be held against it", p => p.Name));

    protected override Finding Judge(RunAnalysis run)
    {
        if (!run.Seen.Ports.Any(p => p.Kind == PortKind.Member)) return Finding.Inconclusive("no member's port was captured");

        OutsideMatrix outside = OutsideMatrix.Of(run);
        string[] leftOut = [.. outside.LeftOut.Select(l => $"left out: {l}")];
        if (outside.Strays.Count > 0)
        {
            string[] flows = [.. outside.Strays.Select(s => s.What).Distinct()];
            return Finding.Fail($"{Wording.Count(flows.Length, "flow")} outside the matrix: {Wording.Names(flows)}") with
            {
                Evidence = [.. outside.Strays.Select(s => s.ToString()), .. leftOut],
                Cause = "something else uses the members' addresses or groups: another program, another cluster, a stranger in the segment, or a member in the wrong role",
                Remedy = "find the sender by its address and port; the frames named here are in the port's capture (`--capture`)",
            };
        }

        if (run.Timeline.Settled.Count == 0) return Finding.Inconclusive("nothing was seen that no role would send, but no phase was settled, so roles could not be held against it");
        long frames = run.Seen.Ports.Sum(p => p.Frames - p.Vlans.Sum(v => v.Frames));
        string seen = $"all of {frames} frames at {Wording.Count(run.Seen.Ports.Count, "port")} belong to the matrix, in {Wording.Count(run.Timeline.All.Count, "phase")}";
        return Finding.Pass(leftOut.Length == 0 ? seen : $"{seen}; left out: {Wording.Names(outside.LeftOut)}") with { Evidence = leftOut };
    }
}
