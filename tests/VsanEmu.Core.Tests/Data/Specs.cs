using System.Net;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Tests.Data;

/// <summary>Clusters for the data plane's tests.</summary>
internal static class Specs
{
    public static ClusterSpec Cluster(int members, DataConnection mode, params VmSpec[] vms) => new()
    {
        Name = "test",
        ClusterId = new Guid("11111111-2222-3333-4444-555555555555"),
        Profile = FlowProfile.Article with { DataConnection = mode },
        Subnet = IPNetwork.Parse("198.18.0.0/24"),
        Members = [.. Enumerable.Range(1, members).Select(i => new MemberSpec { Id = Id(i), Name = $"m{i}", Address = new IPAddress([198, 18, 0, (byte)i]) })],
        Channels = new ChannelSpec { AgentGroup = IPAddress.Parse("224.2.3.5"), MasterGroup = IPAddress.Parse("224.1.2.3") },
        Timers = TimerSpec.Lab,
        Vms = vms,
    };

    public static VmSpec Vm(string name, int host, params int[] copies) => new()
    {
        Name = name,
        Host = Id(host),
        Copies = [.. copies.Select(Id)],
        BlockSize = 512,
        Iops = 100,
        QueueDepth = 4,
    };

    public static MemberId Id(int value) => new((ushort)value);
}
