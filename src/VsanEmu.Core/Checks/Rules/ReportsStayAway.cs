using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Rules;

/// <summary>M15: reports go to router ports only (RFC 4541, 2.1.1). A host that hears another's IGMPv2 report keeps its own back, and its port is not learned.</summary>
internal sealed class ReportsStayAway() : Check("M15", "reports go to routers only")
{
    protected override string Expected(ClusterSpec spec) => "no membership report of a member at a port that joined nothing";

    protected override Ledger Subjects(RunAnalysis run)
    {
        HashSet<string> reported = Reported(run);
        return Ledger.Of("port", run.SilentPorts, p => run.Unwatched(p)
            ?? (reported.Any(phase => run.Trials.Alive(p, phase)) ? null : "its capture saw no frame in any phase in which members reported"));
    }

    protected override Finding Judge(RunAnalysis run)
    {
        if (run.Spec.Profile.Unicast) return Finding.Skip(NoGroups);
        if (run.SilentPorts.Count == 0) return Finding.Skip("the spec has no observer and no outsider in the segment");
        PortCapture[] silent = [.. run.SilentPorts.Select(run.Capture).OfType<PortCapture>()];

        // A switch may be a host itself and report its own groups everywhere: what it makes of members' reports is asked.
        var members = run.Spec.Members.Select(m => m.Address.ToString()).ToHashSet();
        (PortCapture Port, MembershipSighting Report)[] heard =
            [.. silent.SelectMany(p => p.Memberships.Where(m => m.Direction == PortDirection.In && m.Count > 0 && members.Contains(m.Source)).Select(m => (p, m)))];
        if (heard.Length > 0) return Leaked(run, heard);

        return Reported(run).Count == 0
            ? Finding.Inconclusive("no member was seen to report anything")
            : Finding.Pass($"no report at {Wording.Names(silent.Select(p => p.Port))}, while members reported");
    }

    // Phases in which a member reported.
    private static HashSet<string> Reported(RunAnalysis run) =>
        [.. run.Members.Select(run.Capture).OfType<PortCapture>().SelectMany(p => p.Memberships.Where(m => m.Direction == PortDirection.Out && m.Count > 0).Select(m => m.Phase))];

    private static Finding Leaked(RunAnalysis run, (PortCapture Port, MembershipSighting Report)[] heard)
    {
        // A host that speaks version 3 reports whatever it hears (RFC 3376, 5.2): only older ones are silenced.
        bool suppresses = heard.Any(h => h.Report.Version < 3 && !h.Report.Leave);
        string versions = string.Join('/', heard.Select(h => h.Report.Version).Distinct().Order().Select(v => $"v{v}"));
        string seen = $"{Wording.Count(heard.Sum(h => h.Report.Count), "report")} of {Wording.Names(heard.Select(h => run.Name(h.Report.Source)).Distinct())} at {Wording.Names(heard.Select(h => h.Port.Port).Distinct())}, IGMP{versions}";
        return new Finding(suppresses ? CheckOutcome.Fail : CheckOutcome.Warn, seen)
        {
            Evidence = heard.Select(h => $"{h.Report.Phase}: {h.Port.Port} got {Wording.Count(h.Report.Count, h.Report.Leave ? "leave" : "report")} of {run.Name(h.Report.Source)} for {h.Report.Group}, IGMPv{h.Report.Version}"),
            Cause = suppresses
                ? "the switch floods reports: a host that hears another's keeps its own back (RFC 2236, 3), and the switch does not learn its port"
                : "the switch floods reports: harmless among IGMPv3 hosts, which do not keep theirs back",
            Remedy = run.Vlan.Remedy.Length > 0 ? $"{run.Vlan.Remedy}, so that reports go to the querier's port only"
                : $"groups are pruned (M4) and a querier is there (M5), reports alone are flooded: look for a setting that forwards reports to all ports, or makes {Wording.Names(heard.Select(h => h.Port.Port).Distinct())} a router port",
        };
    }
}
