using System.Net;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Tests.Flows;

/// <summary>A cluster's concrete flows: m01 is Master, m02 Backup, the rest Agents, unless a test says otherwise.</summary>
public sealed class FlowMatrixTests
{
    private static readonly string[] BothVms = ["vm1", "vm2"];

    [Fact]
    public void Between_the_master_and_each_other_member_are_two_connections_one_opened_by_each()
    {
        ClusterSpec spec = LabSpec.Create(5);
        FlowConnection[] required = [.. FlowMatrix.Of(spec, []).Connections.Where(c => c.Presence == FlowPresence.Required)];
        Assert.Equal(8, required.Length);
        foreach (ushort member in (ushort[])[2, 3, 4, 5])
        {
            Assert.Single(required, c => (c.OpenedBy, c.AcceptedBy) == (Id(1), Id(member)));
            Assert.Single(required, c => (c.OpenedBy, c.AcceptedBy) == (Id(member), Id(1)));
        }
    }

    [Fact]
    public void Each_role_sends_to_its_groups()
    {
        FlowMatrix matrix = FlowMatrix.Of(LabSpec.Create(4), []);
        Assert.Equal(
            ["C3 #1 Agent", "C4 #2 Agent", "C5 #2 Master", "C6 #3 Agent", "C6 #4 Agent"],
            matrix.Flows.Where(f => f.Transport == FlowTransport.Udp).Select(f => $"{f.Id} {f.From} {f.Group}"));
        Assert.Equal(
            ["#1 Agent", "#1 Master", "#2 Agent", "#2 Master", "#3 Agent", "#4 Agent"],
            matrix.Flows.Where(f => f.Id == FlowId.C8).Select(f => $"{f.From} {f.Group}"));
    }

    [Fact]
    public void Writes_leave_with_the_reliable_port_as_source_on_the_connection_the_holder_opened()
    {
        FlowMatrix matrix = FlowMatrix.Of(LabSpec.Create(8), BothVms);
        Flow write = Assert.Single(matrix.Flows, f => f.Id == FlowId.D1 && f.From == Id(3) && f.To == Id(4));
        Assert.Equal((2233, 0, Id(4)), (write.SourcePort, write.DestinationPort, write.OpenedBy));
        Flow answer = Assert.Single(matrix.Flows, f => f.Id == FlowId.D2 && f.From == Id(4) && f.To == Id(3));
        Assert.Equal((0, 2233, Id(4)), (answer.SourcePort, answer.DestinationPort, answer.OpenedBy));
        FlowConnection shared = Assert.Single(matrix.Connections, c => (c.OpenedBy, c.AcceptedBy) == (Id(4), Id(3)));
        Assert.Contains(write, shared.Flows);
        Assert.Contains(answer, shared.Flows);
    }

    [Theory]
    [InlineData(DataConnection.Accepted, 1)]
    [InlineData(DataConnection.Initiated, 1)]
    [InlineData(DataConnection.Both, 2)]
    public void The_profile_says_which_connection_carries_data(DataConnection mode, int connections)
    {
        ClusterSpec spec = LabSpec.Create(8);
        spec = spec with { Profile = spec.Profile with { DataConnection = mode } };
        FlowConnection[] data =
        [
            .. FlowMatrix.Of(spec, ["vm1"]).Connections.Where(c => c.Flows.Any(f => f.Id == FlowId.D1 && f.To == Id(4))),
        ];
        Assert.Equal(connections, data.Length);
        Assert.Equal(mode != DataConnection.Initiated, data.Any(c => c.OpenedBy == Id(4)));
        Assert.Equal(mode != DataConnection.Accepted, data.Any(c => c.OpenedBy == Id(3)));
    }

    [Fact]
    public void A_copy_on_the_master_uses_the_connection_that_is_there_anyway()
    {
        FlowMatrix matrix = FlowMatrix.Of(LabSpec.Create(8), ["vm1"]);
        FlowConnection connection = Assert.Single(matrix.Connections, c => (c.OpenedBy, c.AcceptedBy) == (Id(1), Id(3)));
        Assert.Equal([FlowId.C1, FlowId.D1, FlowId.D2], connection.Flows.Select(f => f.Id).Where(f => f != FlowId.D3).Order());
    }

