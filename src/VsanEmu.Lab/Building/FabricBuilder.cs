using VsanEmu.Core.Observations;
using VsanEmu.Net.Namespaces;
using VsanEmu.Net.Tools;

namespace VsanEmu.Lab.Building;

/// <summary>Carries a plan out. All commands for a namespace go to one process; endpoints are configured a few at a time.</summary>
internal static class FabricBuilder
{
    private const int AtATime = 4;

    /// <summary>Builds the fabric. What was made is released when a step fails.</summary>
    internal static (NetworkNamespace Switch, IReadOnlyList<Endpoint> Endpoints) Build(FabricPlan plan, CancellationToken cancellation)
    {
        List<NetworkNamespace> made = [];
        try
        {
            NetworkNamespace theSwitch = Make();
            Endpoint[] endpoints = [.. plan.Endpoints.Select(e => new Endpoint(e, Make()))];
            Dictionary<string, string> paths = endpoints.ToDictionary(e => e.Name, e => e.Namespace.Path);

            theSwitch.Run(() =>
            {
                Apply(EndpointCommands.Settings(igmpVersion: null, forwards: false));
                Tool.IpBatch(SwitchCommands.Create(plan));
                Tool.Run("nft", ["-f", "-"], plan.Access.ToNft("bridge"));
            });
            InParallel(endpoints, e => e.Namespace.Run(() => Apply(SettingsOf(e.Plan, plan))), cancellation);
            theSwitch.Run(() => Tool.IpBatch([SwitchCommands.Timers(plan.Spec.Timers), .. SwitchCommands.Ports(plan, name => paths[name])]));
            foreach (Endpoint gateway in endpoints.Where(e => e.Plan.Kind == PortKind.Gateway)) gateway.Namespace.Run(() =>
            {
                Tool.IpBatch(EndpointCommands.NetworkBehind(plan, name => paths[name]));
                Tool.Run("nft", ["-f", "-"], plan.Access.ToNft("inet"));
            });
            InParallel(endpoints, e => e.Namespace.Run(() => Tool.IpBatch(EndpointCommands.Configure(e.Plan, plan))), cancellation);
            foreach (IGrouping<string, FrameRule> fault in plan.FrameRules.GroupBy(r => r.Fault)) theSwitch.Run(() => PutIn(fault));
            return (theSwitch, endpoints);
        }
        catch
        {
            made.ForEach(n => n.Dispose());
            throw;
        }

        NetworkNamespace Make()
        {
            cancellation.ThrowIfCancellationRequested();
            made.Add(NetworkNamespace.Create());
            return made[^1];
        }
    }

    private static IEnumerable<(string Path, string Value)> SettingsOf(PlannedEndpoint endpoint, FabricPlan plan) => EndpointCommands.Settings(
        endpoint.Kind == PortKind.Member ? plan.Spec.Channels.IgmpVersion : null, forwards: endpoint.Kind == PortKind.Gateway);

    // /proc/sys/net is that of the thread which opens the file.
    private static void Apply(IEnumerable<(string Path, string Value)> settings)
    {
        foreach ((string path, string value) in settings)
        {
            string file = $"/proc/sys/{path}";
            // A kernel without IPv6 needs no telling.
            if (path.StartsWith("net/ipv6/", StringComparison.Ordinal) && !File.Exists(file)) continue;
            try
            {
                File.WriteAllText(file, value);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new FabricException($"cannot set {file} to {value}: {e.Message}", e);
            }
        }
    }

    private static void PutIn(IGrouping<string, FrameRule> fault)
    {
        try
        {
            Tool.Run("nft", ["-f", "-"], SwitchCommands.FaultTable(fault.Key, fault));
        }
        catch (ToolException e)
        {
            throw new FabricException($"fault {fault.Key} cannot be put into this machine's switch: {e.Message}", e);
        }
    }

    private static void InParallel(IReadOnlyList<Endpoint> endpoints, Action<Endpoint> work, CancellationToken cancellation)
    {
        try
        {
            Parallel.ForEach(endpoints, new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellation }, work);
        }
        catch (AggregateException e)
        {
            throw e.InnerExceptions[0];
        }
    }
}
