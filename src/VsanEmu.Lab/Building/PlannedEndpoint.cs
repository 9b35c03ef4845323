using System.Net;
using VsanEmu.Core.Observations;

namespace VsanEmu.Lab.Building;

/// <summary>An endpoint as it is to be built.</summary>
public sealed record PlannedEndpoint
{
    /// <summary>Its name, unique in the fabric.</summary>
    public required string Name { get; init; }

    /// <summary>What it is.</summary>
    public required PortKind Kind { get; init; }

    /// <summary>Its interface, inside its namespace.</summary>
    public required string Interface { get; init; }

    /// <summary>Its address, or null: an observer needs none.</summary>
    public required IPAddress? Address { get; init; }

    /// <summary>Its network's prefix length.</summary>
    public required int PrefixLength { get; init; }

    /// <summary>Where it sends what is not in its network, or null.</summary>
    public IPAddress? Router { get; init; }

    /// <summary>The switch's port that it is connected to (an interface in the switch's namespace, named as <see cref="Name"/> unless that is too long), or null for one beyond the gateway.</summary>
    public required string? Port { get; init; }

    /// <summary>Which switch the port is on: 0, or 1 for the second one.</summary>
    public int Switch { get; init; }

    /// <summary>Whether it has an IPv6 address, link-local, made from its MAC address.</summary>
    public bool Ipv6 { get; init; }
}
