using System.Diagnostics;
using System.Net.Sockets;
using VsanEmu.Core.Load;
using VsanEmu.Core.Wire;
using VsanEmu.Net.Bulk;

namespace VsanEmu.Traffic.Vm;

/// <summary>
/// One VM's operations, on a thread of its own. In a closed loop the next begins when one has ended; in an open loop each is due at its time, and its latency counts
/// from then, so that a stall is not left out of the figures by what it kept from beginning.
/// </summary>
/// <param name="vm">The VM.</param>
/// <param name="options">What it does.</param>
/// <param name="sockets">A connection to each copy.</param>
/// <param name="clock">When it begins, measures and ends.</param>
internal sealed class VmHost(LoadVm vm, VmOptions options, IReadOnlyList<Socket> sockets, LoadClock clock)
{
    private const int SlotBits = 16;

    // In an open loop the thread looks again so soon, which bounds how late an operation begins.
    private static readonly long Rest = Stopwatch.Frequency / 20_000;

    private readonly Operation[] _operations = new Operation[options.QueueDepth];
    private readonly Stack<int> _free = new(Enumerable.Range(0, options.QueueDepth));
    private readonly Delays _reads = new();
    private readonly Delays _writes = new();
    private readonly double _ticksPerOperation = options.OperationsPerSecond > 0 ? Stopwatch.Frequency / options.OperationsPerSecond : 0;
    private readonly Copy[] _copies = new Copy[sockets.Count];
    private BlockThread _thread = null!;
    private long _asked;
    private double _readsOwed;
    private int _nextCopy;
    private long _begun;
    private long _readsEnded;
    private long _writesEnded;
    private long _endedAt;
    private long _threadNs;

    public LoadVm Vm => vm;

    /// <summary>Operations begun in the measured time.</summary>
    public long Begun => Volatile.Read(ref _begun);

    /// <summary>Operations that ended, of those.</summary>
    public long Ended => Volatile.Read(ref _readsEnded) + Volatile.Read(ref _writesEnded);

    public void Run()
    {
        using (_thread = new BlockThread(sockets, Take))
        {
            clock.SleepUntilStart();
            long used = ThreadTime.Used;
            for (long now = Stopwatch.GetTimestamp(); now < clock.EndAt && !clock.SendersStopped && _thread.Open == sockets.Count; now = Stopwatch.GetTimestamp())
            {
                Begin(now);
                _thread.Flush();
                Wait();
            }

            _threadNs = ThreadTime.Used - used;
            _endedAt = Math.Min(Stopwatch.GetTimestamp(), clock.EndAt);
            long waits = Stopwatch.GetTimestamp();
            // What is under way may end.
            while (_free.Count < _operations.Length && _thread.Open == sockets.Count && !clock.ReceiversStopped) _thread.Serve((int)LoadSockets.Patience.TotalMilliseconds);
            Close(waits);
        }
    }

    /// <summary>What it counted, when its thread has ended.</summary>
    public VmCounts Counts() => new(Result(), _threadNs, _reads.Counts(), _writes.Counts());

    private VmResult Result() => new()
    {
        Vm = vm.Id,
        Host = vm.Host,
        Copies = vm.Copies,
        Begun = _begun,
        Reads = _readsEnded,
        Writes = _writesEnded,
        Forgone = _ticksPerOperation == 0 ? 0 : Math.Max(0, (long)((_endedAt - clock.MeasureAt) / _ticksPerOperation) - _begun),
        ReadLatency = _reads.Summary(),
        WriteLatency = _writes.Summary(),
        ByCopy = [.. _copies.Select((c, i) => new VmCopyResult(vm.Copies[i], c.Asked, c.Answered, c.Stalled, c.Tcp))],
        Error = _thread.Error,
    };

    // A copy that answers still is slow; one that has answered nothing since no more is asked, and owes answers, has come to a stop.
    private void Close(long waits)
    {
        for (int i = 0; i < sockets.Count; i++)
        {
            ref Copy copy = ref _copies[i];
            copy.Stalled = clock.ReceiversStopped && copy.Answered < copy.Asked && copy.LastAt <= waits;
            copy.Tcp = Facts(sockets[i]);
            Shut(sockets[i]);
        }
    }

    private static TcpFacts? Facts(Socket socket)
    {
        try
        {
            return BulkStream.Facts(socket);
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private void Begin(long now)
    {
        while (_free.Count > 0)
        {
            long due = now;
            if (_ticksPerOperation > 0)
            {
                due = clock.StartAt + (long)(_asked * _ticksPerOperation);
                if (due > now || due >= clock.EndAt) return;
            }

            _asked++;
            _readsOwed += options.ReadShare;
            bool read = _readsOwed >= 1;
            if (read) _readsOwed--;
            bool measured = due >= clock.MeasureAt;
            int slot = _free.Pop();
            ref Operation operation = ref _operations[slot];
            operation = new Operation { Request = (_asked << SlotBits) | (uint)slot, DueAt = due, Read = read, Measured = measured, Left = read ? 1 : sockets.Count };
            var message = new BlockHeader(read ? BlockKind.Read : BlockKind.Write, options.BlockBytes, operation.Request);
            if (measured) Volatile.Write(ref _begun, _begun + 1);
            if (read)
            {
                Ask(_nextCopy, message);
                _nextCopy = (_nextCopy + 1) % sockets.Count;
            }
            else
            {
                for (int copy = 0; copy < sockets.Count; copy++) Ask(copy, message);
            }
        }
    }

    private void Ask(int copy, BlockHeader message)
    {
        _copies[copy].Asked++;
        _thread.Queue(copy, message);
    }

    private void Wait()
    {
        if (_ticksPerOperation == 0 || _free.Count == 0)
        {
            _thread.Serve((int)LoadSockets.Patience.TotalMilliseconds);
            return;
        }

        _thread.Serve(timeoutMs: 0);
        long now = Stopwatch.GetTimestamp(), next = clock.StartAt + (long)(_asked * _ticksPerOperation);
        if (next > now) ThreadTime.SleepUntil(Math.Min(next, now + Rest));
    }

    private void Take(int connection, BlockHeader message)
    {
        int slot = (int)(message.Request & ((1 << SlotBits) - 1));
        // A copy that answers what was not asked is none of ours.
        if (slot >= _operations.Length || _operations[slot].Request != message.Request || _operations[slot].Left == 0) return;
        ref Operation operation = ref _operations[slot];
        _copies[connection].Answered++;
        _copies[connection].LastAt = Stopwatch.GetTimestamp();
        if (--operation.Left > 0) return;
        _free.Push(slot);
        if (!operation.Measured) return;
        (operation.Read ? _reads : _writes).Take(LoadClock.Nanoseconds(Stopwatch.GetTimestamp() - operation.DueAt), 1);
        if (operation.Read) Volatile.Write(ref _readsEnded, _readsEnded + 1);
        else Volatile.Write(ref _writesEnded, _writesEnded + 1);
    }

    private static void Shut(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // It has ended by itself.
        }
    }

    private struct Copy
    {
        public long Asked;
        public long Answered;
        public long LastAt;
        public bool Stalled;
        public TcpFacts? Tcp;
    }

    private struct Operation
    {
        public long Request;
        public long DueAt;
        public bool Read;
        public bool Measured;
        public int Left;
    }
}
