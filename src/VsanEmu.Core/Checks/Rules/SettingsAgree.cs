using System.Net;
using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Rules;

/// <summary>F4: members use the same profile, groups, ports, subnet and MTU, and no address twice.</summary>
internal sealed class SettingsAgree() : Check("F4", "members' settings agree")
{
    public override RunPart Uses => RunPart.Trials;

    internal override bool ExplainsItself => true;

    protected override string Expected(ClusterSpec spec) => "the same profile, groups, ports, subnet and MTU everywhere, and each address at one Ethernet address";

    protected override Ledger Subjects(RunAnalysis run)
    {
        var told = run.Seen.Nodes.Select(n => n.Member).ToHashSet();
        Ledger members = Ledger.Of("member", run.Members, m => told.Contains(m) ? null : "did not tell its settings");
        // A record of an earlier version has no MTU.
        return run.Members.All(m => run.MtuOf(m) is null) ? members : members.And(Ledger.Of("MTU", run.Members, m => run.MtuOf(m) is null ? "not told" : null));
    }

    protected override Finding Judge(RunAnalysis run)
    {
        if (run.Seen.Nodes.Count == 0) return Finding.Inconclusive("no member told its settings");
        string[] wrong =
        [
            .. Deviations(run.Seen.Nodes, "profile", s => s.Profile),
            .. Deviations(run.Seen.Nodes, "Agent Group", s => s.AgentGroup),
            .. Deviations(run.Seen.Nodes, "Master Group", s => s.MasterGroup),
            .. Deviations(run.Seen.Nodes, "reliable port", s => s.ReliablePort),
            .. Deviations(run.Seen.Nodes, "prefix length", s => s.PrefixLength),
            .. Deviations([.. run.Seen.Nodes.Where(n => n.Settings.Mtu > 0)], "MTU", s => s.Mtu),
            .. run.Seen.Nodes.Where(n => !InSubnet(n.Settings, run.Spec.Subnet)).Select(n => $"{n.Member}: {n.Settings.Address}/{n.Settings.PrefixLength} is not in {run.Spec.Subnet}"),
            .. run.Seen.Nodes.Where(n => n.SettingsMismatch.Count > 0).Select(n => $"{n.Member} heard other settings from {Wording.Names(n.SettingsMismatch.Select(run.Name))}"),
            .. run.AddressClaims.Doubled.Select(c => c.ToString()),
        ];
        string[] odd = [.. Deviations(run.Seen.Nodes, "TTL", s => s.Ttl), .. Deviations(run.Seen.Nodes, "IGMP version", s => s.IgmpVersion)];
        const string remedy = "give every member the same multicast settings (esxcli vsan network list shows a host's), the same MTU, and an address in one subnet";
        if (wrong.Length > 0)
            return Finding.Fail(wrong[0] + More(wrong)) with { Evidence = [.. wrong, .. odd], Cause = run.AddressClaims.Doubled.Count > 0 ? "two endpoints have the same address" : "a member is configured differently", Remedy = remedy };
        if (odd.Length > 0)
            return Finding.Warn(odd[0] + More(odd)) with { Evidence = odd, Cause = "a member is configured differently", Remedy = remedy };

        NodeSettings common = run.Seen.Nodes[0].Settings;
        string groups = common.AgentGroup.Length == 0 ? "unicast" : $"{common.AgentGroup} and {common.MasterGroup}, TTL {common.Ttl}";
        return Finding.Pass($"{Wording.Count(run.Seen.Nodes.Count, "member")}: profile {common.Profile}, {groups}, TCP {common.ReliablePort}, {run.Spec.Subnet}{(common.Mtu > 0 ? $", MTU {common.Mtu}" : "")}");
    }

    // Those who differ from the majority; of two equal camps, from the one that comes first.
    private static IEnumerable<string> Deviations<T>(IReadOnlyList<NodeObservation> nodes, string what, Func<NodeSettings, T> setting)
    {
        if (nodes.Count == 0) return [];
        T usual = nodes.GroupBy(n => setting(n.Settings)).MaxBy(g => g.Count())!.Key;
        return nodes.Where(n => !Equals(setting(n.Settings), usual)).Select(n => $"{n.Member}: {what} {setting(n.Settings)}, elsewhere {usual}");
    }

    private static bool InSubnet(NodeSettings settings, IPNetwork subnet) =>
        IPAddress.TryParse(settings.Address, out IPAddress? address) && subnet.Contains(address) && settings.PrefixLength == subnet.PrefixLength;

    private static string More(string[] lines) => lines.Length > 1 ? $", and {Wording.Count(lines.Length - 1, "further deviation")}" : "";
}
