using VsanEmu.Core.Observations;
using VsanEmu.Net.Namespaces;
using VsanEmu.Net.Threads;
using VsanEmu.Net.Tools;

namespace VsanEmu.Lab.Building;

/// <summary>What a plan was made into.</summary>
/// <param name="Switch">The switch's namespace.</param>
/// <param name="Endpoints">The endpoints.</param>
/// <param name="Hidden">The namespaces of what is hidden.</param>
internal sealed record BuiltFabric(NetworkNamespace Switch, IReadOnlyList<Endpoint> Endpoints, IReadOnlyList<NetworkNamespace> Hidden);

/// <summary>Carries a plan out. All commands for a namespace go to one process; endpoints are configured a few at a time.</summary>
internal static class FabricBuilder
{
    private const int AtATime = 4;

    private static readonly TimeSpan QueryLimit = TimeSpan.FromSeconds(5);

    /// <summary>Builds the fabric. What was made is released when a step fails.</summary>
    internal static BuiltFabric Build(FabricPlan plan, CancellationToken cancellation)
    {
        List<NetworkNamespace> made = [];
        try
        {
            NetworkNamespace theSwitch = Make();
            Endpoint[] endpoints = [.. plan.Endpoints.Select(e => new Endpoint(e, Make()))];
            (HiddenHost Host, NetworkNamespace Namespace)[] hidden = [.. plan.Hidden.Select(h => (h, Make()))];
            Dictionary<string, string> paths = endpoints.Select(e => (e.Plan.Port ?? e.Name, e.Namespace)).Concat(hidden.Select(h => (h.Host.Port, h.Namespace)))
                .ToDictionary(p => p.Item1, p => p.Item2.Path);

            theSwitch.Run(() =>
            {
                Apply(EndpointCommands.Settings(igmpVersion: null, forwards: plan.Access.Refusal != Refusal.Drop));
                Tool.IpBatch(SwitchCommands.Create(plan));
                if (SwitchCommands.Queries(plan) && plan.SecondSwitchAddress is not null) JoinQueriers();
                Tool.Run("nft", ["-f", "-"], AccessRules.ForSwitch(plan.Access, Ipv4.Mac(plan.SwitchAddress)) + SwitchRules.Snooping(plan));
            });
            // Before anything is connected: what a fault keeps apart must never have met.
            foreach (IGrouping<string, FrameRule> fault in plan.FrameRules.GroupBy(r => r.Fault))
                theSwitch.Run(() => PutIn(fault.Key, "nft", ["-f", "-"], SwitchRules.Fault(fault.Key, plan.FrameTables.Where(t => t.Fault == fault.Key), fault)));
            OwnThread.ForEach(endpoints, AtATime, e => e.Namespace.Run(() => Apply(SettingsOf(e.Plan, plan))), cancellation);
            foreach ((HiddenHost _, NetworkNamespace inside) in hidden) inside.Run(() => Apply(EndpointCommands.Settings(igmpVersion: null, forwards: false)));
            theSwitch.Run(() => Tool.IpBatch(
                [.. SwitchCommands.Bridges(plan).Select(b => SwitchCommands.Timers(b.Name, plan.Spec)), .. SwitchCommands.Ports(plan, name => paths[name])]));
            foreach (Endpoint gateway in endpoints.Where(e => e.Plan.Kind == PortKind.Gateway)) gateway.Namespace.Run(() =>
            {
                Tool.IpBatch(EndpointCommands.NetworkBehind(plan, name => paths[name]));
                Tool.Run("nft", ["-f", "-"], AccessRules.ForRouter(plan.Access, [EndpointCommands.Behind, SecondSegment.Leg]));
            });
            OwnThread.ForEach(endpoints, AtATime, e => e.Namespace.Run(() => Tool.IpBatch(EndpointCommands.Configure(e.Plan, plan))), cancellation);
            foreach ((HiddenHost host, NetworkNamespace inside) in hidden) inside.Run(() => Tool.IpBatch(HiddenCommands.Configure(host, plan)));
            foreach (PortRate rate in plan.PortRates) theSwitch.Run(() => PutIn(rate.Fault, "tc", SwitchCommands.Slow(rate), ""));
            return new(theSwitch, endpoints, [.. hidden.Select(h => h.Namespace)]);
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

    // A query that was sent before the second switch's port forwarded is lost, and the next one would find it flooding for a query response interval.
    private static void JoinQueriers()
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!SwitchCommands.Hears(Tool.Run("bridge", SwitchCommands.RouterPorts)))
        {
            if (TimeProvider.System.GetElapsedTime(start) > QueryLimit) throw new FabricException("the second switch does not hear the first one's queries");
            Tool.IpBatch(SwitchCommands.QueryAgain);
        }

        Tool.IpBatch(SwitchCommands.SecondQuerier);
    }

    private static IEnumerable<(string Path, string Value)> SettingsOf(PlannedEndpoint endpoint, FabricPlan plan) => EndpointCommands.Settings(
        endpoint.Kind == PortKind.Member ? plan.Spec.Channels.IgmpVersion : null, forwards: endpoint.Kind == PortKind.Gateway, endpoint.Ipv6);

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

    private static void PutIn(string fault, string tool, string[] arguments, string input)
    {
        try
        {
            Tool.Run(tool, arguments, input);
        }
        catch (ToolException e)
        {
            throw new FabricException($"fault {fault} cannot be put into this machine's switch: {e.Message}", e);
        }
    }
}
