using System.Globalization;
using VsanEmu.Core.Load;

namespace VsanEmu.Traffic;

/// <summary>How a load went.</summary>
/// <param name="Started">When it was asked for, ISO 8601.</param>
/// <param name="MeasuredNs">How long was measured, ns.</param>
/// <param name="Completed">Whether it ran its whole time.</param>
/// <param name="Intervals">The intervals.</param>
/// <param name="Parts">What became of it, by host.</param>
internal sealed record LoadCourse<T>(string Started, long MeasuredNs, bool Completed, IReadOnlyList<LoadInterval> Intervals, IReadOnlyDictionary<string, T> Parts);

/// <summary>Leads hosts through a load: every step is done by all before any begins the next, and all begin at one time.</summary>
/// <param name="stage">With whom.</param>
/// <param name="work">What they do.</param>
/// <param name="leadIn">From the begin to the measurement.</param>
/// <param name="settling">How long the fabric takes until what was opened receives.</param>
internal sealed class LoadSession(LoadStage stage, LoadWork work, TimeSpan leadIn, TimeSpan settling)
{
    // Senders that are at their end are about to say so.
    private static readonly TimeSpan LastStep = TimeSpan.FromMilliseconds(20);

    private readonly TaskCompletionSource _measuring = new();
    private readonly uint _run = (uint)Random.Shared.Next(2, int.MaxValue) & ~1u;

    /// <summary>Ends when the measurement begins.</summary>
    public Task Measuring => _measuring.Task;

    /// <summary>Runs it. Ends by itself; <paramref name="cancellation"/> ends it early, and what was measured by then is the result.</summary>
    /// <param name="progress">Told at the end of each interval.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="LoadException">It cannot be as it was asked for.</exception>
    /// <exception cref="LoadFailedException">A host failed, or did not say in time, when it was told to stop, what it had counted.</exception>
    public async Task<LoadCourse<T>> RunAsync<T>(IProgress<LoadInterval>? progress, CancellationToken cancellation)
        where T : LoadPart
    {
        string started = DateTimeOffset.Now.ToString("O", CultureInfo.InvariantCulture);
        await AllAsync(h => h.OpenAsync(work, _run, stage.Clocks?.AheadNs(h.Name) ?? 0, cancellation));
        await Task.Delay(settling, cancellation);
        await AllAsync(h => h.ConnectAsync(_run, cancellation));
        long startNs = stage.NowNs() + Nanoseconds(stage.Lead), measureNs = startNs + Nanoseconds(leadIn);
        await AllAsync(h => h.BeginAsync(_run, startNs, cancellation));

        using var patience = new CancellationTokenSource();
        Task stopped = Task.CompletedTask;
        try
        {
            await using CancellationTokenRegistration stops = cancellation.Register(Stop);
            (IReadOnlyList<LoadInterval> intervals, long endedNs) = await SampleAsync(measureNs, progress, patience.Token, cancellation);
            LoadPart[] parts = await AskAsync(h => h.EndAsync(_run, patience.Token), patience.Token);
            return new(
                started, Math.Max(1, endedNs - measureNs), !cancellation.IsCancellationRequested, intervals, stage.Hosts.Zip(parts).ToDictionary(p => p.First.Name, p => (T)p.Second));
        }
        catch when (!cancellation.IsCancellationRequested)
        {
            // What failed at one host does not go on at the others.
            Stop();
            throw;
        }
        finally
        {
            await stopped;
        }

        void Stop()
        {
            patience.CancelAfter(stage.StopTime);
            stopped = StopAsync(patience.Token);
        }
    }

