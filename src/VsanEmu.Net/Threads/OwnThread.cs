namespace VsanEmu.Net.Threads;

/// <summary>
/// Work that blocks, on a thread of its own. The pool has a thread for each processor, and heartbeats, connections and timers live on it: what blocks one of
/// them stops the run on a machine with two. Nothing else in the tool may block a thread of the pool (BannedSymbols.Blocking.txt).
/// </summary>
public static class OwnThread
{
    /// <summary>Threads at a time; further work waits for one of them, without a thread.</summary>
    public const int Most = 64;

    private const string Unnamed = "own";

    private static readonly SemaphoreSlim Free = new(Most);

    /// <summary>Runs <paramref name="work"/> on a new thread, and ends with it. Not to be called inside another namespace: the thread would stay in it.</summary>
    /// <param name="work">The work; it may block, and should end by itself. Its exception is the task's.</param>
    /// <param name="cancellation">Ends the wait for a thread; work that has begun goes on.</param>
    /// <param name="name">The thread's name, as the kernel lists it; 15 characters of it.</param>
    public static async Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellation = default, string name = Unnamed)
    {
        await Free.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await Begin(work, name).ConfigureAwait(false);
        }
        finally
        {
            Free.Release();
        }
    }

    /// <inheritdoc cref="RunAsync{T}"/>
    public static Task RunAsync(Action work, CancellationToken cancellation = default, string name = Unnamed) => RunAsync(Returning(work), cancellation, name);

    /// <summary>Does the same for each of many items, a few at a time, and waits for all: for work that is on a thread of its own already.</summary>
    /// <param name="items">The items.</param>
    /// <param name="atATime">How many at a time.</param>
    /// <param name="work">What is done; after the first that throws no other begins, and its exception is thrown here.</param>
    /// <param name="cancellation">Lets no other begin.</param>
    public static void ForEach<T>(IReadOnlyList<T> items, int atATime, Action<T> work, CancellationToken cancellation = default)
    {
        int next = -1;
        Task<bool>[] workers = [.. Enumerable.Range(0, Math.Min(atATime, items.Count)).Select(_ => Begin(Returning(TakeItems), Unnamed))];
#pragma warning disable RS0030 // The caller has a thread of its own.
        Task.WhenAll(workers).GetAwaiter().GetResult();
#pragma warning restore RS0030
        cancellation.ThrowIfCancellationRequested();

        void TakeItems()
        {
            while (!cancellation.IsCancellationRequested && Interlocked.Increment(ref next) is int i && i < items.Count)
            {
                try
                {
                    work(items[i]);
                }
                catch
                {
                    Volatile.Write(ref next, items.Count);
                    throw;
                }
            }
        }
    }

    internal static Func<bool> Returning(Action work) => () =>
    {
        work();
        return true;
    };

    // The thread is never given back to a pool: what it was made for may have changed it.
    private static Task<T> Begin<T>(Func<T> work, string name)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(Work) { IsBackground = true, Name = name }.Start();
        return done.Task;

        void Work()
        {
            try
            {
                done.SetResult(work());
            }
            catch (OperationCanceledException e)
            {
                done.SetCanceled(e.CancellationToken);
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        }
    }
}
