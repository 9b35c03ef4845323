using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using VsanEmu.Net.Threads;
using VsanEmu.Net.Tools;

namespace VsanEmu.Lab.Building;

/// <summary>A second segment: a fabric of its own, whose switch is cabled to the first fabric's gateway.</summary>
internal static class SecondSegment
{
    /// <summary>The gateway's interface there.</summary>
    internal const string Leg = "eth1";

    private const string Port = "gateway_";

    /// <summary>Builds the second segment and cables it.</summary>
    internal static async Task<Fabric> AttachAsync(ClusterSpec cluster, Fabric first, CancellationToken cancellation)
    {
        Endpoint gateway = first.Endpoints.Single(e => e.Plan.Kind == PortKind.Gateway);
        Fabric second = await Fabric.BuildAsync(cluster, new FabricOptions { Mtu = first.Plan.Mtu }, cancellation).ConfigureAwait(false);
        try
        {
            await OwnThread.RunAsync(() => Cable(second, gateway), cancellation).ConfigureAwait(false);
            return second;
        }
        catch
        {
            await second.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static void Cable(Fabric second, Endpoint gateway)
    {
        System.Net.IPAddress router = FabricPlanner.HighestFree(second.Plan);
        second.SwitchNamespace.Run(() => Tool.IpBatch(
        [
            $"link add name {Port} mtu {second.Plan.Mtu} master {SwitchCommands.Bridge} type veth peer name {Leg} mtu {second.Plan.Mtu} address {Ipv4.Mac(router)} netns {gateway.Namespace.Path}",
            $"link set dev {Port} up",
        ]));
        gateway.Namespace.Run(() => Tool.IpBatch([$"addr add {router}/{second.Plan.Spec.Subnet.PrefixLength} dev {Leg}", $"link set dev {Leg} up"]));
        foreach (Endpoint endpoint in second.Endpoints) endpoint.Namespace.Run(() => Tool.IpBatch([$"route add default via {router}"]));
    }
}
