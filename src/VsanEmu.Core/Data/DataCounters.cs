namespace VsanEmu.Core.Data;

/// <summary>What the data plane counts, by the names that a run record shows.</summary>
internal sealed class DataCounters
{
    public long Refused;
    public long Malformed;
    public long Late;
    public long QueueFull;
    public long Skipped;
    public long Degraded;
    public long Corrupt;
    public long Reverted;
    public long ServedReads;
    public long ServedWrites;
    public long CopiesDropped;
    public long ResyncsStarted;
    public long ResyncsAborted;
    public long ResyncsDone;
    public long ResyncBlocksSent;
    public long ResyncBlocksStored;

    public IReadOnlyDictionary<string, long> ToDictionary(int copiesHeld) => new Dictionary<string, long>
    {
        ["data.refused"] = Refused,
        ["data.malformed"] = Malformed,
        ["data.late-replies"] = Late,
        ["data.queue-full"] = QueueFull,
        ["data.operations-skipped"] = Skipped,
        ["data.writes-degraded"] = Degraded,
        ["data.reads-corrupt"] = Corrupt,
        ["data.disks-reverted"] = Reverted,
        ["data.reads-served"] = ServedReads,
        ["data.writes-served"] = ServedWrites,
        ["data.copies-held"] = copiesHeld,
        ["data.copies-dropped"] = CopiesDropped,
        ["data.resyncs-started"] = ResyncsStarted,
        ["data.resyncs-aborted"] = ResyncsAborted,
        ["data.resyncs-done"] = ResyncsDone,
        ["data.resync-blocks-sent"] = ResyncBlocksSent,
        ["data.resync-blocks-stored"] = ResyncBlocksStored,
    };
}
