using VsanEmu.Core.Observations;
using VsanEmu.Net.Capture;
using VsanEmu.Net.Probing;

namespace VsanEmu.Lab;

/// <summary>Probes on a fabric of the lab's.</summary>
public static class FabricProbes
{
    /// <summary>All its outsiders against all its members, and a proof for its observer by whoever is in the segment with it.</summary>
    /// <param name="fabric">The fabric.</param>
    /// <param name="captures">Captures every endpoint's port under the endpoint's name.</param>
    public static OutsiderProbes Of(Fabric fabric, CaptureSet captures)
    {
        Endpoint[] outsiders = [.. fabric.Endpoints.Where(e => e.Plan is { Kind: PortKind.Outsider, Address: not null })];
        Endpoint[] besideObserver = [.. outsiders.Where(o => o.Plan.Port is not null)];
        if (besideObserver.Length == 0) besideObserver = [.. fabric.Endpoints.Where(e => e.Plan.Kind == PortKind.Gateway)];
        return new OutsiderProbes(
            captures, [.. outsiders.Select(Source)],
            [.. fabric.Plan.Members.Select(m => new ProbeTarget(m.Name, m.Address!))],
            fabric.Plan.Spec.Timers.TcpConnect,
            [.. besideObserver.Select(Source)],
            fabric.Plan.Endpoints.FirstOrDefault(e => e.Kind == PortKind.Observer)?.Address);
    }

    private static ProbeSource Source(Endpoint endpoint) => new(endpoint.Name, endpoint.Namespace, endpoint.Plan.Interface, endpoint.Plan.Address!);
}
