using Spectre.Console;

namespace VsanEmu.Report.Tests;

/// <summary>What a report prints, line by line.</summary>
internal static class Printed
{
    public static string[] Lines(int width, Action<IAnsiConsole> write) => Text(width, write).TrimEnd('\n').Split('\n');

    public static string Text(int width, Action<IAnsiConsole> write)
    {
        var output = new StringWriter();
        write(ReportConsole.Of(output, terminal: false, width));
        return output.ToString().ReplaceLineEndings("\n");
    }
}
