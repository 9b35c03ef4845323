namespace VsanEmu.Simulation.Worlds;

/// <summary>Virtual time: things happen in the order of their times, those of one instant in the order in which they were asked for.</summary>
internal sealed class Clock
{
    private readonly PriorityQueue<Action, (long AtNs, long Order)> _due = new();
    private long _order;

    public long NowNs { get; private set; }

    public int Count => _due.Count;

    public void At(long atNs, Action what) => _due.Enqueue(what, (Math.Max(atNs, NowNs), _order++));

    public void After(long delayNs, Action what) => At(NowNs + delayNs, what);

    /// <summary>Lets everything happen that is due until <paramref name="untilNs"/>.</summary>
    public void RunUntil(long untilNs)
    {
        while (_due.TryPeek(out _, out (long AtNs, long Order) next) && next.AtNs <= untilNs)
        {
            Action what = _due.Dequeue();
            NowNs = next.AtNs;
            what();
        }

        NowNs = untilNs;
    }
}