    private async Task<(IReadOnlyList<LoadInterval> Intervals, long EndedNs)> SampleAsync(
        long measureNs, IProgress<LoadInterval>? progress, CancellationToken patience, CancellationToken cancellation)
    {
        long step = Nanoseconds(work.Options.Interval), endNs = measureNs + Nanoseconds(work.Options.Duration), lastNs = measureNs;
        var intervals = new List<LoadInterval>();
        while (stage.NowNs() < measureNs && !cancellation.IsCancellationRequested) await SleepAsync(measureNs, cancellation);
        _measuring.TrySetResult();
        // A host counts what is measured, and nothing of what was before.
        PartCounts last = new(0, 0, 0, 0, 0, Sends: true);
        for (long next = measureNs + step; last.Sends;)
        {
            long now = stage.NowNs();
            bool goesOn = now < endNs && !cancellation.IsCancellationRequested;
            await SleepAsync(Math.Min(next, goesOn ? endNs : now + Nanoseconds(LastStep)), cancellation);
            PartCounts counts = await CountAsync(patience);
            now = stage.NowNs();
            // What is left at the end, and too short for a figure, is left out.
            if (counts.Sends ? now >= next : Math.Min(now, endNs) - lastNs > step / 4) Close(Math.Min(now, endNs), counts);
            else last = last with { Sends = counts.Sends };
            if (now >= next) next += step;
        }

        // A burst takes as long as it takes; of senders that ended early for another reason the whole time is what they had.
        bool early = work.Options.BurstDatagrams > 0 || cancellation.IsCancellationRequested;
        return (intervals, early ? Math.Min(stage.NowNs(), endNs) : endNs);

        void Close(long now, PartCounts counts)
        {
            long expected = counts.Expected is { } all ? Math.Max(0, all - last.Expected ?? 0) : 0;
            var one = new LoadInterval(
                lastNs - measureNs, now - measureNs, counts.Sent - last.Sent, counts.SentBytes - last.SentBytes, counts.Delivered - last.Delivered, counts.DeliveredBytes - last.DeliveredBytes, expected);
            (last, lastNs) = (counts, now);
            intervals.Add(one);
            progress?.Report(one);
        }
    }

    private async Task<PartCounts> CountAsync(CancellationToken patience)
    {
        PartCounts[] all = await AskAsync(h => h.CountAsync(_run, patience), patience);
        return new(
            all.Sum(c => c.Sent), all.Sum(c => c.SentBytes), all.Sum(c => c.Delivered), all.Sum(c => c.DeliveredBytes),
            all.Any(c => c.Expected is null) ? null : all.Sum(c => c.Expected), all.Any(c => c.Sends));
    }

    // Woken once when it is to end early; after that it waits for hosts to do so.
    private async Task SleepAsync(long untilNs, CancellationToken cancellation)
    {
        var time = TimeSpan.FromMicroseconds(Math.Clamp((untilNs - stage.NowNs()) / 1000, 1000, (long)stage.Step.TotalMicroseconds));
        await Task.Delay(time, cancellation.IsCancellationRequested ? CancellationToken.None : cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // A host that does not hear it stops by itself, when it hears nothing of its controller.
    private async Task StopAsync(CancellationToken patience)
    {
        try
        {
            await AllAsync(h => h.StopAsync(_run, patience)).WaitAsync(patience);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
        }
    }

    // A host that is dead, or behind a server that is gone, is waited for no longer than a process that is told to end may take.
    private async Task<TAnswer[]> AskAsync<TAnswer>(Func<ILoadHost, Task<TAnswer>> question, CancellationToken patience)
    {
        Task<TAnswer>[] asked = [.. stage.Hosts.Select(h => question(h).WaitAsync(patience))];
        try
        {
            return await Task.WhenAll(asked);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            string silent = string.Join(", ", stage.Hosts.Zip(asked).Where(a => a.Second.IsCanceled).Select(a => a.First.Name.Length > 0 ? a.First.Name : "this host"));
            throw new LoadFailedException($"interrupted, and {silent} did not say within {stage.StopTime.TotalSeconds:0.#} s what was counted");
        }
    }

    private Task AllAsync(Func<ILoadHost, Task> step) => Task.WhenAll(stage.Hosts.Select(step));

    private static long Nanoseconds(TimeSpan time) => (long)time.TotalNanoseconds;
}
