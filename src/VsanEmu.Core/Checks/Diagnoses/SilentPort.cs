using VsanEmu.Core.Checks.Analysis;

namespace VsanEmu.Core.Checks.Diagnoses;

/// <summary><c>port-not-forwarding-group</c>: one member gets nothing from the Agent Group, though its port carries other traffic and others get it.</summary>
internal static class SilentPort
{
    public static IEnumerable<Suspicion> Find(RunAnalysis run)
    {
        DeliveryMatrix delivery = run.AgentDelivery;
        if (delivery.Silent.Count == delivery.Measured.Count) yield break;
        var silent = delivery.Silent.ToHashSet();
        var hearing = delivery.Measured.Keys
            .Where(w => !run.Segment.Apart(w.From, w.To))
            .GroupBy(w => w.To);
        foreach (string deaf in hearing.Where(g => g.All(silent.Contains)).Select(g => g.Key).Order())
        {
            yield return new("port-not-forwarding-group", $"the Agent Group does not reach {deaf}, though other traffic does", $"port of {deaf}",
                ["F1", "F2", "M1", "M2", "P3", "V1", "V2", "V3"],
                [
                    $"{deaf} got 0 of {delivery.Measured.Values.Where(d => d.Way.To == deaf).Sum(d => d.Sent)} numbered Agent Group datagrams; other members got theirs",
                    $"TCP to and from {deaf}: {run.Tcp.Open.Count(w => w.From == deaf || w.To == deaf)} directions open",
                ],
                $"show the switch's group table for the port of {deaf}: its report was not learned, or a filter or group limit stands in the way");
        }
    }
}
