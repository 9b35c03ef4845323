using System.Buffers.Binary;
using System.Text;
using CsCheck;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Tests.Wire;

/// <summary>Header and checksum: a whole message passes, and no truncation or bit flip of one does.</summary>
public class EnvelopeTests
{
    private static readonly Gen<MessageHeader> Header = Gen.Select(
        Gen.Byte, Gen.Guid, Gen.UShort[1, MemberId.Max], Gen.ULong, Gen.Long,
        (kind, cluster, sender, sequence, sent) => new MessageHeader((MessageKind)kind, cluster, new MemberId(sender), sequence, sent));

    private static readonly Gen<(MessageHeader Header, byte[] Payload)> Message = Gen.Select(Header, Gen.Byte.Array[0, 600]);

    [Fact]
    public void Round_trip() => Message.Sample((header, payload) =>
    {
        byte[] message = ControlMessages.Seal(header, payload);
        Assert.Equal(WireStatus.Ok, MessageHeader.TryOpen(message, out MessageHeader read, out ReadOnlySpan<byte> content));
        Assert.Equal(header, read);
        Assert.Equal(payload, content.ToArray());
        Assert.True(MessageHeader.TryPeek(message, out Guid cluster, out MemberId sender));
        Assert.Equal((header.Cluster, header.Sender), (cluster, sender));
    });

    [Fact]
    public void A_truncated_datagram_is_refused_and_a_truncated_stream_waits() => Gen.Select(Message, Gen.Int[0, 700]).Sample((m, cut) =>
    {
        byte[] message = ControlMessages.Seal(m.Header, m.Payload);
        ReadOnlySpan<byte> shorter = message.AsSpan(0, cut % message.Length);
        Assert.Equal(WireStatus.Truncated, MessageHeader.TryOpen(shorter, out _, out _));
        Assert.Equal(WireStatus.NeedMore, MessageHeader.TryOpen(shorter, WireLimits.MaxFrame, out _, out _, out int length));
        Assert.Equal(0, length);
    });

    [Fact]
    public void A_flipped_bit_is_refused() => Gen.Select(Message, Gen.Int[0, 100_000]).Sample((m, bit) =>
    {
        byte[] message = ControlMessages.Seal(m.Header, m.Payload);
        bit %= message.Length * 8;
        message[bit / 8] ^= (byte)(1 << (bit % 8));
        Assert.NotEqual(WireStatus.Ok, MessageHeader.TryOpen(message, out _, out _));
        Assert.NotEqual(WireStatus.Ok, MessageHeader.TryOpen(message, WireLimits.MaxFrame, out _, out _, out _));
    });

    [Fact]
    public void A_stream_is_cut_where_its_messages_end() => Message.Array[1, 6].Sample(messages =>
    {
        byte[] stream = [.. messages.SelectMany(m => ControlMessages.Seal(m.Header, m.Payload))];
        ReadOnlySpan<byte> rest = stream;
        foreach ((MessageHeader header, byte[] payload) in messages)
        {
            Assert.Equal(WireStatus.Ok, MessageHeader.TryFrame(rest, WireLimits.MaxFrame, out int framed));
            Assert.Equal(WireStatus.Ok, MessageHeader.TryOpen(rest, WireLimits.MaxFrame, out MessageHeader read, out ReadOnlySpan<byte> content, out int length));
            Assert.Equal((header, framed), (read, length));
            Assert.Equal(payload, content.ToArray());
            rest = rest[length..];
        }

        Assert.True(rest.IsEmpty);
    });

    [Fact]
    public void Noise_never_throws() => Gen.Byte.Array[0, 200].Sample(noise =>
    {
        Assert.NotEqual(WireStatus.Ok, MessageHeader.TryOpen(noise, out _, out _));
        MessageHeader.TryPeek(noise, out _, out _);
        MessageHeader.PeekSender(noise);
    });

    [Fact]
    public void Each_fault_has_its_status()
    {
        byte[] whole = ControlMessages.Seal(new MessageHeader(MessageKind.KeepAlive, Guid.NewGuid(), new MemberId(1), 1, 1), []);
        Assert.Equal(WireStatus.BadMagic, Changed(m => m[0] = (byte)'X'));
        Assert.Equal(WireStatus.BadVersion, Changed(m => m[4] = 2));
        Assert.Equal(WireStatus.TooLong, Changed(m => BinaryPrimitives.WriteUInt32LittleEndian(m.AsSpan(6), WireLimits.MaxFrame + 1)));
        Assert.Equal(WireStatus.Truncated, Changed(m => BinaryPrimitives.WriteUInt32LittleEndian(m.AsSpan(6), MessageHeader.Overhead - 1)));
        Assert.Equal(WireStatus.BadCrc, Changed(m => m[^1] ^= 1));
        Assert.Equal(WireStatus.BadContent, Changed(m => Resealed(m, sender: 0)));
        Assert.Equal(WireStatus.BadContent, Changed(m => Resealed(m, sender: MemberId.Max + 1)));
        Assert.Equal(WireStatus.BadContent, MessageHeader.TryOpen([.. whole, 0], out _, out _));
        Assert.Equal(WireStatus.Ok, MessageHeader.TryOpen([.. whole, 0], WireLimits.MaxFrame, out _, out _, out _));

        WireStatus Changed(Action<byte[]> change)
        {
            byte[] message = [.. whole];
            change(message);
            return MessageHeader.TryOpen(message, WireLimits.MaxFrame, out _, out _, out _);
        }

        static void Resealed(byte[] message, ushort sender)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(26), sender);
            BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(message.Length - 4), Crc32C.Of(message.AsSpan(0, message.Length - 4)));
        }
    }

    [Fact]
    public void The_checksum_is_castagnoli_s()
    {
        // RFC 3720 B.4.
        Assert.Equal(0xE3069283u, Crc32C.Of(Encoding.ASCII.GetBytes("123456789")));
        Assert.Equal(0x8A9136AAu, Crc32C.Of(new byte[32]));
    }

    [Fact]
    public void A_heartbeat_costs_no_allocation()
    {
        byte[] buffer = new byte[WireLimits.MaxDatagram];
        var header = new MessageHeader(MessageKind.Heartbeat, Guid.NewGuid(), new MemberId(7), 1, 1);
        var beat = new Heartbeat(Role.Master, Role.Listening, 100, 1, 2, 3, new MemberId(7), new MemberId(8), 4, 5, 6, true);
        Heartbeat read = default;
        bool ok = Exchange();
        long allocated = Allocations.Of(() =>
        {
            for (int i = 0; i < 1000; i++) ok &= Exchange();
        });
        Assert.True(ok);
        Assert.Equal(beat, read);
        Assert.Equal(0, allocated);

        bool Exchange()
        {
            int length = header.Seal(buffer, beat.Write(buffer.AsSpan(MessageHeader.Size)));
            return MessageHeader.TryOpen(buffer.AsSpan(0, length), out _, out ReadOnlySpan<byte> payload) == WireStatus.Ok && Heartbeat.TryParse(payload, out read);
        }
    }
}
