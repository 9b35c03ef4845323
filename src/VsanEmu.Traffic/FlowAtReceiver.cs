using System.Net;
using VsanEmu.Core.Load;
using VsanEmu.Net.Udp;

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

    /// <summary>Datagrams that were due and that this host's packet filter refused.</summary>
    public long Refused { get; set; }

    /// <summary>How long a stream had no room for what was due, ticks.</summary>
    public long Held { get; set; }

    /// <summary>When the last of it was sent; 0 before.</summary>
    public long LastAt { get; private set; }

    public string Error { get; set; } = "";

    /// <summary>Whether that was that nobody answered for the receiver's address.</summary>
    public bool Unreachable { get; set; }

    public TcpFacts? Tcp { get; set; }

    /// <summary>The port that it sends datagrams from.</summary>
    public int SourcePort { get; set; }

    public void Add(int units, long bytes, long now)
    {
        Volatile.Write(ref _sent, _sent + units);
        Volatile.Write(ref _bytes, _bytes + bytes);
        LastAt = now;
        if (units > MostBurst) MostBurst = units;
    }
}

/// <summary>What comes of one flow at one receiver. Written by the receiver's thread alone; the counters may be read by any.</summary>
/// <param name="flow">The flow.</param>
/// <param name="to">The receiver.</param>
/// <param name="source">The sender's address.</param>
internal sealed class FlowAtReceiver(LoadFlow flow, string to, IPAddress source)
{
    // What a sender without a rate can send in a second, at most.
    private const double MostPerSecond = 100e6;

    // A sender counts a burst when the kernel has taken it, which a receiver may see before.
    private const int Uncounted = 1024;

    private readonly uint _source = Ipv4Endpoint.Number(source);
    private readonly SequenceGate _gate = new();

    private long _came;
    private long _delivered;
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

    /// <summary>Its sender, when it is in this process: then it is known what was sent, and from which port.</summary>
    public FlowAtSender? Sender { get; set; }

    public SequenceTracker Sequence { get; } = new();

    public Delays Delays { get; } = new();

    /// <summary>Datagrams that came, repeats included; 0 for TCP.</summary>
    public long Came => Volatile.Read(ref _came);

    /// <summary>Datagrams that came, each counted once; 0 for TCP.</summary>
    public long Delivered => Volatile.Read(ref _delivered);

    /// <summary>Payload that came, bytes; repeats included.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Datagrams that came when nothing was sent any more.</summary>
    public long Late { get; set; }

    /// <summary>Datagrams that found no room in its socket, which it may share.</summary>
    public long DroppedAtSocket { get; set; }

    /// <summary>Datagrams that came to that socket and are not the load's.</summary>
    public long ForeignAtSocket { get; set; }

    /// <summary>What ended it early, in words; else empty.</summary>
    public string Error { get; set; } = "";

    /// <summary>Groups of which nothing came.</summary>
    public int SilentGroups => _heard.Count(h => !h);

    /// <summary>When the last of it came.</summary>
    public long LastAt { get; private set; }

    /// <summary>Whether something came from where the flow is sent.</summary>
    public bool IsFrom(Ipv4Endpoint from) => from.Address == _source && (Sender is null || Sender.SourcePort == 0 || Sender.SourcePort == from.Port);

    /// <summary>Whether numbers can be the flow's own: no more were sent by now.</summary>
    /// <param name="first">The first.</param>
    /// <param name="count">How many follow each other.</param>
    /// <param name="seconds">How long it has been sent.</param>
    /// <param name="before">What was held back, and is the flow's own too.</param>
    public bool Believes(long first, int count, double seconds, out (long First, int Count) before) => _gate.Believes(first, count, MostSent(seconds), out before);

    // Another host's clock may be a little ahead.
    private long MostSent(double seconds) => Sender is not null ? Sender.Sent + Uncounted
        : (long)Math.Min(long.MaxValue / 2, (Math.Max(0, seconds) + 1) * (flow.BitsPerSecond > 0 ? 1.02 * flow.BitsPerSecond / 8 / flow.Payload : MostPerSecond)) + Uncounted;

    /// <summary>Takes note of the groups of datagrams that follow each other. Which is which a warm-up may have shifted; how many are silent it has not.</summary>
    public void Hear(long first, int count)
    {
        for (int i = 0; i < Math.Min(count, _heard.Length); i++) _heard[(first + i) % _heard.Length] = true;
    }

    public void Add(int datagrams, long bytes, long now)
    {
        Volatile.Write(ref _came, _came + datagrams);
        Volatile.Write(ref _delivered, Sequence.Delivered);
        Volatile.Write(ref _bytes, _bytes + bytes);
        LastAt = now;
    }
}
