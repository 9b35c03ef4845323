using System.Diagnostics;
using System.Net;
using VsanEmu.Core.Load;
using VsanEmu.Core.Spec;
using VsanEmu.Net.Probing;

namespace VsanEmu.Traffic.Shares;

/// <summary>What this process does of a load. It is opened when it is made, then connected, begun at an agreed time and ended, each when all hosts have done the step before.</summary>
internal interface ILoadShare : IDisposable
{
    /// <summary>Connects what sends.</summary>
    /// <exception cref="LoadFailedException">A connection does not open; the message says which.</exception>
    Task ConnectAsync(CancellationToken cancellation);

    /// <summary>Begins at a time, ns since the run began.</summary>
    void Begin(long atNs);

    /// <summary>What is counted now.</summary>
    PartCounts Count();

    /// <summary>Stops sending.</summary>
    void Stop();

    /// <summary>Waits for what is sent here, and until nothing is under way to here any more.</summary>
    Task<LoadPart> EndAsync(CancellationToken cancellation);
}

/// <summary>What a share is made with.</summary>
/// <param name="Cluster">The cluster.</param>
/// <param name="Ends">This process's ends by name.</param>
/// <param name="Run">The load's number.</param>
/// <param name="Origin">The run's time 0, as <see cref="Stopwatch.GetTimestamp"/> has it here: what is sent bears the time since.</param>
internal sealed record ShareSetup(ClusterSpec Cluster, IReadOnlyDictionary<string, ProbeSource> Ends, uint Run, long Origin)
{
    /// <summary>Whether a member's end here is a virtual interface.</summary>
    public Func<string, bool> IsVirtual { get; init; } = _ => false;

    /// <summary>What a test wants to do to the threads.</summary>
    public LoadHooks Hooks { get; init; } = new();

    /// <summary>A member's address, wherever it is.</summary>
    public IPAddress Address(string member) => Cluster.Members.First(m => m.Name == member).Address;

    /// <summary>The times of a load that begins then, ns since the run began.</summary>
    public LoadClock Clock(LoadOptions options, TimeSpan leadIn, long atNs) =>
        new(Origin + LoadClock.Ticks(TimeSpan.FromMicroseconds(atNs / 1e3)), leadIn, options.Duration, options.Ramp) { Origin = Origin };
}

/// <summary>What tests do to the threads of a load.</summary>
internal sealed record LoadHooks
{
    /// <summary>Holds receivers up: called before each call into the kernel.</summary>
    public Action? BeforeReceive { get; init; }

    /// <summary>Upsets order: the number that a datagram bears instead of its own.</summary>
    public Func<long, long>? Renumber { get; init; }

    /// <summary>Holds VMs' copies up: called before each wait.</summary>
    public Action? BeforeServe { get; init; }
}
