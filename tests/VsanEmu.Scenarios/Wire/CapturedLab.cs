using VsanEmu.Cli.Lab;
using VsanEmu.Control;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Record;
using VsanEmu.Core.Spec;

namespace VsanEmu.Scenarios.Wire;

/// <summary>One run of the healthy lab with tshark at every port, shared by the tests that look at it from different sides.</summary>
public sealed class CapturedLab : IAsyncLifetime
{
    // Timestamps of the run and of tshark come from different clocks' readings; what is nearer to a phase's edge than this is not judged.
    private static readonly TimeSpan Edge = TimeSpan.FromMilliseconds(20);

    // Those by what the cluster itself sends: trials put streams of their own on the wire.
    private static readonly HashSet<string> OfTheCluster = ["F1", "F2", "F3", "M1", "M2", "M3", "M4", "M5", "A1", "A2", "A3", "A4", "V1", "V2", "V3"];

    private readonly string _folder = Directory.CreateTempSubdirectory("vsanemu-wire-").FullName;
    private readonly Dictionary<string, string> _portOf = [];
    private IReadOnlyList<WirePacket> _packets = [];

    public ClusterSpec Cluster { get; } = LabSpec.Create(8);

    public RunRecord Record { get; private set; } = null!;

    public IEnumerable<PhaseObservation> Settled => Record.Observations.Phases.Where(p => p.Settled);

    public async ValueTask InitializeAsync()
    {
        Record = (await Undisturbed.RunAsync(async () => await RunAsync()))!;
    }

    private async Task<RunRecord> RunAsync()
    {
        TsharkTap? tap = null;
        _portOf.Clear();
        string[] endpoints = [.. Cluster.Members.Select(m => m.Name), Cluster.Observer!.Name];
        var lab = new LabRun(new LabOptions { Cluster = Cluster, Conduct = new ConductorOptions { Only = OfTheCluster } })
        {
            FabricReady = async fabric =>
            {
                foreach (string endpoint in endpoints) _portOf[endpoint] = fabric.Plan.Port(endpoint);
                tap = await TsharkTap.StartAsync(fabric, endpoints, Path.Combine(_folder, $"switch-{Guid.NewGuid():N}.pcapng"));
            },
        };
        try
        {
            RunRecord record = await lab.RunAsync(null, CancellationToken.None);
            _packets = await tap!.FinishAsync();
            return record;
        }
        finally
        {
            tap?.Dispose();
        }
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    internal PhaseObservation Phase(string name) => Record.Observations.Phases.Single(p => p.Name == name);

    /// <summary>What passed an endpoint's port in a phase.</summary>
    internal IEnumerable<WirePacket> At(string endpoint, PhaseObservation phase)
    {
        DateTimeOffset origin = DateTimeOffset.Parse(Record.Started, System.Globalization.CultureInfo.InvariantCulture);
        DateTimeOffset from = origin.AddMicroseconds(phase.StartNs / 1000) + Edge;
        DateTimeOffset to = origin.AddMicroseconds(phase.EndNs / 1000) - Edge;
        return _packets.Where(p => p.Port == _portOf[endpoint] && p.At >= from && p.At <= to);
    }

    /// <summary>All that passed an endpoint's port.</summary>
    internal IEnumerable<WirePacket> At(string endpoint) => _packets.Where(p => p.Port == _portOf[endpoint]);

    /// <summary>What may be on the wire in a phase. A rebuild moves copies after the failover, and another when the segment is split: from then on any member may hold one.</summary>
    internal IEnumerable<Flow> Allowed(PhaseObservation phase) => Matrix(phase, _ => [.. phase.Views.Select(v => v.Id)]).Flows;

    /// <summary>What must be: with copies at those of the spec that are holders at the end, too.</summary>
    internal IEnumerable<Flow> Required(PhaseObservation phase) => Matrix(phase, vm => [.. vm.Copies.Intersect(AtTheEnd(vm))]).Required;

    private FlowMatrix Matrix(PhaseObservation phase, Func<VmSpec, IReadOnlyCollection<MemberId>> moved) => FlowMatrix.Of(
        Cluster,
        phase.Views.ToDictionary(v => v.Id, v => v.Role),
        phase.VmsOn,
        phase.Name is Phases.AfterFailover or Phases.Healed ? Cluster.Vms.ToDictionary(v => v.Name, moved) : null);

    private IEnumerable<MemberId> AtTheEnd(VmSpec vm) => Record.Observations.Nodes.SelectMany(n => n.Vms).Where(v => v.Vm == vm.Name).SelectMany(v => v.Copies);
}
