using VsanEmu.Core.Checks;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Tests.Checks;

/// <summary>F2 and F3: what must be at the receivers' ports, and what must not be anywhere.</summary>
public sealed class FlowCheckTests
{
    private const string AgentGroup = "224.2.3.5";
    private const string MasterGroup = "224.1.2.3";

    private static readonly Seen Healthy = Seen.Healthy(4);

    [Fact]
    public void F2_counts_the_flows_of_a_healthy_cluster()
    {
        CheckResult result = Healthy.Check("F2");
        Assert.Equal(CheckOutcome.Pass, result.Outcome);
        // Of 4 members: 3 C1 and as many C2, C3 and C4 at 3 listeners, C5 at 1, C6 of 2 Agents at 3 each; and in two of five phases a cluster of 3, whose copies may have moved.
        Assert.Contains("C1 13, C2 13, C3 13, C4 13, C5 5, C6 22, C8 28, D1 4, D2 4", result.Seen);
    }

    public static TheoryData<string, Func<PortCapture, FlowSighting, FlowSighting?>, string> Losses => new()
    {
        { "a group at one listener", (p, f) => In(p, f, "m03") && f.Source == "198.18.0.1" && f.Destination == AgentGroup ? null : f, "C3 m01 to the Agent Group: was sent, but did not arrive at m03" },
        { "the Backup's on the Agent Group", (p, f) => In(p, f, "m01") && f.Source == "198.18.0.2" && f.Destination == AgentGroup ? null : f, "C4 m02 to the Agent Group: was sent, but did not arrive at m01" },
        { "the Master Group", (p, f) => In(p, f, "m01") && f.Destination == MasterGroup ? null : f, "C5 m02 to the Master Group: was sent, but did not arrive at m01" },
        { "an Agent that is silent", (_, f) => f.Source == "198.18.0.4" && f.Destination == AgentGroup ? null : f, "C6 m04 to the Agent Group: was never sent" },
        { "the Master's connection", (p, f) => In(p, f, "m04") && Tcp(f, "198.18.0.1", 0) ? null : f, "C1 m01 to m04: was sent, but did not arrive at m04" },
        { "the member's connection", (p, f) => In(p, f, "m01") && Tcp(f, "198.18.0.4", 0) ? null : f, "C2 m04 to m01: was sent, but did not arrive at m01" },
    };

    [Theory]
    [MemberData(nameof(Losses))]
    public void F2_names_the_flow_the_receiver_and_whether_it_was_sent(string what, Func<PortCapture, FlowSighting, FlowSighting?> change, string line)
    {
        CheckResult result = Flows((p, f) => f.Phase == Phases.Steady ? change(p, f) : f).Check("F2");
        Assert.True(result.Outcome == CheckOutcome.Fail, what);
        Assert.Contains($"steady: {line}", result.Evidence);
        Assert.All(result.Evidence, e => Assert.StartsWith("steady: ", e));
    }

    [Fact]
    public void F2_wants_a_write_with_the_reliable_source_port()
    {
        // m03 runs the VM, m01 and m02 hold its copies: the writes come from m03's port 2233.
        Seen wrong = Flows((p, f) => Tcp(f, "198.18.0.3", 2233) && f.Destination == "198.18.0.2" ? f with { SourcePort = 0 } : f);
        Assert.Contains("vms: D1 m03 to m02: was never sent", wrong.Check("F2").Evidence);
        Seen idle = Flows((p, f) => Tcp(f, "198.18.0.3", 2233) && f.Destination == "198.18.0.2" ? f with { Payloads = 0 } : f);
        Assert.Contains("vms: D1 m03 to m02: only bare acknowledgements arrived at m02", idle.Check("F2").Evidence);
    }

    [Fact]
    public void F2_wants_the_SYN_of_the_side_that_opens()
    {
        Seen opened = Flows((p, f) => Tcp(f, "198.18.0.4", 0) && f.Destination == "198.18.0.1" ? f with { Syns = 0 } : f);
        Assert.Contains("steady: C2 m04 to m01: packets arrived at m01, but no SYN up to then: m04 was not seen to open it", opened.Check("F2").Evidence);
    }

    [Fact]
    public void F2_takes_a_SYN_of_an_earlier_phase_but_not_of_a_later_one()
    {
        Assert.DoesNotContain(Healthy.Run.Ports.SelectMany(p => p.Flows), f => f.Phase == Phases.Steady && f.Syns > 0);
        Seen before = Flows((_, f) => f.Phase == Phases.Forming ? f with { Phase = "before" } : f);
        Assert.Equal(CheckOutcome.Pass, before.Outcome("F2"));
        Seen late = Flows((_, f) => f.Phase == Phases.Forming ? f with { Syns = 0 } : f.Phase == Phases.Vms ? f with { Syns = 1 } : f);
        CheckResult result = late.Check("F2");
        Assert.Equal(CheckOutcome.Fail, result.Outcome);
        Assert.All(result.Evidence, e => Assert.StartsWith("steady: ", e));
    }

