using CsCheck;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Tests.Wire;

/// <summary>Random payloads of every control kind, and the codec of each: what is read from a payload, written again.</summary>
internal static class ControlMessages
{
    private static readonly Gen<long> Term = Gen.Long[0, Heartbeat.MaxTerm - 1];
    private static readonly Gen<ulong> Number = Gen.ULong;
    private static readonly Gen<MemberId> Someone = Gen.UShort[1, MemberId.Max].Select(v => new MemberId(v));
    private static readonly Gen<MemberId> AnyoneOrNone = Gen.UShort[0, MemberId.Max].Select(v => new MemberId(v));

    public static readonly Gen<DirectoryEntry> Entry = Gen.Select(
        Gen.Guid, Someone, Gen.Int[(int)EntryType.Hostname, (int)EntryType.ConfigStatus], Gen.ULong[1, ulong.MaxValue], Gen.Byte.Array[0, 300],
        (key, owner, type, revision, value) => new DirectoryEntry(key, owner, (EntryType)type, revision, value));

    public static readonly Gen<Heartbeat> HeartbeatOf = Gen.Select(
        Gen.Select(Gen.Int[1, 3], Gen.Int[0, 3], Gen.Byte, Gen.UInt, Gen.Long),
        Gen.Select(Term, AnyoneOrNone, AnyoneOrNone),
        Gen.Select(Number, Number, Gen.UShort, Gen.Bool),
        (who, whom, what) => new Heartbeat(
            (Role)who.Item1, (Role)who.Item2, who.Item3, who.Item4, who.Item5, whom.Item1, whom.Item2, whom.Item3, what.Item1, what.Item2, what.Item3, what.Item4));

    private static readonly Gen<byte[]> Chunk = Gen.Select(Term, Number, Number, Gen.Byte[0, 7], Entry.Array[0, 4], (term, first, last, flags, entries) =>
        Written(b => WriteChunk(b, new ChunkHead(term, first, last, (ChunkFlags)flags, (ushort)entries.Length), entries)));

    private static readonly Gen<byte[]> PositionOf = Gen.Select(Term, Number, (term, sequence) => Written(b => new Position(term, sequence).Write(b)));

    private static readonly Gen<byte[]> Exchange = Number.Select(number => Written(b => new PeerExchange(number).Write(b)));

    /// <summary>Whole, allowed payloads.</summary>
    public static readonly Gen<(MessageKind Kind, byte[] Payload)> Any = Gen.OneOf(
        HeartbeatOf.Select(h => (MessageKind.Heartbeat, Written(b => h.Write(b)))),
        Entry.Select(e => (MessageKind.Update, Written(b => WriteEntry(b, e)))),
        Chunk.Select(c => (MessageKind.Disseminate, c)),
        Gen.Long.Select(life => (MessageKind.Bye, Written(b => new Bye(life).Write(b)))),
        Gen.Select(Gen.Long, Someone, (life, to) => (MessageKind.Hello, Written(b => new Hello(life, to).Write(b)))),
        Gen.Const((MessageKind.KeepAlive, Array.Empty<byte>())),
        Gen.Select(Gen.Guid, Number, Gen.Bool, (key, revision, safe) =>
            (MessageKind.UpdateAck, Written(b => new UpdateAck(key, revision, safe ? UpdateResult.Safe : UpdateResult.Full).Write(b)))),
        PositionOf.Select(p => (MessageKind.Confirm, p)),
        Gen.Select(Term, Number, Gen.Bool, (term, from, whole) => (MessageKind.CatchUpRequest, Written(b => new CatchUpRequest(term, from, whole).Write(b)))),
        Chunk.Select(c => (MessageKind.CatchUp, c)),
        Chunk.Select(c => (MessageKind.Merge, c)),
        PositionOf.Select(p => (MessageKind.MergeReply, p)),
        Exchange.Select(x => (MessageKind.PeerRequest, x)),
        Exchange.Select(x => (MessageKind.PeerReply, x)),
        Gen.Select(Number, Gen.UInt[0, WireLimits.MaxIdleSeconds], (number, seconds) => (MessageKind.IdleProbe, Written(b => new IdleProbe(number, seconds).Write(b)))),
        Gen.Select(Gen.UInt, Gen.UInt[1, WireLimits.MaxProbeCount], Gen.UInt, Gen.Int[Probe.Size, 1300], (stream, total, index, length) =>
            (MessageKind.Probe, Written(b => new Probe(stream, index % total, total).Write(b, length)))));

