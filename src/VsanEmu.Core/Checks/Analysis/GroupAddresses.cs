using System.Net;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Analysis;

/// <summary>Group addresses and the Ethernet addresses they are mapped to (RFC 1112, 6.4): the low 23 bits after 01:00:5e.</summary>
internal static class GroupAddresses
{
    private const uint MacBits = 0x007f_ffff;

    // Blocks of 224.0.0.0/4 that are somebody's, with what happens to a cluster's group there. 224.0.0.0/24 is refused by the spec already.
    private static readonly (IPNetwork Block, string Why)[] Taken =
    [
        (IPNetwork.Parse("232.0.0.0/8"), "for source-specific multicast: a join that names no source, as a cluster's, may be ignored there (RFC 4604 2.2.1)"),
        (IPNetwork.Parse("224.0.1.0/24"), "the Internetwork Control Block, whose addresses are other protocols' (NTP, PTP, Auto-RP: RFC 5771 5): devices handle them in their own way"),
        (IPNetwork.Parse("239.255.255.0/24"), "for the local scope's own services (SSDP, SLP: RFC 2365 9): any host may send there, and join"),
    ];

    /// <summary>The cluster's own groups.</summary>
    public static IEnumerable<IPAddress> Of(ClusterSpec spec) =>
        ((IPAddress?[])[spec.Channels.AgentGroup, spec.Channels.MasterGroup]).OfType<IPAddress>().Distinct();

    /// <summary>An IPv4 address as a number.</summary>
    public static uint Number(IPAddress group)
    {
        byte[] b = group.GetAddressBytes();
        return ((uint)b[0] << 24) | ((uint)b[1] << 16) | ((uint)b[2] << 8) | b[3];
    }

    /// <summary>The bits of a group that its MAC address holds.</summary>
    public static uint MacPart(IPAddress group) => Number(group) & MacBits;

    /// <summary>The MAC address of a group.</summary>
    public static string Mac(IPAddress group)
    {
        uint part = MacPart(group);
        return $"01:00:5e:{part >> 16:x2}:{(part >> 8) & 0xff:x2}:{part & 0xff:x2}";
    }

    /// <summary>True for a group whose MAC address is one of 224.0.0.0/24: x.0.0.y and x.128.0.y, which switches do not prune.</summary>
    public static bool IsLinkLocalMac(IPAddress group) => MacPart(group) < 256;

    /// <summary>Why a group of this range is not free to be used, each reason once; empty when all are.</summary>
    /// <param name="first">The first group.</param>
    /// <param name="count">How many follow each other from there, 1 or more.</param>
    public static IEnumerable<(IPNetwork Block, string Why)> NotFree(IPAddress first, int count)
    {
        uint from = Number(first), to = from + (uint)(count - 1);
        return Taken.Where(t => from <= (Number(t.Block.BaseAddress) | (uint.MaxValue >> t.Block.PrefixLength)) && to >= Number(t.Block.BaseAddress));
    }

    /// <summary>True when a group has the MAC address of one of a range.</summary>
    /// <param name="group">The group.</param>
    /// <param name="first">The range's first group.</param>
    /// <param name="count">How many follow each other from there. The MAC addresses of a range begin again after 2^23.</param>
    public static bool SharesMac(IPAddress group, IPAddress first, int count) => ((MacPart(group) - MacPart(first)) & MacBits) < (uint)count;
}
