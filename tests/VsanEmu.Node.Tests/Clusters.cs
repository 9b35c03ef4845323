using System.Net;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;

namespace VsanEmu.Node.Tests;

/// <summary>Small clusters with short timers.</summary>
internal static class Clusters
{
    /// <summary>Members m01, m02 and so on at 198.18.0.1 and up, an outsider in the segment and an observer.</summary>
    public static ClusterSpec Of(int members, FlowProfile? profile = null)
    {
        profile ??= FlowProfile.Article;
        return new ClusterSpec
        {
            Name = "node-tests",
            ClusterId = Guid.Parse("6d0a6a8e-1c1f-4b43-9a0e-0a5a1f7c2d11"),
            Profile = profile,
            Subnet = IPNetwork.Parse("198.18.0.0/24"),
            Members = [.. Enumerable.Range(1, members).Select(i => new MemberSpec { Id = new MemberId((ushort)i), Name = $"m{i:00}", Address = At(i) })],
            Channels = new ChannelSpec
            {
                AgentGroup = profile.AgentGroup is { } agents ? IPAddress.Parse(agents) : null,
                MasterGroup = profile.MasterGroup is { } masters ? IPAddress.Parse(masters) : null,
            },
            Timers = TimerSpec.Lab,
            Outsiders = [new OutsiderSpec { Name = "stray", Address = At(201), Place = OutsiderPlace.Segment }],
            Observer = new ObserverSpec(),
            Gateway = At(254),
        };
    }

    public static IPAddress At(int host) => IPAddress.Parse($"198.18.0.{host}");
}
