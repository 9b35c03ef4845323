using System.Runtime.InteropServices;

namespace VsanEmu.Net.Native;

/// <summary>Waiting more exactly than in milliseconds.</summary>
internal static partial class Libc
{
    private const int ClockMonotonic = 1;
    private const int ClockThreadTime = 3; // CLOCK_THREAD_CPUTIME_ID
    private const int AbsoluteTime = 1; // TIMER_ABSTIME

    /// <summary>Sleeps until CLOCK_MONOTONIC, whose nanoseconds a Stopwatch timestamp is, has reached <paramref name="timestamp"/>; a signal may end it earlier.</summary>
    internal static unsafe void SleepUntil(long timestamp)
    {
        var until = new TimeSpec { Seconds = (nint)(timestamp / 1_000_000_000), Nanoseconds = (nint)(timestamp % 1_000_000_000) };
        _ = ClockNanosleep(ClockMonotonic, AbsoluteTime, &until, null);
    }

    /// <summary>Processor time that the calling thread has used, nanoseconds.</summary>
    internal static unsafe long ThreadTime()
    {
        TimeSpec used;
        return ClockGetTime(ClockThreadTime, &used) == 0 ? ((long)used.Seconds * 1_000_000_000) + used.Nanoseconds : 0;
    }

    /// <summary>clock_gettime(2): 0, or -1.</summary>
    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    private static unsafe partial int ClockGetTime(int clock, TimeSpec* time);

    /// <summary>clock_nanosleep(2): 0, or an error number (EINTR: a signal came).</summary>
    [LibraryImport("libc", EntryPoint = "clock_nanosleep")]
    private static unsafe partial int ClockNanosleep(int clock, int flags, TimeSpec* request, TimeSpec* remaining);

    /// <summary>struct timespec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
