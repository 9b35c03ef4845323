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
    /// <exception cref="IOException">Control does not work, hosts do not come or make no cluster, or one is gone.</exception>
    /// <exception cref="UsageException">The spec gives a host more than one endpoint.</exception>
    public async Task<int> RunAsync(IAnsiConsole console, CancellationToken cancellation)
    {
        await using RedisLine line = await RedisLine.OpenAsync(Address, cancellation);
        await using Controller controller = await Controller.TakeLeadAsync(line, Space, ThisTool.WhoRuns);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, controller.OustedToken);
        return await Ouster.ToldAsync(controller, () => RunAsync(controller, console, either.Token));
    }

    private async Task<int> RunAsync(Controller controller, IAnsiConsole console, CancellationToken cancellation)
    {
        var gathering = new Gathering(controller, Patience, new Lines(console));
        (ClusterSpec whole, IReadOnlyList<string> absent) = Cluster is null
            ? (await gathering.OfAsync(Space.Name, Members, cancellation), [])
            : await gathering.OfAsync(Cluster, cancellation);
        RunSetup setup = Setup(whole) with { Absent = absent };
        ClusterSpec cluster = setup.Present;
        var run = new ClusterRun(setup);
        RunRecord? record = null;
        try
        {
            int exit = await ShownRun.ShowAsync(
                console,
                $"VsanEmu verify: {cluster.Name}, {cluster.Members.Count} members on {FoundCluster.Places(cluster).Count} hosts, profile {cluster.Profile.Name}",
                async progress => record = await run.RunAsync(
                    _ => RemoteStage.OpenAsync(controller, cluster, Force, cancellation), "the hosts attach their endpoints", new WithTrouble(progress, controller), cancellation),
                Output);
            ClockLine.Write(console, record!.Observations.Nodes);
            return exit;
        }
        finally
        {
            // After all that its user waits for; and all the more where the file could not be written.
            if (record is not null) await new RecordCopy(controller.KeepAsync, Console.Error).KeepAsync(record, cancellation);
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
