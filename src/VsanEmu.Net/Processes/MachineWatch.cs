using System.Diagnostics;
using VsanEmu.Core.Observations;
using VsanEmu.Net.Native;

namespace VsanEmu.Net.Processes;

/// <summary>
/// Watches whether this machine keeps up, on a thread of its own: it sleeps for 20 ms and notes when it was woken late, asks the pool for a thread and notes when that came late
/// (<see cref="PoolProbe"/>), and reads what the kernel threw away by itself (<see cref="OwnLosses"/>). None of it shows in a capture of what arrived, and all of it looks like
/// faults of the fabric.
/// </summary>
public sealed class MachineWatch : IDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    // What comes in quick succession is one hindrance; that, and a limit on their number, keeps a record small.
    private static readonly TimeSpan Together = TimeSpan.FromMilliseconds(200);
    private const int Most = 1000;

    private readonly Lock _gate = new();
    private readonly List<Hindrance> _hindrances = [];
    private readonly List<string> _unwatched = [];
    private readonly PoolProbe _pool;
    private readonly Func<long> _losses;
    private readonly long _origin;
    private readonly TimeSpan _notable;
    private readonly Thread _thread;

    private long _dropped;
    private long _wokenAt;
    private volatile bool _end;

    /// <summary>Begins to watch.</summary>
    /// <param name="origin">When the run began, as <see cref="Stopwatch.GetTimestamp"/> gave it.</param>
    /// <param name="notable">The shortest stand-still that is noted.</param>
    public MachineWatch(long origin, TimeSpan notable)
        : this(origin, notable, OwnLosses.Count, new PoolProbe())
    {
    }

    /// <summary>The same, with losses counted by somebody else, who throws <see cref="IOException"/> when he cannot, and a pool of somebody else's.</summary>
    internal MachineWatch(long origin, TimeSpan notable, Func<long> losses, PoolProbe? pool = null)
    {
        (_origin, _notable, _losses, _pool) = (origin, notable, losses, pool ?? new PoolProbe());
        _wokenAt = Stopwatch.GetTimestamp();
        _thread = new Thread(Watch) { IsBackground = true, Name = "machine-watch" };
        _thread.Start();
    }

    /// <summary>What it noted so far, what lasts at this moment included.</summary>
    public MachineObservation Snapshot()
    {
        lock (_gate)
        {
            long asleep = Late(_wokenAt, Stopwatch.GetTimestamp());
            bool stands = !_end && _thread.IsAlive && asleep >= _notable.TotalNanoseconds;
            return new MachineObservation
            {
                Hindrances = stands ? [.. _hindrances, new(Since(_wokenAt), asleep, 0)] : [.. _hindrances],
                Unwatched = [.. _unwatched],
            };
        }
    }

    /// <summary>Ends the watch.</summary>
    public void Dispose()
    {
        _end = true;
#pragma warning disable RS0030 // A step at most.
        _thread.Join();
#pragma warning restore RS0030
    }

    private void Watch()
    {
        try
        {
            _dropped = Losses();
            while (!_end) Look();
        }
        catch (Exception e)
        {
            // Whatever it was: a run whose watch has ended must not be taken for one on a machine that kept up.
            lock (_gate) _unwatched.Add($"the watch over this machine ended {Stopwatch.GetElapsedTime(_origin).TotalSeconds:0.0} s after the run began: {e.Message}");
        }
    }

    private void Look()
    {
        long before = Stopwatch.GetTimestamp();
        Libc.SleepUntil(before + (Step.Ticks * Stopwatch.Frequency / TimeSpan.TicksPerSecond));
        long now = Stopwatch.GetTimestamp(), late = Math.Max(0, Late(before, now));
        (long askedAt, long waitedNs) = _pool.Look(now, late);
        long dropped = Losses(), lost = dropped - _dropped;
        _dropped = dropped;
        lock (_gate)
        {
            _wokenAt = now;
            if (late >= _notable.TotalNanoseconds || lost > 0) Note(new(Since(before), late >= _notable.TotalNanoseconds ? late : 0, lost));
            if (waitedNs >= _notable.TotalNanoseconds) Note(new(Since(askedAt), 0, 0, StarvedNs: waitedNs));
        }
    }

    // Behind the gate. What lasts is noted again and again, from the same moment on.
    private void Note(Hindrance hindrance)
    {
        bool joins = _hindrances.Count > 0 && (_hindrances.Count == Most || hindrance.AtNs - _hindrances[^1].AtNs < Together.TotalNanoseconds);
        if (!joins)
        {
            _hindrances.Add(hindrance);
            return;
        }

        Hindrance last = _hindrances[^1];
        _hindrances[^1] = last with
        {
            StoodNs = Math.Max(last.StoodNs, hindrance.StoodNs),
            Dropped = last.Dropped + hindrance.Dropped,
            StarvedNs = Math.Max(last.StarvedNs, hindrance.StarvedNs),
        };
    }

    // A counter that cannot be read is told once, and counts nothing from then on.
    private long Losses()
    {
        try
        {
            return _unwatched.Count > 0 ? _dropped : _losses();
        }
        catch (IOException e)
        {
            lock (_gate) _unwatched.Add($"what the kernel dropped by itself: {e.Message}");
            return _dropped;
        }
    }

    private static long Late(long from, long to) => (long)(Stopwatch.GetElapsedTime(from, to) - Step).TotalNanoseconds;

    private long Since(long timestamp) => (long)Stopwatch.GetElapsedTime(_origin, timestamp).TotalNanoseconds;
}
