using System.Net;
using System.Net.Sockets;
using VsanEmu.Core.Wire;
using VsanEmu.Net.Tcp;

namespace VsanEmu.Node;

/// <summary>
/// What the driver counts, beside what the node counts itself. The names are part of the record: they may be added to, not changed. Used under the
/// pump's lock.
/// </summary>
internal sealed class NodeCounters
{
    /// <summary>Unknown addresses that are counted one by one; further ones only in the total.</summary>
    internal const int MaxStrangers = 64;

    private readonly Dictionary<string, long> _counts = [];
    private readonly HashSet<IPAddress> _strangers = [];

    /// <summary>A whole, intact datagram of this cluster came from an address that is not its sender's; it was dropped.</summary>
    internal long DatagramMismatch() => Add("address_mismatch.datagrams");

    /// <summary>A marked datagram of a trial came to one of the cluster's own groups or ports; it was dropped.</summary>
    internal void TrialDatagram() => Add("trial_datagrams");

    /// <summary>A member announced a silence, or ended it, on a connection of its own (A9).</summary>
    internal void IdleProbe() => Add("idle_probes");

    /// <summary>A member's measured stream came to its end (P3).</summary>
    internal void Stream() => Add("measured_streams");

    /// <summary>A datagram could not be sent.</summary>
    internal void SendError(SocketError error) => Add($"send_errors.{error}");

    /// <summary>A group could not be joined or left.</summary>
    internal void MembershipError(SocketError error) => Add($"membership_errors.{error}");

    /// <summary>A frame claimed another sender than the one whose address the connection comes from; the connection was cut.</summary>
    internal long FrameMismatch() => Add("address_mismatch.frames");

    /// <summary>A connection ended for a reason that is not an orderly end.</summary>
    internal void Cut(CutReason reason, WireStatus status) => Add(status == WireStatus.Ok ? $"connections_cut.{reason}" : $"connections_cut.{reason}.{status}");

    /// <summary>A frame was dropped, because its connection had just ended.</summary>
    internal void FrameDropped() => Add("frames_dropped");

    /// <summary>A connection was refused, because too many are open from its address.</summary>
    internal void RefusedByLimit() => Add("connections_refused.limit");

    /// <summary>A connection was refused by the node.</summary>
    internal void RefusedByNode() => Add("connections_refused.node");

    /// <summary>Somebody connected who is no member of the spec.</summary>
    internal void Stranger(IPAddress from)
    {
        Add("strangers.connections");
        if (_strangers.Contains(from) || _strangers.Count < MaxStrangers && _strangers.Add(from)) Add($"strangers.{from}");
    }

    /// <summary>All counters together with <paramref name="others"/>, whose names are different ones, and what the sockets counted.</summary>
    internal Dictionary<string, long> With(IReadOnlyDictionary<string, long> others, long receiveErrors)
    {
        var all = new Dictionary<string, long>(_counts);
        foreach ((string name, long count) in others) all.Add(name, count);
        if (receiveErrors > 0) all.Add("receive_errors", receiveErrors);
        return all;
    }

    private long Add(string name) => _counts[name] = _counts.GetValueOrDefault(name) + 1;
}
