using VsanEmu.Core.Load;

namespace VsanEmu.Traffic;

/// <summary>
/// Compares hosts' clocks over the fabric that is loaded: their members all ask the first one what time it is there. As in NTP (RFC 5905, 8) the quickest answer tells most: it was given
/// half a round trip after the question, by no more than half that round trip earlier or later.
/// </summary>
public static class HostClocks
{
    private const int Payload = 64;

    // Few and short enough to hurt nobody, and enough for a quick one among them.
    private static readonly LoadOptions Questions = new() { Duration = TimeSpan.FromMilliseconds(200), PacketsPerSecond = 1000 };

    /// <summary>The stage with what was found: clocks by the first member's host's. As it was where somebody got no answer, since the fabric does not carry the questions.</summary>
    /// <param name="stage">The hosts.</param>
    /// <param name="hostByMember">Host by member.</param>
    /// <param name="cancellation">Ends it early.</param>
    public static async Task<LoadStage> CompareAsync(LoadStage stage, IReadOnlyDictionary<string, string> hostByMember, CancellationToken cancellation)
    {
        string[] members = [.. stage.Cluster.Members.Select(m => m.Name)];
        string[] ask = [.. members.Skip(1).Where(m => hostByMember[m] != hostByMember[members[0]]).DistinctBy(m => hostByMember[m])];
        if (ask.Length == 0) return stage;
        IReadOnlyDictionary<string, RoundTripCounts> told = await new RoundTripRun(stage, Questions).AskAsync(ask, members[0], Payload, cancellation);
        if (told.Values.Any(t => t.Result.RoundTrip is null)) return stage;
        return stage with
        {
            AheadNs = told.ToDictionary(t => hostByMember[t.Key], t => -t.Value.AheadNs),
            // The worst of two hosts, of which one may be the first.
            ClockErrorNs = told.Values.Select(t => t.ErrorNs).OrderDescending().Take(2).Sum(),
        };
    }
}
