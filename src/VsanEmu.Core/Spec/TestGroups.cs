using System.Buffers.Binary;
using System.Net;

namespace VsanEmu.Core.Spec;

/// <summary>
/// Test groups, each given out once, so that nothing of an earlier trial lingers in the switch. Those are passed over that a switch may not prune, or
/// whose frames it may take for the cluster's: the low 23 bits of a group make its MAC address (RFC 1112 6.4).
/// </summary>
/// <param name="cluster">The cluster, whose spec says where they begin.</param>
public sealed class TestGroups(ClusterSpec cluster)
{
    private const uint MacBits = 0x007f_ffff;

    // 224.0.0.0/24 and all that share its MAC addresses: always forwarded (RFC 4541 2.1.2).
    private const uint LinkLocalMacs = 256;

    // The highest bit of a group that its MAC address does not hold.
    private const uint AliasBit = 0x0080_0000;

    private readonly HashSet<uint> _own = [.. new[] { cluster.Channels.AgentGroup, cluster.Channels.MasterGroup }.OfType<IPAddress>().Select(g => Number(g) & MacBits)];
    private uint _next = Number(cluster.Trials.FirstGroup);

    /// <summary>The next one.</summary>
    public IPAddress Next()
    {
        while ((_next & MacBits) < LinkLocalMacs || _own.Contains(_next & MacBits)) _next++;
        return Address(_next++);
    }

    /// <summary>Another group with the same MAC address, which is no test group.</summary>
    public static IPAddress AliasOf(IPAddress group) => Address(Number(group) ^ AliasBit);

    private static uint Number(IPAddress group) => BinaryPrimitives.ReadUInt32BigEndian(group.GetAddressBytes());

    private static IPAddress Address(uint number)
    {
        Span<byte> octets = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(octets, number);
        return new IPAddress(octets);
    }
}
