using System.Runtime.InteropServices;
using System.Text.Json;
using VsanEmu.Net.Namespaces;
using VsanEmu.Net.Processes;
using VsanEmu.Net.Tools;

namespace VsanEmu.Net.Attachments;

/// <summary>
/// A process beside the run that knows how each change to this machine is taken back, and does so when the run ends, whether it closed the pipe or was
/// killed: the kernel closes it then. One way back for both, so it is always the tested one.
/// </summary>
public static class Keeper
{
    /// <summary>The hidden command by which this tool becomes one.</summary>
    public const string Command = "keep-machine";

    // What the run that was killed had just asked ip for may still be under way.
    private static readonly TimeSpan Aftermath = TimeSpan.FromMilliseconds(200);

    /// <summary>Reads steps, a line each, and answers each with a line; when there are no more, takes them back, the last one first.</summary>
    /// <param name="input">The pipe from the run.</param>
    /// <param name="output">The answers.</param>
    /// <param name="error">What could not be put back, a line each.</param>
    /// <returns>0, or 1 when something could not be put back.</returns>
    public static int Run(TextReader input, TextWriter output, TextWriter error)
    {
        ThisProcess.LeaveSession();
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, c => c.Cancel = true);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, c => c.Cancel = true);
        using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, c => c.Cancel = true);
        using NetworkNamespace home = NetworkNamespace.Current();
        var steps = new Stack<(UndoStep Step, NetworkNamespace? Place)>();
        while (input.ReadLine() is { } line)
        {
            output.WriteLine(Take(line, steps));
            output.Flush();
        }

#pragma warning disable RS0030 // A process of its own, on its main thread.
        if (steps.Count > 0) Thread.Sleep(Aftermath);
#pragma warning restore RS0030
        bool whole = true;
        foreach ((UndoStep step, NetworkNamespace? place) in steps)
        {
            if (Undo(step, place, home) is not { } wrong) continue;
            whole = false;
            error.WriteLine($"vsanemu: cannot put back {step.What}: {wrong}");
        }

        return whole ? 0 : 1;
    }

    // The namespace is opened now: it is nameless, and would be gone with the run.
    private static string Take(string line, Stack<(UndoStep Step, NetworkNamespace? Place)> steps)
    {
        try
        {
            UndoStep step = UndoStep.OfLine(line);
            steps.Push((step, step.Namespace.Length == 0 ? null : NetworkNamespace.Open(step.Namespace)));
            return "ok";
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return e.Message.ReplaceLineEndings(" ");
        }
    }

    private static string? Undo(UndoStep step, NetworkNamespace? place, NetworkNamespace home)
    {
        string problems = "";
        if (place is not null) place.Run(() => Apply(step.Inside, home.Path, ref problems));
        Apply(step.AtHome, home.Path, ref problems);
        if (step.Interface.Length == 0) return null;
        LinkFacts? now = step.AtHome.Count > 0 || place is null ? LinkFacts.Read(step.Interface) : place.Run(() => LinkFacts.Read(step.Interface));
        if (now is null) return $"there is no interface {step.Interface}{problems}";
        string[] missing = [.. step.Addresses.Except(now.Addresses)];
        return missing.Length == 0 ? null : $"{step.Interface} lacks {string.Join(", ", missing)}{problems}";
    }

    // A change that was never made cannot be taken back: each command is tried, and what counts is the end.
    private static void Apply(IReadOnlyList<string> commands, string home, ref string problems)
    {
        foreach (string command in commands)
        {
            try
            {
                Tool.Run("ip", command.Replace("{home}", home, StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries));
            }
            catch (ToolException e)
            {
                problems += $"; {e.Message}";
            }
        }
    }
}
