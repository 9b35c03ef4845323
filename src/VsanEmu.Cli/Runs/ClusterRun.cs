using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using VsanEmu.Control;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Record;
using VsanEmu.Core.Spec;
using VsanEmu.Net.Capture;
using VsanEmu.Net.Probing;
using VsanEmu.Net.Processes;
using VsanEmu.Net.Trials;
using VsanEmu.Node;

namespace VsanEmu.Cli.Runs;

/// <summary>What a run is made with, wherever it takes place.</summary>
internal sealed record RunSetup
{
    /// <summary>The cluster.</summary>
    public required ClusterSpec Cluster { get; init; }

    /// <summary>How much of it is tried, and how long each part may take.</summary>
    public ConductorOptions Conduct { get; init; } = new();

    /// <summary>Whether members start even though traffic is heard that is not this tool's.</summary>
    public bool Force { get; init; }

    /// <summary>Where to keep a pcapng file per port; null for nowhere.</summary>
    public string? CaptureDirectory { get; init; }

    /// <summary>The command line, for the record.</summary>
    public IReadOnlyList<string> CommandLine { get; init; } = [];

    /// <summary>Names of the faults that were put into the fabric, for the record.</summary>
    public IReadOnlyList<string> InjectedFaults { get; init; } = [];
}

/// <summary>One run: a capture at each end, a member at each member's, the cluster led through its phases, and what was seen judged.</summary>
internal sealed class ClusterRun(RunSetup setup)
{
    // Half the coarsest delay that a trial bears.
    private static readonly TimeSpan NotableStandstill = TimeSpan.FromMilliseconds(25);

    private readonly ClusterSpec _cluster = setup.Cluster;

    /// <summary>Called when the fabric stands and before the first member starts.</summary>
    public Func<Task> Ready { get; init; } = () => Task.CompletedTask;

    /// <summary>Runs and judges. No member runs when it returns; the site is its maker's to dispose of.</summary>
    /// <param name="site">Makes or opens the place of the run.</param>
    /// <param name="doing">What that is, in words.</param>
    /// <param name="progress">Told how the run stands.</param>
    /// <param name="cancellation">Ends it early, without a verdict.</param>
    public async Task<RunRecord> RunAsync(Func<Task<ISite>> site, string doing, IProgress<RunProgress>? progress, CancellationToken cancellation)
    {
        long origin = Stopwatch.GetTimestamp();
        DateTimeOffset started = DateTimeOffset.Now;
        progress?.Report(Preparing(doing));
        await using ISite place = await site();
        await using var machine = new MachineWatch(origin, NotableStandstill);
        using var captures = new CaptureSet(_cluster.Channels, origin, setup.CaptureDirectory);
        foreach (FabricEnd end in place.Ends) captures.Add(end.Name, end.Kind, end.Namespace.Run(() => PacketCapture.Open(end.Interface, _cluster.Channels)));
        await place.WaitReadyAsync(cancellation);
        await Ready();

        LocalMember[] members = [.. _cluster.Members.Select(m => Member(m, place, origin))];
        try
        {
            LocalOutsiders? outsiders = _cluster.Outsiders.Count == 0 ? null : new(OutsiderProbes.Of(captures, place.Ends, _cluster.Timers.TcpConnect));
            using var bench = new TrialBench(captures, place.Ends, _cluster);
            var parts = new RunParts(_cluster, members, new LocalCaptures(captures), outsiders, place.Fabric, new LocalTrials(bench));
            var conductor = new Conductor(parts, setup.Conduct, TimeProvider.System, () => captures.NowNs, progress);
            RunObservations seen = await conductor.RunAsync(cancellation);
            return Record(started, seen with { Machine = machine.Snapshot() });
        }
        finally
        {
            foreach (LocalMember member in members) await member.DisposeAsync();
        }
    }

    private LocalMember Member(MemberSpec member, ISite site, long origin)
    {
        FabricEnd end = site.Ends.Single(e => e.Name == member.Name);
        return new(new NodeRunner(LocalMember.Options(_cluster, member, end, origin) with
        {
            Force = setup.Force,
            CutLink = cancellation => site.CutAsync(end, cancellation),
        }));
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
        Spec = _cluster,
        Observations = seen,
        Verdict = Verdict.Of(_cluster, seen),
    };

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
