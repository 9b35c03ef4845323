using VsanEmu.Core.Checks;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using FlowKey = (int Protocol, string Source, int SourcePort, string Destination, int DestinationPort);

namespace VsanEmu.Scenarios.Wire;

/// <summary>The lab's cluster as tshark sees it at every port: the flows on the wire are those of the matrix, nothing missing and nothing more.</summary>
[Collection(Together.Timed)]
public sealed class RealWireTests(CapturedLab lab) : IClassFixture<CapturedLab>
{
    private const int SynSeen = 1;

    // UDP header, message header, heartbeat payload, checksum.
    private const int HeartbeatLength = 8 + 44 + 49 + 4;

    private ClusterSpec Cluster => lab.Cluster;

    [Fact]
    public void The_run_passes_and_all_its_quiet_phases_are_settled()
    {
        Assert.Equal(ExitCode.Passed, lab.Record.Verdict.ExitCode);
        Assert.Equal(
            [Phases.Steady, Phases.Vms, Phases.Probing, Phases.AfterFailover, Phases.Healed],
            lab.Settled.Select(p => p.Name));
    }

    [Fact]
    public void Each_port_sees_the_matrix_and_nothing_else()
    {
        var wrong = new List<string>();
        foreach (PhaseObservation phase in lab.Settled)
        {
            foreach (MemberView view in phase.Views)
            {
                MemberSpec member = Cluster.Member(view.Id);
                HashSet<FlowKey> seen = [.. lab.At(member.Name, phase).Where(IsBetweenMembers).Select(p => p.Folded)];
                HashSet<FlowKey> allowed = [.. Keys(lab.Allowed(phase), member, view.Role)];
                HashSet<FlowKey> required = [.. Keys(lab.Required(phase), member, view.Role)];
                wrong.AddRange(seen.Except(allowed).Select(k => $"{phase.Name}, {member.Name} ({view.Role}): {k} is not in the matrix"));
                wrong.AddRange(required.Except(seen).Select(k => $"{phase.Name}, {member.Name} ({view.Role}): {k} was not seen"));
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void A_port_that_joined_nothing_sees_neither_group()
    {
        string[] groups = [Cluster.Channels.AgentGroup!.ToString(), Cluster.Channels.MasterGroup!.ToString()];
        Assert.DoesNotContain(lab.At(Cluster.Observer!.Name), p => p.Protocol == WirePacket.Udp && groups.Contains(p.Destination));
    }

    [Fact]
    public void Between_the_Master_and_each_member_there_are_two_connections_one_opened_by_each()
    {
        PhaseObservation steady = lab.Phase(Phases.Steady);
        MemberSpec master = Cluster.Member(steady.Views.Single(v => v.Role == Role.Master).Id);
        foreach (MemberView view in steady.Views.Where(v => v.Role != Role.Master))
        {
            MemberSpec member = Cluster.Member(view.Id);
            string[] openers =
            [
                .. lab.At(master.Name, steady)
                    .Where(p => p.Protocol == WirePacket.Tcp && Pair(p) == Pair(master, member))
                    .Select(Connection).Distinct()
                    .Select(c => lab.At(master.Name).Where(p => p.Protocol == WirePacket.Tcp && Connection(p) == c)
                        .First(p => p.Syn && !p.Ack).Source)
                    .Order(StringComparer.Ordinal),
            ];
            Assert.Equal(new[] { master.Address.ToString(), member.Address.ToString() }.Order(StringComparer.Ordinal), openers);
        }
    }

    [Fact]
    public void Writes_leave_the_VMs_member_with_source_port_2233_on_a_connection_that_the_holder_opened()
    {
        PhaseObservation phase = lab.Phase(Phases.Vms);
        foreach (VmSpec vm in Cluster.Vms)
        {
            MemberSpec host = Cluster.Member(vm.Host);
            foreach (MemberSpec holder in vm.Copies.Where(c => c != vm.Host).Select(Cluster.Member))
            {
                WirePacket[] blocks =
                [
                    .. lab.At(host.Name, phase).Where(p => p.Protocol == WirePacket.Tcp && p.Source == host.Address.ToString()
                        && p.Destination == holder.Address.ToString() && p.Length >= 1024),
                ];
                Assert.NotEmpty(blocks);
                Assert.All(blocks, p => Assert.Equal(Cluster.Channels.ReliablePort, p.SourcePort));
                string connection = Connection(blocks[0]);
                IEnumerable<WirePacket> opening = lab.At(host.Name).Where(p => p.Protocol == WirePacket.Tcp && Connection(p) == connection && p.Syn && !p.Ack);
                Assert.Equal(holder.Address.ToString(), Assert.Single(opening.Take(SynSeen)).Source);
            }
        }
    }

    [Fact]
    public void Members_report_the_groups_of_their_role()
    {
        PhaseObservation steady = lab.Phase(Phases.Steady);
        string agents = Cluster.Channels.AgentGroup!.ToString();
        string masters = Cluster.Channels.MasterGroup!.ToString();
        foreach (MemberView view in steady.Views)
        {
            MemberSpec member = Cluster.Member(view.Id);
            string[] reported =
            [
                .. lab.At(member.Name).Where(p => p.Protocol == WirePacket.Igmp && p.Source == member.Address.ToString()
                    && p.At <= lab.At(member.Name, steady).Last().At).Select(p => p.IgmpGroup).Distinct(),
            ];
            Assert.Contains(agents, reported);
            Assert.Equal(view.Role is Role.Master or Role.Backup, reported.Contains(masters));
        }
    }

    [Fact]
    public void Every_member_keeps_the_cadence_of_its_heartbeats()
    {
        PhaseObservation steady = lab.Phase(Phases.Steady);
        string agents = Cluster.Channels.AgentGroup!.ToString();
        string listener = Cluster.Member(steady.Views[^1].Id).Name;
        double cadence = Cluster.Timers.Heartbeat.TotalMilliseconds;
        foreach (MemberView view in steady.Views)
        {
            string source = Cluster.Member(view.Id).Address.ToString();
            DateTimeOffset[] beats =
            [
                .. lab.At(listener, steady).Where(p => p.Source == source && p.Destination == agents && p.Length == HeartbeatLength).Select(p => p.At),
            ];
            double[] gaps = [.. beats.Zip(beats.Skip(1), (a, b) => (b - a).TotalMilliseconds).Order()];
            Assert.True(gaps.Length >= 3, $"{view.Member}: {beats.Length} heartbeats");
            Assert.InRange(gaps[gaps.Length / 2], cadence / 2, cadence * 2);
        }
    }

    // A flow's packets as they pass one member's port: what it sends, and what is sent to it or to a group it listens to.
    private static IEnumerable<FlowKey> Keys(IEnumerable<Flow> flows, MemberSpec member, Role role)
    {
        foreach (Flow flow in flows)
        {
            if (flow.Transport == FlowTransport.Igmp) continue;
            bool listens = flow.Group == FlowGroup.Agent || (flow.Group == FlowGroup.Master && role is Role.Master or Role.Backup);
            if (flow.From != member.Id && flow.To != member.Id && !listens) continue;
            yield return ((int)flow.Transport, flow.Source.ToString(), flow.SourcePort, flow.Destination.ToString(), flow.DestinationPort);
            if (flow.Transport == FlowTransport.Tcp)
                yield return ((int)flow.Transport, flow.Destination.ToString(), flow.DestinationPort, flow.Source.ToString(), flow.SourcePort);
        }
    }

    private bool IsBetweenMembers(WirePacket packet) =>
        packet.Protocol is WirePacket.Tcp or WirePacket.Udp
        && Cluster.Members.Any(m => m.Address.ToString() == packet.Source)
        && (packet.Protocol == WirePacket.Udp || Cluster.Members.Any(m => m.Address.ToString() == packet.Destination));

    private static string Connection(WirePacket p) => string.CompareOrdinal(p.Source, p.Destination) < 0
        ? $"{p.Source}:{p.SourcePort} {p.Destination}:{p.DestinationPort}"
        : $"{p.Destination}:{p.DestinationPort} {p.Source}:{p.SourcePort}";

    private static string Pair(WirePacket p) => Pair(p.Source, p.Destination);

    private static string Pair(MemberSpec a, MemberSpec b) => Pair(a.Address.ToString(), b.Address.ToString());

    private static string Pair(string a, string b) => string.CompareOrdinal(a, b) < 0 ? $"{a} {b}" : $"{b} {a}";
}
