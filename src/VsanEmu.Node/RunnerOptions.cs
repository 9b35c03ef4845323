using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;
using VsanEmu.Net.Namespaces;
using VsanEmu.Net.Udp;

namespace VsanEmu.Node;

/// <summary>Who a <see cref="NodeRunner"/> runs, and where.</summary>
public sealed record RunnerOptions
{
    /// <summary>The cluster.</summary>
    public required ClusterSpec Cluster { get; init; }

    /// <summary>Which of its members this is.</summary>
    public required MemberId Self { get; init; }

    /// <summary>The namespace that all sockets are opened in; null for that of the process. It stays its owner's to dispose of.</summary>
    public NetworkNamespace? Place { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The <see cref="TimeProvider.GetTimestamp"/> at which the run's time is 0: the same for all of a run's members and captures. Default: when the runner is made.</summary>
    public long? OriginTimestamp { get; init; }

    /// <summary>When this life of the member began, ns of wall time, over 0; by default now. Of members that are equal otherwise the earlier one becomes Master.</summary>
    public long? IncarnationNs { get; init; }

    /// <summary>Seed of the node's own randomness; by default it comes from the clock.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Starts even though foreign traffic is heard; it is still counted.</summary>
    public bool Force { get; init; }

    /// <summary>How many times <see cref="TimerSpec.Listen"/> the node only captures before it joins its groups and listens once more. Default 0.5; 0 skips it.</summary>
    public double CaptureFirst { get; init; } = 0.5;

    /// <summary>
    /// Takes the member's link down, so that nothing of what the kernel sends for a dying process (FIN, RST, leave) reaches the wire. Called by
    /// <see cref="NodeRunner.KillAsync"/> before any socket is closed; null where there is no such power.
    /// </summary>
    public Func<CancellationToken, Task>? CutLink { get; init; }

    /// <summary>Where to log. Default: nowhere.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Told of each intact message of the cluster's that comes in a datagram: its header, the group, and when, by the run's clock. Called by the receiving thread; null for nobody.</summary>
    public Action<MessageHeader, FlowGroup, long>? Heard { get; init; }

    /// <summary>The thread that receives datagrams; by default one for the whole process.</summary>
    public ReceiveLoop? Loop { get; init; }
}
