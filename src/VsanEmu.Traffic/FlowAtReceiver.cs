using VsanEmu.Core.Load;

namespace VsanEmu.Traffic;

/// <summary>What one flow sends. Written by the sender's thread alone, read by any.</summary>
internal sealed class FlowAtSender(LoadFlow flow)
{
    private long _sent;
    private long _bytes;

    public LoadFlow Flow => flow;

    /// <summary>Datagrams or writes.</summary>
    public long Sent => Volatile.Read(ref _sent);

    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Processor time of its thread, nanoseconds.</summary>
    public long ThreadNs { get; set; }

    /// <summary>Units that its rate had room for and that could not be sent in time.</summary>
    public long Forgone { get; set; }

    public int MostBurst { get; private set; }

    public bool SegmentsByKernel { get; set; }

    public long Retransmits { get; set; }

    public long RoundTripUs { get; set; }

    public string Error { get; set; } = "";

    public void Add(int units, long bytes)
    {
        Volatile.Write(ref _sent, _sent + units);
        Volatile.Write(ref _bytes, _bytes + bytes);
        if (units > MostBurst) MostBurst = units;
    }
}

/// <summary>What comes of one flow at one receiver. Written by the receiver's thread alone; the counters may be read by any.</summary>
internal sealed class FlowAtReceiver(LoadFlow flow, string to)
{
    private long _came;
    private long _bytes;
    private long _next;
    private readonly bool[] _heard = new bool[flow.Groups.Count];

    public LoadFlow Flow => flow;

    public string To => to;

    /// <summary>The number after the highest that came, of the warm-up or of what is measured; the sender resets it between them.</summary>
    public long Next
    {
        get => Volatile.Read(ref _next);
        set => Volatile.Write(ref _next, value);
    }

    public SequenceTracker Sequence { get; } = new();

    public Delays Delays { get; } = new();

    /// <summary>Datagrams that came, repeats included; 0 for TCP.</summary>
    public long Came => Volatile.Read(ref _came);

    /// <summary>Payload that came, bytes.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Datagrams that came when nothing was sent any more.</summary>
    public long Late { get; set; }

    /// <summary>Datagrams that found no room in its socket, which it may share.</summary>
    public long DroppedAtSocket { get; set; }

    /// <summary>What ended it early, in words; else empty.</summary>
    public string Error { get; set; } = "";

    /// <summary>Groups of which nothing came.</summary>
    public int SilentGroups => _heard.Count(h => !h);

    /// <summary>When the last of it came.</summary>
    public long LastAt { get; private set; }

    /// <summary>Takes note of the groups of datagrams that follow each other. Which is which a warm-up may have shifted; how many are silent it has not.</summary>
    public void Hear(long first, int count)
    {
        for (int i = 0; i < Math.Min(count, _heard.Length); i++) _heard[(first + i) % _heard.Length] = true;
    }

    public void Add(int datagrams, long bytes, long now)
    {
        Volatile.Write(ref _came, _came + datagrams);
        Volatile.Write(ref _bytes, _bytes + bytes);
        LastAt = now;
    }
}
