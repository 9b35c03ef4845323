using Spectre.Console;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Load;

namespace VsanEmu.Report;

/// <summary>A load for a person: a line for each interval as it ends, then what became of each flow, and the whole last.</summary>
/// <param name="console">Where to.</param>
/// <param name="counted">What its intervals count.</param>
public sealed class LoadTable(IAnsiConsole console, string counted = "datagrams") : IProgress<LoadInterval>
{
    /// <summary>Flows that have a line each; of more, the worst are shown.</summary>
    public const int MostFlows = 12;

    private const int Trend = 24;

    private const int FlowColumn = 20;

    private readonly Lock _lock = new();
    private readonly List<double> _rates = [];

    /// <summary>Writes an interval's line.</summary>
    public void Report(LoadInterval value)
    {
        lock (_lock)
        {
            if (_rates.Count == 0) TextFlow.Write(console, [($"{"interval",-14}{"delivered",14}{counted,16}{"lost",20}", Palette.Quiet)], "", Palette.Quiet);
            _rates.Add(value.BitsPerSecond);
            long lost = Math.Max(0, value.Expected - value.Delivered);
            string lead = FormattableString.Invariant($"{value.StartNs / 1e9:0.0}-{value.EndNs / 1e9:0.0} s").PadRight(14)
                + LoadFigures.Rate(value.BitsPerSecond, "bit/s").PadLeft(14)
                + (value.Delivered > 0 || value.Expected > 0 ? LoadFigures.Rate(value.PacketsPerSecond, "/s") : "-").PadLeft(16)
                + (value.Expected > 0 ? LoadFigures.Loss(lost, value.Expected) : "-").PadLeft(20) + "  ";
            TextFlow.Write(console, [(lead, Palette.Plain)], LoadFigures.Sparkline([.. _rates.TakeLast(Trend)]), Palette.Good);
        }
    }

    /// <summary>Writes the outcome.</summary>
    public void Write(LoadResult result)
    {
        console.WriteLine();
        FlowResult[] shown = [.. result.Flows.OrderByDescending(f => f.Error.Length > 0).ThenByDescending(f => f.Sent == 0 ? 0 : (double)f.Lost / f.Sent).ThenBy(f => f.DeliveredBytes).Take(MostFlows).OrderBy(f => f.Flow).ThenBy(f => f.To)];
        string left = result.Flows.Count > shown.Length ? $" (the worst {shown.Length} of {result.Flows.Count})" : "";
        TextFlow.Write(console, [($"{"flow" + left,-FlowColumn}{"delivered",14}{"datagrams",16}{"lost",20}", Palette.Quiet)], "  delay p50 / p99 / max", Palette.Quiet);
        foreach (FlowResult flow in shown) WriteFlow(flow, result.Total.Seconds);
        WriteSum(result);
    }

    private void WriteFlow(FlowResult flow, double seconds)
    {
        bool udp = flow.Transport == LoadTransport.Udp;
        string who = $"{flow.From} to {flow.To}";
        if (who.Length > FlowColumn)
        {
            // Long names have a line of their own, so that the figures stay in their columns.
            TextFlow.Write(console, [], who, Palette.Plain);
            who = "";
        }

        string lead = who.PadRight(FlowColumn)
            + LoadFigures.Rate(8 * flow.DeliveredBytes / seconds, "bit/s").PadLeft(14)
            + (udp ? LoadFigures.Rate(flow.Delivered / seconds, "/s") : "-").PadLeft(16)
            + (udp ? LoadFigures.Loss(flow.Lost, flow.Sent) : "-").PadLeft(20) + "  ";
        string rest = flow.Error.Length > 0 ? flow.Error
            : flow.Delay is { } d ? $"{LoadFigures.Time(d.P50)} / {LoadFigures.Time(d.P99)} / {LoadFigures.Time(d.Max)}{Oddities(flow)}"
            : udp ? "" : $"{flow.Retransmits} retransmitted, round trip {LoadFigures.Time(flow.RoundTripUs * 1000)}";
        TextFlow.Write(console, [(lead, Palette.Plain)], rest, flow.Error.Length > 0 ? Palette.Bad : Palette.Quiet);
    }

    private static string Oddities(FlowResult flow) =>
        (flow.Duplicates > 0 ? $", {flow.Duplicates} twice" : "") + (flow.Reordered > 0 ? $", {flow.Reordered} out of order by up to {flow.LongestExtent}" : "")
        + (flow.SilentGroups > 0 ? $", nothing of {flow.SilentGroups} groups" : "");

    // Each socket's are told with all of its flows.
    private static long Foreign(LoadResult result) => result.Flows.GroupBy(f => f.To).Sum(to => to.Select(f => f.ForeignAtSocket).Distinct().Sum());

    private void WriteSum(LoadResult result)
    {
        LoadInterval total = result.Total;
        console.WriteLine();
        string sum = $"{LoadFigures.Rate(total.BitsPerSecond, "bit/s")} delivered";
        if (total.Expected > 0)
            sum += $", {LoadFigures.Rate(total.PacketsPerSecond, "datagrams/s")}, lost {LoadFigures.Loss(total.Expected - total.Delivered, total.Expected)}";
        if (result.Delay is { } d)
            sum += $", delay {LoadFigures.Percentiles(d)}";
        if (result.Flows.Sum(f => f.Retransmits) is > 0 and long again) sum += $", {again} segments retransmitted";
        TextFlow.Write(console, [("sum  ", Palette.Strong)], sum + FormattableString.Invariant($"; {result.Processors:0.0} processors busy"), Palette.Strong);
        foreach (CheckResult check in result.Checks)
        {
            TextFlow.Write(console, [($"{check.Id} {check.Title}  ", Palette.Strong), ($"{Palette.Word(check.Outcome)}  ", Palette.Of(check.Outcome))], check.Seen, Palette.Plain);
            if (check.Cause.Length > 0) TextFlow.Write(console, [("   cause     ", Palette.Quiet)], check.Cause, Palette.Plain);
            if (check.Remedy.Length > 0) TextFlow.Write(console, [("   remedy    ", Palette.Quiet)], check.Remedy, Palette.Plain);
        }

        if (result.ClockErrorNs > 0 && result.Flows.Any(f => f.Transport == LoadTransport.Udp))
        {
            string within = LoadFigures.Time(result.ClockErrorNs);
            TextFlow.Write(console, [("note  ", Palette.Doubtful)], result.Delay is null
                ? $"no one-way delay: it is no longer than the {within} by which the hosts' clocks may be apart" : $"one-way delays are between clocks that may be {within} apart", Palette.Plain);
        }

        if (Foreign(result) is > 0 and long foreign) LoadNotes.Note(console, $"{foreign} foreign datagrams ignored: they came to the load's ports, and are not what its senders sent");
        LoadNotes.Write(console, result.Verdict);
        LoadNotes.Write(console, result.Means, result.Payload);
    }
}
