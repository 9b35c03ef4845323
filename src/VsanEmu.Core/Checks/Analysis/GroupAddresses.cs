using System.Net;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Analysis;

/// <summary>Group addresses and the Ethernet addresses they are mapped to (RFC 1112, 6.4): the low 23 bits after 01:00:5e.</summary>
internal static class GroupAddresses
{
    private const uint MacBits = 0x007f_ffff;

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
}
