namespace VsanEmu.Core.Data;

/// <summary>The data plane's sizes and limits, by name. All are our own choices (FLOWS.md mark E).</summary>
public static class DataLimits
{
    /// <summary>Copies of one disk at most.</summary>
    public const int MaxCopies = 4;

    /// <summary>Blocks of one disk. What a copy keeps for each is its version and checksum.</summary>
    public const int Blocks = 256;

    /// <summary>Operations of one VM in flight at most.</summary>
    public const int MaxQueueDepth = 256;

    /// <summary>Frames that wait to be polled at most; a request that finds no room for its answer is dropped and counted.</summary>
    public const int MaxQueuedSends = 16 * 1024;

    /// <summary>Bytes of block content in one resync frame at most; one block always fits.</summary>
    public const int ResyncFrameBytes = 64 * 1024;

    /// <summary>Resync frames on their way unanswered at most.</summary>
    public const int ResyncWindow = 4;

    /// <summary>How far behind its rate a VM may fall and still catch up, ns; what lies further back is skipped and counted.</summary>
    public const long CatchUpNs = 100_000_000;
}
