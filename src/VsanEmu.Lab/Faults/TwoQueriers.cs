using VsanEmu.Lab.Building;

namespace VsanEmu.Lab.Faults;

/// <summary>A second querier that does not hear the first one, so that neither yields: the lowest address should win (RFC 3376, 6.6.2).</summary>
public sealed class TwoQueriers : IFault
{
    private const string Port = "rival_";

    /// <inheritdoc/>
    public string Name => "two-queriers";

    /// <inheritdoc/>
    public string Description => "two queriers query side by side: the second one does not hear the first";

    /// <inheritdoc/>
    public IReadOnlyList<string> MustFail { get; } = ["M5"];

    /// <inheritdoc/>
    public FabricPlan Apply(FabricPlan plan)
    {
        // The switch itself ignores a querier with a higher address; so the newcomer takes the switch's, and the switch the next lower one.
        FabricPlan moved = plan with { SwitchAddress = FabricPlanner.HighestFree(plan) };
        return moved with
        {
            Hidden = [.. plan.Hidden, new HiddenHost(Port, plan.SwitchAddress, Ipv4.Mac(plan.SwitchAddress), Queries: true)],
            FrameRules =
            [
                .. plan.FrameRules,
                new(Name, FrameHook.Output, $"oifname \"{Port}\" igmp type membership-query drop"),
                new(Name, FrameHook.Forward, $"oifname \"{Port}\" igmp type membership-query drop"),
            ],
            Notes = [.. plan.Notes, $"{Name}: {plan.SwitchAddress} queries beside the switch ({moved.SwitchAddress}), whose queries do not reach it"],
        };
    }
}
