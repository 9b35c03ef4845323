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
    private static readonly TimeSpan BeginLead = TimeSpan.FromMilliseconds(500);

    // Each question is a letter to each host.
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    // A process that is told to end has some ten seconds (CommandRun): hosts have so long to say what they counted,
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(3);

    // and so long to be let go of, after which they do so by themselves, and the lead expires.
    private static readonly TimeSpan LetGoTime = TimeSpan.FromSeconds(4);

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
    /// <exception cref="IOException">Control does not work, or a host is gone.</exception>
    /// <exception cref="UsageException">The hosts do not come.</exception>
    public async Task<ExitCode> RunAsync(CancellationToken cancellation)
    {
        await using RedisLine line = await RedisLine.OpenAsync(Address, cancellation);
        Controller controller = await Controller.TakeLeadAsync(line, Space, ThisTool.WhoRuns);
        await using var lead = new Lead(controller, cancellation);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, controller.OustedToken);
        var gathering = new Gathering(controller, Patience, new Silent());
        ClusterSpec found = Cluster is null ? await gathering.OfAsync(Space.Name, Members, either.Token) : await gathering.OfAsync(Cluster, either.Token);
        // Nobody looks on at a load.
        ClusterSpec cluster = found with { Observer = null, Outsiders = [] };
        LoadRequest request = Request(cluster);
        var open = (RemoteStage)await RemoteStage.OpenAsync(controller, cluster, force: true, either.Token);
        IReadOnlyDictionary<string, string> places = FoundCluster.Places(cluster);
        LoadStage stage = new(cluster, [.. open.Hosts.Select(h => new FarLoads(h))], () => open.NowNs, ThisTool.Version)
        {
            Lead = BeginLead,
            Step = Step,
            StopTime = StopTime,
            Clocks = new HostClocks(places, ByControl(open, places)),
        };
        try
        {
            await stage.Clocks.CompareAsync(stage, either.Token);
            ExitCode exit = await new LoadOutcomes(request, stage, Output).RunAsync(either.Token);
            return controller.Ousted.Length > 0 ? throw new ControlException(controller.Ousted) : exit;
        }
        catch (Exception e) when (controller.Ousted.Length > 0 && e is OperationCanceledException or LoadFailedException)
        {
            throw new ControlException(controller.Ousted);
        }
    }

    // Until they are compared over the fabric: each against this machine, when the run began.
    private static ClockComparison ByControl(RemoteStage open, IReadOnlyDictionary<string, string> places) =>
        new(AtNs: 0, [.. places.Select(p => new ClockOffset(p.Key, "this machine", 0, open.Clocked.Single(h => h.Host.Name == p.Value).Clock.ErrorNs))], "control alone: over the fabric not all were answered");

    // Given up in the end: in order, unless it is told to end while a host is dead or the server gone.
    private sealed class Lead(Controller controller, CancellationToken cancellation) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            Task given = controller.DisposeAsync().AsTask();
            if (!cancellation.IsCancellationRequested) await given;
            else await Task.WhenAny(given, Task.Delay(LetGoTime, CancellationToken.None));
        }
    }

    // What is printed belongs to the outcome; who does not come is said in the end.
    private sealed class Silent : IProgress<string>
    {
        public void Report(string value)
        {
        }
    }
}
