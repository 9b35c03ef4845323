using System.Globalization;
using VsanEmu.Core.Load;
using VsanEmu.Core.Spec;

namespace VsanEmu.Control.Hosts;

/// <summary>A load whose flows begin and end on hosts: every step is done by all before any begins the next, and all begin at one time.</summary>
/// <param name="hosts">The hosts, open.</param>
/// <param name="cluster">The cluster.</param>
/// <param name="nowNs">Nanoseconds since the run began.</param>
/// <param name="clockErrorNs">By how much the clocks of two hosts may be apart, ns.</param>
/// <param name="toolVersion">The tool's version, for the record.</param>
public sealed class HostedLoad(IReadOnlyList<IHost> hosts, ClusterSpec cluster, Func<long> nowNs, long clockErrorNs, string toolVersion)
{
    // Longer than an order takes, so that nobody begins late.
    private static readonly TimeSpan Lead = TimeSpan.FromMilliseconds(500);

    // Until a switch has taken in the reports of a socket's groups.
    private static readonly TimeSpan Reports = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan ReportTime = TimeSpan.FromMilliseconds(5);

    /// <summary>Runs it. Ends by itself; <paramref name="cancellation"/> ends it early, and what was measured by then is the result.</summary>
    /// <param name="options">What is asked for.</param>
    /// <param name="progress">Told at the end of each interval.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="LoadException">It cannot be as it was asked for.</exception>
    /// <exception cref="HostException">A host could not, or is gone.</exception>
    public async Task<LoadResult> RunAsync(LoadOptions options, IProgress<LoadInterval>? progress, CancellationToken cancellation)
    {
        IReadOnlyList<LoadFlow> flows = LoadPlan.Make(cluster, options);
        uint run = (uint)Random.Shared.Next(2, int.MaxValue) & ~1u;
        DateTimeOffset started = DateTimeOffset.Now;
        await AllAsync<HostAnswer.Done>(new HostOrder.LoadOpen(options, run), cancellation);
        await Task.Delay(Reports + (ReportTime * flows.Max(f => f.Groups.Count)), cancellation);
        await AllAsync<HostAnswer.Done>(new HostOrder.LoadConnect(), cancellation);
        long startNs = nowNs() + (long)Lead.TotalNanoseconds, measureNs = startNs + (long)options.LeadIn.TotalNanoseconds;
        await AllAsync<HostAnswer.Done>(new HostOrder.LoadBegin(startNs), cancellation);

        IReadOnlyList<LoadInterval> intervals;
        await using (cancellation.Register(() => _ = StopAsync())) intervals = await SampleAsync(options, measureNs, progress);
        long endedNs = Math.Min(nowNs(), measureNs + (long)options.Duration.TotalNanoseconds);
        HostAnswer.LoadEnded[] ended = await AllAsync<HostAnswer.LoadEnded>(new HostOrder.LoadEnd(), CancellationToken.None);
        var outcome = new LoadResult
        {
            Profile = options.Profile,
            ToolVersion = toolVersion,
            Started = started.ToString("O", CultureInfo.InvariantCulture),
            MeasuredNs = Math.Max(1, endedNs - measureNs),
            Completed = !cancellation.IsCancellationRequested,
            Means = new LoadMeans { SegmentsByKernel = false, JoinsByKernel = false, Burst = 0, CrossesUncut = false },
            Payload = flows[0].Payload,
            Groups = options.Groups,
            Intervals = intervals,
            Flows = [],
            ClockErrorNs = clockErrorNs,
            Processors = 0,
            GeneratorLimit = "",
        };
        return LoadParts.Join(flows, hosts.Zip(ended).ToDictionary(p => p.First.Name, p => p.Second.Part), outcome);
    }

    // A host that does not hear it stops by itself, when it hears nothing of its controller.
    private async Task StopAsync()
    {
        try
        {
            await AllAsync<HostAnswer.Done>(new HostOrder.LoadStop(), CancellationToken.None);
        }
        catch (HostException)
        {
        }
    }

    private async Task<IReadOnlyList<LoadInterval>> SampleAsync(LoadOptions options, long measureNs, IProgress<LoadInterval>? progress)
    {
        var intervals = new List<LoadInterval>();
        PartCounts last = new(0, 0, 0, 0, Sends: true);
        if (measureNs - nowNs() is > 0 and long wait) await Task.Delay(TimeSpan.FromMicroseconds((wait / 1000) + 1));
        await CountAsync();
        for (long lastNs = measureNs; last.Sends;)
        {
            await Task.Delay(options.Interval < options.Duration ? options.Interval : options.Duration);
            PartCounts counts = await CountAsync();
            long now = Math.Min(nowNs(), measureNs + (long)options.Duration.TotalNanoseconds);
            if (now - lastNs > options.Interval.TotalNanoseconds / 4)
            {
                // What is under way and what is lost cannot be told apart before the end: nothing is said of it.
                var one = new LoadInterval(
                    lastNs - measureNs, now - measureNs, counts.Sent - last.Sent, counts.SentBytes - last.SentBytes, counts.Delivered - last.Delivered, counts.DeliveredBytes - last.DeliveredBytes, Expected: 0);
                intervals.Add(one);
                progress?.Report(one);
            }

            (last, lastNs) = (counts, now);
        }

        return intervals;
    }

    private async Task<PartCounts> CountAsync()
    {
        HostAnswer.Counted[] all = await AllAsync<HostAnswer.Counted>(new HostOrder.LoadCount(), CancellationToken.None);
        return new(
            all.Sum(c => c.Counts.Sent), all.Sum(c => c.Counts.SentBytes), all.Sum(c => c.Counts.Delivered), all.Sum(c => c.Counts.DeliveredBytes), all.Any(c => c.Counts.Sends));
    }

    private Task<T[]> AllAsync<T>(HostOrder order, CancellationToken cancellation)
        where T : HostAnswer => Task.WhenAll(hosts.Select(h => h.AskAsync<T>(order, cancellation)));
}
