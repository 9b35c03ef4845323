using VsanEmu.Core.Checks;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Tests.Checks;

/// <summary>P1 by fragments and by the MTU that interfaces have, P3 by TCP, F4 by MTUs.</summary>
public sealed class PathTrialTests
{
    private const long Millisecond = 1_000_000;

    private static readonly Seen Healthy = Seen.Healthy(4);

    [Fact]
    public void Streams_without_loss_pass_and_are_counted()
    {
        CheckResult p3 = Healthy.Check("P3");
        Assert.Equal(CheckOutcome.Pass, p3.Outcome);
        Assert.Contains("TCP: 8 streams and the cluster's own connections, 0 of 8000 segments lost", p3.Seen);
        Assert.Empty(Healthy.Verdict.Diagnoses);
    }

    [Fact]
    public void A_port_that_loses_two_percent_of_tcp_fails_and_is_named()
    {
        Seen lossy = WithStreams(s => s.From == "m03" || s.To == "m03" ? s with { Segments = 1020, Retransmitted = 20 } : s);
        CheckResult p3 = lossy.Check("P3");
        Assert.Equal(CheckOutcome.Fail, p3.Outcome);
        Assert.Contains("at the port of m03", p3.Seen);
        Assert.Contains(p3.Evidence, e => e.StartsWith("TCP m03 to m04, a stream of 1000 segments: lost and sent again 20 of 1020"));
        Diagnosis diagnosis = Assert.Single(lossy.Verdict.Diagnoses);
        Assert.Equal(("loss", "at the port of m03"), (diagnosis.Fault, diagnosis.Where));
        Assert.Equal(["P3"], diagnosis.Explains);
    }

    // The vendor's limit is 0.5 %, and one or two are no share.
    [Theory]
    [InlineData(5, 0, CheckOutcome.Pass)]
    [InlineData(6, 0, CheckOutcome.Fail)]
    [InlineData(30, 25, CheckOutcome.Pass)]
    [InlineData(30, 24, CheckOutcome.Fail)]
    [InlineData(30, 40, CheckOutcome.Pass)]
    public void What_was_sent_again_though_it_had_come_is_no_loss(long again, long needless, CheckOutcome outcome) =>
        Assert.Equal(outcome, WithStreams(s => s is { From: "m01", To: "m02" } ? s with { Retransmitted = again, Needless = needless } : s).Outcome("P3"));

    [Theory]
    [InlineData(2, CheckOutcome.Pass)]
    [InlineData(3, CheckOutcome.Warn)]
    [InlineData(10, CheckOutcome.Warn)]
    [InlineData(11, CheckOutcome.Fail)]
    public void Disorder_warns_and_at_ten_times_as_much_fails(long late, CheckOutcome outcome) =>
        Assert.Equal(outcome, WithStreams(s => s is { From: "m01", To: "m02" } ? s with { OutOfOrder = late } : s).Outcome("P3"));

    [Fact]
    public void Its_limits_can_be_set()
    {
        Seen seen = WithStreams(s => s with { Retransmitted = 20, OutOfOrder = 20 });
        Assert.Equal(CheckOutcome.Fail, seen.Outcome("P3"));
        Assert.Equal(CheckOutcome.Pass, seen.WithSpec(s => s with { Thresholds = s.Thresholds with { RetransmittedPercent = 2.5, OutOfOrderPercent = 2.5 } }).Outcome("P3"));
    }

