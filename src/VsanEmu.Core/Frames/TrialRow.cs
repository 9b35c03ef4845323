using VsanEmu.Core.Observations;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Frames;

internal readonly record struct TrialKey(int Trial, PortDirection Direction);

/// <summary>
/// One trial's datagrams in one direction: of each number it is known whether it passed, so that what is lost, what came twice and what came out of order are counted
/// and not estimated.
/// </summary>
internal sealed class TrialRow : TallyRow
{
    private const int BitsPerWord = 64;

    // Before a plan is known to be long, room for as many numbers as most have.
    private const int FirstWords = 64;

    private ulong[] _seen = [];
    private int _highest = -1;
    private long _repeats;
    private long _reordered;
    private long _foreign;
    private long _gapNs;
    private byte _ttlMin = byte.MaxValue;

    /// <summary>True for a datagram whose number its trial has.</summary>
    internal static bool Has(in TrialDatagram datagram) => datagram.Index < Numbers(datagram);

    /// <summary>Counts a datagram whose number the trial does not have.</summary>
    internal void AddForeign() => _foreign++;

    /// <summary>Counts a datagram. False when its number could not be remembered, since <paramref name="room"/> is used up: then it is not counted.</summary>
    /// <param name="datagram">The datagram, whose number the trial <see cref="Has"/>.</param>
    /// <param name="ttl">TTL.</param>
    /// <param name="atNs">When it passed.</param>
    /// <param name="room">Bytes that all trials' memories may still take.</param>
    internal bool Add(in TrialDatagram datagram, byte ttl, long atNs, ref long room)
    {
        if (!TryReach(datagram.Index / BitsPerWord, (Numbers(datagram) - 1) / BitsPerWord, ref room)) return false;
        if (Count > 0) _gapNs = Math.Max(_gapNs, atNs - LastNs);
        Touch(atNs);
        _ttlMin = Math.Min(_ttlMin, ttl);
        Mark(datagram.Index);
        return true;
    }

    internal TrialSighting ToSighting(in TrialKey key) =>
        new(key.Trial, key.Direction, Count, FirstNs, LastNs, _ttlMin, _gapNs, _repeats, FirstFrame, _reordered, _foreign);

    private static int Numbers(in TrialDatagram datagram) => datagram.Count is > 0 and < PortTally.MaxTrialNumbers ? datagram.Count : PortTally.MaxTrialNumbers;

    // RFC 4737 3.3: out of order is what comes after a higher number; a copy of what has come is judged once, when it came first.
    private void Mark(int index)
    {
        ref ulong word = ref _seen[index / BitsPerWord];
        ulong bit = 1UL << (index % BitsPerWord);
        if ((word & bit) != 0) _repeats++;
        else if (index < _highest) _reordered++;
        word |= bit;
        _highest = Math.Max(_highest, index);
    }

    private bool TryReach(int word, int last, ref long room)
    {
        if (word < _seen.Length) return true;
        int length = Math.Min(last + 1, Math.Max(word + 1, Math.Max(FirstWords, 2 * _seen.Length)));
        long bytes = (long)(length - _seen.Length) * sizeof(ulong);
        if (bytes > room) return false;
        room -= bytes;
        Array.Resize(ref _seen, length);
        return true;
    }
}
