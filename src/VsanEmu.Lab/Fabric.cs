using System.Collections.Concurrent;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using VsanEmu.Lab.Building;
using VsanEmu.Net.Interfaces;
using VsanEmu.Net.Namespaces;
using VsanEmu.Net.Probing;
using VsanEmu.Net.Threads;
using VsanEmu.Net.Tools;

namespace VsanEmu.Lab;

/// <summary>
/// A switch with IGMP snooping, a querier and an access list, a gateway, and a namespace for every endpoint, all on this machine. It has no name anywhere
/// outside this process and vanishes with it, however it ends.
/// </summary>
public sealed class Fabric : IAsyncDisposable
{
    private static readonly TimeSpan PollPeriod = TimeSpan.FromMilliseconds(20);

    private readonly FabricPlan _plan;
    private readonly Dictionary<string, Endpoint> _endpoints;
    private readonly ConcurrentDictionary<string, bool> _down = [];

    private readonly IReadOnlyList<NetworkNamespace> _hidden;

    private Fabric(FabricPlan plan, BuiltFabric built, Fabric? neighbour)
    {
        _plan = plan;
        _hidden = built.Hidden;
        SwitchNamespace = built.Switch;
        Endpoints = built.Endpoints;
        Neighbour = neighbour;
        _endpoints = built.Endpoints.ToDictionary(e => e.Name);
    }

    /// <summary>The switch's namespace: its ports are the interfaces there.</summary>
    public NetworkNamespace SwitchNamespace { get; }

    /// <summary>All endpoints: members by id, observer, outsiders, and the gateway last.</summary>
    public IReadOnlyList<Endpoint> Endpoints { get; }

    /// <summary>All endpoints as ends that a run can use.</summary>
    public IReadOnlyList<FabricEnd> Ends =>
        [.. Endpoints.Select(e => new FabricEnd(e.Name, e.Plan.Kind, e.Namespace, e.Plan.Interface, e.Plan.Address, InSegment: e.Plan.Port is not null))];

    /// <summary>The second segment of the gateway, in which another cluster lives; null in most shapes.</summary>
    public Fabric? Neighbour { get; }

    /// <summary>The plan it was built by: addresses, access list, and what the faults did.</summary>
    public FabricPlan Plan => _plan;

    /// <summary>Builds the fabric for a cluster. It forwards, but may not do so at once: <see cref="WaitReadyAsync"/>.</summary>
    /// <exception cref="FabricException">The spec or a fault cannot be built.</exception>
    /// <exception cref="ToolException">ip or nft is missing or failed.</exception>
    /// <exception cref="NetworkNamespaceException">This process may not make network namespaces.</exception>
    public static async Task<Fabric> BuildAsync(ClusterSpec spec, FabricOptions options, CancellationToken cancellation = default)
    {
        FabricPlan plan = FabricPlanner.Plan(spec, options);
        BuiltFabric built = await OwnThread.RunAsync(() => FabricBuilder.Build(plan, cancellation), cancellation).ConfigureAwait(false);
        var fabric = new Fabric(plan, built, neighbour: null);
        if (plan.Neighbour is not { } cluster) return fabric;
        try
        {
            return new Fabric(plan, built, await SecondSegment.AttachAsync(cluster, fabric, cancellation).ConfigureAwait(false));
        }
        catch
        {
            await fabric.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The namespace of the endpoint of this name.</summary>
    /// <exception cref="FabricException">There is no such endpoint.</exception>
    public NetworkNamespace Namespace(string endpoint) => _endpoints.TryGetValue(endpoint, out Endpoint? found)
        ? found.Namespace
        : throw new FabricException($"no endpoint '{endpoint}' in this fabric");

    /// <summary>
    /// Waits until every port forwards, every endpoint can send, and the switch snoops and queries as planned, by reading their state.
    /// Endpoints whose link was taken down are not waited for.
    /// </summary>
    /// <exception cref="FabricException">It did not come up within <paramref name="limit"/>; the message says what is missing.</exception>
    public async Task WaitReadyAsync(TimeSpan limit, CancellationToken cancellation = default)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (await OwnThread.RunAsync(Missing, cancellation).ConfigureAwait(false) is { } missing)
        {
            if (TimeProvider.System.GetElapsedTime(start) > limit) throw new FabricException($"the fabric is not ready after {limit.TotalSeconds:0.#} s: {missing}");
            await Task.Delay(PollPeriod, cancellation).ConfigureAwait(false);
        }
        if (Neighbour is not null) await Neighbour.WaitReadyAsync(limit, cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Splits the segment: endpoints on different sides exchange nothing, unicast, broadcast or group. Endpoints that are not named are on side 0.
    /// The switch itself stays the querier of every side. Replaces an earlier split.
    /// </summary>
    public Task SplitAsync(IReadOnlyDictionary<string, int> sideByEndpoint, CancellationToken cancellation = default)
    {
        foreach (string name in sideByEndpoint.Keys) _plan.Port(name);
        string rules = SwitchRules.Split(_plan.Endpoints.Where(e => e.Port is not null)
            .GroupBy(e => sideByEndpoint.GetValueOrDefault(e.Name), e => e.Port!));
        return OnSwitch(() => Tool.Run("nft", ["-f", "-"], rules), cancellation);
    }

    /// <summary>Takes a split back; does nothing when there is none.</summary>
    public Task HealAsync(CancellationToken cancellation = default) => OnSwitch(() => Tool.Run("nft", ["-f", "-"], SwitchRules.Heal), cancellation);

    /// <summary>
    /// Takes an endpoint's port down or up. Down is what a power failure looks like to the rest: once this returns nothing leaves or reaches the endpoint,
    /// and the switch has forgotten its memberships.
    /// </summary>
    public Task SetLinkAsync(string endpoint, bool up, CancellationToken cancellation = default)
    {
        string port = _plan.Port(endpoint);
        if (up) _down.TryRemove(endpoint, out _);
        else _down[endpoint] = true;
        return OnSwitch(() => Tool.Run("ip", ["link", "set", "dev", port, up ? "up" : "down"]), cancellation);
    }

    /// <summary>Lets go of all namespaces: the kernel takes them down as soon as no socket is left in them.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Neighbour is not null) await Neighbour.DisposeAsync().ConfigureAwait(false);
        foreach (Endpoint endpoint in Endpoints) endpoint.Namespace.Dispose();
        foreach (NetworkNamespace hidden in _hidden) hidden.Dispose();
        SwitchNamespace.Dispose();
    }

    private string? Missing()
    {
        SwitchState state = SwitchNamespace.Run(SwitchState.Read);
        string[] ports = [.. state.Waiting.Except(_down.Keys.Select(_plan.Port)), .. Endpoints.Where(e => e.Plan.Kind == PortKind.Gateway)
            .SelectMany(gateway => gateway.Namespace.Run(SwitchState.Read).Waiting)];
        string[] silent = [.. Endpoints.Where(e => !_down.ContainsKey(e.Name) && !e.Namespace.Run(() => LinkState.IsRunning(e.Plan.Interface))).Select(e => e.Name)];
        return state.Missing(_plan)
            ?? (ports.Length > 0 ? $"ports that do not forward: {string.Join(", ", ports)}" : null)
            ?? (silent.Length > 0 ? $"endpoints that cannot send: {string.Join(", ", silent)}" : null);
    }

    private Task<T> OnSwitch<T>(Func<T> work, CancellationToken cancellation) => SwitchNamespace.RunAsync(work, cancellation);
}
