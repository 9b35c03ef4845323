namespace VsanEmu.Core.Frames;

/// <summary>What a frame carries.</summary>
public enum FrameKind : byte
{
    /// <summary>Neither ARP nor IP, or an IP protocol that is not listed here.</summary>
    Other,

    /// <summary>ARP for IPv4.</summary>
    Arp,

    /// <summary>IGMP.</summary>
    Igmp,

    /// <summary>ICMP over IPv4.</summary>
    Icmp,

    /// <summary>TCP over IPv4 or IPv6.</summary>
    Tcp,

    /// <summary>UDP over IPv4 or IPv6.</summary>
    Udp,

    /// <summary>ICMP over IPv6.</summary>
    Icmp6,
}

/// <summary>TCP's flags (RFC 9293 3.1).</summary>
[Flags]
public enum TcpFlags : byte
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>No more data from the sender.</summary>
    Fin = 0x01,

    /// <summary>Opens a connection.</summary>
    Syn = 0x02,

    /// <summary>Refuses or aborts one.</summary>
    Rst = 0x04,

    /// <summary>Push.</summary>
    Psh = 0x08,

    /// <summary>The acknowledgement field counts.</summary>
    Ack = 0x10,

    /// <summary>The urgent pointer counts.</summary>
    Urg = 0x20,

    /// <summary>ECN echo.</summary>
    Ece = 0x40,

    /// <summary>Congestion window reduced.</summary>
    Cwr = 0x80,
}

/// <summary>The header fields of one frame that matter to the checks. Made by <see cref="FrameDecoder"/>; a field that the frame lacks is 0.</summary>
public readonly record struct FrameInfo
{
    /// <summary>What it carries.</summary>
    public FrameKind Kind { get; init; }

    /// <summary>Addresses and ports. For ARP the sender's and the target's protocol address.</summary>
    public FiveTuple Tuple { get; init; }

    /// <summary>The sender's Ethernet address by an ARP message's own word, in the low 48 bits; 0 for anything else.</summary>
    public ulong SenderMac { get; init; }

    /// <summary>VLAN of the outermost 802.1Q tag in the frame that names one, 1 to 4095; 0 without one. (A tag with VLAN 0 bears a priority only.)</summary>
    public ushort Vlan { get; init; }

    /// <summary>Where in the frame the IP packet begins; 0 outside IP.</summary>
    public byte NetworkOffset { get; init; }

    /// <summary>IPv4 TTL or IPv6 hop limit.</summary>
    public byte Ttl { get; init; }

    /// <summary>Bytes of the IP packet, header included, as its header says; above 65535 only for a segmentation-offload burst.</summary>
    public int IpLength { get; init; }

    /// <summary>Identification: the same in all fragments of a packet. Over IPv6 only fragments have one.</summary>
    public uint Identification { get; init; }

    /// <summary>Where in the original packet this fragment starts, bytes.</summary>
    public int FragmentOffset { get; init; }

    /// <summary>Further fragments follow.</summary>
    public bool MoreFragments { get; init; }

    /// <summary>True when <see cref="Tuple"/> has its ports: not for a later fragment, nor when the capture cut them off.</summary>
    public bool HasPorts { get; init; }

    /// <summary>TCP flags.</summary>
    public TcpFlags Flags { get; init; }

    /// <summary>TCP sequence number.</summary>
    public uint Sequence { get; init; }

    /// <summary>TCP acknowledgement number.</summary>
    public uint Acknowledgement { get; init; }

    /// <summary>TCP window as it stands there, not scaled.</summary>
    public ushort Window { get; init; }

    /// <summary>Bytes that TCP or UDP carries in this packet; of a later fragment, all of it.</summary>
    public int PayloadLength { get; init; }

    /// <summary>Where in the frame UDP's payload begins; 0 for anything else, and for a fragment other than the first.</summary>
    public ushort PayloadOffset { get; init; }

    /// <summary>ARP operation (1 request, 2 reply), ICMP type of either version, or IGMP type; 0 in a later fragment.</summary>
    public byte Type { get; init; }

    /// <summary>ICMP code.</summary>
    public byte Code { get; init; }

    /// <summary>The packet that an ICMP error is about (RFC 792); default for other ICMP.</summary>
    public FiveTuple Original { get; init; }

    /// <summary>The IGMP message; its <see cref="IgmpInfo.Version"/> is 0 when it is not a valid one.</summary>
    public IgmpInfo Igmp { get; init; }

    /// <summary>True for any fragment of a packet, the first included.</summary>
    public bool IsFragment => FragmentOffset > 0 || MoreFragments;

    /// <summary>True for the SYN that opens a connection.</summary>
    public bool IsSyn => (Flags & (TcpFlags.Syn | TcpFlags.Ack | TcpFlags.Rst)) == TcpFlags.Syn;

    /// <summary>True for the SYN-ACK that accepts one.</summary>
    public bool IsSynAck => (Flags & (TcpFlags.Syn | TcpFlags.Ack | TcpFlags.Rst)) == (TcpFlags.Syn | TcpFlags.Ack);

    /// <summary>True for a RST.</summary>
    public bool IsReset => (Flags & TcpFlags.Rst) != 0;
}
