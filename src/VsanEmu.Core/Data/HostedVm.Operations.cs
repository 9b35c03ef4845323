using System.Numerics;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Data;

/// <summary>The VM's reads and writes, from issue to end.</summary>
internal sealed partial class HostedVm
{
    private readonly OperationTable _operations;
    private readonly DiskMap _map = new();
    private long _writes;
    private long _reads;
    private long _failed;
    private long _mismatched;

    public void HandleWriteReply(long nowNs, MemberId from, in WriteReplyMessage message)
    {
        if (!TryAnswered(from, message.Operation, read: false, out int operation, out int place)) return;
        if (message.Status == DataStatus.NotAttached) Reattach(nowNs, place);
        else Wrote(nowNs, operation, place);
    }

    public WireStatus HandleReadReply(long nowNs, MemberId from, in ReadReplyMessage message, ReadOnlySpan<byte> content)
    {
        if (!TryAnswered(from, message.Operation, read: true, out int index, out int place)) return WireStatus.Ok;
        ref Operation operation = ref _operations.Places[index];
        switch (message.Status)
        {
            case DataStatus.NotAttached:
                Reattach(nowNs, place);
                return WireStatus.Ok;
            case DataStatus.Corrupt:
                ReadInVain(nowNs, ref operation, place);
                return WireStatus.Ok;
            default:
                if (message.Block != operation.Block || content.Length != _disk.BlockSize) return WireStatus.BadContent;
                EndRead(ref operation, message.Version, _disk.Matches(content, operation.Block, message.Version));
                return WireStatus.Ok;
        }
    }

    private void Issue(long nowNs)
    {
        (bool read, uint block) = _work.Next();
        if (_map.TryUncertain(block, out uint uncertain)) (read, block) = (false, uncertain);
        ref Operation operation = ref _operations.Take();
        operation.Read = read;
        operation.Block = block;
        operation.DeadlineNs = nowNs + Ns(_context.Timers.DeadAfter);
        operation.Version = read ? _map.Floor(block) : _context.NextNumber();
        if (read) AskRead(nowNs, ref operation);
        else IssueWrite(nowNs, ref operation);
    }

    /// <summary>To all valid copies that live, attached or soon to be, and to a rebuild target that is attached.</summary>
    private void IssueWrite(long nowNs, ref Operation operation)
    {
        byte targets = 0;
        bool any = false;
        for (int place = 0; place < _mirrors.Length; place++)
        {
            if (_mirrors[place] is not { } mirror) continue;
            bool valid = mirror.State == MirrorState.Valid && _context.Links.Alive.Contains(mirror.Member);
            any |= valid;
            if (valid || mirror is { State: MirrorState.Target, Attached: true }) targets |= Bit(place);
        }

        operation.Pending = any ? targets : (byte)0;
        int index = (byte)operation.Id;
        ulong id = operation.Id;
        for (byte rest = operation.Pending; rest != 0 && operation.Id == id; rest &= (byte)(rest - 1)) SendOperation(nowNs, index, BitOperations.TrailingZeroCount(rest));
        if (operation.Id == id && operation.Pending == 0) EndWrite(nowNs, index);
    }

    /// <summary>Sends an operation to an attached copy; to this member's own it is done at once.</summary>
    private void SendOperation(long nowNs, int index, int place)
    {
        ref Operation operation = ref _operations.Places[index];
        if (_mirrors[place] is not { Attached: true } mirror || (operation.Pending & Bit(place)) == 0) return;
        if (mirror.Member != _context.Self)
        {
            Send(mirror, new QueuedSend
            {
                Kind = operation.Read ? MessageKind.ReadRequest : MessageKind.WriteRequest,
                Operation = operation.Id,
                Block = operation.Block,
                Version = operation.Version,
            });
            return;
        }

        CopyStore store = _holder[_disk.Index]!.Store;
        if (operation.Read)
        {
            ulong version = store.Version(operation.Block);
            EndRead(ref operation, version, version == 0 || store.Checksum(operation.Block) == _context.ChecksumOf(_disk, operation.Block, version));
        }
        else
        {
            store.Put(operation.Block, operation.Version, _context.ChecksumOf(_disk, operation.Block, operation.Version));
            Wrote(nowNs, index, place);
        }
    }

    private void Wrote(long nowNs, int index, int place)
    {
        ref Operation operation = ref _operations.Places[index];
        operation.Answered |= Bit(place);
        operation.Pending &= (byte)~Bit(place);
        if (operation.Pending == 0) EndWrite(nowNs, index);
    }

    /// <summary>
    /// No more answers are awaited. When a valid copy that is attached has answered, the write has completed, and valid copies that did not answer are
    /// stale; else it has failed, and who has it is unknown.
    /// </summary>
    private void EndWrite(long nowNs, int index)
    {
        ref Operation operation = ref _operations.Places[index];
        (byte answered, uint block, ulong version) = (operation.Answered, operation.Block, operation.Version);
        _operations.Free(ref operation);
        if ((answered & AttachedValid) == 0)
        {
            _failed++;
            _map.Fail(block, version);
            return;
        }

        _writes++;
        _map.Complete(block, version);
        byte stale = (byte)(Mask(MirrorState.Valid) & ~answered);
        if ((stale | Mask(MirrorState.Stale)) != 0) _context.Counters.Degraded++;
        MakeStale(nowNs, stale);
        if (_target is { Attached: true } && (answered & Mask(MirrorState.Target)) == 0) AbortRebuild(nowNs);
    }

