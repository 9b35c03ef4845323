using System.Globalization;
using VsanEmu.Lab.Building;

namespace VsanEmu.Lab.Faults;

/// <summary>A port that negotiated a lower speed than its neighbours, or is shaped: heartbeats pass, what is fast is lost in its queue.</summary>
/// <param name="megabits">How fast, Mbit/s: 0.1 to 10000.</param>
/// <param name="member">The member behind the port, or null for the last one.</param>
public sealed class SlowPort(double megabits = SlowPort.DefaultMegabits, string? member = null) : IFault
{
    /// <summary>The rate when none is named, Mbit/s: more than the numbered datagrams of eight members take, and less than a full-sized stream.</summary>
    public const double DefaultMegabits = 4;

    /// <inheritdoc/>
    public string Name => "slow-port";

    /// <inheritdoc/>
    public string Description => "the switch sends to one member more slowly than its port could";

    /// <inheritdoc/>
    public string Parameter => "Mbit/s, or Mbit/s@member: 4@m03, 0.1 to 10000; default 4 to the last one";

    /// <inheritdoc/>
    public IReadOnlyList<string> MustFail { get; } = ["P3"];

    /// <inheritdoc/>
    public FabricPlan Apply(FabricPlan plan)
    {
        PlannedEndpoint slow = FaultTargets.MemberOrLast(plan, member);
        return plan with
        {
            PortRates = [.. plan.PortRates, new(Name, slow.Port!, (long)Math.Round(megabits * 1_000_000))],
            Notes = [.. plan.Notes, string.Create(CultureInfo.InvariantCulture, $"{Name}: the switch sends {megabits:0.##} Mbit/s to {slow.Name} and drops the rest")],
        };
    }
}
