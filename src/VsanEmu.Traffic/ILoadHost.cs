using VsanEmu.Core.Load;

namespace VsanEmu.Traffic;

/// <summary>
/// A machine with ends of a load, in this process or elsewhere. Each step of a load is done by all of its hosts before any does the next. A load's number is even, the same at all
/// hosts, and no other load's on the same fabric: it marks what is sent.
/// </summary>
public interface ILoadHost
{
    /// <summary>Its name; empty for this process.</summary>
    string Name { get; }

    /// <summary>Opens what receives.</summary>
    /// <param name="work">What is to be done.</param>
    /// <param name="run">The load's number.</param>
    /// <param name="aheadNs">How far this host's clock is ahead of the one that the load goes by, ns.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="LoadException">It cannot be as it was asked for.</exception>
    Task OpenAsync(LoadWork work, uint run, long aheadNs, CancellationToken cancellation);

    /// <summary>Connects what sends, now that all receivers stand.</summary>
    /// <exception cref="LoadFailedException">A connection does not open; the message says which.</exception>
    Task ConnectAsync(uint run, CancellationToken cancellation);

    /// <summary>Begins at a time, ns since the run began.</summary>
    Task BeginAsync(uint run, long atNs, CancellationToken cancellation);

    /// <summary>What is counted so far.</summary>
    /// <exception cref="LoadFailedException">The load has failed here; the message says why.</exception>
    Task<PartCounts> CountAsync(uint run, CancellationToken cancellation);

    /// <summary>Stops sending.</summary>
    Task StopAsync(uint run, CancellationToken cancellation);

    /// <summary>Waits for the end of what this host sends and of what is under way to it, and lets go of all.</summary>
    /// <exception cref="LoadFailedException">The load has failed here; the message says why.</exception>
    Task<LoadPart> EndAsync(uint run, CancellationToken cancellation);
}
