using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Protocol;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Tests.Protocol;

/// <summary>What a node does in one situation at a time; what it does in all of them together is the simulation's.</summary>
public class ClusterNodeTests
{
    private static readonly TimeSpan Beat = TimerSpec.Lab.Heartbeat;

    public static TheoryData<string, int> Clusters() => new(FlowProfile.All.SelectMany(p => new[] { 2, 3, 8 }.Select(n => (p.Name, n))));

    [Theory]
    [MemberData(nameof(Clusters))]
    public void A_cluster_forms_with_two_connections_between_the_Master_and_each_member(string profile, int members)
    {
        ClusterSpec cluster = Cluster(members, FlowProfile.All.Single(p => p.Name == profile));
        Segment segment = Segment.Formed(cluster);
        IReadOnlyDictionary<MemberId, Role> expected = RoleAssignment.Default(cluster);
        Assert.All(segment.Living, node =>
        {
            MemberView view = node.View;
            Assert.True(view.AtRest);
            Assert.Equal(expected[node.Id], view.Role);
            Assert.Equal((new MemberId(1), new MemberId(2)), (view.Master, view.Backup));
            Assert.Equal(cluster.Members.Select(m => m.Id), view.Members);
            IEnumerable<MemberId> peers = view.Role == Role.Master ? view.Members.Where(m => m != node.Id) : [view.Master];
            Assert.Superset(peers.ToHashSet(), view.Opened.ToHashSet());
            Assert.Superset(peers.ToHashSet(), view.Accepted.ToHashSet());
        });
    }

    [Fact]
    public void A_node_only_listens_first()
    {
        var segment = new Segment(Cluster(2));
        var seen = new List<Transmit>();
        segment.Filter = (_, t, _) =>
        {
            seen.Add(t);
            return true;
        };
        segment.Start(new(1));
        segment.Run(TimerSpec.Lab.Listen - TimeSpan.FromMilliseconds(1));
        Assert.Equal((TransmitKind.Join, FlowGroup.Agent), (Assert.Single(seen).Kind, seen[0].Group));
        segment.Run(2 * Beat);
        Assert.Contains(seen, t => t.Kind == TransmitKind.Datagram);
    }

    [Theory]
    [InlineData("vsan", FlowGroup.Agent, 20, 0)]
    [InlineData("vsan66", FlowGroup.None, 20, 3)]
    public void Numbered_datagrams_that_could_not_be_sent_are_counted_by_stream_and_by_unicast_for_each_member(string profile, FlowGroup group, int refused, int to)
    {
        Segment segment = Segment.Formed(Cluster(3, FlowProfile.All.First(p => p.Name.StartsWith(profile, StringComparison.Ordinal) && p.Unicast == (group == FlowGroup.None))));
        segment.Filter = (from, t, bytes) =>
        {
            bool refuses = from.Value == 2 && (to == 0 || t.To.Value == to) && t.Kind == TransmitKind.Datagram;
            if (refuses) segment[2].HandleRefused(t, bytes.Span);
            return !refuses;
        };
        segment.Command(2, new MemberCommand.ProbeStream(group, 7, 20, TimeSpan.FromMilliseconds(2), 128));
        segment.Run(Beat);
        // Heartbeats were refused, too, and are no probes.
        Assert.Equal([new RefusedDatagrams(7, group, new((ushort)to), refused)], segment[2].StreamsRefused);
        Assert.Empty(segment[1].StreamsRefused);
    }

