using VsanEmu.Core.Load;

namespace VsanEmu.Traffic;

/// <summary>
/// A thread of a load: what it does waits in the kernel, which a pool's threads must not. What it throws ends the load, not the process.
/// </summary>
internal sealed class LoadThread
{
    private const int StackBytes = 256 * 1024;

    private readonly Thread _thread;
    private Exception? _failure;

    /// <summary>Starts it.</summary>
    /// <param name="run">What it does.</param>
    /// <param name="clock">The load's: its senders stop when this one fails.</param>
    /// <param name="what">What it is, and whose, in words.</param>
    public LoadThread(Action run, LoadClock clock, string what = "a thread of the load")
    {
        What = what;
        _thread = new Thread(() => Run(run, clock), StackBytes) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>Whether it has not ended.</summary>
    public bool IsAlive => _thread.IsAlive;

    /// <summary>What ended it too early; null when nothing did, or not yet.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    /// <summary>What it is, and whose.</summary>
    public string What { get; }

    /// <summary>Waits for its end.</summary>
#pragma warning disable RS0030 // Loads are disposed of on a thread of its own.
    public void Join() => _thread.Join();
#pragma warning restore RS0030

    private void Run(Action run, LoadClock clock)
    {
        try
        {
            run();
        }
        catch (Exception e)
        {
            Volatile.Write(ref _failure, e);
            clock.StopSenders();
        }
    }
}

/// <summary>Several of them.</summary>
internal static class LoadThreads
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(5);

    /// <summary>Starts one for each.</summary>
    public static LoadThread[] Started(IEnumerable<Action> runs, LoadClock clock) => [.. runs.Select(run => new LoadThread(run, clock))];

    /// <summary>Waits for their ends without holding a thread.</summary>
    /// <exception cref="LoadFailedException">One was ended by what it threw.</exception>
    public static async Task EndedAsync(LoadThread[] threads, CancellationToken cancellation)
    {
        foreach (LoadThread thread in threads)
            while (thread.IsAlive) await Task.Delay(Step, cancellation);
        Check(threads);
    }

    /// <summary>Sees whether all is well with them.</summary>
    /// <exception cref="LoadFailedException">One was ended by what it threw.</exception>
    public static void Check(params ReadOnlySpan<LoadThread[]> all)
    {
        foreach (LoadThread[] threads in all)
            if (Array.Find(threads, t => t.Failure is not null) is { Failure: { } failure } failed) throw new LoadFailedException($"{failed.What} failed: {failure.Message}", failure);
    }
}
