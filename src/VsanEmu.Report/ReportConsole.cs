using Spectre.Console;

namespace VsanEmu.Report;

/// <summary>A console for reports: colours only on a terminal, and none where the environment sets NO_COLOR.</summary>
public static class ReportConsole
{
    /// <summary>Columns where nothing tells how wide the output is: a file, a pipe.</summary>
    public const int DefaultWidth = 120;

    /// <summary>A console that writes to <paramref name="output"/>.</summary>
    /// <param name="output">Where to write.</param>
    /// <param name="terminal">True when it is a terminal: then control sequences are used, and the width is the terminal's.</param>
    /// <param name="width">Columns, at least 60; null for the terminal's, or <see cref="DefaultWidth"/> without one.</param>
    public static IAnsiConsole Of(TextWriter output, bool terminal, int? width = null)
    {
        // Set to anything but the empty string, it asks for text without colour (no-color.org).
        bool colours = terminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        // The sixteen colours are all that is used, and every terminal with colours has them.
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = terminal ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = colours ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = terminal ? InteractionSupport.Yes : InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),
        });
        if (width is { } columns) console.Profile.Width = Math.Max(60, columns);
        else if (!terminal) console.Profile.Width = DefaultWidth;
        return console;
    }
}