    [Fact]
    public void The_Backup_takes_over_from_a_Master_that_falls_silent()
    {
        Segment segment = Segment.Formed(Cluster(4));
        segment.Command(3, new MemberCommand.Submit("k", new byte[] { 1, 2, 3 }));
        segment.Run(Beat);
        AckedUpdate acked = Assert.Single(segment[3].Observe().Acknowledged);
        long term = segment[2].View.Term;

        segment.Kill(1);
        segment.Run(TimerSpec.Lab.DeadAfter - Beat - Beat);
        Assert.Equal(Role.Backup, segment[2].Role);
        segment.Run(3 * Beat);
        Assert.Equal((Role.Master, term + 1), (segment[2].Role, segment[2].View.Term));
        segment.Run(5 * Beat);
        Assert.True(segment.AtRest);
        Assert.Equal(Role.Backup, segment[3].Role);
        Assert.All(segment.Living, n => Assert.Equal(acked.Revision, n.DirectoryRevisions[acked.Key]));
        Assert.Equal("the Master fell silent", segment[2].Observe().Roles[^1].Reason);
    }

    [Fact]
    public void The_Backup_takes_over_at_once_from_a_Master_that_says_goodbye()
    {
        Segment segment = Segment.Formed(Cluster(3));
        segment.Leave(1);
        Assert.Equal(Role.Master, segment[2].Role);
        segment.Run(5 * Beat);
        Assert.True(segment.AtRest);
    }

    [Fact]
    public void An_update_is_acknowledged_only_when_the_Backup_has_confirmed_it()
    {
        Segment segment = Segment.Formed(Cluster(4));
        // The Backup confirms by a frame at once, and by each of its heartbeats.
        segment.Filter = (from, t, bytes) => !(t.Kind == TransmitKind.Frame && KindOf(bytes) == MessageKind.Confirm)
            && !(t.Kind == TransmitKind.Datagram && from == new MemberId(2));
        segment.Command(4, new MemberCommand.Submit("k", new byte[] { 1 }));
        segment.Command(1, new MemberCommand.Submit("the Master's own", new byte[] { 2 }));
        segment.Run(3 * Beat);
        Assert.Empty(segment[4].Observe().Acknowledged);
        Assert.Empty(segment[1].Observe().Acknowledged);
        Assert.False(segment[4].View.AtRest);
        Assert.False(segment[1].View.AtRest);

        segment.Filter = null;
        segment.Run(2 * Beat);
        Assert.Single(segment[4].Observe().Acknowledged);
        Assert.Single(segment[1].Observe().Acknowledged);
        Assert.True(segment.AtRest);
    }

    [Fact]
    public void A_gap_is_seen_and_filled_over_TCP()
    {
        Segment segment = Segment.Formed(Cluster(4));
        segment.Filter = (_, t, bytes) => t.Kind != TransmitKind.Datagram || KindOf(bytes) != MessageKind.Disseminate;
        for (int i = 0; i < 5; i++) segment.Command(4, new MemberCommand.Submit($"k{i}", new byte[] { (byte)i }));
        segment.Run(3 * Beat);
        Assert.True(segment.AtRest);
        Assert.All(segment.Living, n => Assert.Equal(5, n.View.Entries));
        Assert.True(segment[3].Observe().Counters["directory.gaps"] > 0);
    }

    [Fact]
    public void A_late_comer_gets_the_whole_directory_and_stays_an_Agent()
    {
        ClusterSpec cluster = Cluster(4);
        var segment = new Segment(cluster);
        foreach (int id in (int[])[2, 3, 4]) segment.Start(new MemberId((ushort)id));
        segment.Run(TimeSpan.FromSeconds(4));
        // More than the Master's log holds, and more than one chunk.
        for (int i = 0; i < 1500; i++)
        {
            segment.Command(3, new MemberCommand.Submit($"k{i}", new byte[100]));
            if (i % 100 == 99) segment.Run(Beat);
        }

        segment.Start(new MemberId(1));
        segment.Run(TimeSpan.FromSeconds(3));
        Assert.True(segment.AtRest);
        Assert.Equal((Role.Agent, 1500), (segment[1].Role, segment[1].View.Entries));
        Assert.Equal(segment[2].View.Digest, segment[1].View.Digest);
        Assert.Equal(Role.Master, segment[2].Role); // It has the longer membership, though the higher id.
    }

