using Spectre.Console;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Flows;

namespace VsanEmu.Report;

/// <summary>Words and colours, everywhere alike. Colour only repeats what a word says.</summary>
internal static class Palette
{
    public static readonly Style Plain = Style.Plain;
    public static readonly Style Quiet = new(Color.Grey);
    public static readonly Style Strong = new(decoration: Decoration.Bold);
    public static readonly Style Good = new(Color.Green);
    public static readonly Style Doubtful = new(Color.Yellow);
    public static readonly Style Bad = new(Color.Red, decoration: Decoration.Bold);

    public static string Word(CheckOutcome outcome) => outcome switch
    {
        CheckOutcome.Pass => "pass",
        CheckOutcome.Warn => "warn",
        CheckOutcome.Fail => "FAIL",
        CheckOutcome.Skip => "skip",
        _ => "inconclusive",
    };

    public static Style Of(CheckOutcome outcome) => outcome switch
    {
        CheckOutcome.Pass => Good,
        CheckOutcome.Fail => Bad,
        CheckOutcome.Skip => Quiet,
        _ => Doubtful,
    };

    public static string Word(ExitCode code) => code switch { ExitCode.Passed => "PASS", ExitCode.Failed => "FAIL", _ => "INCONCLUSIVE" };

    public static Style Of(ExitCode code) => code switch { ExitCode.Passed => Good, ExitCode.Failed => Bad, _ => Doubtful };

    public static Style Of(Role role) => role switch
    {
        Role.Master => new Style(Color.Green, decoration: Decoration.Bold),
        Role.Backup => new Style(Color.Aqua),
        Role.Agent => Plain,
        _ => Quiet,
    };

    public static string Seconds(TimeSpan time) => FormattableString.Invariant($"{time.TotalSeconds:0.0} s");
}