    /// <summary>Asks a valid copy, chosen at random, that was not asked in vain yet. With none to ask the read waits for one to come back, or fails.</summary>
    private void AskRead(long nowNs, ref Operation operation)
    {
        byte ready = 0;
        bool hope = false;
        for (int place = 0; place < _mirrors.Length; place++)
        {
            if (_mirrors[place] is not { State: MirrorState.Valid } mirror || (operation.Answered & Bit(place)) != 0) continue;
            if (mirror.Attached) ready |= Bit(place);
            hope |= _context.Links.Alive.Contains(mirror.Member);
        }

        if (ready == 0)
        {
            if (!hope) FailRead(ref operation);
            return;
        }

        for (uint skip = _work.Below(BitOperations.PopCount(ready)); skip > 0; skip--) ready &= (byte)(ready - 1);
        int chosen = BitOperations.TrailingZeroCount(ready);
        operation.Pending = Bit(chosen);
        SendOperation(nowNs, (byte)operation.Id, chosen);
    }

    private void EndRead(ref Operation operation, ulong version, bool intact)
    {
        _reads++;
        if (!intact || version < operation.Version || version > _context.LastNumber) _mismatched++;
        _operations.Free(ref operation);
    }

    private void FailRead(ref Operation operation)
    {
        _failed++;
        _operations.Free(ref operation);
    }

    /// <summary>A copy found its own content broken: another is asked, and if there is one, this one is rebuilt.</summary>
    private void ReadInVain(long nowNs, ref Operation operation, int place)
    {
        _context.Counters.Corrupt++;
        operation.Answered |= Bit(place);
        operation.Pending = 0;
        if ((Mask(MirrorState.Valid) & ~Bit(place)) != 0 && _mirrors[place]!.State == MirrorState.Valid) MakeStale(nowNs, Bit(place));
        RetryReads(nowNs);
    }

    /// <summary>The connection is gone, or the holder does not know the session: open another; what waits for the copy is sent again then.</summary>
    private void Reattach(long nowNs, int place)
    {
        Detach(nowNs, place);
        TryAttach(nowNs, place);
        RetryReads(nowNs);
    }

    /// <summary>A copy has just been attached: every write in flight that it has not answered goes to it.</summary>
    private void Forward(long nowNs, int place)
    {
        for (int index = 0; index < _operations.Places.Length; index++)
        {
            ref Operation operation = ref _operations.Places[index];
            if (operation.Id == 0 || operation.Read || (operation.Answered & Bit(place)) != 0) continue;
            if (_mirrors[place] is not { Attached: true, State: not MirrorState.Stale }) return;
            operation.Pending |= Bit(place);
            SendOperation(nowNs, index, place);
        }
    }

    private void RetryReads(long nowNs)
    {
        foreach (ref Operation operation in _operations.Places)
        {
            if (operation is { Id: not 0, Read: true, Pending: 0 }) AskRead(nowNs, ref operation);
        }
    }

    /// <summary>A copy's connection is gone: reads that it was asked for go elsewhere.</summary>
    private void UnaskReads(int place)
    {
        foreach (ref Operation operation in _operations.Places)
        {
            if (operation.Read && operation.Pending == Bit(place)) operation.Pending = 0;
        }
    }

    /// <summary>Writes no longer wait for a copy.</summary>
    private void DropPending(long nowNs, int place)
    {
        for (int index = 0; index < _operations.Places.Length; index++)
        {
            ref Operation operation = ref _operations.Places[index];
            if (operation.Id == 0 || operation.Read || (operation.Pending & Bit(place)) == 0) continue;
            operation.Pending &= (byte)~Bit(place);
            if (operation.Pending == 0) EndWrite(nowNs, index);
        }
    }

    /// <summary>Writes neither wait for a copy nor count its answer: it begins again from nothing, or its place is free for another.</summary>
    private void Disown(long nowNs, int place)
    {
        foreach (ref Operation operation in _operations.Places)
        {
            operation.Answered &= (byte)~Bit(place);
        }

        DropPending(nowNs, place);
    }

    private void Expire(long nowNs)
    {
        for (int index = 0; index < _operations.Places.Length; index++)
        {
            ref Operation operation = ref _operations.Places[index];
            if (operation.Id == 0 || operation.DeadlineNs > nowNs) continue;
            if (!operation.Read)
            {
                operation.Pending = 0;
                EndWrite(nowNs, index);
            }
            else if (operation.Pending == 0)
            {
                FailRead(ref operation);
            }
            else
            {
                operation.Answered |= operation.Pending;
                operation.Pending = 0;
                operation.DeadlineNs = nowNs + Ns(_context.Timers.DeadAfter);
                AskRead(nowNs, ref operation);
            }
        }
    }

    private void FailAll()
    {
        foreach (ref Operation operation in _operations.Places)
        {
            if (operation.Id == 0) continue;
            _failed++;
            if (!operation.Read) _map.Fail(operation.Block, operation.Version);
            _operations.Free(ref operation);
        }
    }

    private bool TryAnswered(MemberId from, ulong id, bool read, out int operation, out int place)
    {
        place = 0;
        if (_operations.TryFind(id, out operation) && TryPlace(from, out place) && _operations.Places[operation] is var found
            && found.Read == read && (found.Pending & Bit(place)) != 0)
            return true;
        _context.Counters.Late++;
        return false;
    }
}
