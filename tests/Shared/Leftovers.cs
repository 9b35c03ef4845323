using System.Diagnostics;

namespace VsanEmu.Tests;

/// <summary>
/// What a process that a test started, and all that it started itself, hold of the kernel's: found by a mark in their environment, so that nothing of anybody else's counts. The number of a
/// namespace that is gone is the next one's at once: what is left is told by who and what held it before.
/// </summary>
internal sealed class Leftovers
{
    private const string Variable = "VSANEMU_TEST_MARK";

    private readonly string _mark = $"{Variable}={Guid.NewGuid():N}";
    private string[] _mounts = [];

    /// <summary>The network namespaces that they held when they were last looked at, and the test itself did not.</summary>
    public IReadOnlySet<string> Namespaces { get; private set; } = new HashSet<string>();

    /// <summary>Marks what is about to be started.</summary>
    public ProcessStartInfo Mark(ProcessStartInfo start)
    {
        start.Environment[Variable] = _mark[(Variable.Length + 1)..];
        return start;
    }

    /// <summary>Looks at what they hold. Stopped, they hold no more by the time they are killed.</summary>
    public void Look()
    {
        HashSet<string> held = [.. ProcessTable.Marked(_mark).SelectMany(ProcessTable.NamespacesOf)];
        held.ExceptWith(ProcessTable.NamespacesOf(Environment.ProcessId));
        Namespaces = held;
        // A namespace with a name is a mount.
        _mounts = [.. Mounts().Where(m => held.Any(n => m.Contains(n, StringComparison.Ordinal)))];
    }

    /// <summary>Waits until none of the processes is left, nor a name of what they held: nothing else keeps a namespace.</summary>
    public async Task GoneAsync()
    {
        await Eventually.UntilAsync(() => !ProcessTable.Marked(_mark).Any(), "a process is left");
        await Eventually.UntilAsync(() => !_mounts.Intersect(Mounts()).Any(), () => $"a named namespace is left: {string.Join('\n', _mounts)}");
    }

    private static IEnumerable<string> Mounts() => File.ReadLines("/proc/self/mountinfo").Where(l => l.Contains(" net:[", StringComparison.Ordinal));
}
