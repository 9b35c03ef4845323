using System.Buffers.Binary;

namespace VsanEmu.Core.Frames;

/// <summary>
/// Reads the headers of an Ethernet frame. Any bytes may come in: it neither throws nor allocates, and takes a frame that the capture cut short
/// as far as it goes.
/// </summary>
public static class FrameDecoder
{
    // destination (6), source (6), EtherType (2)
    private const int EthernetLength = 14;
    private const int VlanTagLength = 4;

    /// <summary>802.1Q and 802.1ad tags that are stepped over.</summary>
    private const int MaxVlanTags = 2;

    // hardware (2), protocol (2), lengths (2), operation (2), sender MAC (6) and IP (4), target MAC (6) and IP (4)
    private const int ArpLength = 28;

    private const int EtherTypeIPv4 = 0x0800;
    private const int EtherTypeArp = 0x0806;
    private const int EtherTypeVlan = 0x8100;
    private const int EtherTypeProviderVlan = 0x88a8;
    private const int EtherTypeIPv6 = 0x86dd;

    /// <summary>Decodes one frame.</summary>
    /// <param name="frame">What was captured of it, from the destination MAC on.</param>
    /// <param name="wireLength">Its length on the wire, bytes.</param>
    /// <param name="info">Its fields.</param>
    /// <returns>False when it is too short or contradicts itself below the transport's header; a transport header that is cut short leaves its fields 0.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> frame, int wireLength, out FrameInfo info)
    {
        info = default;
        if (frame.Length < EthernetLength) return false;

        int offset = EthernetLength;
        int etherType = BinaryPrimitives.ReadUInt16BigEndian(frame[12..]);
        ushort vlan = 0;
        for (int tags = 0; tags < MaxVlanTags && etherType is EtherTypeVlan or EtherTypeProviderVlan; tags++)
        {
            if (frame.Length < offset + VlanTagLength) return false;
            if (vlan == 0) vlan = (ushort)(BinaryPrimitives.ReadUInt16BigEndian(frame[offset..]) & 0x0fff);
            etherType = BinaryPrimitives.ReadUInt16BigEndian(frame[(offset + 2)..]);
            offset += VlanTagLength;
        }

        int length = Math.Max(wireLength, frame.Length) - offset;
        bool decoded = etherType switch
        {
            EtherTypeArp => TryDecodeArp(frame[offset..], out info),
            EtherTypeIPv4 => Ipv4Decoder.TryDecode(frame, offset, length, out info),
            EtherTypeIPv6 => Ipv6Decoder.TryDecode(frame, offset, length, out info),
            _ => true,
        };
        if (vlan != 0) info = info with { Vlan = vlan };
        if (info.IpLength > 0) info = info with { NetworkOffset = (byte)offset };
        return decoded;
    }

    private static bool TryDecodeArp(ReadOnlySpan<byte> arp, out FrameInfo info)
    {
        info = default;
        bool ipv4OverEthernet = arp.Length >= ArpLength
            && BinaryPrimitives.ReadUInt16BigEndian(arp) == 1
            && BinaryPrimitives.ReadUInt16BigEndian(arp[2..]) == EtherTypeIPv4
            && arp[4] == 6
            && arp[5] == 4;
        if (!ipv4OverEthernet) return false;

        info = new FrameInfo
        {
            Kind = FrameKind.Arp,
            Type = arp[7],
            SenderMac = ((ulong)BinaryPrimitives.ReadUInt16BigEndian(arp[8..]) << 32) | BinaryPrimitives.ReadUInt32BigEndian(arp[10..]),
            Tuple = new(0, FrameAddress.ReadV4(arp[14..]), 0, FrameAddress.ReadV4(arp[24..]), 0),
        };
        return true;
    }
}
