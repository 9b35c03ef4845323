using System.Net;
using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Rules;

/// <summary>M18: groups that no switch can keep apart, and other clusters on the same ones.</summary>
internal sealed class SpecLint() : Check("M18", "groups are well chosen")
{
    private const string ForeignCounters = "foreign_cluster.";

    internal override bool ExplainsItself => true;

    protected override string Expected(ClusterSpec spec) => "groups of no reserved block, whose MAC addresses are their own and not those of 224.0.0.0/24, and no other cluster on them";

    // Groups are judged by the spec alone; other clusters on them are heard by members.
    protected override Ledger Subjects(RunAnalysis run)
    {
        var told = run.Seen.Nodes.Select(n => n.Member).ToHashSet();
        return Ledger.Of("group", GroupAddresses.Of(run.Spec), _ => null)
            .And(Ledger.Of("member", run.Members, m => told.Contains(m) ? null : "did not tell what it heard"));
    }

    protected override Finding Judge(RunAnalysis run)
    {
        if (run.Spec.Profile.Unicast) return Finding.Skip(NoGroups);
        IPAddress[] groups = [.. GroupAddresses.Of(run.Spec)];
        string[] odd = [.. Flooded(groups), .. SharedMac(run.Spec, groups), .. Reserved(groups), .. TestGroups(run.Spec, groups), .. Foreign(run)];
        if (odd.Length == 0) return Finding.Pass(string.Join(", ", groups.Select(g => $"{g} is {GroupAddresses.Mac(g)}")));
        return Finding.Warn(odd[0]) with
        {
            Evidence = odd,
            Cause = odd.Length > 1 ? $"{odd.Length} things about the groups are unlucky (see the evidence)" : "",
            Remedy = "choose groups in 239.0.0.0/8, but not in 239.255.255.0/24, that differ in their low 23 bits from each other, from other clusters' and from x.0.0.y and x.128.0.y",
        };
    }

    // Whether this fabric's do is M3's and M4's to say.
    private static IEnumerable<string> Flooded(IPAddress[] groups) => groups.Where(GroupAddresses.IsLinkLocalMac)
        .Select(g => $"{g} has the MAC address {GroupAddresses.Mac(g)} of 224.0.0.{GroupAddresses.MacPart(g)}: many switches flood it, whoever joined");

    private static IEnumerable<string> SharedMac(ClusterSpec spec, IPAddress[] groups)
    {
        if (groups.Length == 1) yield return $"Agent Group and Master Group are one address, {groups[0]}, on ports {spec.Channels.AgentPort} and {spec.Channels.MasterPort}: no switch can keep them apart";
        foreach (IGrouping<uint, IPAddress> mac in groups.GroupBy(GroupAddresses.MacPart).Where(g => g.Count() > 1))
            yield return $"{Wording.Names(mac.Select(a => $"{a}"))} share the MAC address {GroupAddresses.Mac(mac.First())}: a switch that forwards by MAC address cannot keep them apart";
    }

    private static IEnumerable<string> Reserved(IPAddress[] groups) =>
        groups.SelectMany(g => GroupAddresses.NotFree(g, count: 1).Select(r => $"{g} is in {r.Block}, {r.Why}"));

    private static IEnumerable<string> TestGroups(ClusterSpec spec, IPAddress[] groups)
    {
        IPAddress first = spec.Trials.FirstGroup;
        foreach (IPAddress group in groups.Where(g => GroupAddresses.SharesMac(g, first, TrialSpec.MaxGroups)))
            yield return $"the test groups from {first} on share MAC addresses with {group}: trials would disturb the cluster";
        foreach ((IPNetwork block, string why) in GroupAddresses.NotFree(first, TrialSpec.MaxGroups))
            yield return $"the test groups, {TrialSpec.MaxGroups} from {first} on, reach into {block}, {why}";
        if (GroupAddresses.IsLinkLocalMac(first)) yield return $"the test group {first} has a MAC address of 224.0.0.0/24: what trials find there says nothing";
    }

    private static IEnumerable<string> Foreign(RunAnalysis run)
    {
        string[] hearing = [.. run.Seen.Nodes.Where(n => Heard(n.Counters) > 0).Select(n => n.Member)];
        if (hearing.Length > 0) yield return $"another cluster's messages were heard by {Wording.Names(hearing)}: {run.Seen.Nodes.Sum(n => Heard(n.Counters))} in all";
    }

    private static long Heard(IReadOnlyDictionary<string, long> counters) => counters.Where(c => c.Key.StartsWith(ForeignCounters, StringComparison.Ordinal)).Sum(c => c.Value);
}
