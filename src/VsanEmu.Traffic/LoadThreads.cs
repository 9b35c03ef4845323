namespace VsanEmu.Traffic;

/// <summary>Threads of a load: what they do waits in the kernel, which a pool's threads must not.</summary>
internal static class LoadThreads
{
    private const int StackBytes = 256 * 1024;

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(5);

    public static IEnumerable<Thread> Started(IEnumerable<Action> runs)
    {
        foreach (Action run in runs)
        {
            var thread = new Thread(() => run(), StackBytes) { IsBackground = true };
            thread.Start();
            yield return thread;
        }
    }

    /// <summary>Waits for their ends without holding a thread.</summary>
    public static async Task EndedAsync(IReadOnlyList<Thread> threads, CancellationToken cancellation)
    {
        foreach (Thread thread in threads)
            while (thread.IsAlive) await Task.Delay(Step, cancellation);
    }
}
