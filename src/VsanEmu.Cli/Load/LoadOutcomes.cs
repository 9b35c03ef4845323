using System.Text;
using Spectre.Console;
using VsanEmu.Cli.Runs;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Load;
using VsanEmu.Core.Spec;
using VsanEmu.Report;
using VsanEmu.Traffic;
using VsanEmu.Traffic.Vm;

namespace VsanEmu.Cli.Load;

/// <summary>Carries a request out with hosts that stand ready, one load after the other, and tells the outcomes.</summary>
/// <param name="request">What was asked for.</param>
/// <param name="stage">With whom.</param>
/// <param name="record">Where to keep the outcome; null for nowhere.</param>
internal sealed class LoadOutcomes(LoadRequest request, LoadStage stage, RecordFile? record)
{
    private readonly IAnsiConsole _console = Terminal();
    private readonly List<string> _json = [];
    private ExitCode _exit = ExitCode.Passed;

    /// <summary>Does it.</summary>
    /// <exception cref="OperationCanceledException">It was ended before anything was measured.</exception>
    public async Task<ExitCode> RunAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        int count = request.Mode == LoadMode.Vm ? request.Vms.Count : request.Loads.Count, i = 0;
        for (; i < count && !cancellation.IsCancellationRequested; i++)
        {
            if (count > 1 && !request.Json) _console.WriteLine($"{(i > 0 ? "\n" : "")}{Title(i)}");
            await RunAsync(i, cancellation);
        }

        // What was not measured did not pass.
        if (i < count && _exit == ExitCode.Passed) _exit = ExitCode.Inconclusive;
        if (!request.Json && stage.Clocks is { } clocks) ClockLine.Write(_console, clocks.Latest);
        Keep();
        return _exit;
    }

    /// <summary>Lets clusters live on fabrics of their own, and tells how they did.</summary>
    /// <param name="request">What was asked for.</param>
    /// <param name="cluster">The lab's; its timers are a real cluster's here.</param>
    /// <param name="record">Where to keep the outcome; null for nowhere.</param>
    /// <param name="cancellation">Ends it early.</param>
    public static async Task<ExitCode> ControlAsync(LoadRequest request, ClusterSpec cluster, RecordFile? record, CancellationToken cancellation)
    {
        var outcomes = new LoadOutcomes(request, new LoadStage(cluster, [], () => 0, ThisTool.Version), record);
        // A lab's switches ask often: reports would be most of the traffic.
        TimerSpec timers = new() { QueryInterval = TimeSpan.FromSeconds(30), QueryResponse = TimeSpan.FromSeconds(5) };
        var load = new ControlLoad(cluster with { Timers = timers }, request.Clusters, request.Loads[0].Duration);
        ControlLoadResult result = await load.RunAsync(request.Json ? null : outcomes._console, cancellation);
        outcomes.Tell(LoadJson.Write(result), () => LatencyTable.Write(outcomes._console, result), !result.Completed ? ExitCode.Inconclusive : result.Held ? ExitCode.Passed : ExitCode.Failed);
        outcomes.Keep();
        return outcomes._exit;
    }

    private static IAnsiConsole Terminal() => ReportConsole.Of(Console.Out, terminal: !Console.IsOutputRedirected);

    private void Keep()
    {
        string json = _json.Count == 1 ? _json[0] : $"[\n{string.Join(",\n", _json)}\n]";
        if (request.Json) Console.Out.WriteLine(json);
        record?.Write(stream => stream.Write(Encoding.UTF8.GetBytes(json + "\n")));
    }

    private string Title(int index) => request.Mode == LoadMode.Vm
        ? $"blocks of {request.Vms[index].BlockBytes} bytes"
        : $"{request.Loads[index].Payload ?? LoadPlan.DatagramBytes} bytes{(request.Loads[index].Groups > 1 ? $", {request.Loads[index].Groups} groups" : "")}";

    private async Task RunAsync(int index, CancellationToken cancellation)
    {
        LoadOptions options = request.Loads[Math.Min(index, request.Loads.Count - 1)];
        Task done = request.Mode switch
        {
            LoadMode.Vm => VmAsync(options, request.Vms[index], cancellation),
            LoadMode.RoundTrip => RoundTripAsync(options, cancellation),
            LoadMode.Latency => LatencyAsync(options, cancellation),
            LoadMode.NoDrop => NoDropAsync(options, cancellation),
            LoadMode.BackToBack => BackToBackAsync(options, cancellation),
            _ => CarriedAsync(options, cancellation),
        };
        await done;
    }

    private async Task CarriedAsync(LoadOptions options, CancellationToken cancellation)
    {
        var table = new LoadTable(_console);
        LoadResult result = await new LoadRun(stage, options).RunAsync(request.Json ? null : table, cancellation);
        Tell(LoadJson.Write(result), () => table.Write(result), Exit(result.Verdict));
    }

    private Task<LoadResult> TryAsync(LoadOptions options, CancellationToken cancellation) => new LoadRun(stage, options).RunAsync(null, cancellation);

    private async Task NoDropAsync(LoadOptions options, CancellationToken cancellation)
    {
        var table = new SearchTable(_console);
        NoDropResult result = await new NoDropTrials(options, request.Search, TryAsync).RunAsync(request.Json ? null : table, cancellation);
        Tell(LoadJson.Write(result), () => table.Write(result), Exit(result.Verdict));
    }

    private async Task BackToBackAsync(LoadOptions options, CancellationToken cancellation)
    {
        var table = new SearchTable(_console);
        BackToBackResult result = await new BackToBackTrials(options, request.LongestBurst, request.Search.Repeats, TryAsync).RunAsync(request.Json ? null : table, cancellation);
        Tell(LoadJson.Write(result), () => table.Write(result), Exit(result.Verdict));
    }

    private async Task RoundTripAsync(LoadOptions options, CancellationToken cancellation)
    {
        (string from, string to) = (stage.Cluster.Members[0].Name, stage.Cluster.Members[1].Name);
        RoundTripResult result = await new RoundTripRun(stage, options).RunAsync(from, to, request.RoundTripBytes, cancellation);
        Tell(LoadJson.Write(result), () => LatencyTable.Write(_console, result), Exit(result.Verdict));
    }

    private async Task LatencyAsync(LoadOptions options, CancellationToken cancellation)
    {
        LatencyResult result = await new LatencyUnderLoad(stage, options, request.RoundTripBytes).RunAsync(request.Json ? null : new LoadTable(_console), cancellation);
        Tell(LoadJson.Write(result), () => LatencyTable.Write(_console, result), Exit(result.Verdict));
    }

    private async Task VmAsync(LoadOptions options, VmOptions what, CancellationToken cancellation)
    {
        VmLoadResult result = await new VmLoadRun(stage, options, what).RunAsync(request.Json ? null : new LoadTable(_console, "operations"), cancellation);
        Tell(LoadJson.Write(result), () => LatencyTable.Write(_console, result), Exit(result.Verdict));
    }

    private void Tell(string json, Action write, ExitCode exit)
    {
        _json.Add(json);
        if (!request.Json) write();
        // A failure outweighs what stayed open, and both outweigh what passed.
        if (_exit == ExitCode.Passed || exit == ExitCode.Failed) _exit = exit;
    }

    private static ExitCode Exit(LoadVerdict verdict) => verdict.Outcome switch
    {
        CheckOutcome.Fail => ExitCode.Failed,
        CheckOutcome.Inconclusive => ExitCode.Inconclusive,
        _ => ExitCode.Passed,
    };
}