    [Fact]
    public void Fixed_roles_and_priorities_decide()
    {
        ClusterSpec cluster = Cluster(5);
        MemberSpec[] members = [.. cluster.Members];
        members[0] = members[0] with { FixedRole = Role.Agent, Priority = 255 };
        members[3] = members[3] with { Priority = 200 };
        members[4] = members[4] with { FixedRole = Role.Backup };
        Segment segment = Segment.Formed(cluster with { Members = members });
        Assert.Equal([Role.Agent, Role.Agent, Role.Agent, Role.Master, Role.Backup], segment.Living.Select(n => n.Role));
        Assert.True(segment.AtRest);
    }

    [Fact]
    public void A_heartbeat_that_later_ones_overtook_changes_nothing()
    {
        var segment = new Segment(Cluster(3));
        byte[]? held = null;
        segment.Filter = (from, t, bytes) =>
        {
            // What the later Master said while it was an Agent is held up on its way.
            if (held is not null || from != new MemberId(1) || t.Kind != TransmitKind.Datagram || KindOf(bytes) != MessageKind.Heartbeat) return true;
            held = bytes.ToArray();
            return false;
        };
        for (ushort id = 1; id <= 3; id++) segment.Start(new(id));
        segment.Run(TimerSpec.Lab.Listen + (20 * Beat));
        Assert.True(segment.AtRest);
        Assert.Equal((byte)Role.Agent, held![MessageHeader.Size]);

        segment[2].HandleDatagram(segment.NowNs, FlowGroup.Agent, held);
        segment.Pump();
        Assert.Equal((Role.Backup, new MemberId(1)), (segment[2].Role, segment[2].View.Master));
        Assert.True(segment.AtRest);
        Assert.Equal(1, segment[2].Observe().Counters["heartbeats.overtaken"]);
    }

    [Fact]
    public void A_new_Master_writes_again_what_an_earlier_life_overtook()
    {
        Segment segment = Segment.Formed(Cluster(2));
        segment.Command(2, new MemberCommand.Submit("k", new byte[] { 1 }));
        segment.Run(Beat);
        ulong former = Assert.Single(segment[2].Observe().Acknowledged).Revision;
        segment.Kill(2);
        segment.Run(10 * Beat);

        // With its clock set back, its new life's first revisions lie below those of the entries that come back from the Master.
        segment.Start(new(2), setBack: TimeSpan.FromHours(1));
        segment.Command(2, new MemberCommand.Submit("k", new byte[] { 2 }));
        segment.Run(TimerSpec.Lab.Listen);
        Assert.Equal(Role.Backup, segment[2].Role);
        segment.Leave(1);
        Assert.Equal(Role.Master, segment[2].Role);
        Assert.False(segment[2].View.AtRest);

        segment.Run(2 * Beat);
        Assert.True(segment[2].View.AtRest);
        Assert.Equal(former + 1, Assert.Single(segment[2].Observe().Acknowledged).Revision);
    }

    [Fact]
    public void Peers_that_differ_in_settings_are_named()
    {
        Segment segment = Segment.Formed(Cluster(3));
        segment.Kill(3);
        segment.Start(new(3), Cluster(3) with { Channels = Cluster(3).Channels with { ReliablePort = 2234 } });
        segment.Run(10 * Beat);
        Assert.Equal([new MemberId(3)], segment[1].Observe().SettingsMismatch);
        Assert.Equal([new MemberId(1), new MemberId(2)], segment[3].Observe().SettingsMismatch);

        segment.Kill(3);
        segment.Start(new(3));
        segment.Run(10 * Beat);
        Assert.All(segment.Living, n => Assert.Empty(n.Observe().SettingsMismatch));
    }

    internal static ClusterSpec Cluster(int members, FlowProfile? profile = null) => LabSpec.Create(members, profile) with { Vms = [] };

    private static MessageKind KindOf(ReadOnlyMemory<byte> message) => (MessageKind)message.Span[5];
}
