using CsCheck;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Protocol;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Tests.Wire;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Tests.Protocol;

/// <summary>Whatever arrives, a node counts it and goes on: nothing throws, nothing grows beyond its limit, and its heartbeats go out in time.</summary>
public class HostileInputTests
{
    private static readonly ClusterSpec Cluster = ClusterNodeTests.Cluster(4);

    // Every kind there is, the heartbeat more often, and one that there is not.
    private static readonly MessageKind[] Kinds =
        [.. Enum.GetValues<MessageKind>(), MessageKind.Heartbeat, MessageKind.Heartbeat, MessageKind.Hello, MessageKind.Hello, (MessageKind)0x7F];

    [Fact]
    public void Another_cluster_and_the_own_id_are_counted_and_not_obeyed()
    {
        Segment segment = Segment.Formed(Cluster);
        ClusterNode node = segment[1];
        byte[] beat = new byte[Heartbeat.Size];
        new Heartbeat(Role.Master, Role.Master, 255, 0, 0, 1000, new(3), default, 0, 0, 0, true).Write(beat);
        node.HandleDatagram(segment.NowNs, FlowGroup.Agent, ControlMessages.Seal(new(MessageKind.Heartbeat, Guid.NewGuid(), new(3), 1, 1), beat));
        node.HandleDatagram(segment.NowNs, FlowGroup.Agent, ControlMessages.Seal(new(MessageKind.Heartbeat, Cluster.ClusterId, node.Id, 1, 1), beat));
        node.HandleDatagram(segment.NowNs, FlowGroup.Agent, ControlMessages.Seal(new(MessageKind.Heartbeat, Cluster.ClusterId, new(60), 1, 1), beat));
        node.HandleDatagram(segment.NowNs, FlowGroup.Agent, "another program's datagram"u8);
        segment.Run(3 * Cluster.Timers.Heartbeat);
        Assert.Equal(Role.Master, node.Role);
        Assert.True(segment.AtRest);
        IReadOnlyDictionary<string, long> counters = node.Observe().Counters;
        Assert.Equal(1, counters["foreign_cluster.datagrams"]);
        Assert.Equal(1, counters["own_id.datagrams"]);
        Assert.Equal(1, counters["broken_datagrams.BadContent"]);
        Assert.Equal(1, counters["broken_datagrams.BadMagic"]);
    }

    [Fact]
    public void A_peer_that_opens_connections_and_says_nothing_is_refused_at_the_limit_and_cut_off()
    {
        Segment segment = Segment.Formed(Cluster);
        ClusterNode node = segment[1];
        const int First = 1_000_000;
        for (int i = 0; i < ConnectionTable.MaxGreeting; i++) Assert.True(node.HandleAccepted(segment.NowNs, new ConnectionId(First + i)));
        Assert.False(node.HandleAccepted(segment.NowNs, new ConnectionId(First - 1)));
        var closed = new HashSet<ConnectionId>();
        segment.Filter = (from, t, _) =>
        {
            if (from == node.Id && t.Kind == TransmitKind.Close) closed.Add(t.Connection);
            return true;
        };
        segment.Run(Cluster.Timers.TcpConnect + (2 * Cluster.Timers.Heartbeat));
        Assert.Equal(ConnectionTable.MaxGreeting, closed.Count);
        Assert.True(node.HandleAccepted(segment.NowNs, new ConnectionId(First - 2)));
        Assert.True(segment.AtRest);
    }

    [Fact]
    public void Garbage_on_a_connection_ends_that_connection_only()
    {
        Segment segment = Segment.Formed(Cluster);
        ClusterNode node = segment[1];
        var id = new ConnectionId(1_000_000);
        node.HandleAccepted(segment.NowNs, id);
        var closed = new List<Transmit>();
        segment.Filter = (from, t, _) =>
        {
            if (t.Kind == TransmitKind.Close) closed.Add(t);
            return true;
        };
        node.HandleStreamFault(segment.NowNs, id, WireStatus.TooLong);
        segment.Run(3 * Cluster.Timers.Heartbeat);
        Assert.Equal(id, Assert.Single(closed).Connection);
        Assert.Equal(1, node.Observe().Counters["broken_frames.TooLong"]);
        Assert.True(segment.AtRest);
    }

    [Fact]
    public void Random_messages_from_members_throw_nothing_and_delay_no_heartbeat() => Gen.ULong.Sample(seed => Play((int)(seed & int.MaxValue)), iter: 60);