    [Fact]
    public void F2_wants_a_report_for_each_group_of_the_role()
    {
        Seen silent = Healthy.WithPorts(p => p.Port == "m02" ? p with { Memberships = [.. p.Memberships.Where(m => m.Group != MasterGroup)] } : p);
        Assert.Contains("steady: C8 m02 to the Master Group: m02 sent no report for it up to then", silent.Check("F2").Evidence);
        Seen leaves = Healthy.WithPorts(p => p with { Memberships = [.. p.Memberships.Select(m => m with { Leave = true })] });
        Assert.Equal(CheckOutcome.Fail, leaves.Outcome("F2"));
    }

    [Fact]
    public void F2_cannot_tell_without_captures_with_drops_or_without_a_settled_phase()
    {
        Assert.Equal(CheckOutcome.Inconclusive, Healthy.WithPorts(p => p.Port == "m03" ? null : p).Outcome("F2"));
        Seen missing = Flows((p, f) => In(p, f, "m03") ? null : f);
        Assert.Equal(CheckOutcome.Fail, missing.Outcome("F2"));
        Assert.Equal(CheckOutcome.Inconclusive, missing.WithPorts(p => p.Port == "m03" ? p with { Dropped = 1 } : p).Outcome("F2"));
        Assert.Equal(CheckOutcome.Inconclusive, Healthy.WithPhases(p => p with { Settled = false }).Outcome("F2"));
    }

    [Fact]
    public void F2_expects_nothing_of_a_holder_that_a_rebuild_may_have_replaced()
    {
        Seen gone = Flows((_, f) => f.Phase == Phases.Healed && (Tcp(f, "198.18.0.3", 2233) || (f.Protocol == 6 && f is { Source: "198.18.0.2", SourcePort: 0, Destination: "198.18.0.3" })) ? null : f);
        Assert.Equal(CheckOutcome.Fail, gone.WithNodes(n => n.Member == "m03" ? n with { Vms = [Vm([1, 2])] } : n).Outcome("F2"));
        CheckResult moved = gone.WithNodes(n => n.Member == "m03" ? n with { Vms = [Vm([3, 4])] } : n).Check("F2");
        Assert.DoesNotContain(moved.Evidence, e => e.Contains("D1") || e.Contains("D2"));
    }

    public static TheoryData<string, Func<FlowSighting>, string> Strays => new()
    {
        { "an Agent on the Master Group", () => Sighting(17, "198.18.0.4", 12345, MasterGroup, 12345), "UDP m04:12345 to 224.1.2.3:12345" },
        { "a wrong source port", () => Sighting(17, "198.18.0.4", 0, AgentGroup, 23451), "UDP m04 to 224.2.3.5:23451" },
        { "UDP between members", () => Sighting(17, "198.18.0.4", 0, "198.18.0.3", 0), "UDP m04 to m03" },
        { "another TCP port", () => Sighting(6, "198.18.0.4", 0, "198.18.0.3", 0), "TCP m04 to m03" },
        { "a stranger to a group", () => Sighting(17, "198.18.7.7", 23451, AgentGroup, 23451), "UDP 198.18.7.7:23451 to 224.2.3.5:23451" },
        { "a stranger to a member", () => Sighting(6, "198.18.7.7", 0, "198.18.0.3", 2233), "TCP 198.18.7.7 to m03:2233" },
        { "a member to a stranger", () => Sighting(17, "198.18.0.3", 0, "198.18.7.7", 0), "UDP m03 to 198.18.7.7" },
    };

    [Theory]
    [MemberData(nameof(Strays))]
    public void F3_finds_what_the_matrix_does_not_hold(string what, Func<FlowSighting> stray, string flow)
    {
        Assert.Equal(CheckOutcome.Pass, Healthy.Outcome("F3"));
        CheckResult result = Added("m03", stray()).Check("F3");
        Assert.True(result.Outcome == CheckOutcome.Fail, what);
        Assert.Equal($"1 flow outside the matrix: {flow}", result.Seen);
        Assert.Equal($"steady: {flow}, 3 packets, the first is frame 99 at m03", Assert.Single(result.Evidence));
    }

    [Fact]
    public void F3_leaves_out_outsiders_and_what_concerns_no_member()
    {
        Assert.Equal(CheckOutcome.Pass, Added("m03", Sighting(6, "198.18.1.1", 0, "198.18.0.3", 2233)).Outcome("F3"));
        Assert.Equal(CheckOutcome.Pass, Added("outsider", Sighting(6, "198.18.0.3", 2233, "198.18.1.1", 0)).Outcome("F3"));
        Assert.Equal(CheckOutcome.Pass, Added("m03", Sighting(17, "198.18.7.7", 0, "198.18.8.8", 0)).Outcome("F3"));
    }

