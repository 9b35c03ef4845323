using System.Net;
using VsanEmu.Core.Spec;
using VsanEmu.Lab.Building;

namespace VsanEmu.Lab;

/// <summary>A layout of a healthy fabric. Whatever it is, every check must pass on it.</summary>
public sealed record FabricShape
{
    // RFC 2544's range, beside the segment of the lab's own clusters and the networks beyond the gateway.
    private const string SecondSegmentBase = "198.18.1.";

    private FabricShape()
    {
    }

    /// <summary>One switch, one segment, IGMPv3.</summary>
    public static FabricShape Plain { get; } = new() { Name = "plain", Description = "one snooping switch" };

    /// <summary>All of them, the plain one first.</summary>
    public static IReadOnlyList<FabricShape> All { get; } =
    [
        Plain,
        new() { Name = "two-switches", Description = "two snooping switches in a row, the members spread over both", Changed = TwoSwitches },
        new() { Name = "second-segment", Description = "a second vSAN segment at the same gateway, with another cluster in it", Changed = SecondCluster },
        new() { Name = "igmpv2", Description = "members and querier speak IGMPv2", Adapted = spec => spec with { Channels = spec.Channels with { IgmpVersion = 2 } } },
        new() { Name = "fast-leave", Description = "the switch stops a group at a port as soon as one leave is heard there", Changed = plan => plan with { FastLeave = true } },
    ];

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>What it is, in one line.</summary>
    public required string Description { get; init; }

    private Func<ClusterSpec, ClusterSpec> Adapted { get; init; } = spec => spec;

    private Func<FabricPlan, FabricPlan> Changed { get; init; } = plan => plan;

    /// <summary>The shape of this name, or null.</summary>
    public static FabricShape? Find(string name) => All.FirstOrDefault(s => s.Name == name);

    /// <summary>A cluster as it must be configured to live in it.</summary>
    public ClusterSpec Adapt(ClusterSpec spec) => Adapted(spec);

    /// <summary>The plain fabric's plan, laid out like this.</summary>
    internal FabricPlan Plan(FabricPlan plain) => Changed(plain);

    // Every other endpoint is on the second switch. The first one's address must stay the lower, since that one is to query.
    private static FabricPlan TwoSwitches(FabricPlan plan) => plan with
    {
        SecondSwitchAddress = plan.SwitchAddress,
        SwitchAddress = FabricPlanner.HighestFree(plan),
        Endpoints = [.. plan.Endpoints.Select((e, i) => e.Port is null ? e : e with { Switch = i % 2 })],
    };

    private static FabricPlan SecondCluster(FabricPlan plan)
    {
        if (plan.Spec.Gateway is null) throw new FabricException("shape second-segment needs a gateway in the spec");
        const int members = 3;
        var subnet = IPNetwork.Parse($"{SecondSegmentBase}0/24");
        if (subnet.Contains(plan.Spec.Subnet.BaseAddress) || plan.Spec.Subnet.Contains(subnet.BaseAddress))
            throw new FabricException($"shape second-segment: the cluster's own subnet {plan.Spec.Subnet} is where the second segment would be");
        ClusterSpec neighbour = LabSpec.Create(members, plan.Spec.Profile, "neighbour");
        return plan with
        {
            Neighbour = neighbour with
            {
                Subnet = subnet,
                Members = [.. neighbour.Members.Select((m, i) => m with { Address = IPAddress.Parse($"{SecondSegmentBase}{11 + i}") })],
                Outsiders = [],
                Observer = null,
                Gateway = null,
            },
        };
    }
}
