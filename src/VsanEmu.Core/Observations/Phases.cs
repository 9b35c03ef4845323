namespace VsanEmu.Core.Observations;

/// <summary>The names of a run's phases, in the order in which they come.</summary>
public static class Phases
{
    /// <summary>Members start, find each other and elect; unsettled.</summary>
    public const string Forming = "forming";

    /// <summary>The cluster at rest, no VM on.</summary>
    public const string Steady = "steady";

    /// <summary>VMs read and write.</summary>
    public const string Vms = "vms";

    /// <summary>Numbered datagrams, members' and outsiders' TCP probes.</summary>
    public const string Probing = "probing";

    /// <summary>Streams on test groups, pings, and whatever else needs the fabric while the cluster goes on.</summary>
    public const string Trials = "trials";

    /// <summary>At rest, later than a membership lasts that no querier asks for; only in a long run.</summary>
    public const string Aged = "aged";

    /// <summary>From the Master's death until the matrix holds again; unsettled.</summary>
    public const string Failover = "failover";

    /// <summary>At rest under the new Master.</summary>
    public const string AfterFailover = "after-failover";

    /// <summary>From the split until the healed segment is at rest; unsettled.</summary>
    public const string Partition = "partition";

    /// <summary>At rest after the heal.</summary>
    public const string Healed = "healed";

    /// <summary>Phases in which the run itself forms, kills or splits the cluster.</summary>
    public static IReadOnlyList<string> Turmoil { get; } = [Forming, Failover, Partition];

    /// <summary>Phases in which nothing is done to the cluster that could unsettle it.</summary>
    public static IReadOnlyList<string> Calm { get; } = [Steady, Vms, Probing, Trials, Aged, AfterFailover, Healed];
}
