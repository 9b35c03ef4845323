using System.CommandLine;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Spec;
using VsanEmu.Report;

namespace VsanEmu.Cli;

/// <summary><c>vsanemu explain</c>: what a check or a fault means, how it is measured, and what to do about it.</summary>
internal static class ExplainCommand
{
    public static Command Create()
    {
        var id = new Argument<string?>("id") { Description = "A check (M7) or a fault (no-querier). Without one: a list of all.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("explain", "Say what a check or a fault means, how it is measured, and what to do about it.") { id };
        command.SetAction(parsed =>
        {
            InvocationConfiguration io = parsed.InvocationConfiguration;
            var console = ReportConsole.Of(io.Output, terminal: io.Output == Console.Out && !Console.IsOutputRedirected);
            if (parsed.GetValue(id) is not { } wanted)
            {
                ExplanationPage.WriteAll(console);
                return (int)ExitCode.Passed;
            }

            if (Explanation.Find(wanted) is not { } page)
            {
                IEnumerable<string> known = Explanation.Checks.Concat(Explanation.Faults).Select(e => e.Id);
                io.Error.WriteLine($"vsanemu: there is no check or fault '{wanted}'{Spelling.DidYouMean(wanted, known)}");
                io.Error.WriteLine("Try 'vsanemu explain' for a list.");
                return (int)ExitCode.BadInput;
            }

            ExplanationPage.Write(console, page);
            return (int)ExitCode.Passed;
        });
        return command;
    }
}
