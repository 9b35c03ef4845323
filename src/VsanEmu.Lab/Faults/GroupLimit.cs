using VsanEmu.Lab.Building;

namespace VsanEmu.Lab.Faults;

/// <summary>A hardware table of too few groups: once it is full, a further group is learned and yet forwarded to nobody.</summary>
/// <param name="limit">How many groups it forwards at a time, the cluster's own two included: 2 to 1024.</param>
public sealed class GroupLimit(int limit = GroupLimit.DefaultLimit) : IFault
{
    /// <summary>The limit when none is named.</summary>
    public const int DefaultLimit = 16;

    /// <inheritdoc/>
    public string Name => "group-limit";

    /// <inheritdoc/>
    public string Description => "the switch forwards only so many groups at a time, and no further one";

    /// <inheritdoc/>
    public string Parameter => "how many groups, 2 to 1024; default 16";

    /// <inheritdoc/>
    public IReadOnlyList<string> MustFail { get; } = ["M10"];

    /// <inheritdoc/>
    public FabricPlan Apply(FabricPlan plan)
    {
        const string groups = "ip daddr 224.0.0.0/4 ip daddr != 224.0.0.0/24 meta l4proto udp";
        return plan with
        {
            FrameTables = [.. plan.FrameTables, new(Name, $"set held {{ type ipv4_addr; size {limit}; flags dynamic,timeout; timeout 3s; gc-interval 1s; }}")],
            FrameRules =
            [
                .. plan.FrameRules,
                new(Name, FrameHook.Forward, $"{groups} update @held {{ ip daddr }} accept"),
                new(Name, FrameHook.Forward, $"{groups} counter drop"),
            ],
            Notes = [.. plan.Notes, $"{Name}: the switch forwards {limit} groups at a time; one that is silent for 3 s makes room"],
        };
    }
}
