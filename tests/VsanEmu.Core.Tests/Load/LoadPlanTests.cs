using VsanEmu.Core.Flows;
using VsanEmu.Core.Load;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Tests.Load;

public sealed class LoadPlanTests
{
    private static readonly ClusterSpec Four = LabSpec.Create(4);

    [Theory]
    [InlineData(LoadProfile.Pair, 1, 1, LoadTransport.Udp)]
    [InlineData(LoadProfile.Multicast, 1, 3, LoadTransport.Udp)]
    [InlineData(LoadProfile.MulticastAll, 4, 12, LoadTransport.Udp)]
    [InlineData(LoadProfile.Ring, 4, 4, LoadTransport.Tcp)]
    [InlineData(LoadProfile.Mesh, 12, 12, LoadTransport.Tcp)]
    [InlineData(LoadProfile.Incast, 3, 3, LoadTransport.Tcp)]
    [InlineData(LoadProfile.Resync, 6, 6, LoadTransport.Tcp)]
    public void A_profile_says_who_sends_to_whom(LoadProfile profile, int flows, int deliveries, LoadTransport transport)
    {
        IReadOnlyList<LoadFlow> plan = LoadPlan.Make(Four, new LoadOptions { Profile = profile });
        Assert.Equal((flows, deliveries), (plan.Count, plan.Sum(f => f.To.Count)));
        Assert.All(plan, f => Assert.Equal(transport, f.Transport));
        Assert.All(plan, f => Assert.DoesNotContain(f.From, f.To));
        Assert.Equal(Enumerable.Range(1, flows), plan.Select(f => f.Id));
        Assert.Equal(flows, plan.Select(f => (f.From, string.Join(',', f.To))).Distinct().Count());
    }

    [Fact]
    public void Groups_and_ports_are_the_clusters_own()
    {
        LoadFlow group = LoadPlan.Make(Four, new LoadOptions()).Single();
        Assert.Equal((Four.Channels.AgentGroup, 23451), (group.Group, group.Port));
        Assert.All(LoadPlan.Make(Four, new LoadOptions { Profile = LoadProfile.Ring }), f => Assert.Equal((null, 2233), (f.Group, f.Port)));
        Assert.Equal(12321, LoadPlan.Make(Four, new LoadOptions { Profile = LoadProfile.Pair }).Single().Port);
    }

    [Fact]
    public void Without_a_rate_all_flows_together_have_a_modest_one()
    {
        foreach (LoadProfile profile in Enum.GetValues<LoadProfile>())
        {
            IReadOnlyList<LoadFlow> plan = LoadPlan.Make(Four, new LoadOptions { Profile = profile, Parallel = 3 });
            Assert.InRange(plan.Sum(f => f.BitsPerSecond), 0.999 * LoadOptions.DefaultTotalRate, LoadOptions.DefaultTotalRate);
        }

        Assert.All(LoadPlan.Make(Four, new LoadOptions { Profile = LoadProfile.Mesh, BitsPerSecond = 7 }), f => Assert.Equal(7, f.BitsPerSecond));
    }

    [Fact]
    public void In_a_resync_the_lost_member_neither_sends_nor_receives() =>
        Assert.All(LoadPlan.Make(Four, new LoadOptions { Profile = LoadProfile.Resync }), f => Assert.DoesNotContain("m04", f.To.Append(f.From)));

    [Fact]
    public void Many_groups_are_the_specs_test_groups_and_share_no_address_of_a_frame()
    {
        LoadFlow flow = LoadPlan.Make(Four, new LoadOptions { Groups = 1000 }).Single();
        Assert.Equal(Four.Trials.FirstGroup, flow.Groups[0]);
        Assert.Equal(1000, flow.Groups.Select(g => string.Join('.', g.GetAddressBytes()[1] & 0x7f, g.GetAddressBytes()[2], g.GetAddressBytes()[3])).Distinct().Count());
        Assert.Equal([Four.Channels.AgentGroup!], LoadPlan.Make(Four, new LoadOptions()).Single().Groups);
    }

    [Fact]
    public void A_rate_in_datagrams_is_one_in_bits()
    {
        Assert.Equal(8 * 64 * 5000, LoadPlan.Make(Four, new LoadOptions { PacketsPerSecond = 5000, Payload = 64 }).Single().BitsPerSecond);
        Assert.Contains("takes datagrams", Error(Four, new LoadOptions { Profile = LoadProfile.Ring, PacketsPerSecond = 5 }));
        Assert.Contains("a ramp takes a rate", Error(Four, new LoadOptions { BitsPerSecond = 0, Ramp = TimeSpan.FromSeconds(1) }));
    }

    [Fact]
    public void VMs_run_on_each_member_and_their_blocks_lie_at_others()
    {
        IReadOnlyList<LoadVm> vms = LoadVm.Make(Four, new VmOptions());
        Assert.Equal(["m01", "m02", "m03", "m04"], vms.Select(v => v.Host));
        Assert.Equal(["m04", "m01"], vms[2].Copies);
        Assert.Equal(["m02"], LoadVm.Make(LabSpec.Create(2), new VmOptions())[0].Copies);
    }

    [Fact]
    public void Of_a_mix_each_part_has_its_share()
    {
        IReadOnlyList<LoadFlow> plan = LoadPlan.Make(Four, new LoadOptions { Profile = LoadProfile.Mixed, MulticastShare = 0.3, Transport = LoadTransport.Udp });
        Assert.Equal(30_000_000, plan.Where(f => f.Group is not null).Sum(f => f.BitsPerSecond), tolerance: 10);
        Assert.Equal(70_000_000, plan.Where(f => f.Group is null).Sum(f => f.BitsPerSecond), tolerance: 10);
    }

    [Fact]
    public void What_cannot_be_is_said()
    {
        Assert.Equal("516096 flows: at most 16384 are allowed", Error(LabSpec.Create(64), new LoadOptions { Profile = LoadProfile.Mesh, Parallel = 128 }));
        Assert.Equal("profile vsan66 has no groups to send to", Error(LabSpec.Create(4, FlowProfile.Vsan66), new LoadOptions()));
        Assert.Equal(4032, LoadPlan.Make(LabSpec.Create(64), new LoadOptions { Profile = LoadProfile.Mesh }).Count);
    }

    private static string Error(ClusterSpec cluster, LoadOptions options) => Assert.Throws<LoadException>(() => LoadPlan.Make(cluster, options)).Message;
}