    [Fact]
    public void A_stream_that_never_came_whole_fails_and_one_that_never_opened_is_another_checks()
    {
        CheckResult stuck = WithStreams(s => s is { From: "m01", To: "m02" } ? s with { Segments = 60, Retransmitted = 6, Acknowledged = 24, Delivered = -1, Returned = 6, Error = "nothing more could be sent" } : s).Check("P3");
        Assert.Equal(CheckOutcome.Fail, stuck.Outcome);
        Assert.Contains("TCP m01 to m02, a stream of 1000 segments: lost and sent again 6 of 60 (10 %, 95 % confidence 4.66 to 20.1 %), 30 never arrived", stuck.Evidence);
        CheckResult untold = WithStreams(s => s is { From: "m01", To: "m02" } ? s with { Delivered = -1, Error = "no answer" } : s).Check("P3");
        Assert.Equal(CheckOutcome.Inconclusive, untold.Outcome);
        Assert.StartsWith("1 of 8 TCP streams was not looked at: m01 to m02 (m02 did not say what came: no answer)", untold.Seen);
        CheckResult shut = WithStreams(s => s is { From: "m01", To: "m02" } ? s with { Opened = false, Segments = 0, Delivered = -1, Error = "refused" } : s).Check("P3");
        Assert.Equal(CheckOutcome.Inconclusive, shut.Outcome);
        Assert.StartsWith("1 of 8 TCP streams was not looked at: m01 to m02 (did not open (A1): refused)", shut.Seen);
    }

    [Fact]
    public void What_was_not_tried_does_not_pass()
    {
        CheckResult p3 = Healthy.With(r => r with { TcpStreams = [.. r.TcpStreams.Skip(1)] }).Check("P3"), p1 = Healthy.With(r => r with { Fragments = [.. r.Fragments.Skip(1)] }).Check("P1");
        Assert.StartsWith("1 of 8 TCP streams was not looked at: m01 to m02 (none was sent)", p3.Seen);
        Assert.StartsWith("1 of 8 fragment streams was not looked at: m01 to m02 (none were sent)", p1.Seen);
        CheckResult deaf = WithCut(f => f.To == "m02" ? f with { Received = 0, Error = "m02 cannot listen: Address already in use" } : f).Check("P1");
        Assert.StartsWith("2 of 8 fragment streams were not looked at", deaf.Seen);
        CheckResult unseen = WithFlows((f, _) => f with { Tcp = Calm }).WithPorts(p => p.Port == "m03" ? p with { Dropped = 12 } : p).Check("P3");
        Assert.Contains("1 of 4 connection captures was not looked at: m03", unseen.Seen);
        Assert.All((CheckResult[])[p3, p1, deaf, unseen], r => Assert.Equal(CheckOutcome.Inconclusive, r.Outcome));
    }

    [Theory]
    [InlineData(3, CheckOutcome.Pass)] // one was under way when the phase ended, and two are chance
    [InlineData(4, CheckOutcome.Fail)]
    public void A_gap_in_which_only_heartbeats_were_sent_is_seen_by_the_captures_at_both_ends(int lost, CheckOutcome outcome)
    {
        Seen gap = WithDatagrams((f, port) => f is { Phase: Phases.Steady, Direction: PortDirection.In, Source: "198.18.0.1" } && port == "m03" ? f with { Packets = f.Packets - lost } : f);
        CheckResult p3 = gap.Check("P3");
        Assert.Equal(outcome, p3.Outcome);
        if (outcome == CheckOutcome.Pass) return;
        Assert.StartsWith("the cluster's own datagrams: loss m01 to m03: 4 of 20 (20 %, ", p3.Seen);
        Assert.StartsWith("m01 to m03, the cluster's own datagrams in phase steady: lost 4 of 20", p3.Evidence[0]);
        Diagnosis named = gap.Verdict.Diagnoses[0];
        Assert.Equal(("loss", "m01 to m03"), (named.Fault, named.Where));
        Assert.EndsWith("in steady only", named.Summary);
        // What this machine itself threw away then is no gap.
        Seen hindered = gap.With(r => r with { Machine = new() { Hindrances = [new(gap.Run.Phases.Single(p => p.Name == Phases.Steady).StartNs + 1, 0, 12)] } });
        Assert.Equal(CheckOutcome.Pass, hindered.Outcome("P3"));
    }

