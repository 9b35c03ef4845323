using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using VsanEmu.Control;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Record;
using VsanEmu.Core.Spec;
using VsanEmu.Lab;
using VsanEmu.Net.Capture;
using VsanEmu.Node;

namespace VsanEmu.Cli.Lab;

/// <summary>One run of the lab: builds the fabric, puts a member, or a capture, at each port, leads the cluster through its phases, and judges what was seen.</summary>
public sealed class LabRun(LabOptions options)
{
    private static readonly TimeSpan FabricLimit = TimeSpan.FromSeconds(20);

    private readonly ClusterSpec _cluster = options.Cluster;

    /// <summary>Called when the fabric stands and before the first member starts: for a test that wants to watch on its own.</summary>
    public Func<Fabric, Task> FabricReady { get; init; } = _ => Task.CompletedTask;

    /// <summary>Runs and judges. Nothing is left behind, whatever happens.</summary>
    public async Task<RunRecord> RunAsync(IProgress<RunProgress>? progress, CancellationToken cancellation)
    {
        long origin = Stopwatch.GetTimestamp();
        DateTimeOffset started = DateTimeOffset.Now;
        progress?.Report(Building());
        await using Fabric fabric = await Fabric.BuildAsync(_cluster, new FabricOptions { Faults = options.Faults }, cancellation);
        using var captures = new CaptureSet(_cluster.Channels, origin, options.CaptureDirectory);
        foreach (Endpoint endpoint in fabric.Endpoints)
            captures.Add(endpoint.Name, endpoint.Plan.Kind, endpoint.Namespace.Run(() => PacketCapture.Open(endpoint.Plan.Interface, _cluster.Channels)));
        await fabric.WaitReadyAsync(FabricLimit, cancellation);
        await FabricReady(fabric);

        LabMember[] members = [.. _cluster.Members.Select(m => Member(m, fabric, origin))];
        try
        {
            var parts = new RunParts(_cluster, members, new LabCaptures(captures), _cluster.Outsiders.Count == 0 ? null : new LabOutsiders(FabricProbes.Of(fabric, captures)), new LabFabric(fabric));
            var conductor = new Conductor(parts, new ConductorOptions(), TimeProvider.System, () => captures.NowNs, progress);
            RunObservations seen = await conductor.RunAsync(cancellation);
            return Record(started, seen);
        }
        finally
        {
            foreach (LabMember member in members) await member.DisposeAsync();
        }
    }

    // All begin their life at the same instant: of equals the lowest id becomes Master, in every run.
    private LabMember Member(MemberSpec member, Fabric fabric, long origin) => new(new NodeRunner(new RunnerOptions
    {
        Cluster = _cluster,
        Self = member.Id,
        Place = fabric.Namespace(member.Name),
        OriginTimestamp = origin,
        IncarnationNs = 1,
        Seed = member.Id.Value,
        CutLink = cancellation => fabric.SetLinkAsync(member.Name, up: false, cancellation),
    }));

    private RunRecord Record(DateTimeOffset started, RunObservations seen) => new()
    {
        ToolVersion = ThisTool.Version,
        Started = started.ToString("O", CultureInfo.InvariantCulture),
        CommandLine = CommandLine.Mask(options.CommandLine),
        Host = new Dictionary<string, string>
        {
            ["os"] = RuntimeInformation.OSDescription,
            ["architecture"] = RuntimeInformation.OSArchitecture.ToString(),
            ["processors"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
            ["runtime"] = RuntimeInformation.FrameworkDescription,
        },
        InjectedFaults = [.. options.Faults.Select(f => f.Name)],
        Spec = _cluster,
        Observations = seen,
        Verdict = Verdict.Of(_cluster, seen),
    };

    private RunProgress Building() => new()
    {
        Phase = "fabric",
        Doing = $"building a switch with {_cluster.Members.Count} members",
        Done = [],
        Elapsed = TimeSpan.Zero,
        Members = [],
        Killed = new HashSet<string>(),
    };
}
