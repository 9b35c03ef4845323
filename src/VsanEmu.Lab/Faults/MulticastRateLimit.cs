using VsanEmu.Lab.Building;

namespace VsanEmu.Lab.Faults;

/// <summary>Storm control: what exceeds so many group packets a second at a port is dropped.</summary>
/// <param name="packetsPerSecond">Group packets taken from one port in a second: 10 to 100000.</param>
public sealed class MulticastRateLimit(int packetsPerSecond = MulticastRateLimit.DefaultRate) : IFault
{
    /// <summary>The limit when none is named, packets a second: heartbeats pass, a burst of numbered datagrams does not.</summary>
    public const int DefaultRate = 150;

    /// <inheritdoc/>
    public string Name => "multicast-rate-limit";

    /// <inheritdoc/>
    public string Description => "the switch takes only so many multicast packets a second from a port";

    /// <inheritdoc/>
    public string Parameter => "packets a second, 10 to 100000; default 150";

    /// <inheritdoc/>
    public IReadOnlyList<string> MustFail { get; } = ["M1"];

    /// <inheritdoc/>
    public FabricPlan Apply(FabricPlan plan) => plan with
    {
        FrameTables = [.. plan.FrameTables, new(Name, "set rates { type ifname; size 256; flags dynamic,timeout; timeout 10s; }")],
        FrameRules =
        [
            .. plan.FrameRules,
            new(Name, FrameHook.Prerouting, "ip daddr 224.0.0.0/4 ip daddr != 224.0.0.0/24 meta l4proto udp "
                + $"update @rates {{ meta iifname limit rate over {packetsPerSecond}/second burst {Math.Max(5, packetsPerSecond / 5)} packets }} counter drop"),
        ],
        Notes = [.. plan.Notes, $"{Name}: the switch takes {packetsPerSecond} multicast packets a second from a port"],
    };
}
