using Spectre.Console;

namespace VsanEmu.Report;

/// <summary>Lines of text with a hanging indent: what follows the lead wraps beneath itself. No trailing spaces, so that a file of it stays clean.</summary>
internal static class TextFlow
{
    // Narrower than this, a line is rather too long than one word high.
    private const int NarrowestText = 20;

    /// <summary>Writes the lead, then the text, wrapped at the console's width.</summary>
    public static void Write(IAnsiConsole console, ReadOnlySpan<(string Text, Style Style)> lead, string text, Style style)
    {
        var line = new Paragraph();
        int indent = 0;
        foreach ((string part, Style partStyle) in lead)
        {
            line.Append(text.Length == 0 ? part.TrimEnd() : part, partStyle);
            indent += part.Length;
        }

        bool first = true;
        foreach (string piece in Wrap(text, Math.Max(NarrowestText, console.Profile.Width - indent)))
        {
            if (!first) line.Append("\n" + new string(' ', indent));
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
