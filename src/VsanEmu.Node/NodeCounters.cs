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
    internal long DatagramMismatch() => Add("udp.address-mismatch");

    /// <summary>A datagram could not be sent.</summary>
    internal void SendError(SocketError error) => Add($"udp.send-error.{error}");

    /// <summary>A group could not be joined or left.</summary>
    internal void MembershipError(SocketError error) => Add($"igmp.error.{error}");

    /// <summary>A frame claimed another sender than the one whose address the connection comes from; the connection was cut.</summary>
    internal long FrameMismatch() => Add("tcp.address-mismatch");

    /// <summary>A connection ended for a reason that is not an orderly end.</summary>
    internal void Cut(CutReason reason, WireStatus status) => Add(status == WireStatus.Ok ? $"tcp.cut.{reason}" : $"tcp.cut.{reason}.{status}");

    /// <summary>A frame was dropped, because its connection had just ended.</summary>
    internal void FrameDropped() => Add("tcp.frame-dropped");

    /// <summary>A connection was refused, because too many are open from its address.</summary>
    internal void RefusedByLimit() => Add("tcp.refused-by-limit");

    /// <summary>A connection was refused by the node.</summary>
    internal void RefusedByNode() => Add("tcp.refused-by-node");

    /// <summary>Somebody connected who is no member of the spec.</summary>
    internal void Stranger(IPAddress from)
    {
        Add("tcp.stranger");
        if (_strangers.Contains(from) || _strangers.Count < MaxStrangers && _strangers.Add(from)) Add($"tcp.stranger.{from}");
    }

    /// <summary>All counters together with <paramref name="others"/>, which win where a name is in both.</summary>
    internal Dictionary<string, long> With(IReadOnlyDictionary<string, long> others)
    {
        var all = new Dictionary<string, long>(_counts);
        foreach ((string name, long count) in others) all[name] = count;
        return all;
    }

    private long Add(string name) => _counts[name] = _counts.GetValueOrDefault(name) + 1;
}