    [Fact]
    public void A_vm_that_is_off_and_a_copy_on_a_dead_member_have_no_flows()
    {
        ClusterSpec spec = LabSpec.Create(8);
        Assert.DoesNotContain(FlowMatrix.Of(spec, []).Flows, f => f.Id >= FlowId.D1);
        IReadOnlyDictionary<MemberId, Role> roles = RoleAssignment.Default(spec, [.. spec.Members.Skip(1).Select(m => m.Id)]);
        Assert.Equal(Role.Master, roles[Id(2)]);
        Assert.Equal([Id(4)], FlowMatrix.Of(spec, roles, ["vm1"]).Flows.Where(f => f.Id == FlowId.D1).Select(f => f.To));
    }

    [Fact]
    public void A_rebuild_moves_the_flows_of_a_vm()
    {
        ClusterSpec spec = LabSpec.Create(8);
        var moved = new Dictionary<string, IReadOnlyCollection<MemberId>> { ["vm1"] = [Id(4), Id(7)] };
        FlowMatrix matrix = FlowMatrix.Of(spec, RoleAssignment.Default(spec), BothVms, moved);
        Assert.Equal([Id(4), Id(7)], matrix.Flows.Where(f => f.Id == FlowId.D1 && f.From == Id(3)).Select(f => f.To));
        Assert.Equal([Id(2), Id(6)], matrix.Flows.Where(f => f.Id == FlowId.D1 && f.From == Id(5)).Select(f => f.To));
    }

    [Fact]
    public void Profile_vsan65_sends_updates_to_the_master_group_as_well()
    {
        FlowMatrix matrix = FlowMatrix.Of(LabSpec.Create(3, FlowProfile.Vsan65), []);
        Assert.Equal(
            ["C4 #2 Agent", "C4 #2 Master", "C6 #3 Agent", "C6 #3 Master"],
            matrix.Flows.Where(f => f.Id is FlowId.C4 or FlowId.C6).Select(f => $"{f.Id} {f.From} {f.Group}"));
    }

    [Fact]
    public void Profile_vsan66_sends_one_unicast_copy_to_each_listener_and_no_igmp()
    {
        FlowMatrix matrix = FlowMatrix.Of(LabSpec.Create(4, FlowProfile.Vsan66), []);
        Assert.DoesNotContain(matrix.Flows, f => f.Transport == FlowTransport.Igmp || f.Group != FlowGroup.None);
        Flow[] udp = [.. matrix.Flows.Where(f => f.Transport == FlowTransport.Udp)];
        Assert.All(udp, f => Assert.Equal((12321, 12321), (f.SourcePort, f.DestinationPort)));
        Assert.Equal(3 + 3 + 1 + 2 * 3, udp.Length);
        Assert.Equal([Id(1)], udp.Where(f => f.Id == FlowId.C5).Select(f => f.To));
    }

    [Fact]
    public void Only_c7_and_d3_need_not_be_seen()
    {
        FlowMatrix matrix = FlowMatrix.Of(LabSpec.Create(8), BothVms);
        Assert.Equal([FlowId.C7, FlowId.D3], matrix.Flows.Where(f => f.Presence == FlowPresence.Permitted).Select(f => f.Id).Distinct().Order());
        Assert.DoesNotContain(matrix.Required, f => f.Id is FlowId.C7 or FlowId.D3);
        Assert.Equal(7 * 6, matrix.Flows.Count(f => f.Id == FlowId.C7));
    }

    [Fact]
    public void A_classified_packet_names_its_flow_in_either_direction()
    {
        FlowMatrix matrix = FlowMatrix.Of(LabSpec.Create(8), []);
        FlowMatch there = Assert.Single(matrix.Classify(6, "198.18.0.11", 0, "198.18.0.13", 2233));
        Assert.Equal((FlowId.C1, false), (there.Flow.Id, there.Reverse));
        FlowMatch back = Assert.Single(matrix.Classify(6, "198.18.0.13", 2233, "198.18.0.11", 0));
        Assert.Equal((FlowId.C1, true), (back.Flow.Id, back.Reverse));
        Assert.Equal(FlowId.C6, Assert.Single(matrix.Classify(17, "198.18.0.14", 23451, "224.2.3.5", 23451)).Flow.Id);
    }

