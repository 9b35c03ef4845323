using VsanEmu.Core.Checks;
using VsanEmu.Core.Checks.Analysis;

namespace VsanEmu.Core.Load;

/// <summary>A distribution of times, nanoseconds. Of the datagrams of one flow at one receiver, or of many.</summary>
/// <param name="Count">How many values.</param>
/// <param name="Min">The shortest.</param>
/// <param name="P50">The median.</param>
/// <param name="P90">Nine in ten are no longer.</param>
/// <param name="P99">99 of 100 are no longer.</param>
/// <param name="P999">999 of 1000 are no longer.</param>
/// <param name="Max">The longest.</param>
public sealed record DelaySummary(long Count, long Min, long P50, long P90, long P99, long P999, long Max);

/// <summary>What became of one flow at one of its receivers.</summary>
public sealed record FlowResult
{
    /// <summary>The flow's number.</summary>
    public required int Flow { get; init; }

    /// <summary>Who sent.</summary>
    public required string From { get; init; }

    /// <summary>Who received.</summary>
    public required string To { get; init; }

    /// <summary>What carried it.</summary>
    public required LoadTransport Transport { get; init; }

    /// <summary>Datagrams sent, or writes.</summary>
    public required long Sent { get; init; }

    /// <summary>Payload sent, bytes.</summary>
    public required long SentBytes { get; init; }

    /// <summary>Datagrams delivered, each counted once; 0 for TCP, where they have no bounds.</summary>
    public required long Delivered { get; init; }

    /// <summary>Payload delivered, bytes.</summary>
    public required long DeliveredBytes { get; init; }

    /// <summary>Datagrams lost: sent and not delivered. Exactly <see cref="Sent"/> - <see cref="Delivered"/>; 0 for TCP.</summary>
    public long Lost => Transport == LoadTransport.Udp ? Sent - Delivered : 0;

    /// <summary>Datagrams that came when the time of sending was over: they had waited in a queue, or the way is long.</summary>
    public long Late { get; init; }

    /// <summary>Datagrams that came more than once.</summary>
    public long Duplicates { get; init; }

    /// <summary>Datagrams that came after a later one (RFC 4737).</summary>
    public long Reordered { get; init; }

    /// <summary>How far back the worst of them came, datagrams.</summary>
    public long LongestExtent { get; init; }

    /// <summary>One-way delay on one clock; null for TCP.</summary>
    public DelaySummary? Delay { get; init; }

    /// <summary>Mean of the differences between the delays of bursts that followed each other (RFC 5481, IPDV), nanoseconds.</summary>
    public long DelayVariationNs { get; init; }

    /// <summary>Segments that TCP sent again.</summary>
    public long Retransmits { get; init; }

    /// <summary>TCP's smoothed round trip at the end, microseconds.</summary>
    public long RoundTripUs { get; init; }

    /// <summary>Datagrams that reached the receiver's socket and found no room in it: lost, but not by the fabric; bursts that the kernel joined, or never cut, are one each. Those of all flows of that socket.</summary>
    public long DroppedAtSocket { get; init; }

    /// <summary>Datagrams that came to the receiver's socket and are not the load's: from another address, of another run, or with a number that was never sent. They are counted nowhere else. Those of all flows of that socket.</summary>
    public long ForeignAtSocket { get; init; }

    /// <summary>Groups of the flow's of which nothing came, as a switch does that keeps too few; 0 for other flows.</summary>
    public int SilentGroups { get; init; }

    /// <summary>When the last of it came, nanoseconds after the measurement's begin; 0 when nothing came.</summary>
    public long LastNs { get; init; }

    /// <summary>Whether it stopped on the way: nothing came in the last fifth of the time of sending, and in at least half a second, while its sender had more for it.</summary>
    public bool Stopped { get; init; }

    /// <summary>Datagrams that were due and that the sender's own host refused, as a packet filter does; they do not count as sent.</summary>
    public long Refused { get; init; }

    /// <summary>What ended it early, in words; else empty.</summary>
    public string Error { get; init; } = "";
}

/// <summary>All flows together, in one interval. A datagram for a group counts as sent once, and as delivered at each receiver.</summary>
/// <param name="StartNs">Its begin, nanoseconds after the measurement's.</param>
/// <param name="EndNs">Its end.</param>
/// <param name="Sent">Datagrams or writes sent.</param>
/// <param name="SentBytes">Payload sent, bytes.</param>
/// <param name="Delivered">Datagrams delivered, at all receivers, each counted once.</param>
/// <param name="DeliveredBytes">Payload delivered, bytes.</param>
/// <param name="Expected">Datagrams that would have been delivered had none been lost; in an interval, without those that were still under way.</param>
public sealed record LoadInterval(long StartNs, long EndNs, long Sent, long SentBytes, long Delivered, long DeliveredBytes, long Expected)
{
    /// <summary>Its length, seconds.</summary>
    public double Seconds => (EndNs - StartNs) / 1e9;

    /// <summary>Payload delivered, bit/s.</summary>
    public double BitsPerSecond => 8 * DeliveredBytes / Math.Max(1e-9, Seconds);

    /// <summary>Datagrams delivered per second, at all receivers.</summary>
    public double PacketsPerSecond => Delivered / Math.Max(1e-9, Seconds);
}

/// <summary>How the bursts were made, which some figures cannot be read without.</summary>
public sealed record LoadMeans
{
    /// <summary>Whether the kernel cut bursts into datagrams (GSO).</summary>
    public required bool SegmentsByKernel { get; init; }

    /// <summary>Whether the kernel joined datagrams on receipt (GRO).</summary>
    public required bool JoinsByKernel { get; init; }

