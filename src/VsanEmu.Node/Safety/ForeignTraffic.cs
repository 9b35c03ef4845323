using System.Net;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;
using VsanEmu.Net.Capture;
using VsanEmu.Net.Udp;

namespace VsanEmu.Node.Safety;

/// <summary>
/// Collects what a node hears before it sends, and tells what of it is not this tool's: datagrams to the cluster's ports that do not start with the
/// tool's magic (another cluster of this tool is not foreign), and TCP on the reliable port between addresses that are not all in the spec, or
/// carrying a stream without one frame of this tool. May be fed from several threads.
/// </summary>
/// <param name="cluster">The cluster.</param>
public sealed class ForeignTraffic(ClusterSpec cluster) : ITransportSink
{
    /// <summary>Conversations kept apart; further ones are not looked at.</summary>
    public const int MaxConversations = 1024;

    private const string NotOurs = "not this tool's";
    private const string Stranger = "an address that is not in the spec";
    private const string NoFrames = "a stream without a frame of this tool";

    private readonly Lock _gate = new();
    private readonly HashSet<uint> _known = [.. Addresses(cluster).Select(Ipv4Endpoint.Number)];
    private readonly HashSet<int> _ports = [cluster.Channels.AgentPort, cluster.Channels.MasterPort, cluster.Channels.UnicastPort];
    private readonly Dictionary<Conversation, Seen> _seen = [];

    /// <summary>What was heard that is foreign.</summary>
    public IReadOnlyList<ForeignSighting> Heard
    {
        get
        {
            lock (_gate) return [.. _seen.Where(s => s.Value.Foreign).Select(s => s.Key.Sighting(s.Value))];
        }
    }

    /// <summary>A datagram arrived; one to another port than the cluster's is not looked at.</summary>
    public void Datagram(Ipv4Endpoint from, Ipv4Endpoint to, ReadOnlySpan<byte> payload)
    {
        if (!_ports.Contains(to.Port) || !IsOurGroupOrUnicast(to)) return;
        if (MessageHeader.TryFrameLength(payload, int.MaxValue, out _) == WireStatus.BadMagic) Note(new Conversation("UDP", from, to), NotOurs, foreign: true);
    }

    /// <summary>A TCP segment was seen; one of another port than the reliable transport's is not looked at.</summary>
    public void Segment(Ipv4Endpoint from, Ipv4Endpoint to, ReadOnlySpan<byte> payload)
    {
        if (from.Port != cluster.Channels.ReliablePort && to.Port != cluster.Channels.ReliablePort) return;
        var conversation = new Conversation("TCP", from, to);
        if (!_known.Contains(from.Address) || !_known.Contains(to.Address)) Note(conversation, Stranger, foreign: true);
        else if (!payload.IsEmpty) Note(conversation, NoFrames, foreign: payload.IndexOf(MessageHeader.MagicBytes) < 0);
    }

    private static IEnumerable<IPAddress> Addresses(ClusterSpec cluster) =>
    [
        .. cluster.Members.Select(m => m.Address),
        .. cluster.Outsiders.Select(o => o.Address),
        .. new[] { cluster.Gateway, cluster.Observer?.Address }.OfType<IPAddress>(),
    ];

    // The ports alone are no mark of vSAN: on a group they count with its address, in unicast with a member's.
    private bool IsOurGroupOrUnicast(Ipv4Endpoint to)
    {
        ChannelSpec c = cluster.Channels;
        return Is(c.AgentGroup, c.AgentPort) || Is(c.MasterGroup, c.MasterPort) || (c.AgentGroup is null && to.Port == c.UnicastPort && _known.Contains(to.Address));

        bool Is(IPAddress? group, int port) => group is not null && port == to.Port && Ipv4Endpoint.Number(group) == to.Address;
    }

    // One frame of ours in a stream and all of it is ours: the middle of a long frame has no magic.
    private void Note(Conversation conversation, string what, bool foreign)
    {
        lock (_gate)
        {
            if (_seen.TryGetValue(conversation, out Seen seen)) _seen[conversation] = new Seen(what, seen.Foreign && foreign, seen.Packets + 1);
            else if (_seen.Count < MaxConversations) _seen.Add(conversation, new Seen(what, foreign, 1));
        }
    }

    private readonly record struct Seen(string What, bool Foreign, long Packets);

    private readonly record struct Conversation(string Transport, Ipv4Endpoint From, Ipv4Endpoint To)
    {
        internal ForeignSighting Sighting(Seen seen) => new(From.ToString(), To.ToString(), Transport, seen.What, seen.Packets);
    }
}
