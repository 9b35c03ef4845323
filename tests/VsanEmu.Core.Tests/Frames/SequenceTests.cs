using VsanEmu.Core.Frames;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Tests.Frames;

/// <summary>What the sequence numbers that pass a port say: sent again, late, acknowledged twice, and for how long nothing got through. And whose later fragments are.</summary>
public sealed class SequenceTests
{
    private const ulong Run = 7;
    private const long Ms = 1_000_000;

    private static readonly FrameAddress A = FrameAddress.Parse("198.18.0.1");
    private static readonly FrameAddress B = FrameAddress.Parse("198.18.0.2");

    private readonly PortTally _tally = new(new ChannelSpec { AgentGroup = null, MasterGroup = null }, Run);
    private long _number;

    private TcpSighting Tcp => Of(PortTally.BeforeFirstPhase);

    [Fact]
    public void In_order_nothing_is_odd_also_where_numbers_wrap()
    {
        uint sequence = uint.MaxValue - 250;
        Segment(sequence - 1, 0, TcpFlags.Syn);
        for (int i = 0; i < 5; i++) Segment(unchecked(sequence + (uint)(100 * i)), 100);
        Assert.Equal(new TcpSighting(6, 0, 0, 0, 0, 0), Tcp);
    }

    [Fact]
    public void A_segment_that_fills_a_hole_is_late_and_one_that_was_there_is_repeated()
    {
        Segment(1000, 100);
        Segment(1300, 100);
        Segment(1200, 100);
        Segment(1100, 100);
        Segment(1100, 100);
        Segment(1400, 100);
        Assert.Equal((6L, 1L, 2L), (Tcp.Segments, Tcp.Repeated, Tcp.Late));
    }

    [Fact]
    public void Of_the_newest_segment_a_stall_counts_from_its_first_time()
    {
        Segment(1000, 100, atMs: 0);
        foreach (long again in (long[])[200, 600, 1400]) Segment(1000, 100, atMs: again);
        Assert.Equal((4L, 3L, 1400 * Ms), (Tcp.Segments, Tcp.Repeated, Tcp.StallNs));
    }

    [Fact]
    public void Of_an_earlier_one_from_when_it_was_sent_again_and_another_one_begins_anew()
    {
        Segment(1000, 100, atMs: 0);
        Segment(1100, 100, atMs: 100);
        foreach (long again in (long[])[200, 600]) Segment(1000, 100, atMs: again);
        Segment(1200, 100, atMs: 5000);
        Segment(1100, 100, atMs: 5010);
        Assert.Equal(400 * Ms, Tcp.StallNs);
    }

    [Fact]
    public void What_stood_still_before_a_phase_began_is_not_its_own()
    {
        Segment(1000, 100, atMs: 0);
        Segment(1000, 100, atMs: 200);
        _tally.BeginPhase(Phases.Healed, 3000 * Ms);
        Segment(1000, 100, atMs: 3200);
        Assert.Equal((1L, 200 * Ms), (Of(Phases.Healed).Repeated, Of(Phases.Healed).StallNs));
    }

    [Fact]
    public void A_syn_that_is_sent_again_stalls_and_one_of_a_new_connection_does_not()
    {
        Segment(1000, 0, TcpFlags.Syn, atMs: 0);
        Segment(1000, 0, TcpFlags.Syn, atMs: 1000);
        Segment(90, 0, TcpFlags.Syn, atMs: 9000);
        Segment(91, 100, atMs: 9001);
        Assert.Equal((4L, 1L, 1000 * Ms), (Tcp.Segments, Tcp.Repeated, Tcp.StallNs));
    }

    // A window that opens is news (RFC 5681 section 2), and so is data.
    [Fact]
    public void An_acknowledgement_that_says_nothing_new_is_a_duplicate()
    {
        Ack(1, 10);
        Ack(1, 20);
        Ack(2, 20);
        Assert.Equal((3L, 0L), (Tcp.Acknowledgements, Tcp.DuplicateAcks));
        Ack(2, 20);
        Segment(1000, 100, acknowledges: 2, window: 20);
        Ack(2, 20);
        Assert.Equal((5L, 2L, 1L), (Tcp.Acknowledgements, Tcp.DuplicateAcks, Tcp.Segments));
    }

    [Fact]
    public void A_keep_alive_and_a_reset_have_no_place_in_the_sequence()
    {
        Segment(1000, 100);
        Segment(1099, 0);
        Segment(1100, 10, TcpFlags.Rst);
        Assert.Equal((1L, 0L), (Tcp.Segments, Tcp.Repeated));
    }

    [Fact]
    public void Later_fragments_of_a_trials_datagram_are_its_own_and_others_are_not()
    {
        Fragment(5, first: true);
        Fragment(5, first: false);
        PortCapture seen = _tally.Snapshot("m1", PortKind.Member, 0);
        Assert.Empty(seen.Flows);
        Assert.Equal(1, Assert.Single(seen.Trials).Packets);
        Fragment(6, first: false);
        Assert.Equal((0, 0), (Assert.Single(_tally.Snapshot("m1", PortKind.Member, 0).Flows).SourcePort, 0));
    }

    private TcpSighting Of(string phase) => Assert.Single(_tally.Snapshot("m1", PortKind.Member, 0).Flows, f => f.Phase == phase).Tcp!;

    private void Ack(uint number, ushort window) => Segment(1000, 0, acknowledges: number, window: window);

    private void Segment(uint sequence, int length, TcpFlags flags = TcpFlags.Ack, long atMs = 0, uint acknowledges = 1, ushort window = 10) => _tally.Add(
        new FrameInfo
        {
            Kind = FrameKind.Tcp,
            Tuple = new(FiveTuple.Tcp, A, 40000, B, 2233),
            HasPorts = true,
            Flags = flags,
            Sequence = sequence,
            Acknowledgement = acknowledges,
            Window = window,
            PayloadLength = length,
            IpLength = 52 + length,
        },
        [], PortDirection.Out, atMs * Ms, ++_number);

    private void Fragment(ushort identification, bool first)
    {
        byte[] frame = new byte[100];
        new TrialDatagram(Run, 3, 0).Write(frame.AsSpan(42));
        _tally.Add(
            new FrameInfo
            {
                Kind = FrameKind.Udp,
                Tuple = new(FiveTuple.Udp, A, first ? (ushort)23451 : (ushort)0, B, first ? (ushort)23451 : (ushort)0),
                HasPorts = first,
                Identification = identification,
                MoreFragments = first,
                FragmentOffset = first ? 0 : 1480,
                PayloadOffset = first ? (ushort)42 : (ushort)0,
                PayloadLength = 1472,
                IpLength = 1500,
            },
            frame, PortDirection.In, 0, ++_number);
    }
}
