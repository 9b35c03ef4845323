using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Data;

/// <summary>
/// One member's part of the data plane (FLOWS.md D1 to D3): it runs the VMs that it hosts, holds copies for others' VMs, and rebuilds copies.
/// Pure and single-threaded: it is fed and polled by its node, and time is an argument. A read or a write allocates nothing.
/// </summary>
public sealed class DataPlane
{
    /// <summary>Deadlines, retries and rebuilds are looked at so often per heartbeat.</summary>
    private const int TicksPerHeartbeat = 4;

    private readonly DataContext _context;
    private readonly CopyHolder _holder;
    private readonly ResyncSender[] _senders;
    private readonly HostedVm?[] _hosted;
    private readonly HostedVm[] _own;
    private readonly DataNeeds _needs;
    private readonly Dictionary<Guid, int> _byId = [];
    private readonly Dictionary<string, int> _byName = [];
    private long _nextTickNs = long.MaxValue;

    /// <summary>A data plane in which every VM of this member is off.</summary>
    public DataPlane(DataPlaneOptions options)
    {
        _context = new DataContext(options);
        _holder = new CopyHolder(_context);
        _senders = [.. _context.Disks.Select(disk => new ResyncSender(_context, _holder, disk))];
        _hosted = [.. _context.Disks.Select(disk => disk.Spec.Host == options.Self ? new HostedVm(_context, disk, _holder, _senders[disk.Index]) : null)];
        _needs = new DataNeeds(_context, _senders);
        _own = [.. _hosted.OfType<HostedVm>()];
        foreach (VmDisk disk in _context.Disks)
        {
            _byId.Add(disk.Id, disk.Index);
            _byName.Add(disk.Spec.Name, disk.Index);
        }
    }

    /// <summary>When <see cref="HandleTimeout"/> is next due, ns; <see cref="long.MaxValue"/> when nothing waits for time.</summary>
    public long NextTimeoutNs
    {
        get
        {
            long next = _nextTickNs;
            foreach (HostedVm vm in _own) next = Math.Min(next, vm.NextTimeoutNs);
            return next;
        }
    }

    /// <summary>
    /// True when no hosted VM is starting, stopping or waiting for a copy that can come back or be rebuilt, and this member is not the source of a rebuild.
    /// A copy that no living member could take the place of is not waited for.
    /// </summary>
    public bool AtRest => _own.All(vm => vm.AtRest) && !_senders.Any(sender => sender.Active);

    /// <summary>Counters by name, all beginning with <c>data.</c>.</summary>
    public IReadOnlyDictionary<string, long> Counters => _context.Counters.ToDictionary(_holder.Count);

    /// <summary>Powers a VM on: it is published, and its I/O begins when its copies are attached. One that this member does not host is counted as refused.</summary>
    public void PowerOn(long nowNs, string vm)
    {
        if (Hosted(vm) is not { } hosted) return;
        hosted.PowerOn(nowNs);
        Finish(nowNs);
    }

    /// <summary>Powers a VM off: nothing new is started, what is in flight ends, then it is published as off.</summary>
    public void PowerOff(long nowNs, string vm)
    {
        if (Hosted(vm) is not { } hosted) return;
        hosted.PowerOff(nowNs);
        Finish(nowNs);
    }

    /// <summary>
    /// Takes what the directory says of a VM, this member's own included. The caller has made sure that the entry's owner is the object's host.
    /// One that is not in the spec, or has another host there, is counted as refused.
    /// </summary>
    public void HandleObject(long nowNs, in VmObject obj)
    {
        if (!_byName.TryGetValue(obj.Vm, out int index) || _context.Disks[index].Spec.Host != obj.Host)
        {
            _context.Counters.Refused++;
            return;
        }

        if (_hosted[index] is { } own)
        {
            own.Adopt(obj);
        }
        else
        {
            _context.Objects[index] = obj;
            _context.NeedsChanged = true;
            _holder.Follow(_context.Disks[index], obj);
            _senders[index].Follow(obj);
        }

        Finish(nowNs);
    }

    /// <summary>A peer is heard, or has fallen silent. Until told, no peer is alive.</summary>
    public void PeerAlive(long nowNs, MemberId peer, bool alive)
    {
        if (peer == _context.Self || _context.Links.Alive.Contains(peer) == alive) return;
        _context.Links.SetAlive(peer, alive);
        _context.NeedsChanged = true;
        foreach (HostedVm vm in _own) vm.PeerAlive(nowNs, peer, alive);
        Finish(nowNs);
    }

