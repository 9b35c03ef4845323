using System.Diagnostics;

namespace VsanEmu.Tests;

/// <summary>Signals to processes that a test started, by the shell's own kill: the program of that name need not be installed.</summary>
internal static class Signal
{
    /// <summary>Sends one, by its name without SIG; a process that has ended meanwhile needs none.</summary>
    public static void Send(Process process, string name)
    {
        using Process kill = Process.Start("sh", ["-c", $"kill -{name} {process.Id}"]);
        kill.WaitForExit();
        Assert.True(kill.ExitCode == 0 || process.HasExited);
    }
}
