using VsanEmu.Lab.Building;

namespace VsanEmu.Lab.Faults;

/// <summary>A port, or a trunk that everything crosses, with a smaller MTU than its neighbours: it drops larger packets and says nothing.</summary>
/// <param name="bytes">The largest IP packet that passes: 576 to 9216 bytes.</param>
/// <param name="port">The endpoint whose port it is, or null for every port.</param>
public sealed class Mtu(int bytes = Mtu.DefaultBytes, string? port = null) : IFault
{
    /// <summary>The MTU when none is named, bytes.</summary>
    public const int DefaultBytes = 1400;

    /// <inheritdoc/>
    public string Name => "mtu";

    /// <inheritdoc/>
    public string Description => "the switch drops packets that are larger than it takes, at one port or everywhere";

    /// <inheritdoc/>
    public string Parameter => "bytes, or bytes@port: 1400@m03, 576 to 9216; default 1400 at every port";

    /// <inheritdoc/>
    public IReadOnlyList<string> MustFail { get; } = ["P1"];

    /// <inheritdoc/>
    public FabricPlan Apply(FabricPlan plan)
    {
        string[] ports = port is null ? [""] : [$"iifname \"{plan.Port(port)}\" ", $"oifname \"{plan.Port(port)}\" "];
        return plan with
        {
            FrameRules = [.. plan.FrameRules, .. ports.Select(p => new FrameRule(Name, FrameHook.Forward, $"{p}meta length > {bytes} counter drop"))],
            Notes = [.. plan.Notes, $"{Name}: the switch drops packets of more than {bytes} bytes at {port ?? "every port"}"],
        };
    }
}
