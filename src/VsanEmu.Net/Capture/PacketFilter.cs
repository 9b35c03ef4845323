using VsanEmu.Core.Frames;
using VsanEmu.Core.Spec;
using static VsanEmu.Net.Native.Libc;

namespace VsanEmu.Net.Capture;

/// <summary>
/// Tells frames apart in the kernel. The cluster's: ARP, IGMP, ICMP, TCP and UDP on the cluster's ports at either end, any IPv4 fragment of TCP or UDP, and the same ports
/// over IPv6 (with extension headers: whatever it is but ICMP). The others: all other IP, and whatever bears the tag of a VLAN. The rest, which is neither, is dropped.
/// </summary>
internal static class PacketFilter
{
    // Offsets in an untagged Ethernet frame.
    private const uint EtherType = 12;
    private const uint Ip = 14;
    private const uint Ipv4Fragment = 6;
    private const uint Ipv4Protocol = 9;
    private const uint Ipv6Next = 6;
    private const uint Ipv6Payload = 40;
    private const uint HopByHop = 0;

    // Of a frame that comes in the kernel takes the first tag off; one that goes out may bear two.
    private const int MaxTags = 2;
    private const uint TagControl = 14;
    private const uint TagLength = VlanTag.Length;
    private const uint VlanBits = 0x0fff;

    private const uint MoreFragmentsOrOffset = 0x3fff;

    /// <summary>The program.</summary>
    /// <param name="channels">The cluster's ports.</param>
    /// <param name="ours">Bytes kept of the cluster's frames; 0 drops them.</param>
    /// <param name="others">Bytes kept of the others; 0 drops them.</param>
    internal static FilterInstruction[] For(ChannelSpec channels, int ours, int others)
    {
        uint[] tcp = [(uint)channels.ReliablePort];
        uint[] udp = [.. new[] { channels.AgentPort, channels.MasterPort, channels.UnicastPort }.Distinct().Select(port => (uint)port)];
        var f = new FilterAssembler(ours, others);
        f.VlanControl();
        f.IfAnyBit(VlanBits, FilterAssembler.Other);
        for (uint tags = 0; tags <= MaxTags; tags++) Frame(f, tags, tcp, udp);
        return f.Assemble();
    }

    private static void Frame(FilterAssembler f, uint tags, uint[] tcp, uint[] udp)
    {
        uint shift = tags * TagLength, ip = Ip + shift;
        f.Label($"frame{tags}");
        f.Half(EtherType + shift);
        f.IfEqual(0x0806, FilterAssembler.Accept);
        f.IfEqual(0x0800, $"ipv4{tags}");
        f.IfEqual(0x86dd, $"ipv6{tags}");
        if (tags < MaxTags)
        {
            f.IfEqual(0x8100, $"tag{tags}");
            f.IfEqual(0x88a8, $"tag{tags}");
        }

        f.Jump(FilterAssembler.Drop);

        if (tags < MaxTags)
        {
            f.Label($"tag{tags}");
            f.Half(TagControl + shift);
            f.IfAnyBit(VlanBits, FilterAssembler.Other);
            f.Jump($"frame{tags + 1}");
        }

        f.Label($"ipv4{tags}");
        f.Byte(ip + Ipv4Protocol);
        f.IfEqual(FiveTuple.Icmp, FilterAssembler.Accept);
        f.IfEqual(FiveTuple.Igmp, FilterAssembler.Accept);
        f.IfEqual(FiveTuple.Tcp, $"tcp4{tags}");
        f.IfEqual(FiveTuple.Udp, $"udp4{tags}");
        f.Jump(FilterAssembler.Other);
        Ipv4Ports(f, $"tcp4{tags}", ip, tcp);
        Ipv4Ports(f, $"udp4{tags}", ip, udp);

        f.Label($"ipv6{tags}");
        f.Byte(ip + Ipv6Next);
        f.IfEqual(FiveTuple.Tcp, $"tcp6{tags}");
        f.IfEqual(FiveTuple.Udp, $"udp6{tags}");
        f.IfEqual(HopByHop, $"hop{tags}");
        foreach (uint extension in (uint[])[43, 44, 60]) f.IfEqual(extension, FilterAssembler.Accept);
        f.Jump(FilterAssembler.Other);
        // Kernels report the groups that they listen to with a router alert: RFC 2710 3.
        f.Label($"hop{tags}");
        f.Byte(ip + Ipv6Payload);
        f.IfEqual(FiveTuple.Icmp6, FilterAssembler.Other);
        f.Jump(FilterAssembler.Accept);
        Ipv6Ports(f, $"tcp6{tags}", ip, tcp);
        Ipv6Ports(f, $"udp6{tags}", ip, udp);
    }

    private static void Ipv4Ports(FilterAssembler f, string label, uint ip, uint[] ports)
    {
        f.Label(label);
        f.Half(ip + Ipv4Fragment);
        f.IfAnyBit(MoreFragmentsOrOffset, FilterAssembler.Accept);
        f.Ipv4HeaderAt(ip);
        foreach (uint at in (uint[])[0, 2]) // source port, destination port
        {
            f.HalfAfterHeader(ip + at);
            foreach (uint port in ports) f.IfEqual(port, FilterAssembler.Accept);
        }

        f.Jump(FilterAssembler.Other);
    }

    private static void Ipv6Ports(FilterAssembler f, string label, uint ip, uint[] ports)
    {
        f.Label(label);
        foreach (uint at in (uint[])[0, 2])
        {
            f.Half(ip + Ipv6Payload + at);
            foreach (uint port in ports) f.IfEqual(port, FilterAssembler.Accept);
        }

        f.Jump(FilterAssembler.Other);
    }
}
