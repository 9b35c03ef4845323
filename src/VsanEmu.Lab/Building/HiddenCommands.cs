namespace VsanEmu.Lab.Building;

/// <summary>What is said inside the namespace of a <see cref="HiddenHost"/>.</summary>
internal static class HiddenCommands
{
    /// <summary>Its interface there.</summary>
    internal const string Interface = "eth0";

    // A host does not query; a bridge does, and this one has a single port.
    private const string Querier = "querier_";

    /// <summary>Its address, and its querier if it has one.</summary>
    internal static IEnumerable<string> Configure(HiddenHost host, FabricPlan plan)
    {
        string owner = host.Queries ? Querier : Interface;
        if (host.Queries)
        {
            foreach (string command in SwitchCommands.Snooper(Querier, host.Address, plan, snooping: true)) yield return command;
            yield return SwitchCommands.Timers(Querier, plan.Spec);
            yield return $"link set dev {Interface} master {Querier}";
        }
        yield return $"addr add {host.Address}/{plan.Spec.Subnet.PrefixLength} dev {owner}";
        yield return $"link set dev {Interface} up";
        if (!host.Queries) yield break;
        yield return $"link set dev {Querier} up";
        yield return $"link set dev {Querier} type bridge mcast_querier 1";
    }
}
