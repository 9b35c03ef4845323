using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Load;

namespace VsanEmu.Traffic;

/// <summary>
/// Compares hosts' clocks over the fabric that is loaded: their members all ask the first one what time it is there. As in NTP (RFC 5905, 8) the quickest answer tells most: it was given
/// half a round trip after the question, by no more than half that round trip earlier or later. Clocks drift, so that this is done before the first load and after each.
/// </summary>
/// <param name="hostByMember">Host by member.</param>
/// <param name="known">What is known of them without it.</param>
public sealed class HostClocks(IReadOnlyDictionary<string, string> hostByMember, ClockComparison known)
{
    private const int Payload = 64;

    // Few and short enough to hurt nobody, and enough for a quick one among them.
    private static readonly LoadOptions Questions = new() { Duration = TimeSpan.FromMilliseconds(200), PacketsPerSecond = 1000 };

    /// <summary>What was found last, by which loads go.</summary>
    public ClockComparison Latest { get; private set; } = known;

    /// <summary>How far a host's clock is ahead of the one that loads go by, ns.</summary>
    public long AheadNs(string host) => hostByMember.Where(h => h.Value == host).Select(h => Latest.OffsetNs(h.Key)).FirstOrDefault();

    /// <summary>Compares them. What was found; null where somebody got no answer, since the fabric does not carry the questions: then the latest stays what it was.</summary>
    /// <param name="stage">The hosts.</param>
    /// <param name="cancellation">Ends it early.</param>
    public async Task<ClockComparison?> CompareAsync(LoadStage stage, CancellationToken cancellation)
    {
        string[] members = [.. stage.Cluster.Members.Select(m => m.Name)];
        string[] ask = [.. members.Skip(1).Where(m => hostByMember[m] != hostByMember[members[0]]).DistinctBy(m => hostByMember[m])];
        if (ask.Length == 0) return null;
        long atNs = stage.NowNs();
        // By the clocks as they are, not as they were found before.
        IReadOnlyDictionary<string, RoundTripCounts> told = await new RoundTripRun(stage with { Clocks = null }, Questions).AskAsync(ask, members[0], Payload, cancellation);
        if (told.Values.Any(t => t.Result.RoundTrip is null)) return null;
        return Latest = new ClockComparison(atNs, [.. ask.Select(m => new ClockOffset(m, members[0], -told[m].AheadNs, told[m].ErrorNs))], "what they asked each other over the fabric");
    }
}
