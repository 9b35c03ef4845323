namespace VsanEmu.Core.Load;

/// <summary>
/// Counts one flow's datagrams at one receiver by their sequence numbers: which are new, which came twice, which came out of order (RFC 4737, 3.3: a
/// datagram whose number is below one that came before). Exact as long as nothing is later than <see cref="Window"/> datagrams.
/// </summary>
public sealed class SequenceTracker
{
    /// <summary>How far back a number can still be told from a repeat, datagrams.</summary>
    public const int Window = 1 << 18;

    private const int Word = 64;

    private readonly ulong[] _seen = new ulong[Window / Word];
    private long _next;

    /// <summary>Datagrams that came for the first time.</summary>
    public long Delivered { get; private set; }

    /// <summary>Datagrams that had come before.</summary>
    public long Duplicates { get; private set; }

    /// <summary>Of <see cref="Delivered"/>, those that came after a later one.</summary>
    public long Reordered { get; private set; }

    /// <summary>How far back the latest of them came, datagrams (RFC 4737, 4.2.2, the largest extent).</summary>
    public long LongestExtent { get; private set; }

    /// <summary>Datagrams that came too late to tell whether they are repeats; they count as lost.</summary>
    public long TooLate { get; private set; }

    /// <summary>Takes <paramref name="count"/> datagrams with numbers that follow each other from <paramref name="first"/> on.</summary>
    public void Take(long first, int count = 1)
    {
        if (first < _next || count >= Window)
        {
            for (int i = 0; i < count; i++) TakeOne(first + i);
            return;
        }

        Forget(first + count);
        for (int i = 0; i < count; i++) Mark(first + i);
        _next = first + count;
        Delivered += count;
    }

    private void TakeOne(long sequence)
    {
        if (sequence >= _next)
        {
            Forget(sequence + 1);
            Mark(sequence);
            _next = sequence + 1;
            Delivered++;
            return;
        }

        long extent = _next - 1 - sequence;
        if (extent >= Window)
        {
            TooLate++;
        }
        else if (IsMarked(sequence))
        {
            Duplicates++;
        }
        else
        {
            Mark(sequence);
            Delivered++;
            Reordered++;
            LongestExtent = Math.Max(LongestExtent, extent);
        }
    }

    // The window moves up to the number before this one: what it leaves behind makes room.
    private void Forget(long next)
    {
        long ahead = next - _next;
        if (ahead >= Window)
        {
            Array.Clear(_seen);
            return;
        }

        for (long sequence = _next; sequence < next; sequence++)
        {
            // A word at a time where none of it is still of use.
            if (sequence % Word == 0 && next - sequence >= Word)
            {
                _seen[sequence % Window / Word] = 0;
                sequence += Word - 1;
            }
            else
            {
                _seen[sequence % Window / Word] &= ~(1UL << (int)(sequence % Word));
            }
        }
    }

    private void Mark(long sequence) => _seen[sequence % Window / Word] |= 1UL << (int)(sequence % Word);

    private bool IsMarked(long sequence) => (_seen[sequence % Window / Word] & (1UL << (int)(sequence % Word))) != 0;
}
