using System.Net;
using System.Security.Cryptography;
using System.Text;
using VsanEmu.Core.Flows;

namespace VsanEmu.Core.Spec;

/// <summary>The lab's cluster, from a member count: members, two VMs, an observer, an outsider on each side of the gateway.</summary>
public static class LabSpec
{
    /// <summary>Fewest members of a cluster.</summary>
    public const int MinMembers = 2;

    // RFC 2544's benchmarking range: never anyone's real addresses.
    private const string Segment = "198.18.0.";
    private const int FirstHost = 11;

    /// <summary>
    /// Makes the cluster: <c>m01</c> at 198.18.0.11, <c>m02</c> at .12 and so on, with lab timers. No VM runs on <c>m01</c>, which becomes Master first, and each has
    /// a copy elsewhere: its death leaves every VM alive.
    /// </summary>
    /// <param name="members">How many members, 2 to 64.</param>
    /// <param name="profile">Which matrix they follow; <see cref="FlowProfile.Article"/> by default.</param>
    /// <param name="name">The cluster's name, from which its identity is derived.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not 2 to 64 members.</exception>
    public static ClusterSpec Create(int members, FlowProfile? profile = null, string name = "lab")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(members, MinMembers);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(members, MemberId.Max);
        profile ??= FlowProfile.Article;
        return new ClusterSpec
        {
            Name = name,
            ClusterId = ClusterIdOf(name),
            Profile = profile,
            Subnet = IPNetwork.Parse($"{Segment}0/24"),
            Members = [.. Enumerable.Range(1, members).Select(Member)],
            Channels = ChannelSpec.Of(profile),
            Timers = TimerSpec.Lab,
            Vms = [.. Vms(members)],
            Outsiders =
            [
                new() { Name = "outsider", Address = IPAddress.Parse($"{Segment}250"), Place = OutsiderPlace.Segment },
                new() { Name = "stranger", Address = IPAddress.Parse("198.19.0.250"), Place = OutsiderPlace.BeyondGateway },
            ],
            Observer = new() { Address = IPAddress.Parse($"{Segment}251") },
            Gateway = IPAddress.Parse($"{Segment}254"),
        };
    }

    /// <summary>A cluster's identity where none is given: made from its name alone (a UUID of version 8, RFC 9562 5.8).</summary>
    public static Guid ClusterIdOf(string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"vsanemu cluster {name}"), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }

    private static MemberSpec Member(int number) => new()
    {
        Id = new MemberId((ushort)number),
        Name = $"m{number:00}",
        Address = IPAddress.Parse($"{Segment}{FirstHost + number - 1}"),
    };

    // vm1 has a copy on the Master, whose connections carry it; vm2 has none there, so its data needs a connection of its own.
    private static IEnumerable<VmSpec> Vms(int members) => members switch
    {
        2 => [Vm("vm1", 2, 1, 2)],
        3 => [Vm("vm1", 3, 1, 2), Vm("vm2", 2, 3, 1)],
        4 => [Vm("vm1", 3, 1, 4), Vm("vm2", 2, 3, 4)],
        5 => [Vm("vm1", 3, 1, 4), Vm("vm2", 5, 2, 4)],
        _ => [Vm("vm1", 3, 1, 4), Vm("vm2", 5, 2, 6)],
    };

    private static VmSpec Vm(string name, int host, params int[] copies) => new()
    {
        Name = name,
        Host = new MemberId((ushort)host),
        Copies = [.. copies.Select(c => new MemberId((ushort)c))],
    };
}
