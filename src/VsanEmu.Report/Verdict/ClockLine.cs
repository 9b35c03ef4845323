using Spectre.Console;
using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Load;
using VsanEmu.Core.Observations;

namespace VsanEmu.Report;

/// <summary>How far the clocks of a run's hosts were apart, in a line.</summary>
public static class ClockLine
{
    /// <summary>Writes it for what members kept of each other; nothing where no two clocks could be compared.</summary>
    public static void Write(IAnsiConsole console, IReadOnlyList<NodeObservation> nodes) =>
        Write(console, ClockPairs.Of(nodes), "what they sent each other; times between hosts in the record are right to that");

    /// <summary>Writes it for what was found before or after a load.</summary>
    public static void Write(IAnsiConsole console, ClockComparison found) =>
        Write(console, found.Offsets, $"{found.By}; one-way delays are without it");

    private static void Write(IAnsiConsole console, IReadOnlyList<ClockOffset> all, string by)
    {
        if (all.MaxBy(c => Math.Abs(c.OffsetNs)) is not { } farthest) return;
        string ahead = farthest.OffsetNs < 0 ? "behind" : "ahead of";
        string text = $"{farthest.Member} is {LoadFigures.Time(Math.Abs(farthest.OffsetNs))} {ahead} {farthest.Than}, give or take {LoadFigures.Time(farthest.ErrorNs)}: the farthest of {all.Count}, by {by}";
        TextFlow.Write(console, [("clocks  ", Palette.Quiet)], text, Palette.Plain);
    }
}
