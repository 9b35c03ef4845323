using Spectre.Console;

namespace VsanEmu.Report;

/// <summary>Lines of text with a hanging indent: what follows the lead wraps beneath itself. No trailing spaces, so that a file of it stays clean.</summary>
internal static class TextFlow
{
    // Where less would be left beside the lead, the text goes beneath it.
    private const int NarrowestText = 20;
    private const int SmallIndent = 4;

    /// <summary>Writes the lead, then the text, wrapped at the console's width.</summary>
    public static void Write(IAnsiConsole console, ReadOnlySpan<(string Text, Style Style)> lead, string text, Style style)
    {
        var line = new Paragraph();
        int indent = 0;
        foreach ((string part, _) in lead) indent += part.Length;
        bool beneath = console.Profile.Width - indent < NarrowestText;
        for (int i = 0; i < lead.Length; i++)
        {
            (string part, Style partStyle) = lead[i];
            line.Append(i == lead.Length - 1 && (beneath || text.Length == 0) ? part.TrimEnd() : part, partStyle);
        }

        if (beneath) indent = SmallIndent;
        bool first = !beneath;
        foreach (string piece in Wrap(text, Math.Max(1, console.Profile.Width - indent)))
        {
            if (!first && piece.Length > 0) line.Append("\n" + new string(' ', indent));
            line.Append(piece, style);
            first = false;
        }

        line.Append("\n");
        console.Write(line);
    }

    /// <summary>Breaks a text at spaces into pieces of at most <paramref name="width"/> characters; a longer word is cut.</summary>
    internal static IEnumerable<string> Wrap(string text, int width)
    {
        string rest = text.TrimEnd();
        while (rest.Length > width)
        {
            int cut = rest.LastIndexOf(' ', width);
            if (cut <= 0) cut = width;
            yield return rest[..cut].TrimEnd();
            rest = rest[cut..].TrimStart();
        }

        yield return rest;
    }
}
