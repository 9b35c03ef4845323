using VsanEmu.Core.Load;

namespace VsanEmu.Traffic;

/// <summary>One load of flows, from its first socket to its figures.</summary>
public sealed class LoadRun
{
    // Until a switch has taken in the reports of a port, and what each socket's groups add to that.
    private static readonly TimeSpan Reports = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan ReportTime = TimeSpan.FromMilliseconds(5);

    private readonly LoadStage _stage;
    private readonly LoadOptions _options;
    private readonly IReadOnlyList<LoadFlow> _flows;
    private readonly LoadSession _session;

    /// <summary>Plans it.</summary>
    /// <param name="stage">With whom.</param>
    /// <param name="options">What is asked for.</param>
    /// <exception cref="LoadException">It cannot be as it was asked for.</exception>
    public LoadRun(LoadStage stage, LoadOptions options)
    {
        (_stage, _options, _flows) = (stage, options, LoadPlan.Make(stage.Cluster, options));
        bool datagrams = _flows.Any(f => f.Transport == LoadTransport.Udp);
        TimeSpan settling = datagrams ? Reports + (ReportTime * LoadSockets.MembershipSockets(_flows)) : TimeSpan.Zero;
        _session = new LoadSession(stage, new LoadWork.Flows(options), options.LeadIn, settling);
    }

    /// <summary>Ends when the measurement begins.</summary>
    public Task Measuring => _session.Measuring;

    /// <summary>Runs it. Ends by itself; <paramref name="cancellation"/> ends it early, and what was measured by then is the result.</summary>
    /// <param name="progress">Told at the end of each interval.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="LoadException">It cannot be as it was asked for.</exception>
    /// <exception cref="LoadFailedException">The fabric or a host did not let it be carried out.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">A socket cannot be opened.</exception>
    public async Task<LoadResult> RunAsync(IProgress<LoadInterval>? progress, CancellationToken cancellation)
    {
        ClockComparison? before = _stage.Clocks?.Latest;
        LoadCourse<LoadPart.OfFlows> course = await _session.RunAsync<LoadPart.OfFlows>(progress, cancellation);
        long untilNs = _stage.NowNs();
        var outcome = new LoadResult
        {
            Profile = _options.Profile,
            ToolVersion = _stage.ToolVersion,
            Started = course.Started,
            MeasuredNs = course.MeasuredNs,
            Completed = course.Completed,
            Means = new LoadMeans { SegmentsByKernel = false, JoinsByKernel = false, Burst = 0, CrossesUncut = false },
            Payload = _flows[0].Payload,
            Groups = _options.Groups,
            MaxLossPercent = _options.MaxLossPercent,
            BurstDatagrams = _options.BurstDatagrams,
            Intervals = course.Intervals,
            Flows = [],
            Clocks = before?.Offsets ?? [],
            ClockErrorNs = before is null ? 0 : before.ErrorUntil(await AfterAsync(cancellation), untilNs),
            Processors = 0,
            GeneratorLimit = "",
        };
        return LoadParts.Join(_flows, course.Parts, outcome);
    }

    // Streams have no one-way delays, and what was measured is told even if hosts cannot be asked any more.
    private async Task<ClockComparison?> AfterAsync(CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested || _flows.All(f => f.Transport == LoadTransport.Tcp)) return null;
        try
        {
            return await _stage.Clocks!.CompareAsync(_stage, cancellation);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            return null;
        }
    }
}
