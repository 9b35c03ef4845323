using Spectre.Console;
using VsanEmu.Core.Load;

namespace VsanEmu.Report;

/// <summary>A search for a person: a line for each trial as it ends, and what was found last.</summary>
public sealed class SearchTable(IAnsiConsole console) : IProgress<NoDropTrial>, IProgress<BackToBackTrial>
{
    /// <summary>Writes a line about one trial of a search for the no-drop rate.</summary>
    public void Report(NoDropTrial value)
    {
        string lead = LoadFigures.Rate(value.Rate, "bit/s").PadLeft(14) + $"  lost {LoadFigures.Loss(value.Lost, value.Expected)} of {value.Expected}" + (value.Queued > 0 ? $", {value.Queued} held in a queue that grows" : "");
        TextFlow.Write(console, [(lead, Palette.Plain)], $", delay p99 {LoadFigures.Time(value.DelayP99Ns)}{Short(value.OfferedShare)}{(value.GeneratorLimit.Length > 0 ? $"; {value.GeneratorLimit}" : "")}", Palette.Quiet);
    }

    private static string None(NoDropResult result) =>
        result.Trials.Count == 0 ? "none"
        : result.Trials.All(t => t.Expected == 0) ? "none: nothing was sent"
        : result.Trials.All(t => 100.0 * (t.Lost + t.Queued) > result.LossPercent * t.Expected) ? FormattableString.Invariant($"none: at every rate more than {result.LossPercent} % is lost")
        : "none";

    private static string Short(double offered) => offered < NoDropSearch.Offered ? FormattableString.Invariant($"; {100 * offered:0.##} % of it was sent") : "";

    /// <summary>Writes what it found.</summary>
    public void Write(NoDropResult result)
    {
        console.WriteLine();
        string found = result.PayloadRate == 0
            ? None(result)
            : FormattableString.Invariant($"{LoadFigures.Rate(result.PayloadRate, "bit/s")} of payload, {LoadFigures.Rate(result.FrameRate, "bit/s")} in Ethernet frames, {LoadFigures.Rate(result.PayloadRate / 8.0 / result.Payload, "datagrams/s")} in each flow, lost at most {result.LossPercent} %: {result.Confidence}");
        TextFlow.Write(console, [($"no-drop rate, {result.Payload} bytes  ", Palette.Strong)], (result.NoLess && result.PayloadRate > 0 ? "no less than " : "") + found, Palette.Strong);
        if (result is { NoLess: true, PayloadRate: > 0, GeneratorLimit: "" }) LoadNotes.Note(console, "no higher rate was tried: more may pass (-b asks for it)");
        LoadNotes.Write(console, result.Verdict);
        LoadNotes.Write(console, result.Means, result.Payload);
    }

    /// <summary>Writes a line about one burst.</summary>
    public void Report(BackToBackTrial value)
    {
        string lead = $"{value.Datagrams}".PadLeft(14) + $"  lost {LoadFigures.Loss(value.Lost, value.Expected)} of {value.Expected}";
        string own = value.DroppedAtSocket > 0 ? $"; {value.DroppedAtSocket} of them at a receiver's own socket" : "";
        TextFlow.Write(console, [(lead, Palette.Plain)], $", in {LoadFigures.Time(value.TookNs)}{Short(value.OfferedShare)}{own}", Palette.Quiet);
    }

    /// <summary>Writes the longest burst.</summary>
    public void Write(BackToBackResult result)
    {
        console.WriteLine();
        string found = result.Datagrams == 0 ? "none was delivered whole" : $"{(result.NoLess ? "no less than " : "")}{result.Datagrams} datagrams{(result.Datagrams == result.Longest ? ", the longest that was asked for" : "")}";
        TextFlow.Write(console, [($"longest burst, {result.Payload} bytes  ", Palette.Strong)], found, Palette.Strong);
        if (result.Trials.Any(t => t.DroppedAtSocket > 0))
            LoadNotes.Note(console, "receivers' own sockets had no room for some: this machine, not the fabric, is the limit");
        LoadNotes.Write(console, result.Verdict);
        LoadNotes.Write(console, result.Means, result.Payload);
    }
}
