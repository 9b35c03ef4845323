using System.Net;
using VsanEmu.Core.Observations;

namespace VsanEmu.Net.Attachments;

/// <summary>Where an endpoint is to be attached to a fabric that was there before.</summary>
public sealed record AttachmentRequest
{
    /// <summary>The endpoint's name.</summary>
    public required string Name { get; init; }

    /// <summary>Its kind.</summary>
    public required PortKind Kind { get; init; }

    /// <summary>The existing namespace of its interface: a name under /run/netns, or a path. Null: the interface is moved into a namespace of its own.</summary>
    public required string? Netns { get; init; }

    /// <summary>The interface; null in an existing namespace: the one that has the address, or else one of the subnet, or else the only one that is up.</summary>
    public required string? Interface { get; init; }

    /// <summary>Its address; configured when the interface does not have it. Null for none.</summary>
    public required IPAddress? Address { get; init; }

    /// <summary>The subnet by which an interface that is not named is known, or null for none.</summary>
    public IPNetwork? Subnet { get; init; }

    /// <summary>Prefix length to configure it with.</summary>
    public required int PrefixLength { get; init; }

    /// <summary>The default gateway of an interface that is moved, or null.</summary>
    public required IPAddress? Router { get; init; }

    /// <summary>True in the members' segment.</summary>
    public required bool InSegment { get; init; }

    /// <summary>IGMP version that an interface that is moved is made to speak, 2 or 3; 0 leaves it to the kernel.</summary>
    public int IgmpVersion { get; init; }
}

/// <summary>An endpoint cannot be attached as the spec says. Nothing was changed; the message says which, where and why.</summary>
public sealed class AttachmentException(string message) : IOException(message);
