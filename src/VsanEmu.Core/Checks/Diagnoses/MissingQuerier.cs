using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Flows;

namespace VsanEmu.Core.Checks.Diagnoses;

/// <summary>
/// <c>no-querier</c>: no general query at any member's port, and the groups reach nobody (or not for much longer). A switch that floods instead is
/// <see cref="Flooding"/>; ports that alone hear no query are <see cref="BrokenSegment"/>.
/// </summary>
internal static class MissingQuerier
{
    public static IEnumerable<Suspicion> Find(RunAnalysis run)
    {
        QueryWatch watch = run.Queries;
        if (run.Spec.Profile.Unicast || watch.Ports.Count == 0 || Flooding.IsFlooded(run)) yield break;
        bool silent = watch.Ports.All(p => p.SilenceNs > (watch.NoneAnywhere ? watch.LimitNs : watch.GoneNs) && p.Drops == 0);
        bool dead = Dead(run);
        // Too short a watch proves no silence, but groups that are dead for all while TCP works leave little else.
        if (!silent && !(watch.NoneAnywhere && dead && run.Tcp.Open.Count > 0)) yield break;

        string[] explains = dead ? ["M5", .. Symptoms.Cluster, .. Symptoms.Delivery, .. Symptoms.Absence] : ["M5", "M6"];
        string consequence = dead
            ? "the switch forwards the groups to nobody"
            : "the switch will forget who joined the groups, and the cluster will fall apart";
        yield return new("no-querier", $"nothing sends IGMP general queries: {consequence}", "", explains, Evidence(run, dead),
            "configure an IGMP snooping querier with an address in the members' VLAN, or multicast routing on its gateway");
    }

    private static bool Dead(RunAnalysis run)
    {
        DeliveryMatrix delivery = run.AgentDelivery;
        return delivery.Measured.Count > 0
            ? delivery.Silent.Count == delivery.Measured.Count
            : HeartbeatMatrix.Of(run, FlowGroup.Agent).Pattern.All;
    }

    private static IEnumerable<string> Evidence(RunAnalysis run, bool dead)
    {
        QueryWatch watch = run.Queries;
        yield return $"{watch.Ports.Sum(p => p.General)} general queries at {Wording.Count(watch.Ports.Count, "member port")}; longest silence {Wording.Span(watch.Ports.Max(p => p.SilenceNs))}, healthy is up to {Wording.Span(watch.LimitNs)}";
        if (!dead) yield break;
        yield return $"Agent Group: 0 of {run.AgentDelivery.Total.Total} numbered datagrams arrived, on any of {run.AgentDelivery.Measured.Count} directions";
        if (run.Tcp.Open.Count > 0) yield return $"TCP opens on {run.Tcp.Open.Count} directions: the ports themselves are connected";
    }
}
