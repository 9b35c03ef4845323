using System.Diagnostics;

namespace VsanEmu.Traffic;

/// <summary>
/// How much may be sent when: so many units a second, evenly, in bursts no longer than the clock makes them, and before that, where a ramp is wanted, ever more from nothing
/// on. What a sender could not send in time it may make up for within <see cref="MostBehind"/>, and no later, so that no second holds more than a hundredth too much.
/// </summary>
internal struct Pacer
{
    private static readonly double MostBehind = 0.004 * Stopwatch.Frequency;

    private readonly double _unitsPerTick;
    private readonly long _shortestSleep;
    private readonly double _rampTicks;
    private readonly long _from;

    // Sent or forgone.
    private long _taken;

    /// <param name="unitsPerSecond">Units a second; 0 for no limit.</param>
    /// <param name="now">Timestamp from which they count.</param>
    /// <param name="shortestSleep">How long a sender rests at least: what has come due meanwhile goes together.</param>
    /// <param name="ramp">How long the rate takes to grow to its height.</param>
    public Pacer(double unitsPerSecond, long now, TimeSpan shortestSleep, TimeSpan ramp = default)
    {
        _shortestSleep = LoadClock.Ticks(shortestSleep);
        _unitsPerTick = unitsPerSecond / Stopwatch.Frequency;
        _rampTicks = LoadClock.Ticks(ramp);
        _from = now;
    }

    public readonly bool Unlimited => _unitsPerTick == 0;

    /// <summary>Units that were forgone, because they could not be sent in time.</summary>
    public long Forgone { get; private set; }

    /// <summary>When it is worth asking again.</summary>
    public readonly long NextAt(long now) => Math.Max(_from + (long)DueAt(_taken), now + _shortestSleep);

    /// <summary>Units that may be sent now, at most <paramref name="most"/>; not yet counted as sent.</summary>
    public int Due(long now, int most)
    {
        if (Unlimited) return most;
        double elapsed = now - _from;
        if (elapsed < 0) return 0;
        long stale = (long)Units(elapsed - MostBehind) - _taken;
        if (stale > 0)
        {
            Forgone += stale;
            _taken += stale;
        }

        return (int)Math.Clamp((long)Units(elapsed) + 1 - _taken, 0, most);
    }

    /// <summary>Counts what was sent.</summary>
    public void Sent(long units) => _taken += units;

    // Units whose time has come so many ticks after the begin; the rate grows evenly along the ramp.
    private readonly double Units(double elapsed) => elapsed <= 0 ? 0
        : elapsed < _rampTicks ? _unitsPerTick * elapsed * elapsed / (2 * _rampTicks)
        : _unitsPerTick * (elapsed - (_rampTicks / 2));

    // Its inverse.
    private readonly double DueAt(long unit) => unit < _unitsPerTick * _rampTicks / 2
        ? Math.Sqrt(2 * unit * _rampTicks / _unitsPerTick)
        : (unit / _unitsPerTick) + (_rampTicks / 2);
}
