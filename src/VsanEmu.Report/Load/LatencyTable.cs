using Spectre.Console;
using VsanEmu.Core.Load;

namespace VsanEmu.Report;

/// <summary>Latencies for a person: round trips, idle and under load, and a data plane's reads and writes.</summary>
public static class LatencyTable
{
    private const int First = 20;

    /// <summary>Writes a ping-pong's outcome.</summary>
    public static void Write(IAnsiConsole console, RoundTripResult result)
    {
        string told = result.RoundTrip is { } d
            ? $"{LoadFigures.Percentiles(d)} over {d.Count}"
            : "no answer came";
        TextFlow.Write(console, [($"{result.From} to {result.To} and back, {result.Payload} bytes  ", Palette.Strong)], $"{told}; unanswered {LoadFigures.Loss(result.Lost, result.Sent)}{(result.Forgone > 0 ? $", due and not asked {result.Forgone}" : "")}", Palette.Plain);
        LoadNotes.Write(console, result.Verdict);
        Fragments(console, result);
    }

    /// <summary>Writes round trips side by side.</summary>
    public static void Write(IAnsiConsole console, LatencyResult result)
    {
        console.WriteLine();
        Head(console, $"{result.Idle.From} to {result.Idle.To}");
        Row(console, "idle", result.Idle.RoundTrip);
        Row(console, "under load", result.Loaded.RoundTrip);
        if (result is { Idle.RoundTrip: { } idle, Loaded.RoundTrip: { } loaded })
            TextFlow.Write(console, [("ratio".PadRight(First), Palette.Quiet)], string.Concat(Ratios(idle, loaded).Select(r => FormattableString.Invariant($"{r:0.0} ×").PadLeft(12))), Palette.Plain);
        TextFlow.Write(console, [("unanswered".PadRight(First), Palette.Quiet)], $"{LoadFigures.Loss(result.Idle.Lost, result.Idle.Sent)} idle, {LoadFigures.Loss(result.Loaded.Lost, result.Loaded.Sent)} under load", Palette.Plain);
        LoadNotes.Write(console, result.Verdict);
        Fragments(console, result.Idle);
        LoadNotes.Write(console, result.Load.Means, result.Load.Payload);
    }

    /// <summary>Writes a VM load's outcome.</summary>
    public static void Write(IAnsiConsole console, VmLoadResult result)
    {
        console.WriteLine();
        Head(console, $"{result.Vms.Count} VMs");
        Row(console, "reads", result.ReadLatency);
        Row(console, "writes", result.WriteLatency);
        long unfinished = result.Vms.Sum(v => v.Unfinished), forgone = result.Vms.Sum(v => v.Forgone), begun = result.Vms.Sum(v => v.Begun);
        console.WriteLine();
        string how = result.Options.OperationsPerSecond > 0 ? $"{LoadFigures.Rate(result.Options.OperationsPerSecond, "/s")} each" : $"queue depth {result.Options.QueueDepth}";
        string sum = $"{LoadFigures.Rate(result.OperationsPerSecond, "operations/s")} of {result.Options.BlockBytes} bytes ({how}), {LoadFigures.Rate(result.CarriedBitsPerSecond, "bit/s")} of blocks on the fabric, "
            + $"unfinished {LoadFigures.Loss(unfinished, begun)}{(forgone > 0 ? $", not begun in time {forgone}" : "")}";
        TextFlow.Write(console, [("sum  ", Palette.Strong)], sum + FormattableString.Invariant($"; {result.Processors:0.0} processors busy"), Palette.Strong);
        LoadNotes.Write(console, result.Verdict);
    }

    /// <summary>Writes what became of clusters that only live.</summary>
    public static void Write(IAnsiConsole console, ControlLoadResult result)
    {
        console.WriteLine();
        Head(console, $"{result.Clusters * result.Members} members");
        Row(console, "heartbeat's jitter", result.Jitter);
        Row(console, "and delay", result.Delay);
        console.WriteLine();
        string sum = $"{result.Clusters} of {result.Members} members, a heartbeat each {LoadFigures.Time(result.HeartbeatNs)}: {result.Heard} heard in {LoadFigures.Time(result.MeasuredNs)}, {result.Missed} missed, "
            + FormattableString.Invariant($"{result.RoleChanges} changes of role; {result.Processors:0.00} processors, {result.MemoryBytes / 1e6:0} MB");
        TextFlow.Write(console, [("sum  ", Palette.Strong), (result.Held ? "held  " : "not held  ", result.Held ? Palette.Good : Palette.Bad)], sum, Palette.Strong);
        if (!result.Completed) TextFlow.Write(console, [("note  ", Palette.Doubtful)], "interrupted: what was measured until then", Palette.Plain);
    }

    private static void Fragments(IAnsiConsole console, RoundTripResult result)
    {
        if (result.Fragments > 1) LoadNotes.Note(console, $"each question and answer of {result.Payload} bytes is sent in {result.Fragments} fragments, since it is larger than the interface's MTU allows");
    }

    private static void Head(IAnsiConsole console, string what) =>
        TextFlow.Write(console, [($"{what,-First}{"p50",12}{"p90",12}{"p99",12}{"p99.9",12}{"max",12}{"count",12}", Palette.Quiet)], "", Palette.Quiet);

    private static void Row(IAnsiConsole console, string what, DelaySummary? d)
    {
        string[] cells = d is null ? ["-", "-", "-", "-", "-", "0"] : [.. Points(d).Select(LoadFigures.Time), $"{d.Count}"];
        TextFlow.Write(console, [(what.PadRight(First), Palette.Strong)], string.Concat(cells.Select(c => c.PadLeft(12))), Palette.Plain);
    }

    private static long[] Points(DelaySummary d) => [d.P50, d.P90, d.P99, d.P999, d.Max];

    private static IEnumerable<double> Ratios(DelaySummary idle, DelaySummary loaded) => Points(idle).Zip(Points(loaded), (i, l) => (double)l / Math.Max(1, i));
}
