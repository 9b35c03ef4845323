using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Tests.Checks;

/// <summary>The faults of CHECKS.md as changes to a <see cref="World"/>; several may be put into one.</summary>
internal static class FaultyWorlds
{
    private const ProbeOutcome Filtered = ProbeOutcome.FilteredForward;

    // The cluster does not form, so that no trial is made.
    private static readonly string[] Unformed = ["no-querier", "igmp-version", "port-not-forwarding-group", "isolated-member", "partition"];

    private static readonly string[] FoundByTrials = ["mac-aliasing", "group-limit", "acl-ipv4-only", "mtu", "multicast-rate-limit", "slow-port", "idle-timeout"];

    // Each of a row is what the others are not: there is nothing to tell apart.
    private static readonly string[][] Exclusive =
    [
        ["no-querier", "no-querier-flooding", "two-queriers", "snooping-off", "igmp-version"],
        ["no-acl", "acl-source-port-hole", "acl-reject"],
        ["no-acl", "acl-ipv4-only"],
        ["snooping-off", "no-querier-flooding", "mac-aliasing", "group-limit"],
        ["no-querier", "igmp-version", "port-not-forwarding-group", "loss", "multicast-rate-limit"],
        ["snooping-off", "port-not-forwarding-group", "no-querier-flooding"],
        ["loss", "multicast-rate-limit"],
        ["port-not-forwarding-group", "isolated-member"],
        ["isolated-member", "loss"],
        ["partition", "isolated-member"],
    ];

    /// <summary>True for faults that can be in one fabric and both be seen in a run.</summary>
    public static bool Together(string one, string other) =>
        !Exclusive.Any(row => row.Contains(one) && row.Contains(other))
        && !(Unformed.Contains(one) && FoundByTrials.Contains(other)) && !(Unformed.Contains(other) && FoundByTrials.Contains(one));

    public static World With(World world, string fault) => fault switch
    {
        "no-querier" => world with { Querier = null, Multicast = (_, _) => 0 },
        "no-querier-flooding" => world with { Querier = null, Flooded = _ => true },
        "two-queriers" => world with { RivalQuerier = "198.18.255.253" },
        "snooping-off" => world with { Flooded = _ => true },
        "port-not-forwarding-group" => world with { Multicast = (a, b) => b == "m03" ? 0 : world.Multicast(a, b) },
        "mac-aliasing" => world with { Switch = world.Switch with { ForwardsByMac = true } },
        "group-limit" => world with { Switch = world.Switch with { GroupLimit = 5 } },
        "igmp-version" => world with { Multicast = (_, _) => 0, QuerierVersion = 2, Switch = world.Switch with { Understands = [2] } },
        "no-acl" => world with { Outsider = (_, _, _) => ProbeOutcome.Open, GroupsOpen = true },
        "acl-one-way" => world with { Tcp = (a, b) => (a, b) switch { ("m05", "m07") => ProbeOutcome.FilteredReturn, ("m07", "m05") => Filtered, _ => world.Tcp(a, b) } },
        "acl-source-port-hole" => world with { Outsider = (o, m, bound) => bound ? ProbeOutcome.Open : world.Outsider(o, m, bound) },
        "acl-ipv4-only" => world with { Odd = (o, m, method) => method == ProbeMethod.Ipv6 ? ProbeOutcome.Open : world.Odd(o, m, method) },
        "acl-reject" => world with { Outsider = (o, m, bound) => world.Outsider(o, m, bound) == Filtered ? ProbeOutcome.Prohibited : world.Outsider(o, m, bound) },
        "acl-between-members" => world with { Tcp = (a, b) => a is "m04" or "m06" && b is "m04" or "m06" ? Filtered : world.Tcp(a, b) },
        "mtu" => world with { Mtu = (a, b) => a == "m05" || b == "m05" ? 1400 : world.Mtu(a, b) },
        "loss" => world with { Multicast = (a, b) => b == "m03" ? world.Multicast(a, b) * 0.95 : world.Multicast(a, b) },
        "multicast-rate-limit" => world with { Multicast = (a, b) => world.Multicast(a, b) * 0.7, Unicast = (a, b) => world.Unicast?.Invoke(a, b) ?? 1 },
        "slow-port" => world with { Unicast = (a, b) => (world.Unicast ?? world.Multicast)(a, b) * (b == "m08" ? 0.2 : 1) },
        "isolated-member" => Cut(world, (a, b) => a == "m03" || b == "m03"),
        "partition" => Cut(world, (a, b) => (a[^1] + b[^1]) % 2 == 1),
        "duplicate-address" => world with { Doubled = m => m == "m06" },
        "idle-timeout" => world with { IdleSurvives = false },
        _ => throw new ArgumentException(fault),
    };

    public static World Cut(World world, Func<string, string, bool> cut) => world with
    {
        Multicast = (a, b) => cut(a, b) ? 0 : world.Multicast(a, b),
        Tcp = (a, b) => cut(a, b) ? ProbeOutcome.Unreachable : world.Tcp(a, b),
        Frames = (a, b) => !cut(a, b) && world.Frames(a, b),
    };
}
