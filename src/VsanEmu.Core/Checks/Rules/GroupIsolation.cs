using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Rules;

/// <summary>M3: an Agent, which joined the Agent Group only, gets no Master Group packet.</summary>
internal sealed class MasterGroupIsolation() : Check("M3", "Master Group isolation")
{
    public override RunPart Uses => RunPart.Probing;

    protected override string Expected(ClusterSpec spec) => "no Master Group packet at an Agent's port";

    protected override Ledger Subjects(RunAnalysis run) => Quiet.Subjects(run.Stray.Agents);

    protected override Finding Judge(RunAnalysis run)
    {
        if (run.Spec.Profile.Unicast) return Finding.Skip(NoGroups);
        if (run.Spec.Members.Count < 3) return Finding.Skip("a cluster of two has no Agent");
        return Quiet.Judge(run, run.Stray.Agents, "no member was only an Agent in any phase", "no Master Group packet");
    }
}

/// <summary>M4: a port that joined nothing gets neither group.</summary>
internal sealed class NoFlooding() : Check("M4", "no flooding")
{
    public override RunPart Uses => RunPart.Probing;

    protected override string Expected(ClusterSpec spec) => "no packet of either group at a port that joined nothing";

    protected override Ledger Subjects(RunAnalysis run) => Quiet.Subjects(run.Stray.Silent);

    protected override Finding Judge(RunAnalysis run)
    {
        if (run.Spec.Profile.Unicast) return Finding.Skip(NoGroups);
        if (run.SilentPorts.Count == 0) return Finding.Skip("the spec has no observer and no outsider in the segment");
        return Quiet.Judge(run, run.Stray.Silent, "no phase in which nobody had joined", "no packet of either group");
    }
}

/// <summary>"Nothing arrived": told from "nothing was watched" and from "nothing was sent".</summary>
internal static class Quiet
{
    public static Ledger Subjects(IReadOnlyList<QuietPort> ports) => Ledger.Of("port", ports, p => p.Unproven, p => $"{p.Port}, {p.Group} Group");

    public static Finding Judge(RunAnalysis run, IReadOnlyList<QuietPort> ports, string nobody, string what)
    {
        StrayArrival[] arrivals = [.. ports.SelectMany(p => p.Arrivals)];
        if (arrivals.Length > 0) return Arrived(run, arrivals);
        if (ports.Count == 0) return Finding.Inconclusive(nobody);
        return Finding.Pass($"{what} at {Wording.Names(ports.Select(p => p.Port).Distinct(), 6)}, where other frames arrived");
    }

    private static Finding Arrived(RunAnalysis run, StrayArrival[] arrivals)
    {
        bool learning = arrivals.All(a => a.Phase.Name == Phases.Forming);
        string[] ports = [.. arrivals.Select(a => a.Port).Distinct()];
        IEnumerable<string> perGroup = arrivals.GroupBy(a => a.Group).OrderBy(g => g.Key).Select(g => $"{g.Sum(a => a.Packets)} {g.Key} Group packets");
        Finding finding = new(learning ? CheckOutcome.Warn : CheckOutcome.Fail, $"{string.Join(" and ", perGroup)} at {Wording.Names(ports, 6)}{(learning ? ", only while the cluster formed" : "")}");
        return finding with
        {
            Evidence = arrivals.Select(a => $"{a.Port}: {a.Packets} {a.Group} Group packets in phase {a.Phase.Name}, the first is frame {a.FirstFrame}"),
            Cause = learning
                ? "the switch floods a group until it has learned who joined it"
                : run.Vlan.Snooping ? "the switch prunes at other ports, and sends groups there where nobody joined them"
                : $"the switch floods multicast: IGMP snooping is off in this VLAN{(run.Vlan.Querier ? "" : ", or there is no querier and the switch floods then")}",
            Remedy = learning ? "" : $"{(run.Vlan.Remedy.Length > 0 ? run.Vlan.Remedy + "; look" : "look")} for a per-port flood or router-port setting where only some ports are flooded",
        };
    }
}
