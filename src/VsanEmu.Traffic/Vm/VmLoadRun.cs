using VsanEmu.Core.Load;

namespace VsanEmu.Traffic.Vm;

/// <summary>The data plane under load: a VM on each member reads and writes blocks that other members keep.</summary>
/// <param name="stage">With whom.</param>
/// <param name="options">The time, the interval and what the connections are like.</param>
/// <param name="what">What the VMs do.</param>
public sealed class VmLoadRun(LoadStage stage, LoadOptions options, VmOptions what)
{
    /// <summary>Runs it. Ends by itself; <paramref name="cancellation"/> ends it early, and what was measured by then is the result.</summary>
    /// <param name="progress">Told at the end of each interval.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="LoadException">It cannot be as it was asked for.</exception>
    /// <exception cref="LoadFailedException">The fabric or a host did not let it be carried out.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">A socket cannot be opened.</exception>
    public async Task<VmLoadResult> RunAsync(IProgress<LoadInterval>? progress, CancellationToken cancellation)
    {
        var session = new LoadSession(stage, new LoadWork.Vms(options, what), options.LeadIn, settling: TimeSpan.Zero);
        LoadCourse<LoadPart.OfVms> course = await session.RunAsync<LoadPart.OfVms>(progress, cancellation);
        var outcome = new VmLoadResult
        {
            ToolVersion = stage.ToolVersion,
            Started = course.Started,
            Options = what,
            MeasuredNs = course.MeasuredNs,
            Completed = course.Completed,
            Intervals = course.Intervals,
            MaxLossPercent = options.MaxLossPercent,
            Vms = [],
            ReadLatency = null,
            WriteLatency = null,
            Processors = 0,
            GeneratorLimit = "",
        };
        return LoadParts.Join(course.Parts, outcome);
    }
}
