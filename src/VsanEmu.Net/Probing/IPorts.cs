using System.Net;
using VsanEmu.Core.Frames;
using VsanEmu.Core.Observations;
using VsanEmu.Net.Capture;
using VsanEmu.Net.Interfaces;

namespace VsanEmu.Net.Probing;

/// <summary>What a probe wants to know of its target's end, which is on this machine or on another.</summary>
public interface IPorts
{
    /// <summary>Whether a SYN came in at a port.</summary>
    /// <param name="port">The target's port, by its endpoint's name.</param>
    /// <param name="probe">The SYN's five-tuple.</param>
    /// <param name="sinceNs">Leaves out what passed before, ns since the run began.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <returns>True when it did, false when it surely did not, null when nobody can tell: frames are missing there.</returns>
    /// <exception cref="KeyNotFoundException">No such port.</exception>
    ValueTask<bool?> ArrivedAsync(string port, FiveTuple probe, long sinceNs, CancellationToken cancellation);

    /// <summary>The IPv6 addresses of an end's interface.</summary>
    /// <exception cref="KeyNotFoundException">No such port.</exception>
    ValueTask<IReadOnlyList<IPAddress>> Ipv6Async(string port, CancellationToken cancellation);
}

/// <summary>The ports of this machine.</summary>
/// <param name="captures">Captures the ports.</param>
/// <param name="ends">The ends behind them.</param>
public sealed class LocalPorts(CaptureSet captures, IReadOnlyList<FabricEnd> ends) : IPorts
{
    /// <inheritdoc/>
    public ValueTask<bool?> ArrivedAsync(string port, FiveTuple probe, long sinceNs, CancellationToken cancellation)
    {
        if (SynPassage.Passed(probe, captures.Find(port, probe, sinceNs), PortDirection.In)) return ValueTask.FromResult<bool?>(true);
        // Where frames were dropped before the capture saw them, a SYN that it did not see may have arrived.
        return ValueTask.FromResult<bool?>(captures.Snapshot(port).Dropped == 0 ? false : null);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<IPAddress>> Ipv6Async(string port, CancellationToken cancellation)
    {
        FabricEnd end = ends.FirstOrDefault(e => e.Name == port) ?? throw new KeyNotFoundException($"there is no end {port} here");
        return await end.Namespace.RunAsync(() => LocalInterface.Ipv6Addresses(end.Interface), cancellation).ConfigureAwait(false);
    }
}
