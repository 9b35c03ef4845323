using System.Net;
using VsanEmu.Core.Spec;

namespace VsanEmu.Lab.Building;

/// <summary>What is said to <c>ip -batch</c> and <c>tc</c> in the switch's namespace to make it one snooping switch, or two in a row.</summary>
internal static class SwitchCommands
{
    /// <summary>The bridge. No endpoint can have this name: '_' is not permitted there.</summary>
    internal const string Bridge = "switch_";

    /// <summary>The second bridge, if there are two in a row.</summary>
    internal const string SecondBridge = "switch2_";

    /// <summary>The ports that the cable between two switches is in.</summary>
    internal const string Trunk = "trunk_", SecondTrunk = "trunk2_";

    /// <summary>For <c>bridge</c>: the ports at which the second switch heard a querier, among what it knows.</summary>
    internal static readonly string[] RouterPorts = ["-d", "mdb", "show", "dev", SecondBridge];

    /// <summary>The first switch queries at once, as when it was told to for the first time.</summary>
    internal static readonly string[] QueryAgain = [Querier(Bridge, on: false), Querier(Bridge, on: true)];

    /// <summary>A querier that leaves querying to the first, which has the lower address and was heard before. Two that hear each other begin could both yield.</summary>
    internal static readonly string[] SecondQuerier = [Querier(SecondBridge, on: true)];

    // RFC 3376 8.1, 8.4, 8.5: robustness 2.
    private const int Robustness = 2;

    /// <summary>The bridges of the plan, by the number of a <see cref="PlannedEndpoint.Switch"/>.</summary>
    internal static IReadOnlyList<(string Name, IPAddress Address)> Bridges(FabricPlan plan) =>
        plan.SecondSwitchAddress is { } second ? [(Bridge, plan.SwitchAddress), (SecondBridge, second)] : [(Bridge, plan.SwitchAddress)];

    /// <summary>Whether, by what <see cref="RouterPorts"/> shows, the second switch heard the first one's query.</summary>
    internal static bool Hears(string shown) =>
        shown.Split('\n').Any(l => l.StartsWith("router ports ", StringComparison.Ordinal) && l.Contains(SecondTrunk, StringComparison.Ordinal));

    /// <summary>Whether the plan's bridges query.</summary>
    internal static bool Queries(FabricPlan plan) => plan is { Querier: true, Snooping: true };

    /// <summary>
    /// The bridges, without ports but the trunk's. A bridge holds back everything to groups until its querier has waited for one query response interval; it is given
    /// none to wait for while there is no port that could hear a query with so short a time, and its real one in <see cref="Timers"/>. The same goes for the second
    /// switch, which hears the first one's query over the trunk (<see cref="Hears"/>) and then gets a querier too (<see cref="SecondQuerier"/>).
    /// </summary>
    internal static IEnumerable<string> Create(FabricPlan plan)
    {
        foreach ((string bridge, IPAddress address) in Bridges(plan))
        {
            foreach (string command in Snooper(bridge, address, plan, plan.Snooping)) yield return command;
            yield return $"addr add {address}/{plan.Spec.Subnet.PrefixLength} dev {bridge}";
            yield return $"link set dev {bridge} up";
        }
        if (Queries(plan)) yield return Querier(Bridge, on: true);
        if (plan.SecondSwitchAddress is null) yield break;
        yield return $"link add name {Trunk} mtu {plan.Mtu} master {Bridge} type veth peer name {SecondTrunk} mtu {plan.Mtu}";
        yield return $"link set dev {SecondTrunk} master {SecondBridge}";
        yield return $"link set dev {SecondTrunk} up";
        yield return $"link set dev {Trunk} up";
    }

    /// <summary>
    /// A bridge that snoops, and would query with no waiting time if it were told to: by version 3, for version 2 has no such time, and a query with 0 is version 1's, for
    /// ten seconds (RFC 2236, 4).
    /// </summary>
    internal static IEnumerable<string> Snooper(string bridge, IPAddress address, FabricPlan plan, bool snooping) =>
    [
        $"link add name {bridge} mtu {plan.Mtu} address {Ipv4.Mac(address)} type bridge stp_state 0 forward_delay 0 "
            + $"mcast_snooping {(snooping ? 1 : 0)} mcast_igmp_version 3 mcast_query_use_ifaddr 1 mcast_query_response_interval 0",
    ];

