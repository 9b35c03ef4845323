using VsanEmu.Control;
using VsanEmu.Control.Hosts;
using VsanEmu.Core.Observations;

namespace VsanEmu.Cli.Runs;

/// <summary>Where a run takes place, with everything at hand: the hosts, open, and one clock for all.</summary>
internal interface IStage : IAsyncDisposable
{
    /// <summary>The hosts that have the cluster's ends.</summary>
    IReadOnlyList<IHost> Hosts { get; }

    /// <summary>The fabric, where the tool owns it and may split it; else null.</summary>
    IFabric? Fabric { get; }

    /// <summary>Nanoseconds since the run began.</summary>
    long NowNs { get; }

    /// <summary>When hosts could not be told what to do; empty where they are here.</summary>
    IReadOnlyList<Hindrance> Hindrances { get; }

    /// <summary>How long before it begins a phase is announced.</summary>
    TimeSpan Lead { get; }
}