    [Fact]
    public void What_a_port_misses_a_little_of_from_each_adds_up()
    {
        Seen Lost(int each) => WithDatagrams((f, port) => f is { Phase: Phases.Steady, Direction: PortDirection.In, Destination: "224.2.3.5" } && port == "m03" ? f with { Packets = f.Packets - each } : f);
        Assert.StartsWith("the cluster's own datagrams: loss to m03: 6 of 60", Lost(2).Check("P3").Seen);
        Assert.Equal(CheckOutcome.Pass, Lost(1).Outcome("P3"));
    }

    // One datagram is counted at each of its receivers.
    [Fact]
    public void What_was_under_way_to_all_when_a_phase_ended_was_not_lost()
    {
        Seen cut = Seen.Healthy(8).WithPorts(p => p with
        {
            Flows = [.. p.Flows.Select(f => f is { Protocol: 17, Phase: Phases.Steady, Direction: PortDirection.In, Source: "198.18.0.2" } ? f with { Packets = f.Packets - 1 } : f)],
        });
        Assert.Equal(CheckOutcome.Pass, cut.Outcome("P3"));
    }

    // What answers D1 and D2: data from the reliable port to whoever opened.
    [Fact]
    public void What_does_not_come_back_from_the_reliable_port_fails_in_that_direction()
    {
        CheckResult p3 = WithStreams(s => s is { From: "m03", To: "m02" } ? s with { Delivered = -1, Returned = 0, Error = "no answer" } : s).Check("P3");
        Assert.Equal(CheckOutcome.Fail, p3.Outcome);
        Assert.StartsWith("TCP: loss m02 to m03: ", p3.Seen);
        Assert.Contains(p3.Evidence, e => e.StartsWith("TCP m02 to m03, what m02 sent back on a connection that m03 opened: ") && e.EndsWith("250 never arrived"));
    }

    [Fact]
    public void Frames_with_a_wrong_checksum_are_corrupt_and_not_lost()
    {
        CheckResult p3 = WithStreams(s => s.To == "m03" ? s with { Delivered = -1, Returned = 3, Acknowledged = 980, Error = "Broken pipe" } : s)
            .WithNodes(n => n.Member == "m03" ? n with { Counters = new Dictionary<string, long>(n.Counters) { ["broken_frames.BadCrc"] = 2 } } : n).Check("P3");
        Assert.Equal(CheckOutcome.Fail, p3.Outcome);
        Assert.StartsWith("TCP: what reaches m03 is corrupt", p3.Seen);
        Assert.DoesNotContain(p3.Evidence, e => e.Contains("never arrived"));
    }

    [Fact]
    public void All_pairs_can_be_asked_for()
    {
        Seen all = Healthy.WithSpec(s => s with { Trials = s.Trials with { Pairs = PairChoice.All } });
        Assert.StartsWith("4 of 12 TCP streams were not looked at", all.Check("P3").Seen);
        Assert.Contains("(a sample: 8 of 12 TCP streams, fast streams, fast group streams, each member both ways with two others)", Healthy.Check("P3").Seen);
    }

    // Out at the sender, in at the receiver: as the captures counted them.
    private static readonly TcpSighting Calm = new(40, 0, 0, 20, 0, 0);

    [Fact]
    public void Connections_that_lose_segments_in_one_phase_fail_however_much_passes_in_others()
    {
        Seen lossy = WithFlows((f, port) => f with { Tcp = f.Phase == Phases.Steady && f.Direction == PortDirection.Out ? new(40, 4, 0, 20, 0, 300 * Millisecond) : Calm });
        CheckResult p3 = lossy.Check("P3");
        Assert.Equal(CheckOutcome.Fail, p3.Outcome);
        Assert.All(p3.Evidence.SkipLast(1), e => Assert.Contains("phase steady", e));
        Assert.Equal(CheckOutcome.Pass, WithFlows((f, _) => f with { Tcp = Calm }).Outcome("P3"));
    }

