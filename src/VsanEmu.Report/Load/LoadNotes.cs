using Spectre.Console;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Load;

namespace VsanEmu.Report;

/// <summary>What is to be said of a load beside its figures: whether it passed, who was the limit, and what some figures cannot be read without.</summary>
internal static class LoadNotes
{
    /// <summary>Writes a verdict: nothing of one that passed but who was the limit.</summary>
    public static void Write(IAnsiConsole console, LoadVerdict verdict)
    {
        foreach (string reason in verdict.Outcome == CheckOutcome.Pass ? [] : verdict.Reasons)
            TextFlow.Write(console, [($"{Palette.Word(verdict.Outcome)}  ", Palette.Of(verdict.Outcome))], reason, Palette.Plain);
        if (verdict.Note.Length > 0 && !verdict.Reasons.Contains(verdict.Note)) Note(console, verdict.Note);
    }

    /// <summary>Writes what the interface does to datagrams: to each that is too long for it, or to bursts.</summary>
    public static void Write(IAnsiConsole console, LoadMeans means, int payload)
    {
        if (means.Fragments > 1)
            Note(console, $"each datagram of {payload} bytes is sent in {means.Fragments} fragments, since it is larger than the interface's MTU of {means.Mtu} allows: {LoadPlan.WholePayload(means.Mtu)}");
        else if (means is { CrossesUncut: true, SegmentsByKernel: true, Burst: > 1 })
            Note(console, $"bursts of up to {means.Burst} datagrams cross this virtual fabric uncut: a switch of hardware would see each (--no-offload sends them one by one)");
    }

    /// <summary>Writes a note.</summary>
    public static void Note(IAnsiConsole console, string text) => TextFlow.Write(console, [("note  ", Palette.Doubtful)], text, Palette.Plain);
}
