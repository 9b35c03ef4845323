using CsCheck;
using VsanEmu.Core.Data;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Tests.Data;

/// <summary>Every data-plane payload: what is written is read again, and what is broken is refused or is exactly another message.</summary>
public class DataMessageTests
{
    private delegate byte[]? Reencode(ReadOnlySpan<byte> payload);

    private static readonly Gen<ulong> Number = Gen.ULong[0, long.MaxValue];

    private static readonly Dictionary<MessageKind, Reencode> Codecs = new()
    {
        [MessageKind.Attach] = p => AttachMessage.TryParse(p, out AttachMessage m) ? Written(b => m.Write(b)) : null,
        [MessageKind.AttachReply] = p => AttachReplyMessage.TryParse(p, out AttachReplyMessage m) ? Written(b => m.Write(b)) : null,
        [MessageKind.WriteRequest] = p =>
            WriteRequestMessage.TryParse(p, out WriteRequestMessage m, out ReadOnlySpan<byte> c) ? Joined(WriteRequestMessage.Size, b => m.Write(b), c) : null,
        [MessageKind.WriteReply] = p => WriteReplyMessage.TryParse(p, out WriteReplyMessage m) ? Written(b => m.Write(b)) : null,
        [MessageKind.ReadRequest] = p => ReadRequestMessage.TryParse(p, out ReadRequestMessage m) ? Written(b => m.Write(b)) : null,
        [MessageKind.ReadReply] = p =>
            ReadReplyMessage.TryParse(p, out ReadReplyMessage m, out ReadOnlySpan<byte> c) ? Joined(ReadReplyMessage.Size, b => m.Write(b), c) : null,
        [MessageKind.Resync] = p => ResyncMessage.TryParse(p, out ResyncMessage m, out ReadOnlySpan<byte> c) ? Joined(ResyncMessage.Size, b => m.Write(b), Taken(m, c)) : null,
        [MessageKind.ResyncReply] = p => ResyncReplyMessage.TryParse(p, out ResyncReplyMessage m) ? Written(b => m.Write(b)) : null,
    };

    private static readonly Gen<(MessageKind Kind, byte[] Payload)> Any = Gen.OneOf(
        Gen.Select(Gen.Guid, Number, Gen.ULong, Gen.Bool, (id, s, r, go) => (MessageKind.Attach, Written(b => new AttachMessage(id, s, r, go).Write(b)))),
        Gen.Select(Gen.Guid, Number, Gen.ULong, Number, Gen.ULong, Gen.Bool, (id, s, c, n, d, whole) =>
            (MessageKind.AttachReply, Written(b => new AttachReplyMessage(id, s, c, n, d, whole).Write(b)))),
        Gen.Select(Gen.Guid, Gen.ULong, Gen.ULong, Gen.ULong[1, long.MaxValue], Gen.UInt, Gen.Byte.Array[1, 700], (id, s, o, v, block, content) =>
            (MessageKind.WriteRequest, Joined(WriteRequestMessage.Size, b => new WriteRequestMessage(id, s, o, v, block).Write(b), content))),
        Gen.Select(Gen.Guid, Gen.ULong, Gen.Bool, (id, o, ok) =>
            (MessageKind.WriteReply, Written(b => new WriteReplyMessage(id, o, ok ? DataStatus.Ok : DataStatus.NotAttached).Write(b)))),
        Gen.Select(Gen.Guid, Gen.ULong, Gen.ULong, Gen.UInt, (id, s, o, block) => (MessageKind.ReadRequest, Written(b => new ReadRequestMessage(id, s, o, block).Write(b)))),
        Gen.Select(Gen.Guid, Gen.ULong, Number, Gen.UInt, Gen.Int[0, 2], Gen.Byte.Array[1, 700], (id, o, v, block, status, content) =>
            (MessageKind.ReadReply, Joined(ReadReplyMessage.Size, b => new ReadReplyMessage(id, o, v, block, (DataStatus)status).Write(b), status == 0 ? content : []))),
        Gen.Select(Gen.Guid, Gen.ULong[1, ulong.MaxValue], Gen.UInt[1, uint.MaxValue], Gen.UInt[1, 64], Gen.Int[0, 5], Gen.Bool, (id, r, n, size, count, end) =>
            (MessageKind.Resync, Joined(
                ResyncMessage.Size,
                b => new ResyncMessage(id, r, n, size, (ushort)count, end ? ResyncStep.End : ResyncStep.Blocks).Write(b),
                new byte[count * (ResyncMessage.BlockOverhead + size)]))),
        Gen.Select(Gen.Guid, Gen.ULong, Gen.UInt, Gen.Int[0, 4], (id, r, n, status) =>
            (MessageKind.ResyncReply, Written(b => new ResyncReplyMessage(id, r, n, (ResyncStatus)status).Write(b)))));

