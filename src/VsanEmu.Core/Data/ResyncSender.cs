using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Data;

/// <summary>
/// The source's side of one disk's rebuild (D3): asks the target until that is ready, then sends every written block, a window's worth at a time, on
/// the connection which this member opened. A connection that breaks means to begin again.
/// </summary>
internal sealed class ResyncSender(DataContext context, CopyHolder holder, VmDisk disk)
{
    private enum Phase : byte
    {
        Idle,
        Asking,
        Sending,
    }

    private Phase _phase;
    private ulong _resync;
    private ulong _copy;
    private MemberId _target;
    private uint _pass;
    private uint _number;
    private uint _cursor;
    private uint _end;
    private int _outstanding;
    private int _queued;

    /// <summary>True until the target has all; not while the VM's host is dead, for without it no rebuild ends.</summary>
    public bool Active => _phase != Phase.Idle && context.Links.Alive.Contains(disk.Spec.Host);

    /// <summary>The target, while <see cref="Active"/>.</summary>
    public MemberId Target => Active ? _target : MemberId.None;

    /// <summary>Follows what the directory says: begins a rebuild that it has not seen, or gives up one that is no longer wanted.</summary>
    public void Follow(in VmObject obj)
    {
        if (!obj.On || obj.ResyncSource != context.Self)
        {
            _phase = Phase.Idle;
            _resync = 0;
        }
        else if (obj.Resync != _resync)
        {
            (_phase, _resync, _copy, _target) = (Phase.Asking, obj.Resync, obj.SourceCopy, obj.ResyncTarget);
            Ask();
        }
    }

    /// <summary>Asks, or asks again. Due on each tick and when the connection opens.</summary>
    public void Ask()
    {
        if (Active && _phase == Phase.Asking && Copy is not null) Add(ResyncStep.Begin);
    }

    public void LinkUp(MemberId peer, bool openedBySelf)
    {
        if (openedBySelf && peer == Target) Ask();
    }

    public void LinkDown(MemberId peer, bool openedBySelf)
    {
        if (_phase == Phase.Sending && openedBySelf && peer == _target) _phase = Phase.Asking;
    }

    /// <summary>Takes the target's answer.</summary>
    public void HandleReply(MemberId from, in ResyncReplyMessage message)
    {
        if (!Active || from != _target || message.Resync != _resync)
        {
            context.Counters.Late++;
            return;
        }

        switch (message.Status)
        {
            case ResyncStatus.Ready when _phase == Phase.Asking:
                _phase = Phase.Sending;
                _pass++;
                (_number, _cursor, _end, _outstanding, _queued) = (0, 0, 0, 0, 0);
                break;
            case ResyncStatus.NotReady:
                _phase = Phase.Asking;
                return;
            case ResyncStatus.Stored when _phase == Phase.Sending && message.Number <= _number && _outstanding > 0:
                _outstanding--;
                if (message.Number == _end)
                {
                    _phase = Phase.Idle;
                    context.NeedsChanged = true;
                }

                break;
            default:
                context.Counters.Late++;
                return;
        }

        while (_phase == Phase.Sending && _end == 0 && _outstanding + _queued < DataLimits.ResyncWindow && Add(ResyncStep.Blocks)) _queued++;
    }

    /// <summary>Writes a frame's payload, with the blocks as they are now; 0 when the frame has become void.</summary>
    public int Write(in QueuedSend send, Span<byte> payload)
    {
        if (send.Session != _resync || Copy is not { } copy) return 0;
        if ((ResyncStep)send.Status == ResyncStep.Begin) return _phase == Phase.Asking ? Seal(payload, 0, 0, ResyncStep.Begin) : 0;
        if (_phase != Phase.Sending || send.Check != _pass || _end != 0) return 0;

        _queued--;
        int length = ResyncMessage.Size;
        int perBlock = ResyncMessage.BlockOverhead + disk.BlockSize;
        ushort count = 0;
        for (; _cursor < DataLimits.Blocks; _cursor++)
        {
            ulong version = copy.Store.Version(_cursor);
            if (version == 0) continue;
            if (count > 0 && (count + 1) * disk.BlockSize > DataLimits.ResyncFrameBytes) break;
            ResyncMessage.WriteBlock(payload[length..], _cursor, version);
            disk.Fill(payload.Slice(length + ResyncMessage.BlockOverhead, disk.BlockSize), _cursor, version);
            length += perBlock;
            count++;
        }

        _number++;
        _outstanding++;
        bool last = _cursor == DataLimits.Blocks;
        if (last) _end = _number;
        context.Counters.ResyncBlocksSent += count;
        Seal(payload, _number, count, last ? ResyncStep.End : ResyncStep.Blocks);
        return length;
    }

    /// <summary>The copy to rebuild from, unless this member has lost it.</summary>
    private HeldCopy? Copy => holder[disk.Index] is { Complete: true } held && held.Identity == _copy ? held : null;

    private int Seal(Span<byte> payload, uint number, ushort count, ResyncStep step)
    {
        new ResyncMessage(disk.Id, _resync, number, (uint)disk.BlockSize, count, step).Write(payload);
        return ResyncMessage.Size;
    }

    private bool Add(ResyncStep step) => context.Queue.TryAdd(new QueuedSend
    {
        To = _target,
        OnOpenedBySelf = true,
        Kind = MessageKind.Resync,
        Flow = FlowId.D3,
        Vm = disk.Index,
        Session = _resync,
        Check = _pass,
        Status = (byte)step,
    });
}
