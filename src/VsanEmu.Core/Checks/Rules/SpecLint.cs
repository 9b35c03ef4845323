using System.Net;
using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Rules;

/// <summary>M18: groups that no switch can keep apart, and other clusters on the same ones.</summary>
internal sealed class SpecLint() : Check("M18", "groups are well chosen")
{
    private const string ForeignCounters = "foreign_cluster.";

    internal override bool ExplainsItself => true;

    protected override string Expected(ClusterSpec spec) => "groups of no reserved block, whose MAC addresses are their own and not those of 224.0.0.0/24, and no other cluster on them";

    // Groups are judged by the spec alone; other clusters on them are heard by members.
    protected override Ledger Subjects(RunAnalysis run)
    {
        var told = run.Seen.Nodes.Select(n => n.Member).ToHashSet();
        return Ledger.Of("group", GroupAddresses.Of(run.Spec), _ => null)
            .And(Ledger.Of("member", run.Members, m => told.Contains(m) ? null : "did not tell what it heard"));
    }

    protected override Finding Judge(RunAnalysis run)
    {
        if (run.Spec.Profile.Unicast) return Finding.Skip(NoGroups);
        IPAddress[] groups = [.. GroupAddresses.Of(run.Spec)];
        string[] odd = [.. SpecWarnings.Of(run.Spec), .. Foreign(run)];
        if (odd.Length == 0) return Finding.Pass(string.Join(", ", groups.Select(g => $"{g} is {GroupAddresses.Mac(g)}")));
        return Finding.Warn(odd[0]) with
        {
            Evidence = odd,
            Cause = odd.Length > 1 ? $"{odd.Length} things about the groups are unlucky (see the evidence)" : "",
            Remedy = "choose groups in 239.0.0.0/8, but not in 239.255.255.0/24, that differ in their low 23 bits from each other, from other clusters' and from x.0.0.y and x.128.0.y",
        };
    }

    private static IEnumerable<string> Foreign(RunAnalysis run)
    {
        string[] hearing = [.. run.Seen.Nodes.Where(n => Heard(n.Counters) > 0).Select(n => n.Member)];
        if (hearing.Length > 0) yield return $"another cluster's messages were heard by {Wording.Names(hearing)}: {run.Seen.Nodes.Sum(n => Heard(n.Counters))} in all";
    }

    private static long Heard(IReadOnlyDictionary<string, long> counters) => counters.Where(c => c.Key.StartsWith(ForeignCounters, StringComparison.Ordinal)).Sum(c => c.Value);
}
