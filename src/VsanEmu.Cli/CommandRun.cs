using System.CommandLine;
using System.CommandLine.Invocation;
using VsanEmu.Cli.Options;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Spec;

namespace VsanEmu.Cli;

/// <summary>Runs the command that the arguments name, and turns whatever comes of it into one of the four exit codes (<see cref="ExitCode"/>).</summary>
internal static class CommandRun
{
    // A command that is told to stop (SIGTERM, SIGINT) does so in order, within its own limits: this is only the last resort.
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(15);

    /// <summary>Runs.</summary>
    /// <param name="commands">The commands, in the order of the help text.</param>
    /// <param name="args">The process's arguments.</param>
    /// <param name="output">Where results go.</param>
    /// <param name="error">Where messages go.</param>
    public static async Task<int> RunAsync(IEnumerable<Command> commands, string[] args, TextWriter output, TextWriter error)
    {
        var root = new RootCommand("Emulates a vSAN cluster on the wire, and says whether a fabric carries all of it and keeps everyone else out.");
        foreach (Command command in commands)
        {
            OptionRules.Apply(command);
            root.Subcommands.Add(command);
        }

        // A value that begins with @ is a value, not the name of a file to read more of the command line from.
        ParseResult parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var configuration = new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = StopTime };
        if (args.Length == 0)
        {
            await root.Parse("--help").InvokeAsync(configuration);
            return (int)ExitCode.BadInput;
        }

        // A value that its option does not take is told by itself: what else is missing follows from it, or can wait.
        if (OptionRules.Refusals(parsed, args) is { Length: > 0 } refusals)
        {
            foreach (string refusal in refusals) await error.WriteLineAsync($"vsanemu {Path(parsed).TrimEnd()}: {refusal}");
            return (int)ExitCode.BadInput;
        }

        if (parsed.Action is ParseErrorAction)
        {
            foreach (string message in Mistakes(parsed, root)) await error.WriteLineAsync($"vsanemu: {message}");
            await error.WriteLineAsync($"Try 'vsanemu {Path(parsed)}--help'.");
            return (int)ExitCode.BadInput;
        }

        try
        {
            return await parsed.InvokeAsync(configuration);
        }
        catch (UsageException e)
        {
            await error.WriteLineAsync($"vsanemu {Path(parsed).TrimEnd()}: {e.Message}");
            return (int)ExitCode.BadInput;
        }
        catch (OperationCanceledException)
        {
            await error.WriteLineAsync("vsanemu: stopped");
            return (int)ExitCode.Inconclusive;
        }
        catch (Exception e)
        {
            // Nothing may leave here unexplained: without a verdict the run is inconclusive, whatever broke it.
            await error.WriteLineAsync($"vsanemu: could not run: {e.Message}");
            if (Environment.GetEnvironmentVariable("VSANEMU_TRACE") is not null) await error.WriteLineAsync(e.ToString());
            return (int)ExitCode.Inconclusive;
        }
    }

    private static IEnumerable<string> Mistakes(ParseResult parsed, RootCommand root)
    {
        if (parsed.UnmatchedTokens.Count == 0) return parsed.Errors.Select(e => e.Message).Distinct();
        Command command = parsed.CommandResult.Command;
        IEnumerable<string> known = [.. command.Subcommands.Select(c => c.Name), .. command.Options.Concat(root.Options).Select(o => o.Name)];
        return parsed.UnmatchedTokens.Select(t => $"'{t}' is not known{Spelling.DidYouMean(t, known)}");
    }

    private static string Path(ParseResult parsed) =>
        parsed.CommandResult.Command is RootCommand ? "" : $"{parsed.CommandResult.Command.Name} ";
}
