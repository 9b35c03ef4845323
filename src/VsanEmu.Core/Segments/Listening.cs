namespace VsanEmu.Core.Segments;

/// <summary>A time in which a port could not be listened on.</summary>
/// <param name="FromNs">Since when, ns since the listening began.</param>
/// <param name="ToNs">Until when.</param>
/// <param name="Why">What was wrong, after "the interface": <c>was down</c>.</param>
public sealed record DeafSpell(long FromNs, long ToNs, string Why);

/// <summary>How long a port was listened on, and when nothing could be heard there.</summary>
/// <param name="WatchedNs">How long, ns.</param>
/// <param name="Deaf">When nothing could be heard, oldest first; empty when something could all the time.</param>
public sealed record Listening(long WatchedNs, IReadOnlyList<DeafSpell> Deaf)
{
    /// <summary>How long something could be heard, ns.</summary>
    public long HeardNs => Math.Max(0, WatchedNs - Deaf.Sum(d => d.ToNs - d.FromNs));
}
