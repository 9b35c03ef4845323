using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Control.Tests;

public sealed class SettlementTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(64)]
    public void A_cluster_at_rest_lacks_nothing(int members) => Assert.Null(Settlement.Missing(Views.AtRest(members)));

    public static TheoryData<string, Func<MemberView, MemberView>, string> Unrest => new()
    {
        { "no Master", v => v.Id.Value == 1 ? v with { Role = Role.Agent } : v, "one Master" },
        { "two Masters", v => v.Id.Value == 3 ? v with { Role = Role.Master } : v, "one Master instead of m01, m03" },
        { "no Backup", v => v.Id.Value == 2 ? v with { Role = Role.Agent } : v, "one Backup" },
        { "a follower of another", v => v.Id.Value == 3 ? v with { Master = new MemberId(2) } : v, "m03 to follow m01" },
        { "one that hears less", v => v.Id.Value == 4 ? v with { Members = [new MemberId(4)] } : v, "m04 to hear all 4 members and no other" },
        { "one that is behind", v => v.Id.Value == 4 ? v with { Digest = 8 } : v, "m04 to hold the Master's directory" },
        { "one that is busy", v => v.Id.Value == 4 ? v with { AtRest = false } : v, "m04 to come to rest" },
        { "a VM without its copy", v => v.Id.Value == 4 ? v with { DataAtRest = false } : v, "the VMs of m04 to have their copies" },
        { "all busy", v => v with { AtRest = false }, "m01, m02, m03, m04 to come to rest" },
    };

    [Theory]
    [MemberData(nameof(Unrest))]
    public void What_is_missing_is_named(string name, Func<MemberView, MemberView> change, string missing)
    {
        Assert.NotEmpty(name);
        Assert.Equal(missing, Settlement.Missing([.. Views.AtRest(4).Select(change)]));
    }

    [Fact]
    public void A_VM_on_one_side_of_a_split_may_wait_for_its_copy()
    {
        MemberView waiting = Views.One(1, 1) with { DataAtRest = false };
        Assert.Null(Settlement.Missing([Views.AtRest(2), [waiting]]));
        Assert.NotNull(Settlement.Missing([[waiting]]));
    }

    [Fact]
    public void Each_side_is_a_cluster_of_its_own()
    {
        MemberView[] whole = Views.AtRest(2);
        Assert.Null(Settlement.Missing([whole, [Views.One(1, 1)]]));
        Assert.Equal("one Master", Settlement.Missing([whole, [Views.One(2, 2)]]));
    }
}
