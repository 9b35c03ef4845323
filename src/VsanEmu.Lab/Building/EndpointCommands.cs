namespace VsanEmu.Lab.Building;

/// <summary>What is set and said inside an endpoint's namespace.</summary>
internal static class EndpointCommands
{
    /// <summary>The gateway's leg into the networks behind it.</summary>
    internal const string Behind = "behind_";

    // IPv6 with nothing on the wire but what is used: no address is probed for, no router asked for, and the address follows from the MAC address.
    private static readonly (string Name, string Value)[] QuietIpv6 =
        [("disable_ipv6", "0"), ("accept_dad", "0"), ("dad_transmits", "0"), ("accept_ra", "0"), ("router_solicitations", "0"), ("addr_gen_mode", "0")];

    /// <summary>Kernel settings, by path under /proc/sys; to be written before the interface is there, which then inherits them.</summary>
    internal static IEnumerable<(string Path, string Value)> Settings(int? igmpVersion, bool forwards, bool ipv6 = false)
    {
        foreach (string scope in new[] { "all", "default" })
        {
            foreach ((string name, string value) in ipv6 ? QuietIpv6 : [("disable_ipv6", "1")]) yield return ($"net/ipv6/conf/{scope}/{name}", value);
            // A reply may come from where no route leads to: the fabric decides what passes, not the endpoints.
            yield return ($"net/ipv4/conf/{scope}/rp_filter", "0");
            if (igmpVersion is { } version) yield return ($"net/ipv4/conf/{scope}/force_igmp_version", $"{version}");
            if (forwards) yield return ($"net/ipv4/conf/{scope}/send_redirects", "0");
        }
        if (!forwards) yield break;
        yield return ("net/ipv4/ip_forward", "1");
        // Many probes at a time are to be told that they are prohibited, each of them.
        yield return ("net/ipv4/icmp_ratelimit", "0");
    }

    /// <summary>The endpoint's address and route, and room for its neighbours.</summary>
    internal static IEnumerable<string> Configure(PlannedEndpoint endpoint, FabricPlan plan)
    {
        if (endpoint.Address is { } address) yield return $"addr add {address}/{endpoint.PrefixLength} dev {endpoint.Interface}";
        yield return $"link set dev {endpoint.Interface} up";
        if (endpoint.Address is null) yield break;
        if (endpoint.Router is { } router) yield return $"route add default via {router}";
        if (endpoint.Port is null) yield break;
        // All namespaces of a machine share one table of ARP entries, by default 1024 (gc_thresh3): 64 hosts that all know each other need 4032. An entry
        // that counts as somebody else's is not counted. It is made empty here, and resolved by ARP on first use like any other.
        foreach (PlannedEndpoint neighbour in plan.Endpoints.Where(e => e.Port is not null && e.Address is not null && e != endpoint))
            yield return $"neigh add {neighbour.Address} dev {endpoint.Interface} nud none extern_learn";
    }

    /// <summary>Inside the gateway: the networks behind it, all on one bridge, with a port for each stranger.</summary>
    internal static IEnumerable<string> NetworkBehind(FabricPlan plan, Func<string, string> namespacePath)
    {
        PlannedEndpoint[] strangers = [.. plan.Endpoints.Where(e => e.Port is null)];
        if (strangers.Length == 0) yield break;
        yield return $"link add name {Behind} mtu {plan.Mtu} type bridge stp_state 0 forward_delay 0 mcast_snooping 0";
        foreach (var router in plan.AddressesBehind) yield return $"addr add {router}/{FabricPlanner.BehindPrefixLength} dev {Behind}";
        yield return $"link set dev {Behind} up";
        for (int i = 0; i < strangers.Length; i++)
        {
            PlannedEndpoint stranger = strangers[i];
            yield return $"link add name behind_{i} mtu {plan.Mtu} master {Behind} type veth peer name {stranger.Interface} mtu {plan.Mtu} "
                + $"address {Ipv4.Mac(stranger.Address!)} netns {namespacePath(stranger.Name)}";
            yield return $"link set dev behind_{i} up";
        }
    }
}
