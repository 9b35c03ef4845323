using CsCheck;
using VsanEmu.Core.Frames;

namespace VsanEmu.Core.Tests.Frames;

public sealed class FrameDecoderTests
{
    private const string A = "198.18.0.1";
    private const string B = "198.18.0.2";

    [Fact]
    public void Udp_gives_addresses_ports_ttl_and_length()
    {
        FrameInfo info = Craft.Decode(Craft.Ethernet(0x0800, Craft.Ip(17, A, "224.2.3.5", Craft.Udp(40000, 23451, 100), ttl: 5)));

        Assert.Equal(FrameKind.Udp, info.Kind);
        Assert.Equal(new FiveTuple(17, FrameAddress.Parse(A), 40000, FrameAddress.Parse("224.2.3.5"), 23451), info.Tuple);
        Assert.Equal((5, 128, 100), (info.Ttl, info.IpLength, info.PayloadLength));
        Assert.True(info.HasPorts);
        Assert.True(info.Tuple.Destination.IsMulticast);
    }

    [Theory]
    [InlineData(TcpFlags.Syn, true, false, false)]
    [InlineData(TcpFlags.Syn | TcpFlags.Ack, false, true, false)]
    [InlineData(TcpFlags.Rst | TcpFlags.Ack, false, false, true)]
    [InlineData(TcpFlags.Syn | TcpFlags.Ece | TcpFlags.Cwr, true, false, false)]
    [InlineData(TcpFlags.Ack | TcpFlags.Psh, false, false, false)]
    public void Tcp_flags_tell_what_a_segment_is(TcpFlags flags, bool syn, bool synAck, bool reset)
    {
        FrameInfo info = Craft.Decode(Craft.Ethernet(0x0800, Craft.Ip(6, A, B, Craft.Tcp(2233, 50000, flags, payload: 11, options: 12))));

        Assert.Equal((FrameKind.Tcp, flags, 11), (info.Kind, info.Flags, info.PayloadLength));
        Assert.Equal((syn, synAck, reset), (info.IsSyn, info.IsSynAck, info.IsReset));
        Assert.Equal((7u, 9u), (info.Sequence, info.Acknowledgement));
    }

    [Fact]
    public void Vlan_tags_and_ip_options_are_stepped_over()
    {
        byte[] ip = Craft.Ip(6, A, B, Craft.Tcp(1, 2233, TcpFlags.Syn), options: [1, 1, 1, 1, 1, 1, 1, 0]);
        FrameInfo info = Craft.Decode(Craft.Vlan(100, Craft.Vlan(4001, Craft.Ethernet(0x0800, ip))));

        Assert.Equal((100, 2233, TcpFlags.Syn), (info.Vlan, info.Tuple.DestinationPort, info.Flags));
    }

    [Fact]
    public void Ethernet_padding_is_not_payload()
    {
        byte[] frame = [.. Craft.Ethernet(0x0800, Craft.Ip(6, A, B, Craft.Tcp(1, 2233, TcpFlags.Ack))), 0, 0, 0, 0, 0, 0];
        Assert.Equal((0, 40), (Craft.Decode(frame).PayloadLength, Craft.Decode(frame).IpLength));
    }

    [Fact]
    public void A_frame_cut_short_keeps_its_true_lengths()
    {
        byte[] whole = Craft.Ethernet(0x0800, Craft.Ip(6, A, B, Craft.Tcp(2233, 40000, TcpFlags.Ack, payload: 9000)));
        FrameInfo info = Craft.Decode(whole[..64], whole.Length);

        Assert.Equal((9000, 9040, TcpFlags.Ack), (info.PayloadLength, info.IpLength, info.Flags));
    }

    [Fact]
    public void A_burst_beyond_64_KiB_takes_its_length_from_the_wire()
    {
        byte[] frame = Craft.Ethernet(0x0800, Craft.Ip(6, A, B, Craft.Tcp(2233, 40000, TcpFlags.Ack)));
        frame[16] = frame[17] = 0;
        Assert.Equal(100_000 - 40, Craft.Decode(frame, 14 + 100_000).PayloadLength);
    }

    [Fact]
    public void Only_the_first_fragment_has_ports()
    {
        FrameInfo first = Craft.Decode(Craft.Ethernet(0x0800, Craft.Ip(17, A, B, Craft.Udp(1, 23451, 8), more: true)));
        FrameInfo later = Craft.Decode(Craft.Ethernet(0x0800, Craft.Ip(17, A, B, Craft.Udp(1, 23451, 8), fragmentOffset: 1480)));

        Assert.True(first is { IsFragment: true, HasPorts: true, Tuple.DestinationPort: 23451 });
        Assert.True(later is { IsFragment: true, HasPorts: false, Tuple.DestinationPort: 0, FragmentOffset: 1480, PayloadLength: 16 });
    }

    [Fact]
    public void An_icmp_error_names_the_packet_it_is_about()
    {
        byte[] syn = Craft.Ip(6, A, B, Craft.Tcp(40000, 2233, TcpFlags.Syn));
        FrameInfo info = Craft.Decode(Craft.Ethernet(0x0800, Craft.Ip(1, "198.18.0.254", A, Craft.Icmp(3, 13, syn[..28]))));

        Assert.Equal((FrameKind.Icmp, 3, 13), (info.Kind, info.Type, info.Code));
        Assert.Equal("198.18.0.254", info.Tuple.Source.ToString());
        Assert.Equal(new FiveTuple(6, FrameAddress.Parse(A), 40000, FrameAddress.Parse(B), 2233), info.Original);
    }

