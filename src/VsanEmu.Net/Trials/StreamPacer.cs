using System.Collections.Concurrent;
using System.Diagnostics;
using VsanEmu.Core.Observations;
using VsanEmu.Net.Native;
using VsanEmu.Net.Probing;

namespace VsanEmu.Net.Trials;

/// <summary>
/// Sends any number of streams at a time from one thread, each by a schedule that was fixed when it began, so that no delay adds up. The thread sleeps while
/// there is nothing to send.
/// </summary>
/// <param name="run">The mark of this run's datagrams.</param>
/// <param name="originTimestamp">The <see cref="Stopwatch"/> timestamp at which the run began.</param>
internal sealed class StreamPacer(ulong run, long originTimestamp) : IDisposable
{
    /// <summary>Streams at a time.</summary>
    internal const int MaxStreams = TrialLimits.MaxStreams;

    /// <summary>What was missed is sent at once up to this lateness; beyond it the rest of the stream comes later, so that a stall makes no burst.</summary>
    private const long MaxLateNs = 20_000_000;

    // A new stream begins at most this much late.
    private const long LongestSleepNs = 1_000_000;

    private readonly ConcurrentQueue<PacedStream> _new = new();
    private readonly PriorityQueue<PacedStream, long> _due = new();
    private readonly ManualResetEventSlim _work = new();
    private Thread? _thread;
    private int _count;
    private volatile bool _stop;

    private long NowNs => Stopwatch.GetTimestamp() - originTimestamp;

    /// <summary>Sends a stream, beginning now; the task ends with it. The socket is opened before this returns.</summary>
    /// <exception cref="InvalidOperationException">More than <see cref="MaxStreams"/> at a time.</exception>
    internal Task<StreamSent> SendAsync(TrialStream order, ProbeSource from)
    {
        ObjectDisposedException.ThrowIf(_stop, this);
        if (Interlocked.Increment(ref _count) > MaxStreams)
        {
            Interlocked.Decrement(ref _count);
            throw new InvalidOperationException($"more than {MaxStreams} streams at a time");
        }

        PacedStream stream;
        try
        {
            stream = new PacedStream(order, run, from);
        }
        catch
        {
            Interlocked.Decrement(ref _count);
            throw;
        }

        _new.Enqueue(stream);
        lock (_work) _thread ??= Start();
        _work.Set();
        return stream.Done;
    }

    /// <summary>Ends all streams.</summary>
    public void Dispose()
    {
        Thread? thread;
        lock (_work)
        {
            if (_stop) return;
            _stop = true;
            thread = _thread;
        }

        _work.Set();
#pragma warning disable RS0030 // Its longest sleep is a millisecond.
        thread?.Join();
#pragma warning restore RS0030
        while (_new.TryDequeue(out PacedStream? stream)) stream.Dispose();
        while (_due.TryDequeue(out PacedStream? stream, out _)) stream.Dispose();
    }

    private Thread Start()
    {
        var thread = new Thread(Work) { IsBackground = true, Name = "trials" };
        thread.Start();
        return thread;
    }

    private void Work()
    {
        while (!_stop)
        {
            _work.Reset();
            while (_new.TryDequeue(out PacedStream? begun)) _due.Enqueue(begun, NowNs);
            if (!_due.TryPeek(out PacedStream? next, out long dueNs))
            {
#pragma warning disable RS0030 // On its own thread.
                if (_new.IsEmpty && !_stop) _work.Wait();
#pragma warning restore RS0030
                continue;
            }

            long now = NowNs;
            if (dueNs > now)
            {
                Libc.SleepUntil(originTimestamp + Math.Min(dueNs, now + LongestSleepNs));
                continue;
            }

            _due.Dequeue();
            if (next.SendNext(now))
            {
                long then = dueNs + next.IntervalNs;
                _due.Enqueue(next, now - then > MaxLateNs ? now : then);
                continue;
            }

            next.Finish();
            next.Dispose();
            Interlocked.Decrement(ref _count);
        }
    }
}
