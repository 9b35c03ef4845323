using System.Net;
using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks;

/// <summary>What a cluster's spec alone says of its groups that is allowed and yet unlucky: M18 warns of it in a run.</summary>
public static class SpecWarnings
{
    /// <summary>The warnings, a line each; none where the cluster has no groups.</summary>
    public static IReadOnlyList<string> Of(ClusterSpec spec)
    {
        if (spec.Profile.Unicast) return [];
        IPAddress[] groups = [.. GroupAddresses.Of(spec)];
        return [.. Flooded(groups), .. SharedMac(spec, groups), .. Reserved(groups), .. TestGroups(spec, groups)];
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
}
