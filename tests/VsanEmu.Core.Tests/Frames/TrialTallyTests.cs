using VsanEmu.Core.Frames;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Tests.Frames;

/// <summary>Marked datagrams are counted by trial, and nowhere else.</summary>
public sealed class TrialTallyTests
{
    private const ulong Run = 0x0123_4567_89ab_cdef;
    private const string A = "198.18.0.1";
    private const string Group = "239.255.42.1";

    private readonly PortTally _tally = new(new ChannelSpec { AgentGroup = null, MasterGroup = null }, Run);

    private long _number;

    [Fact]
    public void They_are_summed_up_by_trial_and_direction_with_the_longest_gap_and_the_lowest_ttl()
    {
        Add(1, 0, 100);
        Add(1, 1, 110, ttl: 3);
        Add(2, 0, 120);
        Add(1, 2, 150);
        Add(1, 3, 155);
        Add(1, 0, 160, direction: PortDirection.Out);

        Assert.Equal(
            [new(1, PortDirection.In, 4, 100, 155, 3, 40, 0, 1), new(2, PortDirection.In, 1, 120, 120, 5, 0, 0, 3), new TrialSighting(1, PortDirection.Out, 1, 160, 160, 5, 0, 0, 6)],
            Snapshot().Trials);
        Assert.Empty(Snapshot().Flows);
    }

    [Theory]
    [InlineData(new[] { 0, 1, 2, 3 }, 0, 0)]
    [InlineData(new[] { 0, 0, 1, 1, 1 }, 3, 0)]
    [InlineData(new[] { 0, 2, 1, 2, 3, 1 }, 2, 1)]  // reordered, then repeated
    [InlineData(new[] { 0, 63, 0 }, 1, 0)]
    [InlineData(new[] { 0, 64, 0 }, 1, 0)]
    [InlineData(new[] { 5, 200, 200, 5 }, 2, 0)]
    [InlineData(new[] { 70, 7, 7 }, 1, 1)]          // one before the first
    [InlineData(new[] { 3, 2, 1, 0 }, 0, 3)]        // RFC 4737: all that come after a higher one
    [InlineData(new[] { 0, 5_999_999, 1 }, 0, 1)]   // as long as a trial can be
    public void Each_number_is_told_once_as_a_repeat_or_out_of_order(int[] indices, long repeats, long reordered)
    {
        foreach (int index in indices) Add(1, index, 1);
        TrialSighting seen = Assert.Single(Snapshot().Trials);
        Assert.Equal((indices.Length, repeats, reordered, indices.Length - repeats), (seen.Packets, seen.Repeats, seen.Reordered, seen.Distinct));
    }

    [Fact]
    public void Repeats_that_come_late_do_not_stand_for_what_was_lost()
    {
        for (int index = 0; index < 300; index++)
        {
            if (index % 2 == 0) Add(1, index, index, count: 300);
            if (index >= 100 && index % 2 == 0) Add(1, index - 100, index, count: 300);
        }

        TrialSighting seen = Assert.Single(Snapshot().Trials);
        Assert.Equal((250, 100, 150, 0), (seen.Packets, seen.Repeats, seen.Distinct, seen.Reordered));
    }

    [Fact]
    public void A_number_that_the_trial_does_not_have_is_foreign_and_a_flow_of_somebodys()
    {
        foreach (int index in (int[])[0, 9, 10, int.MaxValue]) Add(1, index, 5, count: 10);
        Add(2, 7, 5, count: 7);
        TrialSighting seen = Assert.Single(Snapshot().Trials);
        Assert.Equal((1, 2, 2), (seen.Trial, seen.Packets, seen.Foreign));
        Assert.Equal(3, Assert.Single(Snapshot().Flows).Packets);
    }

    [Fact]
    public void Memory_for_numbers_is_bounded_and_what_found_none_is_counted()
    {
        const int Whole = (int)(PortTally.MaxTrialBytes * 8 / PortTally.MaxTrialNumbers);
        for (int trial = 1; trial <= Whole + 2; trial++) Add(trial, PortTally.MaxTrialNumbers - 1, trial);
        Add(1, 0, 0);
        Assert.Equal((Whole, 2), (Snapshot().Trials.Count, Snapshot().Dropped));
        Assert.Equal(2, Snapshot().Trials[0].Packets);
    }

    [Fact]
    public void Another_runs_datagrams_and_mere_lookalikes_are_flows()
    {
        Add(1, 0, 1, run: Run + 1);
        Add(0, 0, 2);
        AddPacket(Craft.Ip(17, A, Group, Craft.Udp(23451, 23451, 23)), 3);
        Assert.Empty(Snapshot().Trials);
        Assert.Equal(3, Assert.Single(Snapshot().Flows).Packets);
    }

