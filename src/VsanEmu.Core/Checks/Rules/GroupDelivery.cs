using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Rules;

/// <summary>M1: every sender to the Agent Group reaches every member.</summary>
internal sealed class AgentGroupDelivery() : GroupDelivery("M1", "Agent Group delivery", FlowGroup.Agent)
{
    internal override Tolerance Tolerance => Tolerance.OfTrials(Phases.Probing);

    protected override string Expected(ClusterSpec spec) => $"every member's datagrams reach every other; loss at most {Wording.Percent(spec.Thresholds.LossPercent)}";

    protected override DeliveryMatrix Matrix(RunAnalysis run) => run.AgentDelivery;
}

/// <summary>M2: senders to the Master Group reach Master and Backup.</summary>
internal sealed class MasterGroupDelivery() : GroupDelivery("M2", "Master Group delivery", FlowGroup.Master)
{
    internal override Tolerance Tolerance => Tolerance.OfTrials(Phases.Probing);

    protected override string Expected(ClusterSpec spec) => $"datagrams to the group reach Master and Backup; loss at most {Wording.Percent(spec.Thresholds.LossPercent)}";

    protected override DeliveryMatrix Matrix(RunAnalysis run) => run.MasterDelivery;
}

/// <summary>A group's delivery by numbered datagrams: who does not hear whom tells the port.</summary>
internal abstract class GroupDelivery(string id, string title, FlowGroup group) : Check(id, title)
{
    public sealed override RunPart Uses => RunPart.Probing;

    protected abstract DeliveryMatrix Matrix(RunAnalysis run);

    protected override Ledger Subjects(RunAnalysis run) => Ledger.Of("direction", Matrix(run).Expected, Matrix(run).WhyNot);

    protected override Finding Judge(RunAnalysis run)
    {
        if (run.Spec.Profile.Unicast) return Finding.Skip(NoGroups);
        DeliveryMatrix matrix = Matrix(run);
        if (matrix.Measured.Count == 0) return Unmeasured(run);
        if (matrix.Lossy.Count > 0) return Failure(run, matrix);
        return Finding.Pass($"{Wording.Count(matrix.Measured.Count, "direction")}, lost {matrix.Total}");
    }

    private Finding Failure(RunAnalysis run, DeliveryMatrix matrix)
    {
        bool silent = matrix.Silent.Count > 0;
        IReadOnlyList<Direction> bad = silent ? matrix.Silent : matrix.Lossy;
        int lossy = matrix.Lossy.Count - matrix.Silent.Count;
        bool hosts = silent && bad.All(run.HostDrops.OfGroup(group).Contains);
        string seen = silent
            ? matrix.Pattern(bad).DescribeHearing() + (lossy > 0 ? $"; {Wording.Count(lossy, "further direction")} with loss" : "")
            : LossSite.Of(matrix).ToString();
        return Finding.Fail(seen) with
        {
            Evidence = matrix.Measured.Values.Where(d => d.Loss.Percent > run.Spec.Thresholds.LossPercent)
                .OrderByDescending(d => d.Loss.Percent).ThenBy(d => d.Way.To).ThenBy(d => d.Way.From)
                .Select(d => $"{d.Way}: {d.Received} of {d.Sent} arrived"),
            Cause = hosts
                ? "the datagrams come in at these ports and not at the members: their own hosts drop them"
                : silent
                ? $"the switch does not forward the group to a port that joined it: {(run.Vlan.Querier ? "" : "no querier, ")}a membership that was not learned, or a port that is cut off"
                : "packets are dropped on the way: a full queue, a storm-control limit on multicast, or a bad link",
            Remedy = hosts
                ? $"look at the firewalls of {Wording.Names(bad.Select(w => w.To).Distinct())}; the switch forwards the group there"
                : silent
                ? $"{FirstQuerier(run)}show the switch's group table (show ip igmp snooping groups) for the ports named here"
                : "read the drop and error counters of the ports named here, and their storm-control settings",
        };
    }

    private static string FirstQuerier(RunAnalysis run) => run.Vlan.Querier ? "" : "see M5 for the querier; then ";

    // Without numbered datagrams heartbeats still prove that nothing arrives; that all arrives they do not prove.
    private Finding Unmeasured(RunAnalysis run)
    {
        HeartbeatMatrix heartbeats = HeartbeatMatrix.Of(run, group);
        if (heartbeats.Silent.Count > 0)
        {
            return Finding.Fail($"{heartbeats.Pattern.DescribeHearing()}, by heartbeats in the captures") with
            {
                Evidence = heartbeats.Silent.OrderBy(w => w.To).ThenBy(w => w.From).Select(w => $"{w}: heartbeats were sent, none arrived"),
                Cause = "the switch does not forward the group to a port that joined it",
                Remedy = $"{FirstQuerier(run)}show the switch's group table for the ports named here",
            };
        }

        return Finding.Inconclusive(group == FlowGroup.Master
            ? "nobody sent numbered datagrams to the Master Group: no member was Backup"
            : "nobody sent numbered datagrams to the Agent Group");
    }
}
