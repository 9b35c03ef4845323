namespace VsanEmu.Core.Tests;

/// <summary>What code allocates once it runs warm.</summary>
internal static class Allocations
{
    private const int Rounds = 10;

    /// <summary>Bytes that a round allocates, of several rounds the fewest: what is made once in a process, as a comparer of keys, is not the code's.</summary>
    public static long Of(Action round)
    {
        long least = long.MaxValue;
        for (int i = 0; i < Rounds && least > 0; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            round();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
