using System.Net;
using VsanEmu.Core.Observations;
using VsanEmu.Net.Namespaces;

namespace VsanEmu.Net.Probing;

/// <summary>An end of a fabric: where an endpoint of the spec is attached to it.</summary>
/// <param name="Name">The endpoint's name, under which its port is captured.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Namespace">The namespace it lives in; whoever made the end disposes of it.</param>
/// <param name="Interface">Its interface there.</param>
/// <param name="Address">Its address on it, or null: an observer needs none.</param>
/// <param name="InSegment">True in the members' own segment, false beyond the gateway.</param>
public sealed record FabricEnd(string Name, PortKind Kind, NetworkNamespace Namespace, string Interface, IPAddress? Address, bool InSegment)
{
    /// <summary>It as a source of probes.</summary>
    /// <exception cref="InvalidOperationException">It has no address.</exception>
    public ProbeSource AsSource() => new(Name, Namespace, Interface, Address ?? throw new InvalidOperationException($"{Name} has no address to probe from"));
}