    [Fact]
    public void A_gap_between_two_members_is_seen_by_what_is_sent_again_for_too_long()
    {
        bool Between(FlowSighting f) => f is { Phase: Phases.Vms, Direction: PortDirection.Out, Source: "198.18.0.1", Destination: "198.18.0.2" };
        Seen cut = WithFlows((f, port) => f with { Tcp = Between(f) ? new(2000, 3, 0, 20, 0, 1200 * Millisecond) : Calm with { Segments = 2000 } });
        CheckResult p3 = cut.Check("P3");
        Assert.Equal(CheckOutcome.Fail, p3.Outcome);
        Assert.Contains("m01 to m02", p3.Seen);
        Assert.Contains(p3.Evidence, e => e.Contains("phase vms") && e.Contains("one of them for 1.2 s while nothing got through"));
        Assert.Equal("loss", Assert.Single(cut.Verdict.Diagnoses).Fault);
        // It had come every time: an answer was late.
        Seen late = WithFlows((f, port) => f with { Tcp = Between(f) || (f.Phase == Phases.Vms && f.Source == "198.18.0.1") ? new(2000, 3, 0, 20, 0, 1200 * Millisecond) : Calm });
        Assert.Equal(CheckOutcome.Pass, late.Outcome("P3"));
    }

    [Theory]
    [InlineData(Phases.Failover)]
    [InlineData(Phases.AfterFailover)]
    public void What_the_run_itself_cut_is_not_held_against_the_fabric(string phase)
    {
        // The Master is killed in the failover: what the others still send it is lost.
        Seen seen = WithFlows((f, port) => f with { Tcp = f.Phase == phase && f.Destination == "198.18.0.1" && f.Direction == PortDirection.Out ? new(10, 5, 0, 0, 0, 3000 * Millisecond) : Calm });
        Assert.Equal(CheckOutcome.Pass, seen.Outcome("P3"));
    }

    [Fact]
    public void A_split_segment_is_no_loss()
    {
        Seen seen = WithFlows((f, port) => f with { Tcp = f.Phase == Phases.Partition && f.Direction == PortDirection.Out ? new(10, 5, 0, 0, 0, 3000 * Millisecond) : Calm })
            .WithPhases(p => p.Name == Phases.Partition ? p with { Sides = new Dictionary<string, int> { ["m02"] = 0, ["m03"] = 1, ["m04"] = 2 } } : p);
        Assert.Equal(CheckOutcome.Pass, seen.Outcome("P3"));
    }

    [Fact]
    public void What_was_lost_while_this_machine_threw_frames_away_is_in_doubt()
    {
        Seen lossy = WithFlows((f, port) => f with { Tcp = f.Phase == Phases.Steady && f.Direction == PortDirection.Out ? new(40, 4, 0, 20, 0, 0) : Calm });
        Seen dropping = lossy.With(r => r with { Machine = new() { Hindrances = [new(4_000 * Millisecond, 0, 12)] } });
        CheckResult p3 = dropping.Verdict.Results.Single(r => r.Id == "P3");
        Assert.Equal(CheckOutcome.Inconclusive, p3.Outcome);
        Assert.Contains("this machine threw frames of its own away", p3.Seen);
        Assert.Equal(CheckOutcome.Fail, lossy.With(r => r with { Machine = new() { Hindrances = [new(1_000 * Millisecond, 0, 12)] } }).Outcome("P3"));
    }

