using VsanEmu.Core.Checks.Analysis;

namespace VsanEmu.Core.Checks.Diagnoses;

/// <summary><c>host-firewall</c>: what reaches a member's port does not reach the member.</summary>
internal static class HostFirewall
{
    public static IEnumerable<Suspicion> Find(RunAnalysis run)
    {
        HostDrops drops = run.HostDrops;
        (Direction Way, string What)[] all =
        [
            .. drops.Agent.Select(w => (w, run.Spec.Profile.Unicast ? "numbered datagrams" : "numbered Agent Group datagrams")),
            .. drops.Master.Select(w => (w, "numbered Master Group datagrams")),
            .. drops.Connections.Select(w => (w, $"SYNs to TCP {run.Spec.Channels.ReliablePort}")),
        ];
        foreach (var member in all.GroupBy(d => d.Way.To).OrderBy(g => g.Key))
        {
            string[] kinds = [.. member.Select(d => d.What).Distinct()];
            yield return new("host-firewall", $"the host of {member.Key} drops what reaches its port: {Wording.Names(kinds)}", $"host of {member.Key}",
                [.. Symptoms.Cluster, .. Symptoms.Delivery, .. Symptoms.Attempts, "F3", "A6", "A7"],
                member.OrderBy(d => d.What).ThenBy(d => d.Way.From).Select(d => $"{d.Way}: {d.What} came in at the port of {member.Key}, {Fate(d.What)}"),
                $"look at the firewall of {member.Key} (nft list ruleset, esxcli network firewall), and at what else filters there; the switch forwards this");
        }
    }

    private static string Fate(string what) => what.StartsWith("SYN", StringComparison.Ordinal) ? "and no answer left it" : "and it got none";
}
