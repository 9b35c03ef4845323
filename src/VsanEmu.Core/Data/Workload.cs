using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Data;

/// <summary>When a VM's next operation is due, and what it is. The same seed gives the same sequence.</summary>
internal struct Workload(VmSpec spec, ulong seed)
{
    private readonly long _intervalNs = Math.Max(1, 1_000_000_000L / spec.Iops);
    private SplitMix _random = new(seed);

    /// <summary>When the next operation is due.</summary>
    public long NextNs { get; private set; }

    /// <summary>Begins, somewhere within the first interval so that VMs do not march in step.</summary>
    public void Start(long nowNs) => NextNs = nowNs + (long)(_random.Next() % (ulong)_intervalNs);

    /// <summary>Takes one operation if it is due. What lies too far back is skipped, never caught up with in a burst.</summary>
    public bool TryTake(long nowNs, ref long skipped)
    {
        if (NextNs > nowNs) return false;
        long behind = nowNs - NextNs - DataLimits.CatchUpNs;
        if (behind > 0)
        {
            long intervals = (behind + _intervalNs - 1) / _intervalNs;
            skipped += intervals;
            NextNs += intervals * _intervalNs;
            if (NextNs > nowNs) return false;
        }

        NextNs += _intervalNs;
        return true;
    }

    /// <summary>The next operation.</summary>
    public (bool Read, uint Block) Next() => (_random.Below(100) < spec.ReadPercent, _random.Below(DataLimits.Blocks));

    /// <summary>A number below <paramref name="limit"/>, for choosing a copy to read.</summary>
    public uint Below(int limit) => _random.Below((uint)limit);
}