    [Fact]
    public void A_switch_that_drops_fragments_or_many_of_them_fails_P1()
    {
        CheckResult p1 = WithCut(f => f.To == "m03" ? f with { Received = 0 } : f).Check("P1");
        Assert.Equal(CheckOutcome.Fail, p1.Outcome);
        Assert.StartsWith("fragments: ", p1.Seen);
        Assert.Contains("m03", p1.Seen);
        Assert.Equal(["m02 to m03: 0 of 10 datagrams of 2250 bytes, sent in fragments, arrived whole", "m04 to m03: 0 of 10 datagrams of 2250 bytes, sent in fragments, arrived whole"], p1.Evidence);
        Assert.Equal("fragments: lost 40 of 80 (50 %, 95 % confidence 39.3 to 60.7 %) datagrams, on 8 directions, where whole ones are not", WithCut(f => f with { Received = 5 }).Check("P1").Seen);
        Assert.Equal(["m01 to m02: 3 of 10 datagrams sent in fragments not whole"], WithCut(f => f is { From: "m01", To: "m02" } ? f with { Received = 7 } : f).Check("P1").Evidence.Take(1));
        // Two are chance; and what is lost of all datagrams alike is P3's.
        Assert.Equal(CheckOutcome.Pass, WithCut(f => f is { From: "m01", To: "m02" } ? f with { Received = 8 } : f).Outcome("P1"));
        Assert.Equal(CheckOutcome.Pass, WithCut(f => f with { Received = 6 }).WithStreams(s => s with { Received = s.Sent * 3 / 4 }).Outcome("P1"));
    }

