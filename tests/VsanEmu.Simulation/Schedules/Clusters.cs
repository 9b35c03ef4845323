using System.Net;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;
using VsanEmu.Simulation.Worlds;

namespace VsanEmu.Simulation.Schedules;

/// <summary>Clusters by chance: size, profile, fixed roles, priorities, VMs.</summary>
internal static class Clusters
{
    public static ClusterSpec Make(Dice dice)
    {
        int count = Count(dice);
        FlowProfile profile = dice.Of(FlowProfile.All) with { DataConnection = (DataConnection)dice.Below(3) };
        var members = new MemberSpec[count];
        bool uneven = dice.Chance(0.3);
        for (int i = 0; i < count; i++)
        {
            members[i] = new MemberSpec
            {
                Id = new MemberId((ushort)(i + 1)),
                Name = $"m{i + 1:00}",
                Address = IPAddress.Parse($"198.18.0.{i + 1}"),
                Priority = uneven ? (byte)dice.Between(90, 110) : (byte)100,
            };
        }

        FixRoles(members, dice);
        return new ClusterSpec
        {
            Name = "simulated",
            ClusterId = new Guid("52f1a6b0-7c1e-4d0c-9b57-1f6c3a2b9d10"),
            Profile = profile,
            Subnet = IPNetwork.Parse("198.18.0.0/24"),
            Members = members,
            Channels = new ChannelSpec { AgentGroup = Group(profile.AgentGroup), MasterGroup = Group(profile.MasterGroup) },
            Timers = TimerSpec.Lab,
            Vms = dice.Chance(0.4) ? Vms(members, dice) : [],
        };
    }

    // Mostly small, since trouble comes from what happens rather than from how many there are; now and then large.
    private static int Count(Dice dice) => dice.Below(1000) switch
    {
        < 700 => (int)dice.Between(2, 5),
        < 960 => (int)dice.Between(6, 8),
        < 996 => (int)dice.Between(9, 16),
        < 999 => (int)dice.Between(17, 40),
        _ => (int)dice.Between(41, MemberId.Max),
    };

    // At least two members stay electable: a cluster without is at rest without Master or Backup.
    private static void FixRoles(MemberSpec[] members, Dice dice)
    {
        if (dice.Chance(0.15)) Fix(members, dice, Role.Master);
        if (dice.Chance(0.15)) Fix(members, dice, Role.Backup);
        if (!dice.Chance(0.15)) return;
        int agents = dice.Below(members.Length - 1);
        while (agents-- > 0) Fix(members, dice, Role.Agent);
    }

    private static void Fix(MemberSpec[] members, Dice dice, Role role)
    {
        int which = dice.Below(members.Length);
        if (members[which].FixedRole is not null) return;
        if (role == Role.Agent && members.Count(m => m.FixedRole != Role.Agent) <= 2) return;
        members[which] = members[which] with { FixedRole = role };
    }

    private static List<VmSpec> Vms(MemberSpec[] members, Dice dice)
    {
        var vms = new List<VmSpec>();
        int count = (int)dice.Between(1, 3);
        for (int i = 0; i < count; i++)
        {
            var copies = new HashSet<MemberId>();
            while (copies.Count < Math.Min(2, members.Length)) copies.Add(dice.Of(members).Id);
            vms.Add(new VmSpec { Name = $"vm{i + 1}", Host = dice.Of(members).Id, Copies = [.. copies.Order()], Iops = 5, BlockSize = 512 });
        }

        return vms;
    }

    private static IPAddress? Group(string? address) => address is null ? null : IPAddress.Parse(address);
}
