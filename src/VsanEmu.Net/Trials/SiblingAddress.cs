using System.Buffers.Binary;
using System.Net;
using VsanEmu.Core.Spec;
using VsanEmu.Net.Udp;

namespace VsanEmu.Net.Trials;

/// <summary>
/// An address for a second host behind a port: the next one after the members' that no endpoint of the run has. (The ends of a subnet are where gateways and
/// queriers are.) Nothing but IGMP messages bear it.
/// </summary>
internal static class SiblingAddress
{
    internal static IPAddress Of(ClusterSpec cluster)
    {
        HashSet<IPAddress> taken =
        [
            .. cluster.Members.Select(m => m.Address), .. cluster.Outsiders.Select(o => o.Address),
            .. ((IPAddress?[])[cluster.Observer?.Address, cluster.Gateway]).OfType<IPAddress>(),
        ];
        uint first = cluster.Members.Max(m => Ipv4Endpoint.Number(m.Address)) + 1;
        Span<byte> octets = stackalloc byte[4];
        for (uint candidate = first; ; candidate++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(octets, candidate);
            var address = new IPAddress(octets);
            // Out of room: a host that has no address yet reports from this one (RFC 3376 4.2.13).
            if (!cluster.Subnet.Contains(address)) return IPAddress.Any;
            if (!taken.Contains(address)) return address;
        }
    }
}