    // A datagram in two fragments, and a request with its answer, have two chances to be lost.
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(10)]
    [InlineData(15)]
    public void What_a_port_loses_whatever_the_size_is_hardly_ever_a_matter_of_size(int percent)
    {
        const int Runs = 100;
        int failed = 0;
        for (int seed = 0; seed < Runs; seed++)
        {
            var random = new Random(seed);
            int Arrived(long sent, int passages) => Enumerable.Range(0, (int)sent).Count(_ => Enumerable.Range(0, passages).All(_ => random.Next(100) >= percent));
            Seen lossy = Healthy.WithStreams(s => s.To == "m03" ? s with { Received = Arrived(s.Sent, 1) } : s)
                .WithPings(p => p.To == "m03" || p.From == "m03" ? p with { Answered = Math.Max(1, Arrived(p.Sent, 1)) } : p)
                .With(r => r with { Fragments = [.. r.Fragments.Select(f => f.To == "m03" ? f with { Received = Math.Max(1, Arrived(f.Sent, 2)) } : f)] });
            if (lossy.Outcome("P1") != CheckOutcome.Pass) failed++;
        }

        Assert.InRange(failed, 0, 2);
    }

    [Fact]
    public void Large_packets_of_which_some_are_lost_fail_P1_where_small_ones_are_not()
    {
        CheckResult p1 = Healthy.WithPings(p => p.Bytes >= 1500 && p.To is "m02" or "m03" ? p with { Answered = 1 } : p).Check("P1");
        Assert.Equal(CheckOutcome.Fail, p1.Outcome);
        Assert.StartsWith("packets of 1500 bytes: lost 12 of 36 (33.3 %, ", p1.Seen);
        Assert.EndsWith("on 6 directions, where smaller ones are not", p1.Seen);
        Assert.Contains("; in fragments 80 of 80 datagrams on 8 directions (a sample: ", Healthy.Check("P1").Seen);
    }

    // A port with a small MTU drops the first fragment and lets the rest pass.
    [Theory]
    [InlineData(10, CheckOutcome.Pass)]
    [InlineData(11, CheckOutcome.Fail)]
    public void What_is_left_of_the_runs_own_datagrams_is_no_strange_flow_and_more_than_that_is(long packets, CheckOutcome outcome)
    {
        Seen seen = WithCut(f => f with { Phase = Phases.Probing, Received = f is { From: "m01", To: "m02" } ? 0 : 10 }).WithPorts(p => p.Port != "m02" ? p : p with
        {
            Flows = [.. p.Flows, p.Flows.First(f => f.Protocol == 17) with { Phase = Phases.Probing, Direction = PortDirection.In, Source = "198.18.0.1", SourcePort = 0, Destination = "198.18.0.2", DestinationPort = 0, Packets = packets }],
        });
        Assert.Equal(outcome, seen.Outcome("F3"));
    }

    [Fact]
    public void Without_a_word_in_the_spec_P1_wants_what_both_interfaces_take()
    {
        Seen jumbo = Healthy.WithNodes(n => n with { Settings = n.Settings with { Mtu = 9000 } });
        Assert.Equal(CheckOutcome.Inconclusive, jumbo.Outcome("P1"));
        Seen pinged = jumbo.WithPings(p => p.Bytes == 1500 ? p with { Bytes = 9000 } : p);
        Assert.StartsWith("9000 bytes on 12 directions", pinged.Check("P1").Seen);
        Seen small = pinged.WithPings(p => p.Bytes == 9000 && (p.From == "m03" || p.To == "m03") ? p with { Answered = 0 } : p);
        Assert.Equal(("mtu", "port of m03"), (Assert.Single(small.Verdict.Diagnoses).Fault, small.Verdict.Diagnoses[0].Where));
        Assert.StartsWith("packets of 9000 bytes", small.Check("P1").Seen);
        // What the spec says stays what must pass.
        Assert.Equal(CheckOutcome.Pass, Healthy.WithSpec(s => s with { Trials = s.Trials with { Mtu = 1500 } }).WithNodes(n => n with { Settings = n.Settings with { Mtu = 9000 } }).Outcome("P1"));
    }

    [Fact]
    public void F4_names_who_has_another_mtu()
    {
        CheckResult f4 = Healthy.WithNodes(n => n with { Settings = n.Settings with { Mtu = n.Member == "m02" ? 1500 : 9000 } }).Check("F4");
        Assert.Equal((CheckOutcome.Fail, "m02: MTU 1500, elsewhere 9000"), (f4.Outcome, f4.Seen));
        Assert.Contains("MTU 9000", Healthy.WithNodes(n => n with { Settings = n.Settings with { Mtu = 9000 } }).Check("F4").Seen);
        // Who did not tell it differs from nobody, and was not looked at.
        Assert.Equal(CheckOutcome.Inconclusive, Healthy.WithNodes(n => n with { Settings = n.Settings with { Mtu = n.Member == "m02" ? 0 : 9000 } }).Outcome("F4"));
    }

    // Only what m03 sends to groups at a rate is limited: unicast on the same ways, and all else, arrives.
    [Fact]
    public void A_limit_on_one_members_multicast_is_met_and_is_not_taken_for_loss()
    {
        Seen limited = Healthy.WithSightings((port, t, s) => t is { Kind: TrialKind.FastGroup, Sender: "m03" } && s.Direction == PortDirection.In ? s with { Packets = s.Packets / 2 } : s);
        CheckResult p3 = limited.Check("P3");
        Assert.Equal(CheckOutcome.Fail, p3.Outcome);
        Assert.StartsWith("fast multicast: ", p3.Seen);
        Assert.Contains("m03", p3.Seen);
        Assert.Equal("multicast-rate-limit", Assert.Single(limited.Verdict.Diagnoses).Fault);
    }

    private static Seen WithStreams(Func<TcpStreamObservation, TcpStreamObservation> change) => Healthy.With(r => r with { TcpStreams = [.. r.TcpStreams.Select(change)] });

    private static Seen WithCut(Func<FragmentObservation, FragmentObservation> change) => Healthy.With(r => r with { Fragments = [.. r.Fragments.Select(change)] });

    private static Seen WithFlows(Func<FlowSighting, string, FlowSighting> change) =>
        Healthy.WithPorts(p => p with { Flows = [.. p.Flows.Select(f => f.Protocol == 6 ? change(f, p.Port) : f)] });

    private static Seen WithDatagrams(Func<FlowSighting, string, FlowSighting> change) =>
        Healthy.WithPorts(p => p with { Flows = [.. p.Flows.Select(f => f.Protocol == 17 ? change(f, p.Port) : f)] });
}
