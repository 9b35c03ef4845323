using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Load;

/// <summary>What is allowed for a figure.</summary>
/// <param name="Least">No less.</param>
/// <param name="Most">No more.</param>
public readonly record struct LoadRange(double Least, double Most)
{
    /// <summary>Whether a figure is allowed; what is no number is not.</summary>
    public bool Has(double value) => value >= Least && value <= Most;

    /// <summary>As it is said: <c>32 to 8972</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"{Least} to {Most}");
}

/// <summary>What is allowed for the figures of a load, on the command line and in what a controller asks of a host.</summary>
public static class LoadRanges
{
    /// <summary>How long it is measured, seconds.</summary>
    public static readonly LoadRange DurationSeconds = new(0.1, 86_400);

    /// <summary>How long it warms up, or its rates grow, seconds.</summary>
    public static readonly LoadRange LeadInSeconds = new(0, 3600);

    /// <summary>Length of an interval, seconds.</summary>
    public static readonly LoadRange IntervalSeconds = new(0.1, 3600);

    /// <summary>What may be lost, percent.</summary>
    public static readonly LoadRange LossPercent = new(0, 100);

    /// <summary>Rate of a flow, bit/s of payload; 0 for as fast as it goes.</summary>
    public static readonly LoadRange BitsPerSecond = new(0, 1e12);

    /// <summary>Rate of a flow, datagrams a second.</summary>
    public static readonly LoadRange PacketsPerSecond = new(1, 1e9);

    /// <summary>Payload of a datagram, bytes.</summary>
    public static readonly LoadRange DatagramBytes = new(LoadOptions.MinPayload, LoadOptions.MaxPayload);

    /// <summary>Bytes of a write to TCP.</summary>
    public static readonly LoadRange WriteBytes = new(1, 1 << 20);

    /// <summary>Bytes of a VM's block.</summary>
    public static readonly LoadRange BlockBytes = new(512, BlockHeader.MostBytes);

    /// <summary>Groups to which multicast is spread.</summary>
    public static readonly LoadRange Groups = new(1, LoadOptions.MostGroups);

    /// <summary>Flows side by side between each two members.</summary>
    public static readonly LoadRange Parallel = new(1, 128);

    /// <summary>Differentiated services code point.</summary>
    public static readonly LoadRange Dscp = new(0, 63);

    /// <summary>A share of a whole.</summary>
    public static readonly LoadRange Share = new(0, 1);

    /// <summary>Datagrams of a burst.</summary>
    public static readonly LoadRange BurstDatagrams = new(1, 100_000_000);

    /// <summary>A VM's operations under way at a time.</summary>
    public static readonly LoadRange QueueDepth = new(1, VmOptions.MostQueueDepth);

    /// <summary>Members that keep each block.</summary>
    public static readonly LoadRange Copies = new(1, 3);

    /// <summary>A VM's operations a second; 0 for the next as soon as one has ended.</summary>
    public static readonly LoadRange OperationsPerSecond = new(0, 1e9);
}
