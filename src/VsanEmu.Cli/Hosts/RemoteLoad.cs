using VsanEmu.Cli.Load;
using VsanEmu.Cli.Runs;
using VsanEmu.Control.Redis;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Load;
using VsanEmu.Core.Spec;
using VsanEmu.Traffic;

namespace VsanEmu.Cli.Hosts;

/// <summary><c>vsanemu load --control</c>: members on other hosts send and receive, all from one agreed time on.</summary>
internal sealed class RemoteLoad
{
    // Longer than an order takes, so that nobody begins late.
    private static readonly TimeSpan Lead = TimeSpan.FromMilliseconds(500);

    // Each question is a letter to each host.
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    // After that the hosts are let go of, and the lead is given up, within what a process that is told to end may take.
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(3);

    public required ControlAddress Address { get; init; }

    public required Space Space { get; init; }

    /// <summary>The cluster; null to make one of the hosts that are there.</summary>
    public ClusterSpec? Cluster { get; init; }

    /// <summary>How many members to wait for, where there is no spec; null for those that come.</summary>
    public int? Members { get; init; }

    public required TimeSpan Patience { get; init; }

    /// <summary>What is asked for, of a cluster of so many members.</summary>
    public required Func<ClusterSpec, LoadRequest> Request { get; init; }

    public RecordFile? Output { get; init; }

    /// <summary>Gathers the hosts, loads the fabric, and shows what came of it.</summary>
    /// <exception cref="IOException">Control does not work, hosts do not come or make no cluster, or one is gone.</exception>
    /// <exception cref="UsageException">The spec gives a host more than one endpoint, or what is asked for cannot be.</exception>
    public async Task<ExitCode> RunAsync(CancellationToken cancellation)
    {
        await using RedisLine line = await RedisLine.OpenAsync(Address, cancellation);
        await using Controller controller = await Controller.TakeLeadAsync(line, Space, ThisTool.WhoRuns);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, controller.OustedToken);
        return await Ouster.ToldAsync(controller, () => RunAsync(controller, either.Token));
    }

    private async Task<ExitCode> RunAsync(Controller controller, CancellationToken cancellation)
    {
        var gathering = new Gathering(controller, Patience, new Silent());
        ClusterSpec cluster = Cluster is null ? Alone(await gathering.OfAsync(Space.Name, Members, cancellation)) : (await gathering.OfAsync(Alone(Cluster), cancellation)).Cluster;
        LoadRequest request = Request(cluster);
        var open = (RemoteStage)await RemoteStage.OpenAsync(controller, cluster, force: true, cancellation);
        IReadOnlyDictionary<string, string> places = FoundCluster.Places(cluster);
        LoadStage stage = new(cluster, [.. open.Hosts.Select(h => new FarLoads(h))], () => open.NowNs, ThisTool.Version)
        {
            Lead = Lead,
            Step = Step,
            StopTime = StopTime,
            Clocks = new HostClocks(places, ByControl(open, places)),
        };
        await stage.Clocks.CompareAsync(stage, cancellation);
        ExitCode exit = await new LoadOutcomes(request, stage, Output).RunAsync(cancellation);
        // A load that is interrupted still says what it measured; why it was is said with it.
        return controller.Ousted.Length > 0 ? throw new ControlException(controller.Ousted) : exit;
    }

    // Nobody looks on at a load.
    private static ClusterSpec Alone(ClusterSpec cluster) => cluster with { Observer = null, Outsiders = [] };

    // Until they are compared over the fabric: each against this machine, when the run began.
    private static ClockComparison ByControl(RemoteStage open, IReadOnlyDictionary<string, string> places) =>
        new(AtNs: 0, [.. places.Select(p => new ClockOffset(p.Key, "this machine", 0, open.Clocked.Single(h => h.Host.Name == p.Value).Clock.ErrorNs))], "control alone: over the fabric not all were answered");
}
