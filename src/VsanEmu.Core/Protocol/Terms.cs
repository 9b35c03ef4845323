using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Protocol;

/// <summary>
/// A term is a number that grows from Master to Master, and below it 20 bits of its Master's life: a Master that starts again and hears nobody
/// counts from the beginning, and what was said of its earlier life's order must not be taken for this one's.
/// </summary>
internal static class Terms
{
    private const int LifeBits = 20;

    // Whatever a peer says, this node's own terms stay such that others read them.
    private const long LastNumber = (Heartbeat.MaxTerm >> LifeBits) - 1;

    /// <summary>The term of a new Master.</summary>
    /// <param name="highest">The highest term that it has heard of.</param>
    /// <param name="incarnationNs">When its life began.</param>
    public static long Next(long highest, long incarnationNs) =>
        (Math.Min(NumberOf(highest) + 1, LastNumber) << LifeBits) | (incarnationNs / 1_000_000 & ((1 << LifeBits) - 1));

    /// <summary>The number alone, for people.</summary>
    public static long NumberOf(long term) => term >> LifeBits;
}
