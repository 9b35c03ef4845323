using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Data;

/// <summary>
/// The copies that this member holds (D2, and the target's side of D3). Only the VM's host may attach, write and read, and only the source that the
/// directory names may rebuild; from anyone else a frame is counted as refused and not answered.
/// </summary>
internal sealed class CopyHolder(DataContext context)
{
    /// <summary>The host is told of a rebuild's progress once in so many frames.</summary>
    private const uint ProgressEvery = 8;

    private readonly HeldCopy?[] _held = new HeldCopy?[context.Disks.Count];

    /// <summary>Copies held now.</summary>
    public int Count => _held.Count(c => c is not null);

    /// <summary>The copy of a disk, or null.</summary>
    public HeldCopy? this[int vm] => _held[vm];

    /// <summary>Follows what the directory says: makes a copy, empties it for a rebuild, or drops it.</summary>
    public void Follow(VmDisk disk, in VmObject obj)
    {
        ref HeldCopy? held = ref _held[disk.Index];
        bool target = obj.ResyncTarget == context.Self;
        if (!target && !obj.Copies.Contains(context.Self))
        {
            if (held is not null) context.Counters.CopiesDropped++;
            held = null;
            return;
        }

        held ??= new HeldCopy(disk, NewIdentity());
        if (target && held.Resync != obj.Resync) held.BeginResync(obj.Resync, NewIdentity());
    }

    public WireStatus HandleAttach(VmDisk disk, MemberId from, bool openedBySelf, in AttachMessage message)
    {
        if (Attach(disk, from, message) && !message.Go) Answer(disk, from, openedBySelf, MessageKind.AttachReply, new QueuedSend { Session = message.Session });
        return WireStatus.Ok;
    }

    /// <summary>Opens a session, or lets a rebuild begin. False when that is refused, or too early: the host asks again.</summary>
    public bool Attach(VmDisk disk, MemberId from, in AttachMessage message)
    {
        if (Authorised(disk, from) is not { } held || message.Resync != ResyncToSelf(disk))
        {
            if (from != disk.Spec.Host) context.Counters.Refused++;
            return false;
        }

        if (message.Go) held.Go(message.Session);
        else held.Attach(message.Session);
        return true;
    }

    public WireStatus HandleWrite(VmDisk disk, MemberId from, bool openedBySelf, in WriteRequestMessage message, ReadOnlySpan<byte> content)
    {
        if (message.Block >= DataLimits.Blocks || content.Length != disk.BlockSize) return WireStatus.BadContent;
        if (Authorised(disk, from) is not { } held) return Refuse();
        DataStatus status = held.InSession(message.Session) ? DataStatus.Ok : DataStatus.NotAttached;
        if (status == DataStatus.Ok)
        {
            held.Store.Put(message.Block, message.Version, Crc32C.Of(content));
            context.Counters.ServedWrites++;
        }

        Answer(disk, from, openedBySelf, MessageKind.WriteReply, new QueuedSend { Operation = message.Operation, Status = (byte)status });
        return WireStatus.Ok;
    }

    public WireStatus HandleRead(VmDisk disk, MemberId from, bool openedBySelf, in ReadRequestMessage message)
    {
        if (message.Block >= DataLimits.Blocks) return WireStatus.BadContent;
        if (Authorised(disk, from) is not { } held) return Refuse();
        bool known = held.InSession(message.Session);
        if (known) context.Counters.ServedReads++;
        Answer(disk, from, openedBySelf, MessageKind.ReadReply, new QueuedSend
        {
            Operation = message.Operation,
            Block = message.Block,
            Version = held.Store.Version(message.Block),
            Check = held.Store.Checksum(message.Block),
            Status = (byte)(known ? DataStatus.Ok : DataStatus.NotAttached),
        });
        return WireStatus.Ok;
    }

