using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Protocol;

/// <summary>Takes frames apart and hands each to the part that it concerns. Anything that should not be there is the peer's fault, told as a status.</summary>
internal sealed class FrameReader(
    NodeContext node,
    Ordering ordering,
    Following following,
    Election election,
    Submissions submissions,
    PeerExchanges exchanges,
    Dialing dialing)
{
    private readonly List<DirectoryEntry> _entries = [];

    public WireStatus Take(long nowNs, Connection connection, ReadOnlySpan<byte> frame)
    {
        WireStatus status = MessageHeader.TryOpen(frame, WireLimits.MaxFrame, out MessageHeader header, out ReadOnlySpan<byte> payload, out int length);
        if (status != WireStatus.Ok) return status;
        if (length != frame.Length) return WireStatus.BadContent;
        if (header.Cluster != node.Cluster.ClusterId)
        {
            node.Counters.Add("foreign_cluster.frames");
            return WireStatus.BadContent;
        }

        connection.LastHeardNs = nowNs;
        if (header.Kind == MessageKind.Hello)
            return Hello.TryParse(payload, out Hello hello) && dialing.HandleHello(nowNs, connection, header.Sender, hello) ? WireStatus.Ok : WireStatus.BadContent;
        if (!connection.Ready || header.Sender != connection.Peer) return WireStatus.BadContent;
        if ((byte)header.Kind is >= 0x20 and < 0x40) return node.Data.Handle(nowNs, connection.Peer, connection.OpenedBySelf, header.Kind, payload);
        node.Peers.Find(connection.Peer)?.Time(header.SentNs, nowNs);
        return TakeControl(nowNs, connection, header.Kind, payload);
    }

    /// <summary>An owner's update: only the Master takes it, and only from the owner itself.</summary>
    public WireStatus TakeUpdate(long nowNs, MemberId from, ReadOnlySpan<byte> payload)
    {
        if (!node.IsMaster || !election.YieldingTo.IsNone) return WireStatus.Ok;
        var reader = new WireReader(payload);
        if (!DirectoryEntry.TryRead(ref reader, out DirectoryEntry entry) || !reader.Complete || entry.Owner != from) return WireStatus.BadContent;
        ordering.Take(nowNs, entry);
        return WireStatus.Ok;
    }

    /// <summary>An entry in a Master's order: only that of this node's own Master counts.</summary>
    public WireStatus TakeDisseminate(long nowNs, MemberId from, ReadOnlySpan<byte> payload)
    {
        if (node.IsMaster || from != node.Master) return WireStatus.Ok;
        if (!ChunkHead.TryParse(payload, out ChunkHead head, _entries) || _entries.Count != 1) return WireStatus.BadContent;
        if (head.Term == node.Term) following.HandleDisseminate(nowNs, head, _entries[0]);
        return WireStatus.Ok;
    }

    private WireStatus TakeControl(long nowNs, Connection connection, MessageKind kind, ReadOnlySpan<byte> payload)
    {
        switch (kind)
        {
            case MessageKind.KeepAlive:
                return payload.IsEmpty ? WireStatus.Ok : WireStatus.BadContent;
            case MessageKind.Update:
                return TakeUpdate(nowNs, connection.Peer, payload);
            case MessageKind.Disseminate:
                return TakeDisseminate(nowNs, connection.Peer, payload);
            case MessageKind.UpdateAck:
                if (!UpdateAck.TryParse(payload, out UpdateAck ack)) return WireStatus.BadContent;
                if (connection.Peer == node.Master) submissions.HandleAck(nowNs, ack);
                return WireStatus.Ok;
            case MessageKind.Confirm:
                if (!Position.TryParse(payload, out Position confirmed)) return WireStatus.BadContent;
                if (node.IsMaster) ordering.Confirm(nowNs, connection.Peer, confirmed);
                return WireStatus.Ok;
            case MessageKind.CatchUpRequest:
                if (!CatchUpRequest.TryParse(payload, out CatchUpRequest request)) return WireStatus.BadContent;
                if (node.IsMaster && request.Term == node.Term)
                    node.Frame(connection, MessageKind.CatchUp, a: request.From, b: (ulong)request.Term, c: request.Whole ? (byte)1 : (byte)0);
                return WireStatus.Ok;
            case MessageKind.CatchUp:
                if (!ChunkHead.TryParse(payload, out ChunkHead head, _entries)) return WireStatus.BadContent;
                if (!node.IsMaster && connection.Peer == node.Master && head.Term == node.Term) following.HandleCatchUp(nowNs, head, _entries);
                return WireStatus.Ok;
            case MessageKind.Merge:
                if (!ChunkHead.TryParse(payload, out ChunkHead merged, _entries)) return WireStatus.BadContent;
                if (node.IsMaster && election.YieldingTo.IsNone && merged.Term == node.Term) ordering.Merge(nowNs, connection, merged, _entries);
                return WireStatus.Ok;
            case MessageKind.MergeReply:
                if (!Position.TryParse(payload, out Position reply)) return WireStatus.BadContent;
                if (node.IsMaster) election.HandleMergeReply(nowNs, connection.Peer, reply);
                else following.HandleMergeReply(nowNs, connection.Peer, reply);
                return WireStatus.Ok;
            case MessageKind.PeerRequest:
                if (!PeerExchange.TryParse(payload, out PeerExchange question)) return WireStatus.BadContent;
                node.Frame(connection, MessageKind.PeerReply, a: question.Number);
                return WireStatus.Ok;
            case MessageKind.PeerReply:
                if (!PeerExchange.TryParse(payload, out PeerExchange answer)) return WireStatus.BadContent;
                exchanges.HandleReply(nowNs, connection.Peer, answer);
                return WireStatus.Ok;
            default:
                return WireStatus.BadContent;
        }
    }
}
