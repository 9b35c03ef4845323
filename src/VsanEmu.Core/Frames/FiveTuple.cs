namespace VsanEmu.Core.Frames;

/// <summary>Who talks to whom over what: the five-tuple of a TCP or UDP packet. Without ports (a later fragment, IGMP, ARP) they are 0.</summary>
/// <param name="Protocol">IP protocol: 1 ICMP, 2 IGMP, 6 TCP, 17 UDP, 58 ICMP over IPv6; 0 outside IP.</param>
/// <param name="Source">Source address.</param>
/// <param name="SourcePort">Source port.</param>
/// <param name="Destination">Destination address.</param>
/// <param name="DestinationPort">Destination port.</param>
public readonly record struct FiveTuple(
    byte Protocol, FrameAddress Source, ushort SourcePort, FrameAddress Destination, ushort DestinationPort)
{
    /// <summary>ICMP.</summary>
    public const byte Icmp = 1;

    /// <summary>IGMP.</summary>
    public const byte Igmp = 2;

    /// <summary>TCP.</summary>
    public const byte Tcp = 6;

    /// <summary>UDP.</summary>
    public const byte Udp = 17;

    /// <summary>ICMP over IPv6.</summary>
    public const byte Icmp6 = 58;

    /// <summary>The tuple of the packets that go the other way.</summary>
    public FiveTuple Reversed => new(Protocol, Destination, DestinationPort, Source, SourcePort);

    /// <inheritdoc/>
    public override string ToString() => $"{Source}:{SourcePort} > {Destination}:{DestinationPort} ({Protocol})";
}
