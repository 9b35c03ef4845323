using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Data;

/// <summary>One frame to be: everything but its content, which is made when it is polled.</summary>
internal struct QueuedSend
{
    public MemberId To;
    public bool OnOpenedBySelf;
    public MessageKind Kind;
    public FlowId Flow;

    /// <summary>The connection it was meant for; when that is no longer open, it is not sent.</summary>
    public uint Link;

    /// <summary>The VM's place in the spec.</summary>
    public int Vm;

    /// <summary>Session of a request, or number of a rebuild.</summary>
    public ulong Session;

    /// <summary>The operation.</summary>
    public ulong Operation;

    /// <summary>Version of a block; for Attach the rebuild's number.</summary>
    public ulong Version;

    /// <summary>The block; the frame's number in answers to a resync.</summary>
    public uint Block;

    /// <summary>The block's checksum in a read's answer; the pass of a resync frame.</summary>
    public uint Check;

    /// <summary>Status or step, as the kind has it.</summary>
    public byte Status;
}

/// <summary>Frames that wait to be polled, in order; the ring grows up to <see cref="DataLimits.MaxQueuedSends"/> and is then kept.</summary>
internal sealed class SendQueue(DataLinks links, DataCounters counters)
{
    private QueuedSend[] _ring = new QueuedSend[64];
    private int _head;
    private int _count;

    /// <summary>Queues a frame for an open connection. False when that is not open, or the queue is full (counted).</summary>
    public bool TryAdd(in QueuedSend send)
    {
        uint link = links.Number(send.To, send.OnOpenedBySelf);
        if (link == 0) return false;
        if (_count == _ring.Length && !Grow())
        {
            counters.QueueFull++;
            return false;
        }

        ref QueuedSend place = ref _ring[(_head + _count++) & (_ring.Length - 1)];
        place = send;
        place.Link = link;
        return true;
    }

    /// <summary>Takes the oldest frame whose connection is still open.</summary>
    public bool TryTake(out QueuedSend send)
    {
        while (_count > 0)
        {
            send = _ring[_head];
            _head = (_head + 1) & (_ring.Length - 1);
            _count--;
            if (links.Number(send.To, send.OnOpenedBySelf) == send.Link) return true;
        }

        send = default;
        return false;
    }

    private bool Grow()
    {
        if (_ring.Length >= DataLimits.MaxQueuedSends) return false;
        var larger = new QueuedSend[_ring.Length * 2];
        for (int i = 0; i < _count; i++) larger[i] = _ring[(_head + i) & (_ring.Length - 1)];
        (_ring, _head) = (larger, 0);
        return true;
    }
}
