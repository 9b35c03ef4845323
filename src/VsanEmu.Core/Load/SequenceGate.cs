namespace VsanEmu.Core.Load;

/// <summary>
/// Says which of a flow's numbers to believe, so that no single datagram, from wherever it came, moves a <see cref="SequenceTracker"/> past what really comes. A number that cannot have been sent
/// yet is none; one that is far ahead is believed when the next number follows it (as RFC 3550, A.1, does after a restart).
/// </summary>
public sealed class SequenceGate
{
    /// <summary>So far ahead a number is not believed by itself, datagrams: so far a tracker can look back.</summary>
    public const int Leap = SequenceTracker.Window / 2;

    private long _next;
    private (long First, int Count) _held;

    /// <summary>Takes datagrams with numbers that follow each other. True when they are believed.</summary>
    /// <param name="first">The first number.</param>
    /// <param name="count">How many.</param>
    /// <param name="most">Numbers below this one may have been sent by now.</param>
    /// <param name="before">Datagrams that came before, were held back, and are now believed too; none when <c>Count</c> is 0.</param>
    public bool Believes(long first, int count, long most, out (long First, int Count) before)
    {
        before = default;
        if (first < 0 || first > most - count) return false;
        if (first - _next >= Leap)
        {
            bool follows = _held.Count > 0 && first == _held.First + _held.Count;
            if (!follows)
            {
                _held = (first, count);
                return false;
            }

            before = _held;
            _held = default;
        }

        _next = Math.Max(_next, first + count);
        return true;
    }
}