    [Fact]
    public void Of_a_datagram_in_fragments_the_first_alone_counts_and_for_the_trial()
    {
        byte[] datagram = Craft.Udp(23451, 23451, Payload(1, 0, Run, 2000));
        AddPacket(Craft.Ip(17, A, Group, datagram[..1480], more: true), 1);
        AddPacket(Craft.Ip(17, A, Group, datagram[1480..], fragmentOffset: 1480), 2);
        Assert.Equal(1, Assert.Single(Snapshot().Trials).Packets);
        Assert.Empty(Snapshot().Flows);
    }

    [Fact]
    public void A_tag_options_and_ipv6_do_not_hide_the_mark()
    {
        byte[] udp = Craft.Udp(23451, 23451, Payload(1, 0, Run));
        // A tag with VLAN 0 bears a priority: the frame is the port's own.
        Add(Craft.Vlan(0, Craft.Ethernet(0x0800, Craft.Ip(17, A, Group, udp, options: [0x94, 4, 0, 0]))), 1);
        Add(Craft.Ethernet(0x86dd, Craft.Ipv6(17, "fe80::1", "ff02::5", udp)), 2);
        Assert.Equal(2, Assert.Single(Snapshot().Trials).Packets);
    }

    [Fact]
    public void A_frame_that_was_cut_short_anywhere_breaks_nothing()
    {
        byte[] whole = Craft.Ethernet(0x0800, Craft.Ip(17, A, Group, Craft.Udp(23451, 23451, Payload(1, 0, Run))));
        for (int length = 42; length <= whole.Length; length++)
        {
            Assert.True(FrameDecoder.TryDecode(whole.AsSpan(0, length), whole.Length, out FrameInfo info));
            _tally.Add(info, whole.AsSpan(0, length), PortDirection.In, 1, 1);
        }

        Assert.Equal(1, Assert.Single(Snapshot().Trials).Packets);
    }

    [Fact]
    public void Beyond_the_limit_of_rows_they_count_as_not_seen()
    {
        for (int trial = 1; trial <= PortTally.MaxTrialRows + 2; trial++) Add(trial, 0, trial);
        Add(1, 1, 0);
        Assert.Equal((PortTally.MaxTrialRows, 2), (Snapshot().Trials.Count, Snapshot().Dropped));
        Assert.Empty(Snapshot().Flows);
    }

    [Fact]
    public void Counting_a_known_trial_allocates_nothing()
    {
        byte[] frame = Frame(1, 0, Run);
        FrameInfo info = Craft.Decode(frame);
        _tally.Add(info, frame, PortDirection.In, 0, 1);
        Assert.Equal(0, Allocations.Of(() =>
        {
            for (int i = 0; i < 1000; i++) _tally.Add(info, frame, PortDirection.In, i, i);
        }));
    }

    [Fact]
    public void Igmp_of_an_unknown_type_or_with_a_wrong_checksum_is_told_by_its_type()
    {
        byte[] broken = Craft.Igmp(0x16, 0, Group);
        broken[2] ^= 0xff;
        Add(Craft.IgmpFrame(A, Group, broken), 1);
        Add(Craft.IgmpFrame(A, Group, Craft.Igmp(0xf0, 0, Group)), 2);
        _tally.Add(Craft.Decode(Craft.IgmpFrame(A, Group, broken)), Craft.IgmpFrame(A, Group, broken), PortDirection.Out, 3, 3);
        Assert.Equal([("igmp 0x16", A, 1L), ("igmp 0xf0", A, 1L)], Snapshot().Controls.Select(c => (c.Kind, c.Source, c.Count)));
        Assert.Empty(Snapshot().Memberships);
    }

    private PortCapture Snapshot() => _tally.Snapshot("m01", PortKind.Member, 0);

    private static byte[] Payload(int trial, int index, ulong run, int length = TrialDatagram.Size, int count = 0)
    {
        byte[] payload = new byte[length];
        new TrialDatagram(run, trial, index, count).Write(payload);
        return payload;
    }

    private static byte[] Frame(int trial, int index, ulong run, byte ttl = 5, int count = 0) =>
        Craft.Ethernet(0x0800, Craft.Ip(17, A, Group, Craft.Udp(23451, 23451, Payload(trial, index, run, count: count)), ttl));

    private void Add(int trial, int index, long atNs, byte ttl = 5, ulong run = Run, PortDirection direction = PortDirection.In, int count = 0) =>
        Add(Frame(trial, index, run, ttl, count), atNs, direction);

    private void AddPacket(byte[] packet, long atNs) => Add(Craft.Ethernet(0x0800, packet), atNs);

    private void Add(byte[] frame, long atNs, PortDirection direction = PortDirection.In) =>
        _tally.Add(Craft.Decode(frame), frame, direction, atNs, ++_number);
}
