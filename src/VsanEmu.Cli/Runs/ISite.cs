using VsanEmu.Control;
using VsanEmu.Net.Probing;

namespace VsanEmu.Cli.Runs;

/// <summary>Where a run takes place: a fabric with an end for each endpoint of the spec, made by the lab or found.</summary>
internal interface ISite : IAsyncDisposable
{
    /// <summary>All ends: members by id, observer, outsiders, and the gateway where it is the tool's own.</summary>
    IReadOnlyList<FabricEnd> Ends { get; }

    /// <summary>The fabric, where the tool owns it and may split it; else null.</summary>
    IFabric? Fabric { get; }

    /// <summary>Waits until every end can send.</summary>
    /// <exception cref="IOException">It did not come up in time; the message says what is missing.</exception>
    Task WaitReadyAsync(CancellationToken cancellation);

    /// <summary>Takes an end's link down, as a power failure would: nothing more leaves it.</summary>
    Task CutAsync(FabricEnd end, CancellationToken cancellation);
}
