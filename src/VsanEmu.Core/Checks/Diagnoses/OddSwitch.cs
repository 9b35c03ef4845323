using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Checks.Diagnoses;

/// <summary>
/// What a switch makes of groups: <c>mac-aliasing</c>, it keeps its table by MAC address; <c>group-limit</c>, the table is too small; <c>igmp-version</c>, it does not
/// understand the version that members speak.
/// </summary>
internal static class OddSwitch
{
    public static IEnumerable<Suspicion> Find(RunAnalysis run)
    {
        if (run.Spec.Profile.Unicast || Flooding.IsFlooded(run)) return [];
        return ((Suspicion?[])[Aliasing(run), Limit(run), Version(run)]).OfType<Suspicion>();
    }

    private static Suspicion? Aliasing(RunAnalysis run)
    {
        (Trial Trial, string Port)[] arrived = [.. run.Trials.Of(TrialKind.MacAlias)
            .Where(t => !t.Bystanders.Any(p => t.At(p.Port) is not null))
            .SelectMany(t => t.Receivers.Where(p => t.At(p.Port) is not null).Select(p => (t, p.Port)))];
        if (arrived.Length == 0) return null;
        return new("mac-aliasing", "the switch forwards groups by MAC address: 32 groups share each of them", "", ["M3", "M9", "M18"],
            arrived.Select(a => $"{a.Port} joined {a.Trial.Plan.JoinedInstead} and got {a.Trial.At(a.Port)!.Packets} packets of {a.Trial.Plan.Group}"),
            "keep other traffic off the groups that share a MAC address with the cluster's, or set the switch to look up multicast by IP address");
    }

    private static Suspicion? Limit(RunAnalysis run)
    {
        CapacityTally tally = run.Capacity;
        // A table that the run's other groups have filled already takes none of these.
        bool some = tally.MissingGroups < tally.Groups || tally.OthersArrive;
        bool drops = tally.MissingGroups > 0 && some && !tally.LossExplains(run.FastMulticast.Total), floods = tally.FloodedGroups > 0 && tally.FloodedGroups < tally.Groups;
        if (!drops && !floods) return null;
        int held = tally.Groups - Math.Max(tally.MissingGroups, tally.FloodedGroups);
        string[] ports = [.. tally.Missing.Select(m => m.Port.Port).Distinct().Order()];
        return new("group-limit", $"{(held > 0 ? $"the switch holds no more than about {held} groups besides those in use" : "the switch's table of groups is full")}: it {(drops ? "drops" : "floods")} the rest",
            drops && ports.Length == 1 ? $"port of {ports[0]}" : "", ["F2", .. Symptoms.Delivery, "M16"],
            tally.Missing.Concat(tally.Flooded).Select(c => $"{c.Trial.Plan.Group}: {(c.Trial.At(c.Port.Port) is { } s ? $"{s.Packets} of {c.Trial.Plan.Sent} at {c.Port.Port}, which did not join it" : $"nothing at {c.Port.Port}, which joined it")}"),
            "raise the limit of groups, for the port and for the VLAN; show the switch's group table and its size");
    }

    private static Suspicion? Version(RunAnalysis run)
    {
        VersionedJoin[] joins = [.. VersionedJoin.Of(run, run.Trials.Of(TrialKind.MixedVersions).Where(t => t.Sent))];
        bool told = run.Vlan.DeafVersions.Count == 1;
        int members = run.Spec.Channels.IgmpVersion;
        int? querier = run.Queries.Sightings.Count > 0 ? run.Queries.Sightings.Min(s => s.Version) : null;
        // Queries are there, ports carry TCP, and yet no group comes to anybody: then nobody's reports were understood.
        bool dead = querier is not null && run.Tcp.Open.Count > 0 && members == 3 && AllDead(run);
        if (!told && !dead && !(querier < members)) return null;

        int spoken = told ? run.Vlan.DeafVersions[0] : members;
        return new("igmp-version", told || dead ? $"the switch does not act on IGMPv{spoken} reports" : $"the querier speaks IGMPv{querier}, members version {members}", "",
            dead ? ["M5", .. Symptoms.Cluster, .. Symptoms.Delivery, .. Symptoms.Absence] : ["M5", "M7", "M8", "M10", "M13", "M14", "M17"],
            [
                .. joins.Select(j => j.ToString()),
                .. querier is { } version ? (string[])[$"general queries are of version {version}; members speak version {members}"] : [],
                .. dead ? (string[])[$"no group arrives at anybody, though queries do and TCP opens on {run.Tcp.Open.Count} directions"] : [],
            ],
            run.Vlan.VersionRemedy.Length > 0 ? run.Vlan.VersionRemedy : $"have the switch snoop IGMPv{spoken}, or force version 2 on the members");
    }

    private static bool AllDead(RunAnalysis run) => run.AgentDelivery.Measured.Count > 0
        ? run.AgentDelivery.Silent.Count == run.AgentDelivery.Measured.Count
        : HeartbeatMatrix.Of(run, FlowGroup.Agent).Pattern.All;
}