    private static void Play(int seed)
    {
        var random = new Random(seed);
        Segment segment = Segment.Formed(Cluster);
        int victim = random.Next(1, 5);
        ClusterNode node = segment[victim];
        var opened = new List<ConnectionId>();
        long lastBeatNs = segment.NowNs;
        long longestNs = 0;
        segment.Filter = (from, t, bytes) =>
        {
            if (from != node.Id) return true;
            if (t.Kind == TransmitKind.Connect) opened.Add(t.Connection);
            if (t.Kind != TransmitKind.Datagram || (MessageKind)bytes.Span[5] != MessageKind.Heartbeat) return true;
            longestNs = Math.Max(longestNs, segment.NowNs - lastBeatNs);
            lastBeatNs = segment.NowNs;
            return true;
        };
        for (int i = 0; i < 400; i++)
        {
            Attack(random, segment, node, opened);
            segment.Pump();
            if (random.Next(4) == 0) segment.Run(TimeSpan.FromMilliseconds(random.Next(1, 60)));
            while (node.TryPollEvent(out _))
            {
            }
        }

        segment.Run(2 * Cluster.Timers.Heartbeat);
        Assert.True(longestNs <= Cluster.Timers.Heartbeat.Ticks * 100, $"{longestNs / 1e6} ms between two heartbeats (seed {seed})");
        foreach ((string name, int used, int limit) in node.Memory()) Assert.True(used <= limit, $"{used} {name}, at most {limit} (seed {seed})");
        Assert.NotNull(node.Observe());
    }

    private static void Attack(Random random, Segment segment, ClusterNode node, List<ConnectionId> opened)
    {
        var id = new ConnectionId(1_000_000 + random.Next(6));
        if (random.Next(3) == 0 && opened.Count > 0) id = opened[random.Next(opened.Count)];
        switch (random.Next(12))
        {
            case < 5:
                node.HandleDatagram(segment.NowNs, (FlowGroup)random.Next(3), Message(random, node));
                break;
            case < 9:
                node.HandleFrame(segment.NowNs, id, Message(random, node));
                break;
            case 9:
                if (id.Value > 0) node.HandleClosed(segment.NowNs, id); // A number may be used again once its connection is over.
                if (id.Value > 0) node.HandleAccepted(segment.NowNs, id);
                break;
            case 10:
                node.HandleStreamFault(segment.NowNs, id, (WireStatus)random.Next(1, 8));
                break;
            default:
                node.HandleConnected(segment.NowNs, id);
                break;
        }
    }

    // Well-formed and, as far as that goes, plausible: small terms, numbers and members that are there.
    private static byte[] Message(Random random, ClusterNode node)
    {
        byte[] buffer = new byte[4096];
        MessageKind kind = Kinds[random.Next(Kinds.Length)];
        int length = Payload(random, node, kind, buffer);
        return ControlMessages.Seal(new MessageHeader(kind, Cluster.ClusterId, Someone(random), (ulong)random.Next(100), 1), buffer.AsSpan(0, length));
    }

    private static int Payload(Random random, ClusterNode node, MessageKind kind, byte[] buffer)
    {
        long term = Math.Max(0, node.Context.Term + random.Next(-1, 3));
        ulong number = random.Next(5) == 0 ? ulong.MaxValue : (ulong)random.Next(8);
        switch (kind)
        {
            case MessageKind.Heartbeat:
                return new Heartbeat(
                    (Role)random.Next(1, 4), (Role)random.Next(4), (byte)random.Next(256), 1, random.Next(2) == 0 ? long.MaxValue : random.Next(),
                    term, Someone(random), Someone(random), number, node.View.Digest + (ulong)random.Next(2), 1, random.Next(2) == 0).Write(buffer);
            case MessageKind.Hello:
                return new Hello(1, random.Next(4) == 0 ? Someone(random) : node.Id).Write(buffer);
            case MessageKind.Bye:
                return new Bye(random.Next(2) == 0 ? long.MaxValue : random.Next()).Write(buffer);
            case MessageKind.KeepAlive:
                return 0;
            case MessageKind.UpdateAck:
                return new UpdateAck(Key(random), number, UpdateResult.Safe).Write(buffer);
            case MessageKind.Confirm or MessageKind.MergeReply:
                return new Position(term, number).Write(buffer);
            case MessageKind.CatchUpRequest:
                return new CatchUpRequest(term, number, random.Next(2) == 0).Write(buffer);
            case MessageKind.PeerRequest or MessageKind.PeerReply:
                return new PeerExchange(number).Write(buffer);
            case MessageKind.Update:
                return Entry(random, buffer);
            case MessageKind.Disseminate or MessageKind.CatchUp or MessageKind.Merge:
                int count = kind == MessageKind.Disseminate ? 1 : random.Next(3);
                new ChunkHead(term, number, (ulong)random.Next(8), (ChunkFlags)random.Next(8), (ushort)count).Write(buffer);
                int length = ChunkHead.Size;
                while (count-- > 0) length += Entry(random, buffer.AsSpan(length));
                return length;
            case MessageKind.Probe:
                uint total = (uint)random.Next(1, 100);
                return new Probe((uint)random.Next(), (uint)random.Next((int)total), total).Write(buffer, Probe.Size);
            default:
                random.NextBytes(buffer.AsSpan(0, 64));
                return random.Next(64);
        }
    }

    private static int Entry(Random random, Span<byte> place)
    {
        var writer = new WireWriter(place);
        new DirectoryEntry(Key(random), Someone(random), (EntryType)random.Next(1, 8), (ulong)random.Next(1, 5), new byte[random.Next(30)]).Write(ref writer);
        return writer.Length;
    }

    private static Guid Key(Random random) => DirectoryEntry.KeyOf(Someone(random), "k");

    private static MemberId Someone(Random random) => new((ushort)random.Next(1, 5));
}
