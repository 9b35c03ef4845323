using System.Globalization;
using VsanEmu.Lab.Building;

namespace VsanEmu.Lab.Faults;

/// <summary>A bad cable or a congested port: frames that are to leave by it are lost at random, independently of each other.</summary>
/// <param name="percent">How many, in percent: 0.01 to 100.</param>
/// <param name="port">The endpoint whose port it is, or null for every port.</param>
public sealed class Loss(double percent, string? port = null) : IFault
{
    /// <summary>The loss when none is named, percent.</summary>
    public const double DefaultPercent = 5;

    private const int Parts = 10_000;

    /// <inheritdoc/>
    public string Name => "loss";

    /// <inheritdoc/>
    public string Description => "the switch loses frames at random on their way out of a port, or of every port";

    /// <inheritdoc/>
    public string Parameter => "percent, or percent@port: 5@m03; default 5 at every port";

    /// <inheritdoc/>
    public IReadOnlyList<string> MustFail { get; } = ["M1", "P3"];

    /// <inheritdoc/>
    public FabricPlan Apply(FabricPlan plan)
    {
        string where = port is null ? "" : $"oifname \"{plan.Port(port)}\" ";
        string rule = $"{where}numgen random mod {Parts} <= {Math.Round(percent * Parts / 100) - 1} counter drop";
        return plan with
        {
            FrameRules = [.. plan.FrameRules, new(Name, FrameHook.Forward, rule), new(Name, FrameHook.Output, rule)],
            Notes = [.. plan.Notes, string.Create(CultureInfo.InvariantCulture, $"{Name}: the switch loses {percent:0.##} % of the frames to {port ?? "every port"}")],
        };
    }
}