    /// <summary>The version it shall speak, and the snooping timers of RFC 3376 8, in hundredths of a second as the kernel wants them.</summary>
    internal static string Timers(string bridge, ClusterSpec cluster)
    {
        TimerSpec timers = cluster.Timers;
        // The kernel refuses to query more often than once a second.
        TimeSpan interval = Max(timers.QueryInterval, TimeSpan.FromSeconds(1));
        TimeSpan membership = Robustness * interval + timers.QueryResponse;
        // A second by default (RFC 3376 8.8); with a lab's shorter intervals less, so that a port loses a group soon after its member left.
        TimeSpan lastMember = Min(TimeSpan.FromSeconds(1), interval / 20);
        return $"link set dev {bridge} type bridge mcast_igmp_version {cluster.Channels.IgmpVersion} mcast_query_interval {Hundredths(interval)} mcast_query_response_interval {Hundredths(timers.QueryResponse)} "
            + $"mcast_startup_query_interval {Hundredths(Max(interval / 4, TimeSpan.FromSeconds(1)))} mcast_startup_query_count {Robustness} "
            + $"mcast_membership_interval {Hundredths(membership)} mcast_last_member_interval {Hundredths(lastMember)} mcast_last_member_count {Robustness} "
            + $"mcast_querier_interval {Hundredths(Robustness * interval + timers.QueryResponse / 2)}";
    }

    /// <summary>
    /// One port for each endpoint and for what is hidden: a cable (veth) with one end here and the other, as the endpoint's interface, in its namespace.
    /// What is hidden comes last, which makes it the first to get a broadcast.
    /// </summary>
    internal static IEnumerable<string> Ports(FabricPlan plan, Func<string, string> namespacePath)
    {
        IReadOnlyList<(string Name, IPAddress Address)> bridges = Bridges(plan);
        IEnumerable<(string Port, string Bridge, string Interface, string? Mac)> ports =
        [
            .. plan.Endpoints.Where(e => e.Port is not null)
                .Select(e => (e.Port!, bridges[e.Switch].Name, e.Interface, e.Address is { } address ? Ipv4.Mac(address) : null)),
            .. plan.Hidden.Select(h => (h.Port, Bridge, HiddenCommands.Interface, (string?)h.Mac)),
        ];
        // A rule about frames, of their length or their number, must meet each as a wire carries it, and not several in one as a host hands them over.
        string cut = plan.FrameRules.Count > 0 ? "gso_max_segs 1 " : "";
        foreach ((string port, string bridge, string link, string? mac) in ports)
        {
            yield return $"link add name {port} mtu {plan.Mtu} {cut}master {bridge} type veth peer name {link} mtu {plan.Mtu} {cut}"
                + $"{(mac is null ? "" : $"address {mac} ")}netns {namespacePath(port)}";
            // With a querier a snooping bridge prunes by itself, and floods 224.0.0.0/24, as it should. Without one it would flood all; see SwitchRules.
            yield return $"link set dev {port} type bridge_slave mcast_flood on mcast_fast_leave {(plan.FastLeave ? "on" : "off")}";
            yield return $"link set dev {port} up";
        }
    }

    /// <summary>For <c>tc</c>: what makes a port slow. What would wait longer than a fifth of a second is dropped, as by a switch's buffer.</summary>
    internal static string[] Slow(PortRate rate) =>
        ["qdisc", "add", "dev", rate.Port, "root", "tbf", "rate", $"{rate.RateBitsPerSecond}bit", "burst", "16kb", "latency", "200ms"];

    private static string Querier(string bridge, bool on) => $"link set dev {bridge} type bridge mcast_querier {(on ? 1 : 0)}";

    private static long Hundredths(TimeSpan time) => (long)Math.Round(time.TotalMilliseconds / 10);

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
