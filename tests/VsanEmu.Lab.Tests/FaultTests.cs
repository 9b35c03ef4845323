using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;
using VsanEmu.Lab.Building;
using VsanEmu.Lab.Faults;

namespace VsanEmu.Lab.Tests;

/// <summary>How faults are named, parsed and planned; nothing is built.</summary>
public sealed class FaultTests
{
    [Fact]
    public void The_lab_offers_every_fault_of_the_catalogue()
    {
        Assert.Equal(
            [
                "no-querier", "no-querier-flooding", "two-queriers", "snooping-off", "port-not-forwarding-group", "mac-aliasing", "group-limit", "igmp-version",
                "no-acl", "acl-one-way", "acl-source-port-hole", "acl-ipv4-only", "acl-reject", "acl-between-members", "mtu", "loss", "multicast-rate-limit", "slow-port",
                "isolated-member", "partition", "duplicate-address", "idle-timeout",
            ],
            KnownFaults.All.Select(f => f.Name));
        Assert.All(KnownFaults.All, f => Assert.NotEmpty(f.MustFail.Concat(f.MustWarn)));
        Assert.All(KnownFaults.All, f => Assert.Same(f, TestCluster.Fault(f.Name)));
    }

    [Theory]
    [InlineData("no-acI", "no fault 'no-acI'; there are no-querier,")]
    [InlineData("no-acl:1", "fault no-acl takes no parameter")]
    [InlineData("loss:", "fault loss:: expected percent")]
    [InlineData("loss:0", "fault loss:0: expected percent")]
    [InlineData("loss:101", "fault loss:101: expected percent")]
    [InlineData("loss:5@", "fault loss:5@: expected percent")]
    [InlineData("loss:-5", "fault loss:-5: expected percent")]
    [InlineData("partition:m01++m02", "fault partition:m01++m02: expected members")]
    [InlineData("acl-between-members:m01", "fault acl-between-members:m01: expected the two members")]
    public void What_cannot_be_read_is_explained(string text, string error)
    {
        Assert.False(KnownFaults.TryParse(text, out IFault? fault, out string? why));
        Assert.Null(fault);
        Assert.StartsWith(error, why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("isolated-member:m09", "no endpoint 'm09' in this fabric")]
    [InlineData("isolated-member:observer", "'observer' is not a member")]
    [InlineData("loss:5@stranger", "'stranger' is beyond the gateway, not at a port")]
    [InlineData("partition:m01+m02+m03", "fault partition: each part needs a member")]
    [InlineData("acl-between-members", "fault acl-between-members needs 4 members")]
    [InlineData("acl-between-members:m01+m01", "fault acl-between-members: m01 cannot be kept apart from itself")]
    public void What_does_not_apply_to_the_cluster_is_explained(string text, string error)
    {
        FabricException e = Assert.Throws<FabricException>(() => FabricPlanner.Plan(TestCluster.Of(3), new() { Faults = [TestCluster.Fault(text)] }));
        Assert.StartsWith(error, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_members_kept_apart_are_those_that_come_last_in_an_election()
    {
        ClusterSpec spec = TestCluster.Of(6);
        spec = spec with
        {
            Members = [.. spec.Members.Select(m => m.Name switch
            {
                "m05" => m with { FixedRole = Role.Master },
                "m06" => m with { Priority = 200 },
                "m02" => m with { FixedRole = Role.Agent },
                _ => m,
            })],
        };
        FabricPlan plan = FabricPlanner.Plan(spec, new() { Faults = [new AclBetweenMembers()] });
        Assert.Equal((TestCluster.Address(4), TestCluster.Address(2)), Assert.Single(plan.Access.Denied));
    }

    [Fact]
    public async Task A_fault_that_the_kernel_lacks_is_an_error_and_not_a_healthy_fabric()
    {
        FabricException e = await Assert.ThrowsAsync<FabricException>(() => Fabric.BuildAsync(
            TestCluster.Of(2), new() { Faults = [new Unheard()] }, TestContext.Current.CancellationToken));
        Assert.StartsWith("fault unheard-of cannot be put into this machine's switch: nft -f -: ", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    private sealed class Unheard : IFault
    {
        public string Name => "unheard-of";

        public string Description => "";

        public IReadOnlyList<string> MustFail => [];

        public FabricPlan Apply(FabricPlan plan) => plan with { FrameRules = [new(Name, FrameHook.Forward, "unheard of drop")] };
    }
}
