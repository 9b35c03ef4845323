using VsanEmu.Core.Data;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Protocol;

/// <summary>Turns what waits in the outbox into bytes, from the node's state at the moment when the driver polls. Heartbeats allocate nothing.</summary>
internal sealed class MessageWriter(NodeContext node, Ordering ordering)
{
    private readonly ulong[] _byGroup = new ulong[3];
    private readonly ulong[] _byPeer = new ulong[MemberId.Max + 1];

    /// <summary>False when the thing has become pointless meanwhile.</summary>
    public bool TryWrite(long nowNs, in Outgoing item, Span<byte> buffer, out Transmit transmit)
    {
        transmit = new Transmit(item.Kind, FlowId.C8, item.Group, item.To, item.Connection, 0);
        return item.Kind switch
        {
            TransmitKind.Datagram => TryWriteDatagram(nowNs, item, buffer, ref transmit),
            TransmitKind.Frame => TryWriteFrame(nowNs, item, buffer, ref transmit),
            TransmitKind.Connect or TransmitKind.Close => WithFlow(item, ref transmit),
            _ => true,
        };
    }

    /// <summary>The next frame of the data plane.</summary>
    public bool TryWriteData(long nowNs, Span<byte> buffer, out Transmit transmit)
    {
        while (node.Data.TryPollSend(nowNs, Payload(buffer), out DataSend send))
        {
            Connection? connection = send.OnOpenedBySelf ? node.Connections.Opened(send.To) : node.Connections.Accepted(send.To);
            if (connection is not { Ready: true }) continue;
            int length = Seal(nowNs, send.Kind, ++connection.Sent, buffer, send.Length);
            transmit = new Transmit(TransmitKind.Frame, send.Flow, FlowGroup.None, send.To, connection.Id, length);
            return true;
        }

        transmit = default;
        return false;
    }

    // The role may have changed since: what the present one does not send to the group is not said.
    private bool TryWriteDatagram(long nowNs, in Outgoing item, Span<byte> buffer, ref Transmit transmit)
    {
        if (!node.SendsTo(item.Group)) return false;
        FlowGroup group = item.To.IsNone ? item.Group : FlowGroup.None;
        int payload = WritePayload(item, Payload(buffer));
        if (payload < 0) return false;
        ulong sequence = item.To.IsNone ? ++_byGroup[(int)item.Group] : ++_byPeer[item.To.Value];
        transmit = transmit with { Flow = node.FlowTo(item.Group), Group = group, Length = Seal(nowNs, item.Message, sequence, buffer, payload) };
        return true;
    }

    private bool TryWriteFrame(long nowNs, in Outgoing item, Span<byte> buffer, ref Transmit transmit)
    {
        Connection? connection = node.Connections.Find(item.Connection);
        if (connection is null || (!connection.Ready && item.Message != MessageKind.Hello)) return false;
        int payload = WritePayload(item, Payload(buffer));
        if (payload < 0) return false;
        transmit = transmit with { Flow = node.FlowOf(connection), Length = Seal(nowNs, item.Message, ++connection.Sent, buffer, payload) };
        return true;
    }

    private bool WithFlow(in Outgoing item, ref Transmit transmit)
    {
        transmit = transmit with { Flow = item.To.IsNone ? FlowId.None : node.FlowTo(item.To) };
        return true;
    }

    private static Span<byte> Payload(Span<byte> buffer) => buffer[MessageHeader.Size..^MessageHeader.Trailer];

    private int Seal(long nowNs, MessageKind kind, ulong sequence, Span<byte> buffer, int payload) =>
        new MessageHeader(kind, node.Cluster.ClusterId, node.Self.Id, sequence, nowNs).Seal(buffer, payload);