    [Fact]
    public void F3_allows_every_role_while_nothing_is_settled()
    {
        FlowSighting agentOnMasterGroup = Sighting(17, "198.18.0.4", 12345, MasterGroup, 12345);
        Assert.Equal(CheckOutcome.Pass, Added("m03", agentOnMasterGroup with { Phase = Phases.Failover }).Outcome("F3"));
        Assert.Equal(CheckOutcome.Pass, Added("m03", agentOnMasterGroup with { Phase = "before" }).Outcome("F3"));
        FlowSighting never = Sighting(17, "198.18.0.4", 0, "198.18.0.3", 0);
        Assert.Equal(CheckOutcome.Fail, Added("m03", never with { Phase = Phases.Failover }).Outcome("F3"));
        Assert.Equal(CheckOutcome.Fail, Added("m03", never with { Phase = "before" }).Outcome("F3"));
    }

    [Fact]
    public void F3_allows_what_is_still_said_to_a_dead_member()
    {
        // TCP repeats to m01, which was killed, what it never acknowledged.
        FlowSighting repeated = Sighting(6, "198.18.0.4", 0, "198.18.0.1", 2233) with { Phase = Phases.AfterFailover };
        Assert.Equal(CheckOutcome.Pass, Added("m04", repeated).Outcome("F3"));
        Assert.Equal(CheckOutcome.Fail, Added("m04", repeated with { DestinationPort = 0 }).Outcome("F3"));
    }

    [Fact]
    public void F3_finds_an_Agent_that_reports_the_Master_Group()
    {
        MembershipSighting report = Healthy.Run.Ports[1].Memberships.First(m => m.Group == MasterGroup) with { Phase = Phases.Steady, Source = "198.18.0.4" };
        Seen joined = Healthy.WithPorts(p => p.Port == "m04" ? p with { Memberships = [.. p.Memberships, report] } : p);
        Assert.Equal("steady: IGMP report of m04 (Agent) for the Master Group, 1 packet, at m04", Assert.Single(joined.Check("F3").Evidence));
        Assert.Equal(CheckOutcome.Pass, Healthy.WithPorts(p => p.Port == "m04" ? p with { Memberships = [.. p.Memberships, report with { Leave = true }] } : p).Outcome("F3"));
    }

    [Fact]
    public void F3_cannot_tell_without_captures_with_drops_or_without_a_settled_phase()
    {
        Assert.Equal(CheckOutcome.Inconclusive, Healthy.WithPorts(p => p.Port == "m03" ? null : p).Outcome("F3"));
        Assert.Equal(CheckOutcome.Inconclusive, Healthy.WithPorts(p => p.Kind == PortKind.Member ? null : p).Outcome("F3"));
        Assert.Equal(CheckOutcome.Inconclusive, Healthy.WithPorts(p => p.Port == "m03" ? p with { Dropped = 1 } : p).Outcome("F3"));
        Assert.Equal(CheckOutcome.Inconclusive, Healthy.WithPhases(p => p with { Settled = false }).Outcome("F3"));
    }

    private static bool In(PortCapture port, FlowSighting flow, string at) => port.Port == at && flow.Direction == PortDirection.In;

    private static bool Tcp(FlowSighting flow, string source, int sourcePort) => flow.Protocol == 6 && flow.Source == source && flow.SourcePort == sourcePort;

    private static Seen Flows(Func<PortCapture, FlowSighting, FlowSighting?> change) =>
        Healthy.WithPorts(p => p with { Flows = [.. p.Flows.Select(f => change(p, f)).OfType<FlowSighting>()] });

    private static Seen Added(string port, FlowSighting flow) => Healthy.WithPorts(p => p.Port == port ? p with { Flows = [.. p.Flows, flow] } : p);

    private static FlowSighting Sighting(byte protocol, string source, int sourcePort, string destination, int destinationPort) => Healthy.Run.Ports[0].Flows[0] with
    {
        Phase = Phases.Steady,
        Direction = PortDirection.In,
        Protocol = protocol,
        Source = source,
        SourcePort = sourcePort,
        Destination = destination,
        DestinationPort = destinationPort,
        Packets = 3,
        FirstFrame = 99,
    };

    private static VmObservation Vm(ushort[] copies) => new()
    {
        Vm = "vm1",
        Writes = 1,
        Reads = 1,
        Failed = 0,
        Mismatched = 0,
        Copies = [.. copies.Select(c => new MemberId(c))],
    };
}
