namespace VsanEmu.Core.Load;

/// <summary>One burst of a search for the longest that is delivered whole.</summary>
/// <param name="Datagrams">Its length in each flow.</param>
/// <param name="Expected">Datagrams that would have been delivered had none been lost.</param>
/// <param name="Lost">Those that were.</param>
/// <param name="DroppedAtSocket">Of these, what the busiest receiver's own socket had no room for: not the fabric's loss.</param>
/// <param name="TookNs">From the first to the last, nanoseconds.</param>
public sealed record BackToBackTrial(long Datagrams, long Expected, long Lost, long DroppedAtSocket, long TookNs)
{
    /// <summary>What was sent of it, as a share: under 0.99 it was not offered, and did not pass.</summary>
    public double OfferedShare { get; init; } = 1;
}

/// <summary>The longest burst that is delivered whole (RFC 2544, 26.4).</summary>
public sealed record BackToBackResult
{
    /// <summary>Its length, datagrams; 0 when none was.</summary>
    public required long Datagrams { get; init; }

    /// <summary>The longest that was tried.</summary>
    public required long Longest { get; init; }

    /// <summary>Payload of a datagram, bytes.</summary>
    public required int Payload { get; init; }

    /// <summary>The trials in their order.</summary>
    public required IReadOnlyList<BackToBackTrial> Trials { get; init; }

    /// <summary>How bursts were made.</summary>
    public required LoadMeans Means { get; init; }

    /// <summary>Whether the search ended since no more could be offered: what was found is what was sent, and the fabric may carry more.</summary>
    public bool NoLess { get; init; }

    /// <summary>What was asked for and could not be offered, in words; empty when all was.</summary>
    public string GeneratorLimit { get => field ?? ""; init; } = "";

    /// <summary>Whether it passed.</summary>
    public LoadVerdict Verdict { get => field ?? LoadVerdict.Passed; init; } = LoadVerdict.Passed;
}

/// <summary>Round trips without and with a load on the fabric, side by side (L6).</summary>
public sealed record LatencyResult
{
    /// <summary>Before the load.</summary>
    public required RoundTripResult Idle { get; init; }

    /// <summary>During it.</summary>
    public required RoundTripResult Loaded { get; init; }

    /// <summary>The load.</summary>
    public required LoadResult Load { get; init; }

    /// <summary>Whether all three passed.</summary>
    public LoadVerdict Verdict => Named("idle", Idle.Verdict).With(Named("under load", Loaded.Verdict)).With(Load.Verdict);

    private static LoadVerdict Named(string when, LoadVerdict verdict) => verdict with { Reasons = [.. verdict.Reasons.Select(r => $"{when}: {r}")] };
}
