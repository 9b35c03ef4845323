using System.Net;
using VsanEmu.Lab.Building;

namespace VsanEmu.Lab.Faults;

/// <summary>A switch that floods every group to every port.</summary>
public sealed class SnoopingOff : IFault
{
    private const string Port = "querier_";

    /// <inheritdoc/>
    public string Name => "snooping-off";

    /// <inheritdoc/>
    public string Description => "no IGMP snooping: both groups are flooded to every port";

    /// <inheritdoc/>
    public IReadOnlyList<string> MustFail { get; } = ["M3", "M4"];

    /// <inheritdoc/>
    public FabricPlan Apply(FabricPlan plan)
    {
        // A bridge that does not snoop does not query. The segment's querier is a device of its own, as a router would be.
        IPAddress querier = FabricPlanner.HighestFree(plan);
        return plan with
        {
            Snooping = false,
            Hidden = plan.Querier ? [.. plan.Hidden, new HiddenHost(Port, querier, Ipv4.Mac(querier), Queries: true)] : plan.Hidden,
            Notes = [.. plan.Notes, $"{Name}: the switch floods groups to every port, while {querier} queries"],
        };
    }
}
