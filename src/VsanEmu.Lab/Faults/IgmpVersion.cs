using VsanEmu.Lab.Building;

namespace VsanEmu.Lab.Faults;

/// <summary>A switch that snoops IGMPv2 only: an IGMPv3 report means nothing to it (RFC 3376, 7.3.2), while the querier, another device, speaks version 3.</summary>
public sealed class IgmpVersion : IFault
{
    /// <inheritdoc/>
    public string Name => "igmp-version";

    /// <inheritdoc/>
    public string Description => "the switch does not act on IGMPv3 reports, which is what members send";

    /// <inheritdoc/>
    public IReadOnlyList<string> MustFail { get; } = ["F1", "M1", "M13"];

    /// <inheritdoc/>
    public FabricPlan Apply(FabricPlan plan) => plan.Spec.Channels.IgmpVersion < 3
        ? throw new FabricException($"fault {Name}: these members speak IGMPv{plan.Spec.Channels.IgmpVersion}")
        : plan with
        {
            FrameRules = [.. plan.FrameRules, new(Name, FrameHook.Prerouting, "igmp type membership-report-v3 counter drop")],
            Notes = [.. plan.Notes, $"{Name}: the switch drops IGMPv3 reports, and understands IGMPv2"],
        };
}
