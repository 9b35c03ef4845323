using VsanEmu.Net.Threads;

namespace VsanEmu.Net.Tests.Threads;

public sealed class OwnThreadTests
{
    [Fact]
    public async Task Work_runs_on_no_thread_of_the_pool_and_whoever_waits_for_it_does()
    {
        Assert.False(await OwnThread.RunAsync(() => Thread.CurrentThread.IsThreadPoolThread, TestContext.Current.CancellationToken));
        Assert.True(Thread.CurrentThread.IsThreadPoolThread);
    }

    [Fact]
    public async Task What_it_throws_is_the_tasks()
    {
        await Assert.ThrowsAsync<IOException>(() => OwnThread.RunAsync(() => throw new IOException("no"), TestContext.Current.CancellationToken));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => OwnThread.RunAsync(() => throw new OperationCanceledException(), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Many_wait_for_a_thread_without_holding_one_and_may_give_up()
    {
        using var gate = new ManualResetEventSlim();
        Task[] all = [.. Enumerable.Range(0, OwnThread.Most + 20).Select(_ => OwnThread.RunAsync(() => gate.Wait()))];
        using var impatient = new CancellationTokenSource();
        Task<int> last = OwnThread.RunAsync(() => 1, impatient.Token);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => last);
        // The pool goes on meanwhile, whatever its size.
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Task.Run(() => i)));
        Assert.DoesNotContain(all, t => t.IsCompleted);
        gate.Set();
        await Task.WhenAll(all);
    }

    [Fact]
    public void Each_of_many_is_done_once_a_few_at_a_time_and_none_after_one_that_fails()
    {
        int most = 0, now = 0;
        int[] times = new int[100];
        OwnThread.ForEach([.. Enumerable.Range(0, 100)], 4, i =>
        {
            int together = Interlocked.Increment(ref now);
            lock (times) (most, times[i]) = (Math.Max(most, together), times[i] + 1);
            Assert.False(Thread.CurrentThread.IsThreadPoolThread);
            Interlocked.Decrement(ref now);
        });
        Assert.All(times, t => Assert.Equal(1, t));
        Assert.InRange(most, 1, 4);

        int begun = 0;
        Assert.Throws<IOException>(() => OwnThread.ForEach([.. Enumerable.Range(0, 1000)], 1, _ =>
        {
            begun++;
            throw new IOException("no");
        }));
        Assert.Equal(1, begun);
    }
}
