using System.Diagnostics;

namespace VsanEmu.Net.Processes;

/// <summary>
/// Asks the thread pool for a thread, one question at a time, and tells how long it was kept waiting. A process that stands still answers late, too: that time is left out, so that
/// what remains is the pool's.
/// </summary>
/// <param name="queue">Puts the question to the pool.</param>
internal sealed class PoolProbe(Action<IThreadPoolWorkItem> queue) : IThreadPoolWorkItem
{
    private long _askedAt;
    private long _answeredAt;
    private long _stoodNs;

    /// <summary>Asks the process's own pool, behind all that waits there already.</summary>
    public PoolProbe()
        : this(static question => ThreadPool.UnsafeQueueUserWorkItem(question, preferLocal: false))
    {
    }

    /// <summary>Looks how the question stands, and asks again when it was answered. Called by one thread.</summary>
    /// <param name="now">A <see cref="Stopwatch"/> timestamp.</param>
    /// <param name="stoodNs">How long the process stood still since the last call, ns.</param>
    /// <returns>When it was asked, and how long it has waited for a thread, ns.</returns>
    public (long AskedAt, long WaitedNs) Look(long now, long stoodNs)
    {
        long asked = _askedAt, answered = Volatile.Read(ref _answeredAt);
        _stoodNs += stoodNs;
        long waited = asked == 0 ? 0 : Math.Max(0, (long)Stopwatch.GetElapsedTime(asked, answered > 0 ? answered : now).TotalNanoseconds - _stoodNs);
        if (asked == 0 || answered > 0) Ask(now);
        return (asked, waited);
    }

    /// <inheritdoc/>
    public void Execute() => Volatile.Write(ref _answeredAt, Stopwatch.GetTimestamp());

    private void Ask(long now)
    {
        (_askedAt, _stoodNs) = (now, 0);
        Volatile.Write(ref _answeredAt, 0);
        queue(this);
    }
}
