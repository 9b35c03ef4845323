using System.Net;
using VsanEmu.Core.Observations;
using VsanEmu.Net.Capture;

namespace VsanEmu.Net.Probing;

/// <summary>What outsiders do: try to reach every member, and prove that the observer's capture works.</summary>
/// <param name="captures">Captures the outsiders' and the targets' ports.</param>
/// <param name="outsiders">Who probes.</param>
/// <param name="targets">Who is probed.</param>
/// <param name="timeout">How long a probe waits for an answer.</param>
/// <param name="provers">Endpoints in the observer's segment.</param>
/// <param name="observer">The observer's address, or null without one: then its capture stays unproven.</param>
public sealed class OutsiderProbes(
    CaptureSet captures, IReadOnlyList<ProbeSource> outsiders, IReadOnlyList<ProbeTarget> targets, TimeSpan timeout,
    IReadOnlyList<ProbeSource> provers, IPAddress? observer)
{
    /// <summary>Probes that run at a time.</summary>
    public const int MaxAtATime = 256;

    /// <summary>Requests that each prover sends: one may be lost.</summary>
    public const int ProofRequests = 3;

    private static readonly TimeSpan ProofInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>All outsiders of a fabric against all its members, and a proof for its observer by whoever is in the segment with it.</summary>
    /// <param name="captures">Captures every end's port under the end's name.</param>
    /// <param name="ends">The fabric's ends.</param>
    /// <param name="timeout">How long a probe waits for an answer.</param>
    public static OutsiderProbes Of(CaptureSet captures, IReadOnlyList<FabricEnd> ends, TimeSpan timeout)
    {
        FabricEnd[] outsiders = [.. ends.Where(e => e is { Kind: PortKind.Outsider, Address: not null })];
        FabricEnd[] provers = [.. outsiders.Where(o => o.InSegment)];
        if (provers.Length == 0) provers = [.. ends.Where(e => e is { Kind: PortKind.Gateway, Address: not null })];
        // A member may ask, too: an ARP request is nothing that the matrix forbids.
        if (provers.Length == 0) provers = [.. ends.Where(e => e.Kind == PortKind.Member).Take(1)];
        return new OutsiderProbes(
            captures, [.. outsiders.Select(o => o.AsSource())], [.. ends.Where(e => e.Kind == PortKind.Member).Select(m => new ProbeTarget(m.Name, m.Address!))],
            timeout, [.. provers.Select(p => p.AsSource())], ends.FirstOrDefault(e => e.Kind == PortKind.Observer)?.Address);
    }

    /// <summary>Every outsider tries every target's port, once from an ephemeral port and once from the same port as source.</summary>
    public async Task<IReadOnlyList<ProbeObservation>> ProbeAsync(string phase, int port, CancellationToken cancellation)
    {
        var probe = new TcpProbe(captures, timeout);
        using var slots = new SemaphoreSlim(MaxAtATime);
        ProbeObservation[] seen = await Task.WhenAll(
            from outsider in outsiders
            from target in targets
            from sourcePort in (int[])[0, port]
            select OneAsync(outsider, target, sourcePort)).ConfigureAwait(false);
        return FalseAbsences.Doubt(captures, seen);

        async Task<ProbeObservation> OneAsync(ProbeSource outsider, ProbeTarget target, int sourcePort)
        {
            await slots.WaitAsync(cancellation).ConfigureAwait(false);
            try
            {
                return await probe.RunAsync(phase, outsider, sourcePort, target, port, cancellation).ConfigureAwait(false);
            }
            finally
            {
                slots.Release();
            }
        }
    }

    /// <summary>Asks for the observer's address by ARP: a broadcast, which every port in the segment must see.</summary>
    public async Task ProveObserverAsync(CancellationToken cancellation)
    {
        if (observer is null) return;
        for (int i = 0; i < ProofRequests; i++)
        {
            foreach (ProbeSource prover in provers) ArpRequest.Send(prover, observer);
            await Task.Delay(ProofInterval, cancellation).ConfigureAwait(false);
        }
    }
}
