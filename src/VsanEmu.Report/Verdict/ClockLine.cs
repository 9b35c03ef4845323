using Spectre.Console;
using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Observations;

namespace VsanEmu.Report;

/// <summary>How far the clocks of a run's hosts were apart, in a line.</summary>
public static class ClockLine
{
    /// <summary>Writes it; nothing where no two clocks could be compared.</summary>
    public static void Write(IAnsiConsole console, IReadOnlyList<NodeObservation> nodes)
    {
        IReadOnlyList<ClockOffset> all = ClockPairs.Of(nodes);
        if (all.MaxBy(c => Math.Abs(c.OffsetNs)) is not { } farthest) return;
        string ahead = farthest.OffsetNs < 0 ? "behind" : "ahead of";
        string text = $"{farthest.Member} is {LoadFigures.Time(Math.Abs(farthest.OffsetNs))} {ahead} {farthest.Than}, give or take {LoadFigures.Time(farthest.ErrorNs)}: the farthest of {all.Count}, by what they sent each other; times between hosts in the record are right to that";
        TextFlow.Write(console, [("clocks  ", Palette.Quiet)], text, Palette.Plain);
    }
}
