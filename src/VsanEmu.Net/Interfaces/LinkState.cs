using VsanEmu.Net.Native;

namespace VsanEmu.Net.Interfaces;

/// <summary>How an interface is.</summary>
public enum LinkCondition : byte
{
    /// <summary>There is none of that name.</summary>
    Missing,

    /// <summary>It is administratively down.</summary>
    Down,

    /// <summary>It is up, without a carrier.</summary>
    NoCarrier,

    /// <summary>It carries frames.</summary>
    Running,
}

/// <summary>Whether an interface of the calling thread's namespace carries frames.</summary>
public static class LinkState
{
    /// <summary>
    /// True when it is up, has a carrier, and the kernel has taken note of that (IFF_RUNNING). Until then, up to a second after the carrier came,
    /// what is sent is dropped without an error.
    /// </summary>
    public static bool IsRunning(string name) => Read(name) == LinkCondition.Running;

    /// <summary>How it is now.</summary>
    public static LinkCondition Read(string name) =>
        !InterfaceRequests.TryGetFlags(name, out int flags) ? LinkCondition.Missing
        : (flags & LinkFlags.Up) == 0 ? LinkCondition.Down
        : (flags & LinkFlags.Running) == 0 ? LinkCondition.NoCarrier
        : LinkCondition.Running;
}
