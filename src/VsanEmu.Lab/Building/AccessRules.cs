using System.Net;
using System.Text;

namespace VsanEmu.Lab.Building;

/// <summary>An access list as a ruleset for <c>nft -f -</c>: a table named <c>access</c>.</summary>
internal static class AccessRules
{
    // An IGMPv3 report names any number of groups; a host that joined more than these is not what the lab's outsiders are.
    private const int RecordsRead = 8;

    /// <summary>For the switch: it filters between its ports, and knows which port is whose.</summary>
    /// <param name="list">The list.</param>
    /// <param name="switchMac">The switch's own MAC address: what it rejects, it takes for itself, since a bridge cannot answer.</param>
    internal static string ForSwitch(AccessList list, string switchMac)
    {
        var text = new StringBuilder("table bridge access {\n");
        Sets(text, list);
        if (list.MembersOnly)
        {
            text.Append("  chain prerouting {\n    type filter hook prerouting priority -50; policy accept;\n");
            if (list.StrangerPorts.Count > 0)
            {
                string strangers = Set(list.StrangerPorts.Select(p => $"\"{p}\""));
                text.Append($"    iifname {strangers} ip saddr @members counter drop\n");
                foreach (string join in Joins(list.Groups)) text.Append($"    iifname {strangers} {join} counter drop\n");
            }
            if (list.Refusal != Refusal.Drop)
            {
                text.Append("    ip saddr @members ip daddr @members accept\n");
                foreach (string side in new[] { "dport", "sport" })
                    text.Append($"    ip protocol tcp th {side} {list.Port} meta pkttype set host ether daddr set {switchMac}\n");
            }
            text.Append("  }\n");
        }
        Forward(text, list, "ether type ip ", list.Groups.Count > 0 && list.MembersOnly
            ? $"    ip daddr {Set(list.Groups)} ip saddr != @members meta l4proto udp counter drop\n" : "", "drop");
        text.Append("}\n");
        return list.Refusal == Refusal.Drop ? text.ToString() : text.Append(ForRouter(list, [])).ToString();
    }

    /// <summary>For a router: it filters between its interfaces.</summary>
    /// <param name="list">The list.</param>
    /// <param name="outside">The interfaces that lead away from the segment: a member's address is not believed there.</param>
    internal static string ForRouter(AccessList list, IReadOnlyList<string> outside)
    {
        var text = new StringBuilder("table inet access {\n");
        Sets(text, list);
        string spoofed = outside.Count > 0 && list.MembersOnly ? $"    iifname {Set(outside.Select(i => $"\"{i}\""))} ip saddr @members counter drop\n" : "";
        Forward(text, list, "meta nfproto ipv4 ", spoofed, list.Refusal switch
        {
            Refusal.Prohibit => "reject with icmp type admin-prohibited",
            Refusal.Reset => "reject with tcp reset",
            _ => "drop",
        });
        return text.Append("}\n").ToString();
    }

    private static void Sets(StringBuilder text, AccessList list) => text.Append($"  set members {{ type ipv4_addr; elements = {Set(list.Members)}; }}\n");

    private static void Forward(StringBuilder text, AccessList list, string ipv4, string first, string refuse)
    {
        text.Append("  chain forward {\n    type filter hook forward priority 0; policy accept;\n");
        foreach ((IPAddress a, IPAddress b) in list.Denied)
        {
            string pair = $"ip saddr {{ {a}, {b} }} ip daddr {{ {a}, {b} }} meta l4proto tcp th";
            text.Append($"    {pair} dport {list.Port} counter drop\n    {pair} sport {list.Port} counter drop\n");
        }
        foreach ((IPAddress opener, IPAddress target) in list.Unanswered)
            text.Append($"    ip saddr {target} ip daddr {opener} meta l4proto tcp th sport {list.Port} counter drop\n");
        if (list.MembersOnly)
        {
            text.Append(first);
            text.Append("    ip saddr != @members ip daddr @members ip protocol tcp ip frag-off & 0x1fff != 0 counter drop\n");
            text.Append("    ip saddr @members ip daddr @members accept\n");
            if (list.SourcePortHole) text.Append($"    meta l4proto tcp th sport {list.Port} counter accept\n");
            string which = list.Ipv4Only || refuse != "drop" ? ipv4 : "";
            text.Append($"    {which}meta l4proto tcp th dport {list.Port} counter {refuse}\n");
            text.Append($"    {which}meta l4proto tcp th sport {list.Port} counter {refuse}\n");
        }
        text.Append("  }\n");
    }

    // IGMPv1 and v2 (RFC 2236, 2): the group is at byte 4. IGMPv3 (RFC 3376, 4.2): records of 8 bytes and more from byte 8 on, the group at byte 4 of each.
    private static IEnumerable<string> Joins(IReadOnlyList<IPAddress> groups)
    {
        if (groups.Count == 0) yield break;
        string numbers = Set(groups.Select(g => $"0x{Ipv4.Number(g):x8}"));
        yield return $"igmp type {{ membership-report-v1, membership-report-v2 }} @th,32,32 {numbers}";
        for (int i = 0; i < RecordsRead; i++) yield return $"igmp type membership-report-v3 @th,{96 + (64 * i)},32 {numbers}";
    }

    private static string Set<T>(IEnumerable<T> elements) => $"{{ {string.Join(", ", elements)} }}";
}
