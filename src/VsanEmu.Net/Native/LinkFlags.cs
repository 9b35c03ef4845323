namespace VsanEmu.Net.Native;

/// <summary>An interface's flags (netdevice(7)).</summary>
internal static class LinkFlags
{
    /// <summary>IFF_RUNNING.</summary>
    internal const int Running = 0x40;

    /// <summary>IFF_UP.</summary>
    internal const int Up = 1;
}
