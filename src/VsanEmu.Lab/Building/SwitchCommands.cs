using System.Text;
using VsanEmu.Core.Spec;

namespace VsanEmu.Lab.Building;

/// <summary>What is said to <c>ip -batch</c> and <c>nft -f</c> in the switch's namespace to make it a snooping switch.</summary>
internal static class SwitchCommands
{
    /// <summary>The bridge. No endpoint can have this name: '_' is not permitted there.</summary>
    internal const string Bridge = "switch_";

    // RFC 3376 8.1, 8.4, 8.5: robustness 2.
    private const int Robustness = 2;

    /// <summary>
    /// The bridge, without ports. It holds back everything to groups until its querier has waited for one query response interval; it is given none to
    /// wait for while there is no port that could hear a query with so short a time, and its real one in <see cref="Timers"/>.
    /// </summary>
    internal static IEnumerable<string> Create(FabricPlan plan)
    {
        yield return $"link add name {Bridge} mtu {plan.Mtu} address {Ipv4.Mac(plan.SwitchAddress)} type bridge stp_state 0 forward_delay 0 "
            + $"mcast_snooping {Bit(plan.Snooping)} mcast_igmp_version {plan.Spec.Channels.IgmpVersion} mcast_query_use_ifaddr 1 mcast_query_response_interval 0";
        yield return $"addr add {plan.SwitchAddress}/{plan.Spec.Subnet.PrefixLength} dev {Bridge}";
        yield return $"link set dev {Bridge} up";
        if (plan.Querier) yield return $"link set dev {Bridge} type bridge mcast_querier 1";
    }

    /// <summary>The snooping timers of RFC 3376 8, in hundredths of a second as the kernel wants them.</summary>
    internal static string Timers(TimerSpec timers)
    {
        // The kernel refuses to query more often than once a second.
        TimeSpan interval = Max(timers.QueryInterval, TimeSpan.FromSeconds(1));
        TimeSpan membership = Robustness * interval + timers.QueryResponse;
        // A second by default (RFC 3376 8.8); with a lab's shorter intervals less, so that a port loses a group soon after its member left.
        TimeSpan lastMember = Min(TimeSpan.FromSeconds(1), interval / 20);
        return $"link set dev {Bridge} type bridge mcast_query_interval {Hundredths(interval)} mcast_query_response_interval {Hundredths(timers.QueryResponse)} "
            + $"mcast_startup_query_interval {Hundredths(Max(interval / 4, TimeSpan.FromSeconds(1)))} mcast_startup_query_count {Robustness} "
            + $"mcast_membership_interval {Hundredths(membership)} mcast_last_member_interval {Hundredths(lastMember)} mcast_last_member_count {Robustness} "
            + $"mcast_querier_interval {Hundredths(Robustness * interval + timers.QueryResponse / 2)}";
    }

    /// <summary>One port for each endpoint: a cable (veth) with one end here and the other, as the endpoint's interface, in its namespace.</summary>
    internal static IEnumerable<string> Ports(FabricPlan plan, Func<string, string> namespacePath)
    {
        string flood = plan.FloodUnknownGroups ? "on" : "off";
        // 1: a port is a router's when a query came in by it. 2: it is one for ever.
        int router = plan.RouterPorts ? 2 : 1;
        foreach (PlannedEndpoint endpoint in plan.Endpoints.Where(e => e.Port is not null))
        {
            string mac = endpoint.Address is { } address ? $"address {Ipv4.Mac(address)} " : "";
            yield return $"link add name {endpoint.Port} mtu {plan.Mtu} master {Bridge} type veth peer name {endpoint.Interface} mtu {plan.Mtu} {mac}"
                + $"netns {namespacePath(endpoint.Name)}";
            yield return $"link set dev {endpoint.Port} type bridge_slave mcast_flood {flood} mcast_router {router}";
            yield return $"link set dev {endpoint.Port} up";
        }
    }

    /// <summary>All rules of one fault, in a table of their own.</summary>
    internal static string FaultTable(string fault, IEnumerable<FrameRule> rules)
    {
        var text = new StringBuilder($"table bridge fault-{fault} {{\n");
        foreach (IGrouping<FrameHook, FrameRule> hook in rules.GroupBy(r => r.Hook))
        {
            string name = hook.Key.ToString().ToLowerInvariant();
            text.Append($"  chain {name} {{\n    type filter hook {name} priority -100; policy accept;\n");
            foreach (FrameRule rule in hook) text.Append($"    {rule.Text}\n");
            text.Append("  }\n");
        }
        return text.Append("}\n").ToString();
    }

    /// <summary>The segment cut into sides: nothing is forwarded from a port of one to a port of another. Replaces an earlier cut at once.</summary>
    /// <param name="sides">The ports of each side.</param>
    internal static string Split(IEnumerable<IEnumerable<string>> sides)
    {
        var text = new StringBuilder("table bridge split\ndelete table bridge split\ntable bridge split {\n");
        text.Append("  chain forward {\n    type filter hook forward priority -50; policy accept;\n");
        foreach (string rule in SplitRules(sides)) text.Append($"    {rule}\n");
        return text.Append("  }\n}\n").ToString();
    }

    /// <summary>The rules of a split.</summary>
    internal static IEnumerable<string> SplitRules(IEnumerable<IEnumerable<string>> sides) => sides
        .Select(ports => string.Join(", ", ports.Select(p => $"\"{p}\"")))
        .Select(ports => $"iifname {{ {ports} }} oifname != {{ {ports} }} counter drop");

    /// <summary>Takes a split back.</summary>
    internal const string Heal = "table bridge split\ndelete table bridge split\n";

    private static string Bit(bool on) => on ? "1" : "0";

    private static long Hundredths(TimeSpan time) => (long)Math.Round(time.TotalMilliseconds / 10);

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
