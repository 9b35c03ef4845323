using System.Diagnostics;
using VsanEmu.Net.Processes;

namespace VsanEmu.Net.Attachments;

/// <summary>The run's side of a <see cref="Keeper"/>: each change is told to it before it is made.</summary>
internal sealed class KeptMachine : IDisposable
{
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(30);

    private readonly Process _keeper;
    private readonly Lock _gate = new();

    private KeptMachine(Process keeper) => _keeper = keeper;

    /// <summary>Starts the keeper.</summary>
    /// <param name="program">How to start this tool again; by default as it was started.</param>
    /// <exception cref="IOException">It cannot be started: nothing may be changed then.</exception>
    public static KeptMachine Start(IReadOnlyList<string>? program = null)
    {
        program ??= ThisProcess.Program;
        var start = new ProcessStartInfo(program[0], [.. program.Skip(1), Keeper.Command])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        try
        {
            return new(Process.Start(start)!);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new IOException($"cannot start the process that puts this machine's interfaces back: {e.Message}");
        }
    }

    /// <summary>Writes a step down; the change may be made when this returns.</summary>
    /// <exception cref="IOException">The keeper is gone, or cannot take it.</exception>
    public void Note(UndoStep step)
    {
        lock (_gate)
        {
            _keeper.StandardInput.WriteLine(step.ToLine());
            _keeper.StandardInput.Flush();
            string? answer = _keeper.StandardOutput.ReadLine();
            if (answer != "ok") throw new IOException($"{step.What} is not touched, since it could not be put back: {answer ?? "the process that would do so has ended"}");
        }
    }

    /// <summary>Has everything put back, and waits for it. What could not be is on standard error.</summary>
    public void Dispose()
    {
        _keeper.StandardInput.Close();
#pragma warning disable RS0030 // Sites are disposed of on a thread of its own.
        _keeper.WaitForExit(EndLimit);
#pragma warning restore RS0030
        _keeper.Dispose();
    }
}