    [Theory]
    [InlineData(17, "198.18.0.14", 12345, "224.1.2.3", 12345)] // An Agent on the Master Group.
    [InlineData(17, "198.18.0.11", 12345, "224.1.2.3", 12345)] // The Master there.
    [InlineData(17, "198.18.0.14", 23451, "224.2.3.4", 23451)] // Another group.
    [InlineData(17, "198.18.0.14", 12321, "198.18.0.11", 12321)] // Another profile's flow.
    [InlineData(6, "198.18.0.250", 0, "198.18.0.11", 2233)] // An outsider.
    [InlineData(6, "198.18.0.12", 2233, "198.18.0.11", 2233)] // A source port that no member binds to connect.
    [InlineData(6, "not an address", 0, "198.18.0.11", 2233)]
    [InlineData(1, "198.18.0.12", 0, "198.18.0.11", 0)]
    public void What_the_matrix_does_not_hold_belongs_to_no_flow(byte protocol, string source, int sourcePort, string destination, int destinationPort) =>
        Assert.Empty(FlowMatrix.Of(LabSpec.Create(8), BothVms).Classify(protocol, source, sourcePort, destination, destinationPort));

    [Fact]
    public void Over_all_roles_everything_that_any_assignment_holds_is_permitted_and_nothing_required()
    {
        ClusterSpec spec = LabSpec.Create(5, FlowProfile.Vsan65);
        FlowMatrix union = FlowMatrix.OverAllRoles(spec);
        Assert.Empty(union.Required);
        foreach (ushort master in (ushort[])[1, 2, 3, 4, 5])
        {
            ushort backup = (ushort)(master % 5 + 1);
            var roles = spec.Members.ToDictionary(
                m => m.Id, m => m.Id == Id(master) ? Role.Master : m.Id == Id(backup) ? Role.Backup : Role.Agent);
            foreach (Flow flow in FlowMatrix.Of(spec, roles, BothVms).Flows)
                Assert.Contains(union.Classify((byte)flow.Transport, flow.Source, flow.SourcePort, flow.Destination, flow.DestinationPort), m => m.Flow.Id == flow.Id);
        }
    }

    [Fact]
    public void Over_all_roles_a_member_fixed_as_agent_never_uses_the_master_group()
    {
        ClusterSpec spec = LabSpec.Create(3);
        spec = spec with { Members = [spec.Members[0], spec.Members[1], spec.Members[2] with { FixedRole = Role.Agent }] };
        FlowMatrix union = FlowMatrix.OverAllRoles(spec);
        Assert.Empty(union.Classify(17, "198.18.0.13", 12345, "224.1.2.3", 12345));
        Assert.Single(union.Classify(17, "198.18.0.12", 12345, "224.1.2.3", 12345));
        Assert.Null(union.ClassifyReport(IPAddress.Parse("198.18.0.13"), IPAddress.Parse("224.1.2.3"), spec));
        Assert.NotNull(union.ClassifyReport(IPAddress.Parse("198.18.0.12"), IPAddress.Parse("224.1.2.3"), spec));
    }

    [Theory]
    [InlineData(3, "224.0.0.22")]
    [InlineData(2, "224.2.3.5")]
    public void Reports_go_where_their_igmp_version_sends_them(int version, string destination)
    {
        ClusterSpec spec = LabSpec.Create(3);
        spec = spec with { Channels = spec.Channels with { IgmpVersion = version } };
        FlowMatrix matrix = FlowMatrix.Of(spec, []);
        Assert.Contains(matrix.Classify(2, "198.18.0.13", 0, destination, 0), m => m.Flow.Id == FlowId.C8);
        Assert.NotEmpty(matrix.Classify(2, "198.18.0.13", 0, "224.0.0.2", 0));
    }

    private static MemberId Id(ushort value) => new(value);
}