    /// <summary>A connection is ready for frames: both Hellos are through.</summary>
    public void LinkUp(long nowNs, MemberId peer, bool openedBySelf)
    {
        _context.Links.Up(peer, openedBySelf);
        foreach (ResyncSender sender in _senders) sender.LinkUp(peer, openedBySelf);
        foreach (HostedVm vm in _own) vm.LinkUp(nowNs, peer);
        Finish(nowNs);
    }

    /// <summary>A connection is gone; what was queued for it is forgotten.</summary>
    public void LinkDown(long nowNs, MemberId peer, bool openedBySelf)
    {
        if (_context.Links.Number(peer, openedBySelf) == 0) return;
        _context.Links.Down(peer, openedBySelf);
        foreach (ResyncSender sender in _senders) sender.LinkDown(peer, openedBySelf);
        foreach (HostedVm vm in _own) vm.LinkDown(nowNs, peer, openedBySelf);
        Finish(nowNs);
    }

    /// <summary>
    /// Takes one frame's payload, of a kind from 0x20 to 0x3F, that came on an open connection. Anything but Ok is the peer's fault; a well-formed frame
    /// from someone who may not send it is counted as refused, and is Ok.
    /// </summary>
    public WireStatus Handle(long nowNs, MemberId from, bool openedBySelf, MessageKind kind, ReadOnlySpan<byte> payload)
    {
        WireStatus status = Dispatch(nowNs, from, openedBySelf, kind, payload);
        if (status != WireStatus.Ok) _context.Counters.Malformed++;
        Finish(nowNs);
        return status;
    }

    /// <summary>Does what is due.</summary>
    public void HandleTimeout(long nowNs)
    {
        if (nowNs >= _nextTickNs)
        {
            _nextTickNs = long.MaxValue;
            foreach (ResyncSender sender in _senders) sender.Ask();
            foreach (HostedVm vm in _own) vm.Tick(nowNs);
        }

        Finish(nowNs);
    }

    /// <summary>Whether this member should hold a connection, opened by itself, to a peer for the data plane. Never to one that is not alive.</summary>
    public bool Wants(MemberId peer) => FlowWith(peer, openedBySelf: true) != FlowId.None;

    /// <summary>The flow that needs the connection which this member opens to a peer, or the peer to it: D1, D3, or None when the data plane does not need it.</summary>
    public FlowId FlowWith(MemberId peer, bool openedBySelf) => _needs.FlowWith(peer, openedBySelf);

    /// <summary>The next frame to send, its payload in <paramref name="payload"/>, which has room for WireLimits.MaxFrame less the overhead.</summary>
    public bool TryPollSend(long nowNs, Span<byte> payload, out DataSend send)
    {
        while (_context.Queue.TryTake(out QueuedSend queued))
        {
            int length = Write(queued, payload);
            if (length == 0) continue;
            send = new DataSend(queued.To, queued.OnOpenedBySelf, queued.Kind, queued.Flow, length);
            return true;
        }

        send = default;
        return false;
    }

    /// <summary>The next object of this member's to put into the directory, in its newest form.</summary>
    public bool TryPollPublish(out VmObject obj)
    {
        foreach (HostedVm vm in _own)
        {
            if (vm.TryPollPublish(out obj)) return true;
        }

        obj = default;
        return false;
    }

    /// <summary>The figures of the VMs that this member hosts and has powered on at least once.</summary>
    public IReadOnlyList<VmObservation> Observe() => [.. _own.Where(vm => vm.EverOn).Select(vm => vm.Observe())];

    /// <summary>The copy that this member holds of a VM: its largest version and its digest, or null. Equal digests, equal copies.</summary>
    internal (ulong Newest, ulong Digest, bool Complete)? CopyOf(string vm) =>
        _holder[_byName[vm]] is { } held ? (held.Store.Newest, held.Store.Digest, held.Complete) : null;

    private WireStatus Dispatch(long nowNs, MemberId from, bool openedBySelf, MessageKind kind, ReadOnlySpan<byte> payload)
    {
        switch (kind)
        {
            case MessageKind.Attach:
                if (!AttachMessage.TryParse(payload, out AttachMessage attach)) return WireStatus.BadContent;
                return Known(attach.Object) is { } attached ? _holder.HandleAttach(attached, from, openedBySelf, attach) : WireStatus.Ok;
            case MessageKind.WriteRequest:
                if (!WriteRequestMessage.TryParse(payload, out WriteRequestMessage write, out ReadOnlySpan<byte> content)) return WireStatus.BadContent;
                return Known(write.Object) is { } written ? _holder.HandleWrite(written, from, openedBySelf, write, content) : WireStatus.Ok;
            case MessageKind.ReadRequest:
                if (!ReadRequestMessage.TryParse(payload, out ReadRequestMessage request)) return WireStatus.BadContent;
                return Known(request.Object) is { } read ? _holder.HandleRead(read, from, openedBySelf, request) : WireStatus.Ok;
            case MessageKind.Resync:
                return TakeResync(nowNs, from, openedBySelf, payload);
            default:
                return DispatchReply(nowNs, from, kind, payload);
        }
    }

