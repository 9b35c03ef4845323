using VsanEmu.Net.Native;

namespace VsanEmu.Net.Interfaces;

/// <summary>Whether an interface of the calling thread's namespace carries frames.</summary>
public static class LinkState
{
    /// <summary>
    /// True when it is up, has a carrier, and the kernel has taken note of that (IFF_RUNNING). Until then, up to a second after the carrier came,
    /// what is sent is dropped without an error.
    /// </summary>
    public static bool IsRunning(string name) => LinkFlags.TryGet(name, out int flags) && (flags & LinkFlags.Running) != 0;
}
