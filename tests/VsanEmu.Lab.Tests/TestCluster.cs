using System.Net;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;
using VsanEmu.Lab.Faults;

namespace VsanEmu.Lab.Tests;

/// <summary>A cluster for a fabric: members m01 to mNN, an observer, an outsider in the segment and a stranger beyond the gateway.</summary>
internal static class TestCluster
{
    public static readonly IPAddress AgentGroup = IPAddress.Parse("224.2.3.5");

    public static ClusterSpec Of(int members) => new()
    {
        Name = "test",
        ClusterId = new Guid("8f0c9a52-5f0d-4f57-9f61-1d1d4c1c9b10"),
        Profile = FlowProfile.Article,
        Subnet = IPNetwork.Parse("198.18.0.0/24"),
        Members = [.. Enumerable.Range(1, members).Select(i => new MemberSpec
        {
            Id = new MemberId((ushort)i),
            Name = $"m{i:00}",
            Address = Address(i),
        })],
        Channels = new() { AgentGroup = AgentGroup, MasterGroup = IPAddress.Parse("224.1.2.3") },
        Timers = TimerSpec.Lab,
        Outsiders =
        [
            new() { Name = "outsider", Address = IPAddress.Parse("198.18.0.200"), Place = OutsiderPlace.Segment },
            new() { Name = "stranger", Address = IPAddress.Parse("198.19.0.10"), Place = OutsiderPlace.BeyondGateway },
        ],
        Observer = new() { Address = IPAddress.Parse("198.18.0.210") },
        Gateway = IPAddress.Parse("198.18.0.1"),
    };

    /// <summary>A fabric for it that is ready.</summary>
    public static async Task<Fabric> ReadyAsync(int members, string[]? faults = null, int igmpVersion = 3, string shape = "plain")
    {
        ClusterSpec spec = Of(members);
        spec = spec with { Channels = spec.Channels with { IgmpVersion = igmpVersion } };
        FabricShape laidOut = FabricShape.Find(shape)!;
        Fabric fabric = await Fabric.BuildAsync(
            laidOut.Adapt(spec), new() { Shape = laidOut, Faults = [.. (faults ?? []).Select(Fault)] }, TestContext.Current.CancellationToken);
        await fabric.WaitReadyAsync(Eventually.Limit, TestContext.Current.CancellationToken);
        return fabric;
    }

    public static IFault Fault(string text) => KnownFaults.TryParse(text, out IFault? fault, out string? error) ? fault : throw new ArgumentException(error);

    public static IPAddress Address(int member) => IPAddress.Parse($"198.18.0.{10 + member}");
}