    /// <summary>Reads a payload and writes what was read; null when it is refused.</summary>
    public static byte[]? Reencode(MessageKind kind, ReadOnlySpan<byte> payload)
    {
        switch (kind)
        {
            case MessageKind.IdleProbe:
                return IdleProbe.TryParse(payload, out IdleProbe idle) ? Written(b => idle.Write(b)) : null;
            case MessageKind.Heartbeat:
                return Heartbeat.TryParse(payload, out Heartbeat beat) ? Written(b => beat.Write(b)) : null;
            case MessageKind.Update:
                var reader = new WireReader(payload);
                return DirectoryEntry.TryRead(ref reader, out DirectoryEntry entry) && reader.Complete ? Written(b => WriteEntry(b, entry)) : null;
            case MessageKind.Disseminate or MessageKind.CatchUp or MessageKind.Merge:
                var entries = new List<DirectoryEntry>();
                return ChunkHead.TryParse(payload, out ChunkHead head, entries) ? Written(b => WriteChunk(b, head, entries)) : null;
            case MessageKind.Hello:
                return Hello.TryParse(payload, out Hello hello) ? Written(b => hello.Write(b)) : null;
            case MessageKind.Bye:
                return Bye.TryParse(payload, out Bye bye) ? Written(b => bye.Write(b)) : null;
            case MessageKind.KeepAlive:
                return payload.IsEmpty ? [] : null;
            case MessageKind.UpdateAck:
                return UpdateAck.TryParse(payload, out UpdateAck ack) ? Written(b => ack.Write(b)) : null;
            case MessageKind.Confirm or MessageKind.MergeReply:
                return Position.TryParse(payload, out Position position) ? Written(b => position.Write(b)) : null;
            case MessageKind.CatchUpRequest:
                return CatchUpRequest.TryParse(payload, out CatchUpRequest request) ? Written(b => request.Write(b)) : null;
            case MessageKind.PeerRequest or MessageKind.PeerReply:
                return PeerExchange.TryParse(payload, out PeerExchange exchange) ? Written(b => exchange.Write(b)) : null;
            case MessageKind.Probe:
                int length = payload.Length;
                return Probe.TryParse(payload, out Probe probe) ? Written(b => probe.Write(b, length)) : null;
            default:
                throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a control message");
        }
    }

    /// <summary>A whole message around a payload.</summary>
    public static byte[] Seal(MessageHeader header, ReadOnlySpan<byte> payload)
    {
        byte[] message = new byte[MessageHeader.Overhead + payload.Length];
        payload.CopyTo(message.AsSpan(MessageHeader.Size));
        header.Seal(message, payload.Length);
        return message;
    }

    private static int WriteEntry(Span<byte> payload, DirectoryEntry entry)
    {
        var writer = new WireWriter(payload);
        entry.Write(ref writer);
        return writer.Length;
    }

    private static int WriteChunk(Span<byte> payload, in ChunkHead head, IReadOnlyList<DirectoryEntry> entries)
    {
        head.Write(payload);
        int length = ChunkHead.Size;
        foreach (DirectoryEntry entry in entries) length += WriteEntry(payload[length..], entry);
        return length;
    }

    private static byte[] Written(Func<byte[], int> write)
    {
        byte[] payload = new byte[16 * 1024];
        return payload[..write(payload)];
    }
}