    [Fact]
    public void An_echo_is_about_no_packet() =>
        Assert.Equal(default, Craft.Decode(Craft.Ethernet(0x0800, Craft.Ip(1, B, A, Craft.Icmp(0, 0, new byte[56])))).Original);

    [Fact]
    public void Arp_gives_operation_sender_and_target()
    {
        FrameInfo info = Craft.Decode(Craft.Arp(1, A, B));
        Assert.Equal((FrameKind.Arp, 1, A, B), (info.Kind, info.Type, info.Tuple.Source.ToString(), info.Tuple.Destination.ToString()));
    }

    [Fact]
    public void Ipv6_is_read_through_its_extension_headers()
    {
        byte[] payload = [60, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, .. Craft.Tcp(40000, 2233, TcpFlags.Syn)];
        FrameInfo info = Craft.Decode(Craft.Ethernet(0x86dd, Craft.Ipv6(0, "fd00::1", "ff19::2:3:4", payload)));

        Assert.True(info is { Kind: FrameKind.Tcp, IsSyn: true, Ttl: 7, Tuple.DestinationPort: 2233 });
        Assert.Equal("fd00::1 ff19::2:3:4", $"{info.Tuple.Source} {info.Tuple.Destination}");
        Assert.True(info.Tuple.Destination.IsMulticast);
    }

    [Theory]
    [InlineData(0x0806, "00010800")]                                       // ARP cut short
    [InlineData(0x0800, "45")]                                             // IPv4 cut short
    [InlineData(0x0800, "4400001400000000401100000a0000010a000002")]       // header of 16 octets
    [InlineData(0x0800, "4500ffff00000000401100000a0000010a000002")]       // longer than the frame
    [InlineData(0x0800, "4500001300000000401100000a0000010a000002")]       // shorter than its header
    [InlineData(0x0800, "6500001400000000401100000a0000010a000002")]       // not version 4
    [InlineData(0x8100, "0001")]                                           // tag without a type
    public void What_contradicts_itself_is_refused(int etherType, string payload)
    {
        byte[] frame = Craft.Ethernet((ushort)etherType, Convert.FromHexString(payload));
        Assert.False(FrameDecoder.TryDecode(frame, frame.Length, out _));
    }

    [Fact]
    public void No_bytes_make_it_throw() =>
        Gen.Select(Gen.Byte.Array[0, 300], Gen.Int).Sample((bytes, wireLength) => Swallow(bytes, wireLength), iter: 100_000);

    [Fact]
    public void No_change_to_a_good_frame_makes_it_throw()
    {
        byte[][] good =
        [
            Craft.Ethernet(0x0800, Craft.Ip(6, A, B, Craft.Tcp(1, 2, TcpFlags.Syn, 20, 8))),
            Craft.Ethernet(0x0800, Craft.Ip(1, B, A, Craft.Icmp(3, 1, Craft.Ip(6, A, B, Craft.Tcp(1, 2, TcpFlags.Syn), options: [0, 0, 0, 0])))),
            Craft.IgmpFrame(A, "224.0.0.22", Craft.IgmpReport3(Craft.Record(4, "224.2.3.5"), Craft.Record(3, "224.1.2.3", A, B))),
            Craft.Vlan(5, Craft.Ethernet(0x86dd, Craft.Ipv6(0, "fd00::1", "fd00::2", [44, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, .. new byte[24]]))),
            Craft.Arp(2, A, B),
        ];
        Gen<byte[]> changed =
            from frame in Gen.Int[0, good.Length - 1].Select(i => good[i])
            from changes in Gen.Select(Gen.Int[0, frame.Length - 1], Gen.Byte).Array[0, 6]
            from length in Gen.Int[0, frame.Length]
            select Changed(frame, changes)[..length];
        Gen.Select(changed, Gen.Int[0, 70_000]).Sample((bytes, wireLength) => Swallow(bytes, wireLength), iter: 200_000);
    }

    [Fact]
    public void Decoding_allocates_nothing()
    {
        byte[] frame = Craft.IgmpFrame(A, "224.0.0.22", Craft.IgmpReport3(Craft.Record(4, "224.2.3.5")));
        Assert.Equal(0, Allocations.Of(() =>
        {
            for (int i = 0; i < 1000; i++) Swallow(frame, frame.Length);
        }));
    }

    private static byte[] Changed(byte[] frame, (int At, byte Value)[] changes)
    {
        byte[] copy = [.. frame];
        foreach ((int at, byte value) in changes) copy[at] = value;
        return copy;
    }

    private static void Swallow(byte[] frame, int wireLength)
    {
        if (!FrameDecoder.TryDecode(frame, wireLength, out FrameInfo info)) return;
        int records = 0;
        var walk = new IgmpRecords(info.Igmp, frame);
        while (walk.TryNext(out _)) records++;
        if (records > IgmpRecords.MaxRecords || info.PayloadLength < 0 || info.IpLength < 0)
            throw new InvalidOperationException($"{records} records in {Convert.ToHexString(frame)}: {info}");
    }
}
