using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;

namespace VsanEmu.Node;

/// <summary>What a node hands over about itself.</summary>
/// <param name="Node">What it kept, with the driver's counters and the settings really in use.</param>
/// <param name="StreamsSent">Probe streams it sent: stream, group, datagrams.</param>
/// <param name="StreamsReceived">Probe streams as they arrived.</param>
/// <param name="Probes">Its C7 probes.</param>
/// <param name="Directory">Its directory: each entry's key and revision.</param>
/// <param name="Foreign">Foreign traffic heard before it started.</param>
public sealed record NodeReport(
    NodeObservation Node,
    IReadOnlyList<(int Stream, FlowGroup Group, long Datagrams)> StreamsSent,
    IReadOnlyList<(int Stream, StreamObservation Counts)> StreamsReceived,
    IReadOnlyList<ProbeObservation> Probes,
    IReadOnlyDictionary<Guid, ulong> Directory,
    IReadOnlyList<ForeignSighting> Foreign)
{
    /// <summary>Datagrams of its probe streams that its own kernel refused.</summary>
    public IReadOnlyList<RefusedDatagrams> StreamsRefused { get; init; } = [];
}
