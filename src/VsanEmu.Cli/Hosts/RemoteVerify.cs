using Spectre.Console;
using VsanEmu.Cli.Runs;
using VsanEmu.Control.Redis;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Record;
using VsanEmu.Core.Spec;
using VsanEmu.Report;

namespace VsanEmu.Cli.Hosts;

/// <summary><c>vsanemu verify --control</c>: the members are on other hosts, and this machine leads them.</summary>
internal sealed class RemoteVerify
{
    public required ControlAddress Address { get; init; }

    public required Space Space { get; init; }

    /// <summary>The cluster; null to make one of the hosts that are there.</summary>
    public ClusterSpec? Cluster { get; init; }

    /// <summary>How many members to wait for, where there is no spec; null for those that come.</summary>
    public int? Members { get; init; }

    /// <summary>How long to wait for hosts.</summary>
    public required TimeSpan Patience { get; init; }

    public bool Force { get; init; }

    /// <summary>Makes what is run of the cluster.</summary>
    public required Func<ClusterSpec, RunSetup> Setup { get; init; }

    public RecordFile? Output { get; init; }

    /// <summary>Gathers the hosts, runs, and shows the verdict; its exit code.</summary>
    /// <exception cref="IOException">Control does not work, or a host is gone.</exception>
    /// <exception cref="UsageException">The hosts do not come.</exception>
    public async Task<int> RunAsync(IAnsiConsole console, CancellationToken cancellation)
    {
        await using RedisLine line = await RedisLine.OpenAsync(Address, cancellation);
        await using Controller controller = await Controller.TakeLeadAsync(line, Space, ThisTool.WhoRuns);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, controller.OustedToken);
        try
        {
            var gathering = new Gathering(controller, Patience, new Lines(console));
            ClusterSpec cluster = Cluster is null ? await gathering.OfAsync(Space.Name, Members, either.Token) : await gathering.OfAsync(Cluster, either.Token);
            RunSetup setup = Setup(cluster);
            cluster = setup.Cluster;
            var run = new ClusterRun(setup);
            IReadOnlyList<NodeObservation> nodes = [];
            int exit = await ShownRun.ShowAsync(
                console,
                $"VsanEmu verify: {cluster.Name}, {cluster.Members.Count} members on {FoundCluster.Places(cluster).Count} hosts, profile {cluster.Profile.Name}",
                async progress =>
                {
                    RunRecord record = await run.RunAsync(
                        _ => RemoteStage.OpenAsync(controller, cluster, Force, either.Token), "the hosts attach their endpoints", new WithTrouble(progress, controller), either.Token);
                    await controller.KeepAsync(record.ToJson);
                    nodes = record.Observations.Nodes;
                    return record;
                },
                Output);
            ClockLine.Write(console, nodes);
            return exit;
        }
        catch (OperationCanceledException) when (controller.Ousted.Length > 0)
        {
            throw new ControlException(controller.Ousted);
        }
    }

    // What control suffers from is more important than what the run is doing.
    private sealed class WithTrouble(IProgress<RunProgress> inner, Controller controller) : IProgress<RunProgress>
    {
        public void Report(RunProgress value) => inner.Report(controller.Trouble is { } trouble ? value with { Doing = $"{value.Doing}; {trouble}" } : value);
    }

    // Each different line once.
    private sealed class Lines(IAnsiConsole console) : IProgress<string>
    {
        private string _last = "";

        public void Report(string value)
        {
            if (value == _last) return;
            _last = value;
            console.WriteLine(value);
        }
    }
}
