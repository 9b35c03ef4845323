using System.Diagnostics;
using VsanEmu.Net.Processes;

namespace VsanEmu.Lab.Hosting;

/// <summary>
/// Ends this process when the <c>dotnet run</c> that started it is gone: killed with -9, it would leave the lab running behind the user's back.
/// Any other parent (a shell that exits, a terminal that closes) is not watched: it has signals for that.
/// </summary>
public sealed class ParentWatch : IDisposable
{
    /// <summary>How long this process outlives its parent at most.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(200);

    private readonly Timer _timer;

    // (The kernel's own PR_SET_PDEATHSIG goes by the thread that started this process, and a thread of dotnet may end long before dotnet does.)
    private ParentWatch(int parent) => _timer = new Timer(_ =>
    {
        if (ThisProcess.ParentId != parent) Process.GetCurrentProcess().Kill();
    }, null, Period, Period);

    /// <summary>Watches the parent when it is <c>dotnet</c>; else returns null.</summary>
    public static ParentWatch? Start()
    {
        int parent = ThisProcess.ParentId;
        try
        {
            return File.ReadAllText($"/proc/{parent}/comm").Trim() == "dotnet" ? new ParentWatch(parent) : null;
        }
        catch (IOException)
        {
            // It ended just now; or it is in another process namespace, as in a container.
            return null;
        }
    }

    /// <summary>Watches no longer.</summary>
    public void Dispose() => _timer.Dispose();
}
