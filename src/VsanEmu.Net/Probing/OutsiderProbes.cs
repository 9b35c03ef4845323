using System.Net;
using VsanEmu.Core.Observations;
using VsanEmu.Net.Capture;
using VsanEmu.Net.Threads;

namespace VsanEmu.Net.Probing;

/// <summary>What outsiders do: try to reach every member, and prove that the observer's capture works.</summary>
/// <param name="captures">Captures the outsiders' ports.</param>
/// <param name="ports">Knows what arrived at the targets.</param>
/// <param name="timeout">How long a probe waits for an answer.</param>
public sealed class OutsiderProbes(CaptureSet captures, IPorts ports, TimeSpan timeout)
{
    /// <summary>Probes that run at a time.</summary>
    public const int MaxAtATime = 256;

    /// <summary>Requests that each prover sends: one may be lost.</summary>
    public const int ProofRequests = 3;

    private static readonly TimeSpan ProofInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>Every outsider tries every target's port, once from an ephemeral port and once from the same port as source.</summary>
    /// <param name="phase">The run's phase, for the observations.</param>
    /// <param name="outsiders">Who probes.</param>
    /// <param name="targets">Who is probed.</param>
    /// <param name="port">The targets' TCP port.</param>
    /// <param name="cancellation">Ends it early.</param>
    public async Task<IReadOnlyList<ProbeObservation>> ProbeAsync(
        string phase, IReadOnlyList<ProbeSource> outsiders, IReadOnlyList<ProbeTarget> targets, int port, CancellationToken cancellation)
    {
        var probe = new TcpProbe(captures, ports, timeout);
        using var slots = new SemaphoreSlim(MaxAtATime);
        return await Task.WhenAll(
            from outsider in outsiders
            from target in targets
            from sourcePort in (int[])[0, port]
            select OneAsync(outsider, target, sourcePort)).ConfigureAwait(false);

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
    /// <param name="provers">Who asks: endpoints in the observer's segment.</param>
    /// <param name="observer">The observer's address.</param>
    /// <param name="cancellation">Ends it early.</param>
    public static async Task ProveObserverAsync(IReadOnlyList<ProbeSource> provers, IPAddress observer, CancellationToken cancellation)
    {
        for (int i = 0; i < ProofRequests; i++)
        {
            await OwnThread.RunAsync(Ask, cancellation).ConfigureAwait(false);
            await Task.Delay(ProofInterval, cancellation).ConfigureAwait(false);
        }

        void Ask()
        {
            foreach (ProbeSource prover in provers) ArpRequest.Send(prover, observer);
        }
    }
}
