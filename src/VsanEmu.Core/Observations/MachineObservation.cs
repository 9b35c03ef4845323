namespace VsanEmu.Core.Observations;

/// <summary>How the machine of a run got in the run's way: what then looks like a delay or a loss of the fabric's may be the machine's own.</summary>
public sealed record MachineObservation
{
    /// <summary>When it did, in order of time; empty on a machine that kept up.</summary>
    public required IReadOnlyList<Hindrance> Hindrances { get; init; }

    /// <summary>
    /// What was not watched, and why, in words: a counter that could not be read, a watch that ended too early, a host that did not tell. While there is any, no
    /// hindrance is no proof of a machine that kept up.
    /// </summary>
    public IReadOnlyList<string> Unwatched { get => field ?? []; init; } = [];
}

/// <summary>A moment in which this process got no processor, the kernel had no room left for frames, or other hosts could not be told what to do.</summary>
/// <param name="AtNs">When it began, nanoseconds since the run began.</param>
/// <param name="StoodNs">How long the process stood still, nanoseconds; 0 when it did not.</param>
/// <param name="Dropped">Frames that the kernel threw away in the queue between a port and its receiver (softnet), machine-wide; and datagrams that a socket, or the way out, had no room for, in the process's own network namespace.</param>
/// <param name="Lost">For as long as <paramref name="StoodNs"/> it was not the process that stood still, but control of other hosts that was lost: why, in words. Else empty.</param>
/// <param name="StarvedNs">
/// How long work waited for a thread of the process's pool while the process itself went on, nanoseconds: what blocks the pool's threads is this tool's own
/// fault. 0 when none did.
/// </param>
public sealed record Hindrance(long AtNs, long StoodNs, long Dropped, string Lost = "", long StarvedNs = 0);