    // Bytes of the payload, or -1 when there is nothing to say any more.
    private int WritePayload(in Outgoing item, Span<byte> payload)
    {
        switch (item.Message)
        {
            case MessageKind.Heartbeat:
                return Say().Write(payload);
            case MessageKind.Hello:
                return new Hello(node.Options.IncarnationNs, item.To).Write(payload);
            case MessageKind.KeepAlive:
                return 0;
            case MessageKind.Bye:
                return new Bye(node.Options.IncarnationNs).Write(payload);
            case MessageKind.Update:
                if (node.IsMaster) return -1;
                return WriteEntry(item.Entry!, payload);
            case MessageKind.Disseminate:
                if (!node.IsMaster) return -1;
                new ChunkHead(node.Term, item.A, ordering.Log.Last, ChunkFlags.Last, 1).Write(payload);
                return ChunkHead.Size + WriteEntry(item.Entry!, payload[ChunkHead.Size..]);
            case MessageKind.UpdateAck:
                return new UpdateAck(item.Entry!.Key, item.Entry.Revision, (UpdateResult)item.C).Write(payload);
            case MessageKind.Confirm or MessageKind.MergeReply:
                return new Position((long)item.B, item.A).Write(payload);
            case MessageKind.CatchUpRequest:
                return new CatchUpRequest((long)item.B, item.A, item.C == 1).Write(payload);
            case MessageKind.CatchUp:
                if (!node.IsMaster || (long)item.B != node.Term) return -1;
                return item.C == 1 ? WriteSlots(item.A, node.Term, ChunkFlags.Whole, payload) : WritePart(item.A, payload);
            case MessageKind.Merge:
                return WriteSlots(item.A, (long)item.B, ChunkFlags.Whole, payload);
            case MessageKind.PeerRequest or MessageKind.PeerReply:
                return new PeerExchange(item.A).Write(payload);
            case MessageKind.Probe:
                return new Probe((uint)(item.A >> 32), (uint)item.A, (uint)item.B).Write(payload, (int)(item.B >> 32));
            default:
                throw new InvalidOperationException($"nothing writes a {item.Message}");
        }
    }

    private Heartbeat Say() => new(
        node.Role,
        node.Self.FixedRole ?? Role.Listening,
        node.Self.Priority,
        node.SettingsDigest,
        node.Options.IncarnationNs,
        node.Term,
        node.Master,
        node.Backup,
        node.IsMaster ? ordering.Log.Last : node.Applied,
        node.Directory.Digest,
        (ushort)node.Directory.Count,
        node.Synced);

    private static int WriteEntry(DirectoryEntry entry, Span<byte> payload)
    {
        var writer = new WireWriter(payload);
        entry.Write(ref writer);
        return writer.Length;
    }

    private int WritePart(ulong from, Span<byte> payload)
    {
        EntryLog log = ordering.Log;
        if (from < log.First || from == 0)
        {
            new ChunkHead(node.Term, from, log.Last, ChunkFlags.TooOld | ChunkFlags.Last, 0).Write(payload);
            return ChunkHead.Size;
        }

        var writer = new WireWriter(payload[ChunkHead.Size..]);
        ulong next = from;
        for (; next <= log.Last && writer.Length + log[next].Size <= WireLimits.MaxChunk; next++) log[next].Write(ref writer);
        ChunkFlags flags = next > log.Last ? ChunkFlags.Last : ChunkFlags.None;
        new ChunkHead(node.Term, from, log.Last, flags, (ushort)(next - from)).Write(payload);
        return ChunkHead.Size + writer.Length;
    }

    private int WriteSlots(ulong from, long term, ChunkFlags flags, Span<byte> payload)
    {
        var writer = new WireWriter(payload[ChunkHead.Size..]);
        int first = (int)Math.Min(from, (ulong)node.Directory.Count);
        int next = first;
        for (; next < node.Directory.Count && writer.Length + node.Directory[next].Size <= WireLimits.MaxChunk; next++) node.Directory[next].Write(ref writer);
        if (next == node.Directory.Count) flags |= ChunkFlags.Last;
        new ChunkHead(term, (ulong)first, ordering.Log.Last, flags, (ushort)(next - first)).Write(payload);
        return ChunkHead.Size + writer.Length;
    }
}
