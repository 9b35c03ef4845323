using Spectre.Console;
using VsanEmu.Core.Checks;

namespace VsanEmu.Report;

/// <summary>Pages that say what a check or a fault is, for a person.</summary>
public static class ExplanationPage
{
    private const string Item = "- ";
    private const string Heading = "## ";

    /// <summary>Writes one page.</summary>
    public static void Write(IAnsiConsole console, Explanation page)
    {
        TextFlow.Write(console, [($"{page.Id}  ", Palette.Strong)], page.Title, Palette.Strong);
        bool beneathHeading = false;
        foreach (string text in page.Text)
        {
            bool item = text.StartsWith(Item, StringComparison.Ordinal), heading = text.StartsWith(Heading, StringComparison.Ordinal);
            // What follows a heading stands right beneath it, and the items of a list stand together.
            if (!beneathHeading && !item) console.WriteLine();
            if (heading) TextFlow.Write(console, [], text[Heading.Length..], Palette.Strong);
            else TextFlow.Write(console, [(item ? "  - " : "  ", Palette.Quiet)], item ? text[Item.Length..] : text, Palette.Plain);
            beneathHeading = heading;
        }
    }

    /// <summary>Writes a line for each page there is: checks first, then faults.</summary>
    public static void WriteAll(IAnsiConsole console)
    {
        WriteList(console, "Checks", Explanation.Checks);
        console.WriteLine();
        WriteList(console, "Faults that a diagnosis can name", Explanation.Faults);
        console.WriteLine();
        TextFlow.Write(console, [], "vsanemu explain ID shows the page of one: what it means, how it is measured, typical causes and the remedy.", Palette.Quiet);
    }

    private static void WriteList(IAnsiConsole console, string title, IReadOnlyList<Explanation> pages)
    {
        TextFlow.Write(console, [], title, Palette.Strong);
        int width = pages.Max(p => p.Id.Length) + 2;
        foreach (Explanation page in pages) TextFlow.Write(console, [($"  {page.Id.PadRight(width)}", Palette.Strong)], page.Title, Palette.Plain);
    }
}