    private WireStatus DispatchReply(long nowNs, MemberId from, MessageKind kind, ReadOnlySpan<byte> payload)
    {
        switch (kind)
        {
            case MessageKind.AttachReply:
                if (!AttachReplyMessage.TryParse(payload, out AttachReplyMessage attached)) return WireStatus.BadContent;
                Hosted(attached.Object)?.HandleAttachReply(nowNs, from, attached);
                return WireStatus.Ok;
            case MessageKind.WriteReply:
                if (!WriteReplyMessage.TryParse(payload, out WriteReplyMessage wrote)) return WireStatus.BadContent;
                Hosted(wrote.Object)?.HandleWriteReply(nowNs, from, wrote);
                return WireStatus.Ok;
            case MessageKind.ReadReply:
                if (!ReadReplyMessage.TryParse(payload, out ReadReplyMessage read, out ReadOnlySpan<byte> content)) return WireStatus.BadContent;
                return Hosted(read.Object)?.HandleReadReply(nowNs, from, read, content) ?? WireStatus.Ok;
            case MessageKind.ResyncReply:
                if (!ResyncReplyMessage.TryParse(payload, out ResyncReplyMessage reply)) return WireStatus.BadContent;
                if (reply.Status >= ResyncStatus.Progress) Hosted(reply.Object)?.HandleResyncReply(nowNs, from, reply);
                else if (Known(reply.Object) is { } disk) _senders[disk.Index].HandleReply(from, reply);
                return WireStatus.Ok;
            default:
                return WireStatus.BadContent;
        }
    }

    private WireStatus TakeResync(long nowNs, MemberId from, bool openedBySelf, ReadOnlySpan<byte> payload)
    {
        if (!ResyncMessage.TryParse(payload, out ResyncMessage message, out ReadOnlySpan<byte> blocks)) return WireStatus.BadContent;
        if (Known(message.Object) is not { } disk) return WireStatus.Ok;
        WireStatus status = _holder.HandleResync(disk, from, openedBySelf, message, blocks, out ResyncStatus? toSelf);
        if (toSelf is { } news) _hosted[disk.Index]!.HandleResyncReply(nowNs, _context.Self, new ResyncReplyMessage(disk.Id, message.Resync, message.Number, news));
        return status;
    }

    private int Write(in QueuedSend send, Span<byte> payload)
    {
        VmDisk disk = _context.Disks[send.Vm];
        switch (send.Kind)
        {
            case MessageKind.Attach:
                return new AttachMessage(disk.Id, send.Session, send.Version, Go: send.Status == 1).Write(payload);
            case MessageKind.WriteRequest:
                new WriteRequestMessage(disk.Id, send.Session, send.Operation, send.Version, send.Block).Write(payload);
                disk.Fill(payload.Slice(WriteRequestMessage.Size, disk.BlockSize), send.Block, send.Version);
                return WriteRequestMessage.Size + disk.BlockSize;
            case MessageKind.ReadRequest:
                return new ReadRequestMessage(disk.Id, send.Session, send.Operation, send.Block).Write(payload);
            case MessageKind.Resync:
                return _senders[send.Vm].Write(send, payload);
            default:
                return _holder.Write(send, payload);
        }
    }

    /// <summary>The end of every input: starts what may start now, and sees to the next tick.</summary>
    private void Finish(long nowNs)
    {
        foreach (HostedVm vm in _own) vm.Pump(nowNs);
        if (_nextTickNs == long.MaxValue && (_own.Any(vm => vm.On) || _senders.Any(sender => sender.Active)))
            _nextTickNs = nowNs + (_context.Timers.Heartbeat.Ticks * 100 / TicksPerHeartbeat);
    }

    private HostedVm? Hosted(string vm) => Counted(_byName.TryGetValue(vm, out int index) ? _hosted[index] : null);

    private HostedVm? Hosted(Guid id) => Counted(_byId.TryGetValue(id, out int index) ? _hosted[index] : null);

    private VmDisk? Known(Guid id) => Counted(_byId.TryGetValue(id, out int index) ? _context.Disks[index] : null);

    private T? Counted<T>(T? found)
        where T : class
    {
        if (found is null) _context.Counters.Refused++;
        return found;
    }
}
