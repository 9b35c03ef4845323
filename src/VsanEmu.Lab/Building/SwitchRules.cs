using System.Text;

namespace VsanEmu.Lab.Building;

/// <summary>What is said to <c>nft -f -</c> in the switch's namespace: what a switch does that Linux's bridge does not, faults, and splits.</summary>
internal static class SwitchRules
{
    // The side of a split that a frame came from, on its mark: it stays on the frame when it crosses from one switch to the other.
    private const uint SideMask = 0xff;

    /// <summary>What makes the bridge a hardware switch; empty when it is one.</summary>
    internal static string Snooping(FabricPlan plan)
    {
        if (!plan.Snooping) return "";
        var text = new StringBuilder("table bridge snooping {\n  chain forward {\n    type filter hook forward priority -200; policy accept;\n");
        if (plan.Querier)
        {
            // RFC 4541, 2.1.1: reports and leaves go to router ports only. Linux floods those of IGMPv3, and leaves.
            text.Append($"    oifname != {{ \"{SwitchCommands.Trunk}\", \"{SwitchCommands.SecondTrunk}\" }} igmp type {{ membership-report-v3, leave-group }} drop\n");
        }
        else if (!plan.FloodsWithoutQuerier)
        {
            text.Append("    ip daddr 224.0.0.0/4 ip daddr != 224.0.0.0/24 counter drop\n");
        }
        return text.Append("  }\n}\n").ToString();
    }

    /// <summary>All rules of one fault, in a table of their own.</summary>
    internal static string Fault(string fault, IEnumerable<FrameTable> tables, IEnumerable<FrameRule> rules)
    {
        var text = new StringBuilder($"table bridge fault-{fault} {{\n");
        foreach (FrameTable table in tables) text.Append($"  {table.Text}\n");
        foreach (IGrouping<FrameHook, FrameRule> hook in rules.GroupBy(r => r.Hook))
        {
            string name = hook.Key.ToString().ToLowerInvariant();
            text.Append($"  chain {name} {{\n    type filter hook {name} priority -100; policy accept;\n");
            foreach (FrameRule rule in hook) text.Append($"    {rule.Text}\n");
            text.Append("  }\n");
        }
        return text.Append("}\n").ToString();
    }

    /// <summary>The segment cut into sides: nothing leaves by a port of one that came in by a port of another. Replaces an earlier cut at once.</summary>
    /// <param name="sides">The ports of each side.</param>
    internal static string Split(IEnumerable<IEnumerable<string>> sides)
    {
        var text = new StringBuilder(Heal + "table bridge split {\n");
        foreach (IGrouping<FrameHook, FrameRule> hook in SplitRules("split", sides).GroupBy(r => r.Hook))
        {
            string name = hook.Key.ToString().ToLowerInvariant();
            text.Append($"  chain {name} {{\n    type filter hook {name} priority -50; policy accept;\n");
            foreach (FrameRule rule in hook) text.Append($"    {rule.Text}\n");
            text.Append("  }\n");
        }
        return text.Append("}\n").ToString();
    }

    /// <summary>The rules of a split. What the switch itself sends belongs to every side.</summary>
    internal static IEnumerable<FrameRule> SplitRules(string owner, IEnumerable<IEnumerable<string>> sides)
    {
        int side = 0;
        foreach (string ports in sides.Select(ports => string.Join(", ", ports.Select(p => $"\"{p}\""))))
        {
            side++;
            yield return new(owner, FrameHook.Prerouting, $"iifname {{ {ports} }} meta mark set meta mark & {~SideMask} | {side}");
            yield return new(owner, FrameHook.Forward, $"oifname {{ {ports} }} meta mark & {SideMask} != {{ 0, {side} }} counter drop");
        }
    }

    /// <summary>Takes a split back.</summary>
    internal const string Heal = "table bridge split\ndelete table bridge split\n";
}
