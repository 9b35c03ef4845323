using VsanEmu.Core.Frames;
using VsanEmu.Core.Spec;
using static VsanEmu.Net.Native.Libc;

namespace VsanEmu.Net.Capture;

/// <summary>
/// The frames that a capture keeps: ARP, IGMP, ICMP, TCP and UDP on the cluster's ports at either end, any IPv4 fragment of TCP or UDP,
/// and the same ports over IPv6 (with extension headers: whatever it is). Everything else is dropped in the kernel.
/// </summary>
internal static class PacketFilter
{
    // Offsets in an untagged Ethernet frame: the kernel takes a VLAN tag off before it filters.
    private const uint EtherType = 12;
    private const uint Ip = 14;
    private const uint Ipv4Fragment = Ip + 6;
    private const uint Ipv4Protocol = Ip + 9;
    private const uint Ipv6Next = Ip + 6;
    private const uint Ipv6Payload = Ip + 40;

    private const uint MoreFragmentsOrOffset = 0x3fff;

    internal static FilterInstruction[] For(ChannelSpec channels, int snaplen)
    {
        uint[] tcp = [(uint)channels.ReliablePort];
        uint[] udp = [.. new[] { channels.AgentPort, channels.MasterPort, channels.UnicastPort }.Distinct().Select(port => (uint)port)];
        var f = new FilterAssembler(snaplen);
        f.Half(EtherType);
        f.IfEqual(0x0806, FilterAssembler.Accept);
        f.IfEqual(0x0800, "ipv4");
        f.IfEqual(0x86dd, "ipv6");
        f.Jump(FilterAssembler.Drop);

        f.Label("ipv4");
        f.Ipv4HeaderAt(Ip);
        f.Byte(Ipv4Protocol);
        f.IfEqual(FiveTuple.Icmp, FilterAssembler.Accept);
        f.IfEqual(FiveTuple.Igmp, FilterAssembler.Accept);
        f.IfEqual(FiveTuple.Tcp, "tcp4");
        f.IfEqual(FiveTuple.Udp, "udp4");
        f.Jump(FilterAssembler.Drop);
        Transport(f, "tcp4", tcp);
        Transport(f, "udp4", udp);

        f.Label("ipv6");
        f.Byte(Ipv6Next);
        f.IfEqual(FiveTuple.Tcp, "tcp6");
        f.IfEqual(FiveTuple.Udp, "udp6");
        foreach (uint extension in (uint[])[0, 43, 44, 60]) f.IfEqual(extension, FilterAssembler.Accept);
        f.Jump(FilterAssembler.Drop);
        Transport(f, "tcp6", tcp);
        Transport(f, "udp6", udp);
        return f.Assemble();
    }

    private static void Transport(FilterAssembler f, string label, uint[] ports)
    {
        f.Label(label);
        bool v4 = label.EndsWith('4');
        if (v4)
        {
            f.Half(Ipv4Fragment);
            f.IfAnyBit(MoreFragmentsOrOffset, FilterAssembler.Accept);
        }

        foreach (uint at in (uint[])[0, 2]) // source port, destination port
        {
            if (v4) f.HalfAfterHeader(Ip + at);
            else f.Half(Ipv6Payload + at);
            foreach (uint port in ports) f.IfEqual(port, FilterAssembler.Accept);
        }

        f.Jump(FilterAssembler.Drop);
    }
}