    /// <summary>Takes a resync frame. <paramref name="toSelf"/> is the news for the VM's host, when that is this member itself.</summary>
    public WireStatus HandleResync(
        VmDisk disk, MemberId from, bool openedBySelf, in ResyncMessage message, ReadOnlySpan<byte> blocks, out ResyncStatus? toSelf)
    {
        toSelf = null;
        if (_held[disk.Index] is not { } held || context.Objects[disk.Index] is not { } obj) return Refuse();
        if (!obj.On || obj.ResyncTarget != context.Self || obj.Resync != message.Resync || obj.ResyncSource != from) return Refuse();
        WireStatus status = held.TakeResync(message, blocks, context.Counters, out ResyncStatus answer);
        if (status != WireStatus.Ok) return status;
        Answer(disk, from, openedBySelf, MessageKind.ResyncReply, Reply(message, answer) with { Flow = FlowId.D3 });
        if (answer != ResyncStatus.Stored || (!held.Complete && message.Number % ProgressEvery != 0)) return WireStatus.Ok;

        ResyncStatus news = held.Complete ? ResyncStatus.Done : ResyncStatus.Progress;
        if (obj.Host == context.Self) toSelf = news;
        else if (context.Links.TryToHost(obj.Host, out bool opened)) Answer(disk, obj.Host, opened, MessageKind.ResyncReply, Reply(message, news));
        return WireStatus.Ok;
    }

    /// <summary>Writes the payload of an answer when its turn to be sent has come; 0 when it has become void.</summary>
    public int Write(in QueuedSend send, Span<byte> payload)
    {
        VmDisk disk = context.Disks[send.Vm];
        switch (send.Kind)
        {
            case MessageKind.AttachReply:
                return _held[send.Vm]?.State.Write(payload) ?? 0;
            case MessageKind.WriteReply:
                return new WriteReplyMessage(disk.Id, send.Operation, (DataStatus)send.Status).Write(payload);
            case MessageKind.ResyncReply:
                return new ResyncReplyMessage(disk.Id, send.Session, send.Block, (ResyncStatus)send.Status).Write(payload);
            default:
                return WriteContent(disk, send, payload);
        }
    }

    private int WriteContent(VmDisk disk, in QueuedSend send, Span<byte> payload)
    {
        var status = (DataStatus)send.Status;
        Span<byte> content = payload.Slice(ReadReplyMessage.Size, disk.BlockSize);
        if (status == DataStatus.Ok)
        {
            disk.Fill(content, send.Block, send.Version);
            if (send.Version != 0 && Crc32C.Of(content) != send.Check) status = DataStatus.Corrupt;
        }

        new ReadReplyMessage(disk.Id, send.Operation, send.Version, send.Block, status).Write(payload);
        return ReadReplyMessage.Size + (status == DataStatus.Ok ? content.Length : 0);
    }

    private HeldCopy? Authorised(VmDisk disk, MemberId from) =>
        context.Objects[disk.Index] is { On: true } obj && obj.Host == from ? _held[disk.Index] : null;

    private ulong ResyncToSelf(VmDisk disk) =>
        context.Objects[disk.Index] is { } obj && obj.ResyncTarget == context.Self ? obj.Resync : 0;

    private WireStatus Refuse()
    {
        context.Counters.Refused++;
        return WireStatus.Ok;
    }

    private void Answer(VmDisk disk, MemberId to, bool onOpenedBySelf, MessageKind kind, QueuedSend send)
    {
        send.To = to;
        send.OnOpenedBySelf = onOpenedBySelf;
        send.Kind = kind;
        if (send.Flow == FlowId.None) send.Flow = FlowId.D2;
        send.Vm = disk.Index;
        context.Queue.TryAdd(send);
    }

    private static QueuedSend Reply(in ResyncMessage message, ResyncStatus status) =>
        new() { Session = message.Resync, Block = message.Number, Status = (byte)status };

    private ulong NewIdentity() => SplitMix.Mix(context.Self.Value, context.NextNumber(), 0) | 1;
}
