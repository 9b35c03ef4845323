using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Flows;

namespace VsanEmu.Core.Checks.Diagnoses;

/// <summary><c>port-not-forwarding-group</c>: one member gets nothing from a group, though its port carries other traffic and the group is forwarded otherwise.</summary>
internal static class SilentPort
{
    public static IEnumerable<Suspicion> Find(RunAnalysis run)
    {
        DeliveryMatrix agents = run.AgentDelivery;
        HashSet<string> deaf = agents.Silent.Count == agents.Measured.Count ? [] : Deaf(run, agents, FlowGroup.Agent);
        foreach (string port in deaf.Order()) yield return Suspect(run, port, FlowGroup.Agent, agents, "other members got theirs");

        // The Master Group has one sender and a single receiver: that the Agent Group arrives on the same ways clears the ports and the querier.
        DeliveryMatrix masters = run.MasterDelivery;
        foreach (string port in Deaf(run, masters, FlowGroup.Master).Except(deaf).Order())
        {
            bool elsewise = masters.Silent.Where(w => w.To == port).All(w => agents.Measured.TryGetValue(w, out Delivery? d) && !d.None);
            if (elsewise) yield return Suspect(run, port, FlowGroup.Master, masters, "the Agent Group arrives on the same ways");
        }
    }

    // What the port got and its host dropped the switch forwarded.
    private static HashSet<string> Deaf(RunAnalysis run, DeliveryMatrix delivery, FlowGroup group)
    {
        HashSet<Direction> silent = [.. delivery.Silent.Except(run.HostDrops.OfGroup(group))];
        return [.. delivery.Measured.Keys.Where(w => !run.Segment.Apart(w.From, w.To)).GroupBy(w => w.To).Where(g => g.All(silent.Contains)).Select(g => g.Key)];
    }

    private static Suspicion Suspect(RunAnalysis run, string port, FlowGroup group, DeliveryMatrix delivery, string otherwise) => new(
        "port-not-forwarding-group", $"the {group} Group does not reach {port}, though other traffic does", $"port of {port}", [.. Symptoms.Cluster, .. Symptoms.Delivery, "A6", "A7"],
        [
            $"{port} got 0 of {delivery.Measured.Values.Where(d => d.Way.To == port).Sum(d => d.Sent)} numbered {group} Group datagrams; {otherwise}",
            $"TCP to and from {port}: {run.Tcp.Open.Count(w => w.From == port || w.To == port)} directions open",
        ],
        $"show the switch's group table for the port of {port}: its report was not learned, or a filter or group limit stands in the way");
}
