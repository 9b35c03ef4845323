using System.Diagnostics;
using VsanEmu.Core.Observations;
using VsanEmu.Net.Processes;

namespace VsanEmu.Net.Tests.Processes;

/// <summary>The watch over this machine: what it notes, and that it tells when it could not watch.</summary>
public sealed class MachineWatchTests
{
    private const long Millisecond = 1_000_000;

    // So long stands no machine, however busy: what is noted is what the test makes.
    private static readonly TimeSpan Never = TimeSpan.FromMinutes(5);

    [Fact]
    public void What_the_kernel_dropped_is_noted_with_its_time()
    {
        long dropped = 1000;
        long origin = Stopwatch.GetTimestamp();
        using var asked = new ManualResetEventSlim();
        using var watch = new MachineWatch(origin, Never, () =>
        {
            long count = Interlocked.Read(ref dropped);
            asked.Set();
            return count;
        });
        // Only what is dropped after the first look is noted.
        Assert.True(asked.Wait(Eventually.Limit, TestContext.Current.CancellationToken));
        Interlocked.Add(ref dropped, 3);
        Hindrance noted = Assert.Single(Awaited(watch, seen => seen.Hindrances.Count > 0).Hindrances);
        Assert.Equal((3L, 0L, 0L, ""), (noted.Dropped, noted.StoodNs, noted.StarvedNs, noted.Lost));
        Assert.InRange(noted.AtNs, 0, (long)Stopwatch.GetElapsedTime(origin).TotalNanoseconds);
        Assert.Empty(watch.Snapshot().Unwatched);
    }

    [Fact]
    public void A_counter_that_cannot_be_read_is_told_once_and_the_rest_is_watched()
    {
        int asked = 0;
        using var watch = new MachineWatch(Stopwatch.GetTimestamp(), TimeSpan.Zero, () =>
        {
            asked++;
            throw new IOException("softnet_stat cannot be read");
        });
        // Every wake-up is late by something.
        MachineObservation seen = Awaited(watch, s => s.Hindrances.Any(h => h.StoodNs > 0));
        Assert.Equal("what the kernel dropped by itself: softnet_stat cannot be read", Assert.Single(seen.Unwatched));
        Assert.Equal(1, asked);
    }

    [Fact]
    public void A_watch_that_ends_by_itself_is_told()
    {
        using var watch = new MachineWatch(Stopwatch.GetTimestamp(), Never, () => throw new InvalidOperationException("a bug"));
        Assert.Matches(@"^the watch over this machine ended \d+\.\d s after the run began: a bug$", Assert.Single(Awaited(watch, s => s.Unwatched.Count > 0).Unwatched));
    }

    [Fact]
    public void A_watch_that_was_not_woken_yet_tells_that_too()
    {
        using var blocked = new ManualResetEventSlim();
        using var watch = new MachineWatch(Stopwatch.GetTimestamp(), TimeSpan.FromMilliseconds(1), () =>
        {
            blocked.Wait();
            return 0;
        });
        try
        {
            Assert.Contains(Awaited(watch, s => s.Hindrances.Count > 0).Hindrances, h => h.StoodNs >= Millisecond);
        }
        finally
        {
            blocked.Set();
        }
    }

    [Fact]
    public void A_pool_without_a_free_thread_is_told_from_a_process_that_stood_still()
    {
        var probe = new PoolProbe(_ => { });
        long start = Stopwatch.GetTimestamp() - (1000 * Millisecond);
        Assert.Equal(0, probe.Look(start, 0).WaitedNs);
        Assert.Equal((start, 20 * Millisecond), probe.Look(start + (20 * Millisecond), 0));
        // The process stood still for 70 of these 80 ms.
        Assert.Equal((start, 30 * Millisecond), probe.Look(start + (100 * Millisecond), 70 * Millisecond));
        ((IThreadPoolWorkItem)probe).Execute();
        (long askedAt, long waited) = probe.Look(Stopwatch.GetTimestamp(), 0);
        Assert.Equal(start, askedAt);
        Assert.InRange(waited, 900 * Millisecond, long.MaxValue);
        // Answered: the next question is another one.
        long again = Stopwatch.GetTimestamp();
        Assert.NotEqual(start, probe.Look(again + (5 * Millisecond), 0).AskedAt);
    }

    [Fact]
    public void A_starved_pool_is_noted()
    {
        using var watch = new MachineWatch(Stopwatch.GetTimestamp(), TimeSpan.FromMilliseconds(40), () => 0, new PoolProbe(_ => { }));
        Hindrance starved = Awaited(watch, s => s.Hindrances.Any(h => h.StarvedNs > 100 * Millisecond)).Hindrances.First(h => h.StarvedNs > 0);
        Assert.Equal((0L, ""), (starved.Dropped, starved.Lost));
    }

    private static MachineObservation Awaited(MachineWatch watch, Func<MachineObservation, bool> wanted)
    {
        MachineObservation seen = watch.Snapshot();
        for (int i = 0; i < 3000 && !wanted(seen); i++)
        {
            Thread.Sleep(10);
            seen = watch.Snapshot();
        }

        Assert.True(wanted(seen), $"{seen.Hindrances.Count} hindrances, {string.Join("; ", seen.Unwatched)}");
        return seen;
    }
}
