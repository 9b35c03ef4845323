namespace VsanEmu.Core.Observations;

/// <summary>IP packets in one direction at one port in one phase that no port of the cluster has.</summary>
public sealed record OtherSighting
{
    /// <summary><see cref="Type"/> of a packet that has no ICMP type, or whose type is not known: a later fragment without its first one.</summary>
    public const int NoType = -1;

    /// <summary>The phase.</summary>
    public required string Phase { get; init; }

    /// <summary>Direction.</summary>
    public required PortDirection Direction { get; init; }

    /// <summary>IP protocol, 0 to 255: 1 ICMP, 6 TCP, 17 UDP, 58 ICMP over IPv6.</summary>
    public required byte Protocol { get; init; }

    /// <summary>Source address.</summary>
    public required string Source { get; init; }

    /// <summary>Source port; 0 when it looks like a client's, and for protocols without ports.</summary>
    public required int SourcePort { get; init; }

    /// <summary>Destination address.</summary>
    public required string Destination { get; init; }

    /// <summary>Destination port; 0 when it looks like a client's, and for protocols without ports.</summary>
    public required int DestinationPort { get; init; }

    /// <summary>ICMP's type, 0 to 255, or <see cref="NoType"/>.</summary>
    public int Type { get; init; } = NoType;

    /// <summary>Packets.</summary>
    public required long Packets { get; init; }

    /// <summary>IP bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>First packet.</summary>
    public required long FirstNs { get; init; }

    /// <summary>Last packet.</summary>
    public required long LastNs { get; init; }

    /// <summary>Number of the first packet in the port's capture, from 1 (evidence).</summary>
    public required long FirstFrame { get; init; }
}

/// <summary>Frames at one port that bear the tag of a VLAN (802.1Q, 802.1ad): they are another segment's, and no host behind the port gets them unless it asks for that VLAN.</summary>
/// <param name="Vlan">The VLAN, 1 to 4095.</param>
/// <param name="Direction">Direction.</param>
/// <param name="Frames">Frames.</param>
/// <param name="Queries">IGMP queries among them.</param>
/// <param name="FirstNs">First frame.</param>
/// <param name="LastNs">Last frame.</param>
/// <param name="FirstFrame">Number of the first in the port's capture, from 1 (evidence).</param>
public sealed record VlanSighting(int Vlan, PortDirection Direction, long Frames, long Queries, long FirstNs, long LastNs, long FirstFrame);
