using VsanEmu.Net.Native;

namespace VsanEmu.Net.Bulk;

/// <summary>What a thread knows of its own time.</summary>
public static class ThreadTime
{
    /// <summary>Processor time that the calling thread has used, nanoseconds.</summary>
    public static long Used => Libc.ThreadTime();

    /// <summary>Sleeps until a Stopwatch timestamp, within some 50 µs.</summary>
    public static void SleepUntil(long timestamp) => Libc.SleepUntil(timestamp);
}