    /// <summary>Datagrams sent at a time, at most.</summary>
    public required int Burst { get; init; }

    /// <summary>Longest packet of the interfaces that datagrams were sent from (MTU), the smallest of them, bytes; 0 when that is not known, and for streams.</summary>
    public int Mtu { get; init; }

    /// <summary>Packets into which each datagram was cut, since it is longer than <see cref="Mtu"/> allows; 1 when it is not cut.</summary>
    public int Fragments { get; init; } = 1;

    /// <summary>How long a receiver rests between batches, microseconds, where the sender goes as fast as it can: delays contain it. 0 where a rate is set.</summary>
    public int ReceiverRestUs { get; init; }

    /// <summary>Whether bursts cross the fabric as they are, uncut: so between virtual interfaces of one machine.</summary>
    public required bool CrossesUncut { get; init; }
}

/// <summary>A load's outcome.</summary>
public sealed record LoadResult
{
    /// <summary>Version of this record's format.</summary>
    public int Version { get; init; } = 1;

    /// <summary>Who sent to whom.</summary>
    public required LoadProfile Profile { get; init; }

    /// <summary>The tool's version.</summary>
    public required string ToolVersion { get; init; }

    /// <summary>When it began, ISO 8601.</summary>
    public required string Started { get; init; }

    /// <summary>How long it was measured, nanoseconds: first to last datagram or byte.</summary>
    public required long MeasuredNs { get; init; }

    /// <summary>How long was sent, nanoseconds.</summary>
    public long SendingNs { get; init; }

    /// <summary>Whether it ran its whole time.</summary>
    public required bool Completed { get; init; }

    /// <summary>How bursts were made.</summary>
    public required LoadMeans Means { get; init; }

    /// <summary>Payload of a datagram or a write, bytes.</summary>
    public int Payload { get; init; }

    /// <summary>Groups to which each flow to groups went.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>The intervals.</summary>
    public required IReadOnlyList<LoadInterval> Intervals { get; init; }

    /// <summary>Each flow at each of its receivers.</summary>
    public required IReadOnlyList<FlowResult> Flows { get; init; }

    /// <summary>Delay of all datagrams of all flows; null when there are none.</summary>
    public DelaySummary? Delay { get; init; }

    /// <summary>How far the hosts' clocks were ahead of one of them before the load; delays are without it. Empty where there is one clock.</summary>
    public IReadOnlyList<ClockOffset> Clocks { get; init; } = [];

    /// <summary>
    /// By how much one-way delays may be wrong because sender and receiver have clocks of their own, ns; 0 where they have one: what could not be told of the clocks, by how much they drifted
    /// meanwhile, and no less than by how much a datagram came before it was sent. Delays that are not longer are left out.
    /// </summary>
    public long ClockErrorNs { get; init; }

    /// <summary>Processor time of this process over the measured time, in processors.</summary>
    public required double Processors { get; init; }

    /// <summary>Why the generator, not the fabric, was the limit; empty when it was not.</summary>
    public required string GeneratorLimit { get; init; }

    /// <summary>What each receiver might lose, percent; null for the default (<see cref="LossBound"/>).</summary>
    public double? MaxLossPercent { get; init; }

    /// <summary>Datagrams after which each flow was to end; 0 for no such end.</summary>
    public long BurstDatagrams { get; init; }

    /// <summary>
    /// What was sent of what was asked for, as a share, of the flow that is farthest from it: of its rate over the measured time, or of its burst. 1 when all was, and when nothing was asked for.
    /// </summary>
    public double OfferedShare { get; init; } = 1;

    /// <summary>Whether it passed, and who was the limit.</summary>
    public LoadVerdict Verdict { get => field ?? LoadVerdict.Passed; init; } = LoadVerdict.Passed;

    /// <summary>L1 or L2, where the profile is theirs.</summary>
    public IReadOnlyList<CheckResult> Checks { get; init; } = [];

    /// <summary>The whole, from begin to end.</summary>
    public LoadInterval Total => new(0, MeasuredNs,
        Flows.DistinctBy(f => f.Flow).Sum(f => f.Sent), Flows.DistinctBy(f => f.Flow).Sum(f => f.SentBytes),
        Flows.Sum(f => f.Delivered), Flows.Sum(f => f.DeliveredBytes), Flows.Where(f => f.Transport == LoadTransport.Udp).Sum(f => f.Sent));
}

/// <summary>What a ping-pong between two members took.</summary>
public sealed record RoundTripResult
{
    /// <summary>Who asked.</summary>
    public required string From { get; init; }

    /// <summary>Who answered.</summary>
    public required string To { get; init; }

    /// <summary>Payload of a datagram, bytes.</summary>
    public required int Payload { get; init; }

    /// <summary>Questions sent.</summary>
    public required long Sent { get; init; }

    /// <summary>Questions that were not answered in time.</summary>
    public required long Lost { get; init; }

    /// <summary>Packets into which each question was cut, since it is longer than the interface's MTU allows; 1 when it is not cut.</summary>
    public int Fragments { get; init; } = 1;

    /// <summary>Whether it passed.</summary>
    public LoadVerdict Verdict { get => field ?? LoadVerdict.Passed; init; } = LoadVerdict.Passed;

    /// <summary>Questions that were due and could not be asked in time, because answers took too long; 0 without a rate.</summary>
    public long Forgone { get; init; }

    /// <summary>From a question, or from when it was due, to its answer, on one clock, nanoseconds; null without an answer.</summary>
    public required DelaySummary? RoundTrip { get; init; }
}
