using System.Net;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Load;

/// <summary>One flow of a load.</summary>
/// <param name="Id">Its number, from 1.</param>
/// <param name="From">Who sends.</param>
/// <param name="To">Who receives: one member, or the members of a group.</param>
/// <param name="Group">The group, or null.</param>
/// <param name="Transport">What carries it.</param>
/// <param name="Port">The port that it is sent to.</param>
/// <param name="Payload">Bytes of a datagram's payload, or of a write.</param>
/// <param name="BitsPerSecond">Its rate, bit/s of payload; 0 for as fast as it goes.</param>
public sealed record LoadFlow(int Id, string From, IReadOnlyList<string> To, IPAddress? Group, LoadTransport Transport, int Port, int Payload, double BitsPerSecond)
{
    /// <summary>The groups to which its datagrams go, one after the other: datagram <c>n</c> to group <c>n mod count</c>. Just <see cref="Group"/>, unless more are asked for.</summary>
    public IReadOnlyList<IPAddress> Groups { get; init; } = Group is null ? [] : [Group];
}

/// <summary>All flows of a load: a function of the cluster and of what is asked for. Groups and ports are the cluster's own, so that what holds for it holds for them.</summary>
public static class LoadPlan
{
    /// <summary>UDP port of unicast datagrams: what vSAN from 6.6 on uses.</summary>
    public const int UnicastPort = 12321;

    /// <summary>UDP port from which round trips are asked for, at <see cref="UnicastPort"/>.</summary>
    public const int QuestionPort = 12322;

    /// <summary>Payload of a datagram when none is asked for, bytes.</summary>
    public const int DatagramBytes = 1400;

    private const int WriteBytes = 128 * 1024;

    // IPv4's header and UDP's, bytes; offsets of fragments are multiples of 8 (RFC 791, 3.1).
    private const int Ipv4Header = 20;
    private const int UdpHeader = 8;
    private const int FragmentUnit = 8;

    /// <summary>The longest payload of a datagram that an interface sends in one packet, bytes.</summary>
    public static int WholePayload(int mtu) => mtu - Ipv4Header - UdpHeader;

    /// <summary>Packets in which a datagram leaves an interface: 1, or more when it is longer than the interface's packets may be.</summary>
    /// <param name="payload">Its payload, bytes.</param>
    /// <param name="mtu">The interface's MTU, bytes; 0 when it is not known.</param>
    public static int Fragments(int payload, int mtu)
    {
        int each = (mtu - Ipv4Header) / FragmentUnit * FragmentUnit;
        return each <= 0 || payload <= WholePayload(mtu) ? 1 : (payload + UdpHeader + each - 1) / each;
    }

    /// <summary>The flows.</summary>
    /// <exception cref="LoadException">The cluster has no group or too few members for them, or they are too many.</exception>
    public static IReadOnlyList<LoadFlow> Make(ClusterSpec cluster, LoadOptions options)
    {
        string[] members = [.. cluster.Members.Select(m => m.Name)];
        int least = options.Profile == LoadProfile.Resync ? 3 : 2;
        if (members.Length < least) throw new LoadException($"this load takes {least} members");
        (string From, string[] To, bool Group, double Share)[] ways = [.. Ways(members, options)];
        long flows = (long)ways.Length * options.Parallel;
        if (flows > LoadOptions.MaxFlows) throw new LoadException($"{flows} flows: at most {LoadOptions.MaxFlows} are allowed");
        if (ways.Any(w => w.Group) && cluster.Channels.AgentGroup is null) throw new LoadException($"profile {cluster.Profile.Name} has no groups to send to");

        // One group is the Agent Group; more are test groups.
        var test = new TestGroups(cluster);
        IPAddress[] more = [.. Enumerable.Range(0, options.Groups > 1 ? options.Groups : 0).Select(_ => test.Next())];
        double shares = ways.Sum(w => w.Share) * options.Parallel;
        return [.. ways.SelectMany(w => Enumerable.Repeat(w, options.Parallel)).Select(One)];

        LoadFlow One((string From, string[] To, bool Group, double Share) way, int index)
        {
            LoadTransport transport = way.Group ? LoadTransport.Udp : options.Transport ?? (options.Profile == LoadProfile.Pair ? LoadTransport.Udp : LoadTransport.Tcp);
            int port = way.Group ? cluster.Channels.AgentPort : transport == LoadTransport.Udp ? UnicastPort : cluster.Channels.ReliablePort;
            int payload = options.Payload ?? (transport == LoadTransport.Udp ? DatagramBytes : WriteBytes);
            if (options.PacketsPerSecond is not null && transport == LoadTransport.Tcp) throw new LoadException("a rate in packets takes datagrams: this profile's flows are TCP");
            double rate = (options.PacketsPerSecond * payload * 8) ?? options.BitsPerSecond ?? Math.Max(1, Math.Floor(LoadOptions.DefaultTotalRate * way.Share / shares));
            if (rate == 0 && options.Ramp > TimeSpan.Zero) throw new LoadException("a ramp takes a rate to grow to");
            var flow = new LoadFlow(index + 1, way.From, way.To, way.Group ? cluster.Channels.AgentGroup : null, transport, port, payload, rate);
            return way.Group && more.Length > 0 ? flow with { Group = more[0], Groups = more } : flow;
        }
    }

    private static IEnumerable<(string From, string[] To, bool Group, double Share)> Ways(string[] members, LoadOptions options)
    {
        IEnumerable<(string From, string[] To, bool Group, double Share)> ring = members.Select((m, i) => (m, new[] { members[(i + 1) % members.Length] }, false, 1.0));
        (string, string[], bool, double) group = (members[0], members[1..], true, 1.0);
        return options.Profile switch
        {
            LoadProfile.Pair => [(members[0], [members[1]], false, 1)],
            LoadProfile.Multicast => [group],
            LoadProfile.MulticastAll => members.Select(m => (m, members.Where(o => o != m).ToArray(), true, 1.0)),
            LoadProfile.Ring => ring,
            LoadProfile.Mesh => members.SelectMany(_ => members, (from, to) => (from, new[] { to }, false, 1.0)).Where(w => w.from != w.Item2[0]),
            LoadProfile.Incast => members.Skip(1).Select(m => (m, new[] { members[0] }, false, 1.0)),
            LoadProfile.Resync => Resync(members[..^1]),
            LoadProfile.Mixed => [group with { Item4 = options.MulticastShare }, .. ring.Select(r => r with { Share = (1 - options.MulticastShare) / members.Length })],
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.Profile, "no such profile"),
        };
    }

    // What the lost member held has copies at all others, and finds room at all others.
    private static IEnumerable<(string From, string[] To, bool Group, double Share)> Resync(string[] left) =>
        left.SelectMany((m, i) => Enumerable.Range(1, Math.Min(2, left.Length - 1)).Select(step => (m, new[] { left[(i + step) % left.Length] }, false, 1.0)));
}

/// <summary>A load cannot be as it was asked for; the message says why.</summary>
public sealed class LoadException(string message) : Exception(message);

/// <summary>A load that can be was not carried out: the fabric, or a machine, did not let it; the message says what.</summary>
public sealed class LoadFailedException(string message, Exception? inner = null) : IOException(message, inner);
