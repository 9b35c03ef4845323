using System.Diagnostics;

namespace VsanEmu.Traffic;

/// <summary>
/// How much may be sent when: so many units a second, evenly, in bursts no longer than the clock makes them. What a sender could not send in time it may make up for within
/// <see cref="MostBehind"/>, and no later, so that no second holds more than a hundredth too much.
/// </summary>
internal struct Pacer
{
    private static readonly double MostBehind = 0.004 * Stopwatch.Frequency;

    private readonly double _ticksPerUnit;
    private readonly long _shortestSleep;
    private double _from;
    private long _taken;

    /// <param name="unitsPerSecond">Units a second; 0 for no limit.</param>
    /// <param name="now">Timestamp from which they count.</param>
    /// <param name="shortestSleep">How long a sender rests at least: what has come due meanwhile goes together.</param>
    public Pacer(double unitsPerSecond, long now, TimeSpan shortestSleep)
    {
        _shortestSleep = LoadClock.Ticks(shortestSleep);
        _ticksPerUnit = unitsPerSecond > 0 ? Stopwatch.Frequency / unitsPerSecond : 0;
        _from = now;
    }

    public readonly bool Unlimited => _ticksPerUnit == 0;

    /// <summary>Units that were forgone, because they could not be sent in time.</summary>
    public long Forgone { get; private set; }

    /// <summary>When it is worth asking again.</summary>
    public readonly long NextAt(long now) => Math.Max((long)(_from + (_taken * _ticksPerUnit)), now + _shortestSleep);

    /// <summary>Units that may be sent now, at most <paramref name="most"/>; not yet counted as sent.</summary>
    public int Due(long now, int most)
    {
        if (Unlimited) return most;
        double behind = now - (_from + (_taken * _ticksPerUnit));
        if (behind < 0) return 0;
        if (behind > MostBehind)
        {
            long forgone = (long)((behind - MostBehind) / _ticksPerUnit);
            Forgone += forgone;
            _from += forgone * _ticksPerUnit;
            behind -= forgone * _ticksPerUnit;
        }

        return (int)Math.Min(most, (long)(behind / _ticksPerUnit) + 1);
    }

    /// <summary>Counts what was sent.</summary>
    public void Sent(long units) => _taken += units;
}