    [Fact]
    public void Round_trip() => Any.Sample(m => Assert.Equal(m.Payload, Codecs[m.Kind](m.Payload)));

    [Fact]
    public void A_truncation_is_refused_or_is_a_shorter_content() => Gen.Select(Any, Gen.Int[0, 2000]).Sample((m, cut) =>
    {
        byte[] shorter = m.Payload[..(cut % m.Payload.Length)];
        byte[]? again = Codecs[m.Kind](shorter);
        if (again is null) return;
        Assert.True(m.Kind is MessageKind.WriteRequest or MessageKind.ReadReply, $"{m.Kind} has no content to be shorter");
        Assert.Equal(shorter, again);
    });

    [Fact]
    public void A_flipped_bit_is_refused_or_is_another_message() => Gen.Select(Any, Gen.Int[0, 16000]).Sample((m, bit) =>
    {
        bit %= m.Payload.Length * 8;
        m.Payload[bit / 8] ^= (byte)(1 << (bit % 8));
        byte[]? again = Codecs[m.Kind](m.Payload);
        if (again is not null) Assert.Equal(m.Payload, again);
    });

    [Fact]
    public void Neither_broken_nor_misplaced_messages_harm_a_data_plane()
    {
        var world = new World(Specs.Cluster(3, DataConnection.Accepted, Specs.Vm("vm1", 1, 2, 3)), seed: 1);
        world.PowerOn("vm1");
        world.Run(2);
        byte[] id = VmObject.IdOf("vm1").ToByteArray(bigEndian: true);
        Gen.Select(Any, Gen.Int[0, 2], Gen.Int[0, 3], Gen.Bool, Gen.Byte.Array[0, 40]).Sample(
            (m, member, from, own, noise) =>
            {
                byte[] payload = [.. m.Payload, .. noise];
                if (own) id.CopyTo(payload, 0);
                DataPlane plane = world[member + 1];
                long malformed = plane.Counters["data.malformed"];
                WireStatus status = plane.Handle(world.NowNs, Specs.Id(from + 1), own, m.Kind, payload);
                Assert.Equal(malformed + (status == WireStatus.Ok ? 0 : 1), plane.Counters["data.malformed"]);
                Assert.True(status is WireStatus.Ok or WireStatus.BadContent);
            },
            threads: 1);
        Assert.Equal(WireStatus.BadContent, world[1].Handle(world.NowNs, Specs.Id(2), true, (MessageKind)0x3F, []));
        world.Run(1);
        Assert.Equal(0, world.Figures("vm1").Mismatched);
    }

    private static byte[] Written(Func<byte[], int> write)
    {
        byte[] payload = new byte[100];
        return payload[..write(payload)];
    }

    private static byte[] Joined(int size, Action<byte[]> write, ReadOnlySpan<byte> content)
    {
        byte[] head = new byte[size];
        write(head);
        return [.. head, .. content];
    }

    private static byte[] Taken(in ResyncMessage message, ReadOnlySpan<byte> blocks)
    {
        var again = new List<byte>();
        byte[] fields = new byte[ResyncMessage.BlockOverhead];
        for (int i = 0; i < message.Count; i++)
        {
            message.TakeBlock(ref blocks, out uint block, out ulong version, out ReadOnlySpan<byte> content);
            ResyncMessage.WriteBlock(fields, block, version);
            again.AddRange(fields);
            again.AddRange(content);
        }

        return [.. again];
    }
}
