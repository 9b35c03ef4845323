using System.Diagnostics;
using System.Globalization;
using Spectre.Console;
using VsanEmu.Cli.Hosts;
using VsanEmu.Cli.Lab;
using VsanEmu.Core.Load;
using VsanEmu.Core.Spec;
using VsanEmu.Lab;
using VsanEmu.Net.Probing;
using VsanEmu.Node;
using VsanEmu.Traffic;

namespace VsanEmu.Cli.Load;

/// <summary>
/// Many clusters side by side in this process, each on a lab's switch of its own, that do nothing but live: heartbeats, elections, the Master's connections. What is measured is
/// whether this machine holds them.
/// </summary>
/// <param name="cluster">What each is like.</param>
/// <param name="clusters">How many.</param>
/// <param name="duration">How long to measure.</param>
internal sealed class ControlLoad(ClusterSpec cluster, int clusters, TimeSpan duration)
{
    private const int SettleHeartbeats = 60;

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private readonly long _origin = Stopwatch.GetTimestamp();
    private readonly List<LabSite> _sites = [];
    private readonly List<HeartbeatMeter> _meters = [];
    private readonly List<NodeRunner> _members = [];
    private readonly List<Task> _starting = [];

    private long NowNs => (long)Stopwatch.GetElapsedTime(_origin).TotalNanoseconds;

    /// <summary>Builds them, lets them form, and measures.</summary>
    /// <param name="console">Where to say how it goes; null for nowhere.</param>
    /// <param name="cancellation">Ends it early; what was measured by then is the result.</param>
    /// <exception cref="LoadFailedException">They did not come to rest.</exception>
    /// <exception cref="OperationCanceledException">It was ended before anything was measured.</exception>
    public async Task<ControlLoadResult> RunAsync(IAnsiConsole? console, CancellationToken cancellation)
    {
        DateTimeOffset started = DateTimeOffset.Now;
        try
        {
            await FormAsync(console, cancellation);
            return await MeasureAsync(started, cancellation);
        }
        finally
        {
            // Who is about to start cannot be stopped yet.
            await Task.WhenAll(_starting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.WhenAll(_members.Select(m => m.StopAsync(CancellationToken.None)));
            foreach (NodeRunner member in _members) await member.DisposeAsync();
            foreach (LabSite site in _sites) await site.DisposeAsync();
        }
    }

    // While one cluster's members listen, the next one's switch is built.
    private async Task FormAsync(IAnsiConsole? console, CancellationToken cancellation)
    {
        for (int i = 0; i < clusters; i++)
        {
            var site = new LabSite(await Fabric.BuildAsync(cluster, new FabricOptions(), cancellation));
            _sites.Add(site);
            await site.WaitReadyAsync(cancellation);
            var meter = new HeartbeatMeter(cluster.Members.Count, (long)cluster.Timers.Heartbeat.TotalNanoseconds);
            _meters.Add(meter);
            NodeRunner[] members = [.. cluster.Members.Select(m => Member(m, site, meter))];
            _members.AddRange(members);
            _starting.AddRange(members.Select((m, n) => StartAsync(m, n, cancellation)));
            console?.WriteLine($"{_members.Count} members on {(i == 0 ? "1 switch" : $"{i + 1} switches")}, {Stopwatch.GetElapsedTime(_origin).TotalSeconds:0} s");
        }

        await Task.WhenAll(_starting);
        long formed = Stopwatch.GetTimestamp();
        while (_members.Count(m => !m.View.AtRest) is > 0 and int restless)
        {
            if (Stopwatch.GetElapsedTime(formed) > cluster.Timers.Heartbeat * SettleHeartbeats) throw new LoadFailedException($"{restless} of {_members.Count} members did not come to rest within {SettleHeartbeats} heartbeats");
            await Task.Delay(Step, cancellation);
        }
    }

    // Hosts do not beat at the same instant: members' phases lie evenly over the period.
    private async Task StartAsync(NodeRunner member, int number, CancellationToken cancellation)
    {
        await Task.Delay(cluster.Timers.Heartbeat * number / cluster.Members.Count, cancellation);
        await member.StartAsync(cancellation);
    }

    private async Task<ControlLoadResult> MeasureAsync(DateTimeOffset started, CancellationToken cancellation)
    {
        int changes = RoleChanges();
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        long from = NowNs;
        foreach (HeartbeatMeter meter in _meters) meter.Begin(from);
        await Task.Delay(duration, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        long to = NowNs;
        foreach (HeartbeatMeter meter in _meters) meter.End(to);
        TimeSpan used = Environment.CpuUsage.TotalTime - processor;
        (DelaySummary? jitter, DelaySummary? delay) = HeartbeatMeter.Sum(_meters);
        return new ControlLoadResult
        {
            ToolVersion = ThisTool.Version,
            Started = started.ToString("O", CultureInfo.InvariantCulture),
            Clusters = clusters,
            Members = cluster.Members.Count,
            HeartbeatNs = (long)cluster.Timers.Heartbeat.TotalNanoseconds,
            MeasuredNs = to - from,
            Completed = !cancellation.IsCancellationRequested,
            Heard = _meters.Sum(m => m.Heard),
            Missed = _meters.Sum(m => m.Missed),
            RoleChanges = RoleChanges() - changes,
            Jitter = jitter,
            Delay = delay,
            Processors = used.TotalNanoseconds / Math.Max(1, to - from),
            MemoryBytes = Environment.WorkingSet,
        };
    }

    private NodeRunner Member(MemberSpec member, LabSite site, HeartbeatMeter meter)
    {
        FabricEnd end = site.Ends.Single(e => e.Name == member.Name);
        return new NodeRunner(Members.Options(cluster, member, end, _origin) with { Heard = (header, group, now) => meter.Take(member.Id, header, group, now) });
    }

    private int RoleChanges() => _members.Sum(m => m.Report().Node.Roles.Count);
}
