using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Rules;

/// <summary>F2: in each settled phase every flow that the matrix requires arrives at its receiver's port, each connection opened by the right side.</summary>
internal sealed class EveryFlowArrives() : Check("F2", "every flow arrives")
{
    internal override Tolerance Tolerance => Tolerance.OfCluster(Phases.Calm);

    protected override string Expected(ClusterSpec spec) =>
        "every required flow of the matrix at its receivers' ports, both TCP connections of each Master-member pair among them, each opened by the right side";

    protected override Ledger Subjects(RunAnalysis run) =>
        Ledger.Of("flow", run.Arrivals, l => l.Arrival == Arrival.Unwatched ? l.Why : null, l => $"{l.Expectation.Phase.Name}: {Line(run, l.Expectation)}");

    protected override Finding Judge(RunAnalysis run)
    {
        PhaseObservation[] settled = [.. run.Timeline.All.Where(p => p.Settled)];
        if (settled.Length == 0) return Finding.Inconclusive("no phase was settled, so it is not known which flows had to be there");

        FlowArrival[] missing = [.. run.Arrivals.Where(c => c.Arrival == Arrival.Missing)];
        if (missing.Length > 0)
        {
            string flows = string.Join(' ', missing.Select(m => m.Expectation.Flow.Id).Distinct().Order());
            return Finding.Fail($"{missing.Length} of {run.Arrivals.Count} flows did not arrive: {flows} ({Wording.Names(missing.Select(m => m.Expectation.Phase.Name).Distinct(), 8)})") with
            {
                Evidence = missing.Select(m => $"{m.Expectation.Phase.Name}: {Line(run, m.Expectation)}: {m.Why}"),
                Cause = "the fabric does not carry it, or its sender never sent it (see the evidence)",
                Remedy = "for a group see M1 to M5, for TCP see A1; for a flow that was never sent see F1",
            };
        }

        string counts = string.Join(", ", run.Arrivals.GroupBy(c => c.Expectation.Flow.Id).OrderBy(g => g.Key).Select(g => $"{g.Key} {g.Count()}"));
        return Finding.Pass($"{run.Arrivals.Count} flows at their receivers in {Wording.Count(settled.Length, "settled phase")}: {counts}");
    }

    private static string Line(RunAnalysis run, Expectation e)
    {
        string to = e.Flow.Group == FlowGroup.None ? run.Name(e.Flow.To) : $"the {e.Flow.Group} Group";
        return $"{e.Flow.Id} {run.Name(e.Flow.From)} to {to}";
    }
}
