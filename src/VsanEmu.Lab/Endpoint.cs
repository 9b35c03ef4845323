using VsanEmu.Lab.Building;
using VsanEmu.Net.Namespaces;

namespace VsanEmu.Lab;

/// <summary>An endpoint of a built fabric: what was planned, and the namespace it lives in.</summary>
/// <param name="Plan">Its name, address and port.</param>
/// <param name="Namespace">Its network namespace, owned by the fabric.</param>
public sealed record Endpoint(PlannedEndpoint Plan, NetworkNamespace Namespace)
{
    /// <summary>Its name.</summary>
    public string Name => Plan.Name;
}
