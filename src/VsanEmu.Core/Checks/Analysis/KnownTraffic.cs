using VsanEmu.Core.Frames;
using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Checks.Analysis;

/// <summary>
/// IP that is in no flow matrix and yet no stray. The run itself causes echo requests among its endpoints; kernels answer with ICMP errors, and keep IPv6 going by neighbour
/// and listener discovery; what else a host says by itself is told as its chatter. (ARP, IGMP, trials and probes on the cluster's ports are counted elsewhere.)
/// </summary>
internal static class KnownTraffic
{
    private const int EchoReply = 0;
    private const int EchoRequest = 8;

    // A name, and the port and the groups that it is sent to.
    private static readonly (string Name, int Port, string[] Groups)[] Services =
    [
        ("mDNS", 5353, ["224.0.0.251", "ff02::fb"]),
        ("LLMNR", 5355, ["224.0.0.252", "ff02::1:3"]),
        ("SSDP", 1900, ["239.255.255.250", "ff02::c", "ff05::c"]),
        ("WS-Discovery", 3702, ["239.255.255.250", "ff02::c"]),
    ];

    private static readonly (string Name, int From, int To)[] Configuration = [("DHCP", 68, 67), ("DHCP", 67, 68), ("DHCPv6", 546, 547), ("DHCPv6", 547, 546)];

    /// <summary>Groups of the services above, and RFC 4286's all-snoopers, which a Linux bridge joins.</summary>
    private static readonly HashSet<string> ChatterGroups = [.. Services.SelectMany(s => s.Groups), "224.0.0.106"];

    /// <summary>True for what the run or a kernel causes.</summary>
    /// <param name="s">What was seen.</param>
    /// <param name="endpoint">Whether an address is one of the run's endpoints'.</param>
    public static bool IsOwn(OtherSighting s, Func<string, bool> endpoint) => s.Protocol switch
    {
        // RFC 792: unreachable, source quench, redirect, time exceeded, parameter problem.
        FiveTuple.Icmp when s.Type is 3 or 4 or 5 or 11 or 12 => true,
        FiveTuple.Icmp when s.Type is EchoRequest or EchoReply or OtherSighting.NoType => endpoint(s.Source) && endpoint(s.Destination),
        // RFC 4443 errors; RFC 2710, RFC 3810 listeners; RFC 4861 neighbours, routers and redirect; RFC 4286 multicast routers.
        FiveTuple.Icmp6 => s.Type is (>= 1 and <= 4) or (>= 130 and <= 137) or 143 or (>= 151 and <= 153),
        _ => false,
    };

    /// <summary>What a host says that runs on more than this tool, by its name; null for anything else.</summary>
    public static string? Chatter(OtherSighting s)
    {
        if (s.Protocol != FiveTuple.Udp) return null;
        return Services.FirstOrDefault(c => c.Port == s.DestinationPort && c.Groups.Contains(s.Destination)).Name
            ?? Configuration.FirstOrDefault(c => c.From == s.SourcePort && c.To == s.DestinationPort).Name;
    }

    /// <summary>True for a group that a host joins for such a service.</summary>
    public static bool IsChatterGroup(string group) => ChatterGroups.Contains(group);
}
