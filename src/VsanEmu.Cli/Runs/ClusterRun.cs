using System.Globalization;
using System.Runtime.InteropServices;
using VsanEmu.Control;
using VsanEmu.Control.Hosts;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Record;
using VsanEmu.Core.Spec;

namespace VsanEmu.Cli.Runs;

/// <summary>What a run is made with, wherever it takes place.</summary>
internal sealed record RunSetup
{
    /// <summary>The cluster, by which the run is judged.</summary>
    public required ClusterSpec Cluster { get; init; }

    /// <summary>Its observer or outsiders that are not there, by name.</summary>
    public IReadOnlyList<string> Absent { get; init; } = [];

    /// <summary>The part of the cluster that is there.</summary>
    public ClusterSpec Present => Cluster with
    {
        Observer = Cluster.Observer is { } observer && !Absent.Contains(observer.Name) ? observer : null,
        Outsiders = [.. Cluster.Outsiders.Where(o => !Absent.Contains(o.Name))],
    };

    /// <summary>How much of it is tried, and how long each part may take.</summary>
    public ConductorOptions Conduct { get; init; } = new();

    /// <summary>The command line, for the record.</summary>
    public IReadOnlyList<string> CommandLine { get; init; } = [];

    /// <summary>Names of the faults that were put into the fabric, for the record.</summary>
    public IReadOnlyList<string> InjectedFaults { get; init; } = [];
}

/// <summary>One run: the cluster led through its phases on the hosts that have its ends, and what was seen judged.</summary>
internal sealed class ClusterRun(RunSetup setup)
{
    /// <summary>Called when the fabric stands and before the first member starts.</summary>
    public Func<Task> Ready { get; init; } = () => Task.CompletedTask;

    /// <summary>Runs and judges. No member runs when it returns; the stage is its maker's to dispose of.</summary>
    /// <param name="stage">Makes or opens the place of the run.</param>
    /// <param name="doing">What that is, in words.</param>
    /// <param name="progress">Told how the run stands.</param>
    /// <param name="cancellation">Ends it early, without a verdict.</param>
    public async Task<RunRecord> RunAsync(Func<IProgress<string>, Task<IStage>> stage, string doing, IProgress<RunProgress>? progress, CancellationToken cancellation)
    {
        DateTimeOffset started = DateTimeOffset.Now;
        progress?.Report(Preparing(doing));
        await using IStage place = await stage(new Told(text => progress?.Report(Preparing(text))));
        await Ready();
        var hosted = new HostedRun(place.Hosts);
        RunParts parts = hosted.Parts(setup.Present, place.Fabric, () => place.NowNs, place.Lead);
        RunObservations seen = await new Conductor(parts, setup.Conduct, TimeProvider.System, () => place.NowNs, progress).RunAsync(cancellation);
        return Record(started, seen with { Absent = setup.Absent, Machine = await hosted.MachineAsync(place.Hindrances, cancellation) });
    }

    private RunRecord Record(DateTimeOffset started, RunObservations seen) => new()
    {
        ToolVersion = ThisTool.Version,
        Started = started.ToString("O", CultureInfo.InvariantCulture),
        CommandLine = CommandLine.Mask(setup.CommandLine),
        Host = new Dictionary<string, string>
        {
            ["os"] = RuntimeInformation.OSDescription,
            ["architecture"] = RuntimeInformation.OSArchitecture.ToString(),
            ["processors"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
            ["runtime"] = RuntimeInformation.FrameworkDescription,
        },
        InjectedFaults = setup.InjectedFaults,
        Spec = setup.Cluster,
        Observations = seen,
        Verdict = Verdict.Of(setup.Cluster, seen),
    };

    // On the spot: Progress<T> would tell later, from another thread.
    private sealed class Told(Action<string> tell) : IProgress<string>
    {
        public void Report(string value) => tell(value);
    }

    private static RunProgress Preparing(string doing) => new()
    {
        Phase = "fabric",
        Doing = doing,
        Done = [],
        Elapsed = TimeSpan.Zero,
        Members = [],
        Killed = new HashSet<string>(),
    };
}
