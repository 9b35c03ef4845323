using System.Net;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Tests.Spec;

public sealed class LabSpecTests
{
    public static TheoryData<int> Sizes => [2, 3, 4, 5, 6, 8, 64];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void The_masters_death_leaves_every_vm_a_host_and_a_copy(int members)
    {
        ClusterSpec spec = LabSpec.Create(members);
        Assert.Equal(members, spec.Members.Count);
        Assert.Equal(members == 2 ? 1 : 2, spec.Vms.Count);
        MemberId master = RoleAssignment.Default(spec).Single(r => r.Value == Role.Master).Key;
        Assert.Equal(new MemberId(1), master);
        Assert.All(spec.Vms, vm =>
        {
            Assert.NotEqual(master, vm.Host);
            Assert.Equal(2, vm.Copies.Distinct().Count());
            Assert.Contains(vm.Copies, c => c != master);
            Assert.All(vm.Copies.Append(vm.Host), m => Assert.Contains(spec.Members, s => s.Id == m));
        });
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Addresses_are_different_and_where_they_belong(int members)
    {
        ClusterSpec spec = LabSpec.Create(members);
        IPAddress[] inside =
        [
            .. spec.Members.Select(m => m.Address),
            .. spec.Outsiders.Where(o => o.Place == OutsiderPlace.Segment).Select(o => o.Address),
            spec.Observer!.Address!,
            spec.Gateway!,
        ];
        Assert.Equal(inside.Length, inside.Distinct().Count());
        Assert.All(inside, a => Assert.True(spec.Subnet.Contains(a)));
        Assert.All(spec.Outsiders.Where(o => o.Place == OutsiderPlace.BeyondGateway), o => Assert.False(spec.Subnet.Contains(o.Address)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(65)]
    public void Too_few_or_too_many_members_are_refused(int members) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => LabSpec.Create(members));

    [Fact]
    public void A_name_always_gives_the_same_identity_and_another_name_another()
    {
        Assert.Equal(LabSpec.Create(2).ClusterId, LabSpec.Create(9).ClusterId);
        Assert.NotEqual(LabSpec.Create(2).ClusterId, LabSpec.Create(2, name: "other").ClusterId);
        Assert.Equal('8', LabSpec.ClusterIdOf("lab").ToString()[14]);
    }
}
