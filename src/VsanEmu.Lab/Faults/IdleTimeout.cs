using VsanEmu.Lab.Building;

namespace VsanEmu.Lab.Faults;

/// <summary>A stateful device on the way: it passes a TCP connection whose beginning it saw, until nothing passed on it for a while.</summary>
/// <param name="idle">How long a connection may be idle, 0.5 s to 1 h.</param>
public sealed class IdleTimeout(TimeSpan idle) : IFault
{
    /// <summary>The time when none is named.</summary>
    public static readonly TimeSpan DefaultIdle = TimeSpan.FromSeconds(1.5);

    /// <inheritdoc/>
    public string Name => "idle-timeout";

    /// <inheritdoc/>
    public string Description => "a stateful device forgets TCP connections that are idle, and drops what comes then";

    /// <inheritdoc/>
    public string Parameter => "seconds, 0.5 to 3600; default 1.5, which is more than the lab's heartbeats leave idle";

    /// <inheritdoc/>
    public IReadOnlyList<string> MustFail { get; } = ["A9"];

    /// <inheritdoc/>
    public FabricPlan Apply(FabricPlan plan)
    {
        // What a device does not know at all, it lets pass: this one knows IPv4.
        const string reliable = "ether type ip meta l4proto tcp th";
        // A connection is known by its ends in both orders, so that one rule serves both directions.
        string[] learn = ["ip saddr . th sport . ip daddr . th dport", "ip daddr . th dport . ip saddr . th sport"];
        string Known(int side) => $"update @connections {{ {learn[side]} }}";
        return plan with
        {
            FrameTables =
            [
                .. plan.FrameTables,
                new(Name, $"set connections {{ type ipv4_addr . inet_service . ipv4_addr . inet_service; size 65536; flags dynamic,timeout; timeout {(long)idle.TotalMilliseconds}ms; }}"),
            ],
            FrameRules =
            [
                .. plan.FrameRules,
                .. new[] { "dport", "sport" }.SelectMany(side => (FrameRule[])
                [
                    new(Name, FrameHook.Forward, $"{reliable} {side} {plan.Access.Port} tcp flags & (syn | ack) == syn {Known(0)} {Known(1)} accept"),
                    new(Name, FrameHook.Forward, $"{reliable} {side} {plan.Access.Port} {learn[0]} @connections {Known(0)} {Known(1)} accept"),
                    new(Name, FrameHook.Forward, $"{reliable} {side} {plan.Access.Port} counter drop"),
                ]),
            ],
            Notes = [.. plan.Notes, $"{Name}: the switch forgets TCP {plan.Access.Port} connections after {idle.TotalSeconds:0.##} s without a packet, and drops what comes then"],
        };
    }
}
