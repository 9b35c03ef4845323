namespace VsanEmu.Core.Tests.Checks;

/// <summary>What the switch of a <see cref="World"/> does with groups.</summary>
internal sealed record WorldSwitch
{
    /// <summary>Time from a report to the group, milliseconds.</summary>
    public double JoinMs { get; init; } = 3;

    /// <summary>The same for the first join of all; below 0 when it is lost.</summary>
    public double FirstJoinMs { get; init; } = 3;

    /// <summary>Time from a leave to silence, milliseconds.</summary>
    public double LeaveMs { get; init; } = 2000;

    /// <summary>Cuts a port off at the first leave.</summary>
    public bool FastLeave { get; init; }

    /// <summary>Sends a group that nobody joined everywhere.</summary>
    public bool FloodsUnknown { get; init; }

    /// <summary>Keeps its table by MAC address.</summary>
    public bool ForwardsByMac { get; init; }

    /// <summary>Groups that it can hold, and what becomes of the others: they are flooded, or reach nobody.</summary>
    public int GroupLimit { get; init; } = int.MaxValue;

    public bool FloodsBeyondLimit { get; init; }

    /// <summary>Drops 224.0.0.0/24 where nobody joined it.</summary>
    public bool PrunesLinkLocal { get; init; }

    /// <summary>Versions of IGMP reports that it understands.</summary>
    public IReadOnlyList<int> Understands { get; init; } = [2, 3];

    /// <summary>Believes reports with a wrong checksum.</summary>
    public bool BelievesBrokenReports { get; init; }

    /// <summary>Routers on the way.</summary>
    public int Hops { get; init; }

    /// <summary>The share of multicast that a fast stream gets through.</summary>
    public double FastMulticast { get; init; } = 1;
}
