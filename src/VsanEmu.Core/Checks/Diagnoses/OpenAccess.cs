using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Diagnoses;

/// <summary>
/// <c>no-acl</c>: an outsider gets in from an ordinary port. <c>acl-source-port-hole</c>: it is stopped there, but gets in when it binds the reliable port.
/// <c>acl-ipv4-only</c>: it is stopped over IPv4, but not over IPv6. <c>acl-reject</c>: it is stopped, and told so.
/// </summary>
internal static class OpenAccess
{
    public static IEnumerable<Suspicion> Find(RunAnalysis run) => Open(run).Concat(OverIpv6(run)).Concat(Rejected(run));

    private static IEnumerable<Suspicion> Open(RunAnalysis run)
    {
        foreach (IGrouping<OutsiderPlace, Intrusion> place in run.Intrusions.All.Where(t => t.Result == Attempt.Open).GroupBy(t => t.Outsider.Place).OrderBy(g => g.Key))
        {
            Intrusion[] plain = [.. place.Where(t => !t.FromReliablePort)];
            Intrusion[] bound = [.. place.Where(t => t.FromReliablePort)];
            Intrusion[] hole = [.. bound.Where(t => !plain.Any(p => p.Outsider == t.Outsider && p.Target == t.Target))];
            bool segment = place.Key == OutsiderPlace.Segment;
            string own = segment ? "A2" : "A3", where = Place(place.Key);
            if (plain.Length > 0)
            {
                yield return new("no-acl", $"no access list stops outsiders {where}: TCP {run.Spec.Channels.ReliablePort} of {Targets(run, plain)} is open to them", where,
                    [own, .. bound.Length > hole.Length ? (string[])["A4"] : [], "A5", "A6", "A7", .. Ipv6(run, place.Key) ? (string[])["A8"] : []], plain.Select(Line),
                    segment
                        ? $"connect only members' vSAN ports to the segment, or drop TCP {run.Spec.Channels.ReliablePort} there unless both ends are members"
                        : $"in the segment's default gateway deny TCP {run.Spec.Channels.ReliablePort} unless both ends are members");
            }

            if (hole.Length > 0)
            {
                yield return new("acl-source-port-hole", $"the access list {where} lets in whoever binds source port {run.Spec.Channels.ReliablePort}: {Targets(run, hole)} is open to them", where,
                    ["A4"], hole.Select(Line),
                    $"name the members' addresses as source and destination in the rule that permits source port {run.Spec.Channels.ReliablePort}");
            }
        }
    }

    private static IEnumerable<Suspicion> OverIpv6(RunAnalysis run)
    {
        var openAnyway = run.Intrusions.All.Where(t => t.Result == Attempt.Open && !t.FromReliablePort).Select(t => (t.Outsider.Name, t.Target)).ToHashSet();
        var got = run.OddAttempts.Where(t => t.Probe.Method == ProbeMethod.Ipv6 && t.Result is Attempt.Open or Attempt.HalfOpen && !openAnyway.Contains((t.Outsider.Name, t.Probe.To)));
        foreach (var place in got.GroupBy(t => t.Outsider.Place).OrderBy(g => g.Key))
        {
            yield return new("acl-ipv4-only", $"the access list {Place(place.Key)} covers IPv4 only: over IPv6 TCP {run.Spec.Channels.ReliablePort} is open to outsiders", Place(place.Key),
                ["A8"], place.Select(t => t.ToString()), "write the same list for IPv6, or turn IPv6 off on the vSAN interfaces");
        }
    }

    private static IEnumerable<Suspicion> Rejected(RunAnalysis run)
    {
        foreach (var place in run.Intrusions.All.Where(t => t.Rejected).GroupBy(t => t.Outsider.Place).OrderBy(g => g.Key))
        {
            yield return new("acl-reject", $"the access list {Place(place.Key)} rejects instead of dropping: its answers tell a scanner what is there", Place(place.Key),
                [place.Key == OutsiderPlace.Segment ? "A2" : "A3", "A4", "A5"], place.Select(Line), "drop silently at this place; on a router turn ICMP unreachables off for it");
        }
    }

    private static string Place(OutsiderPlace place) => place == OutsiderPlace.Segment ? "in the segment" : "at the gateway";

    private static bool Ipv6(RunAnalysis run, OutsiderPlace place) => run.OddAttempts.Any(t => t.Probe.Method == ProbeMethod.Ipv6 && t.Outsider.Place == place);

    private static string Targets(RunAnalysis run, Intrusion[] open)
    {
        string[] targets = [.. open.Select(t => t.Target).Distinct().Order()];
        return targets.Length == run.Spec.Members.Count ? "every member" : Wording.Names(targets);
    }

    private static string Line(Intrusion t) => $"{t.Outsider.Name} to {t.Target}{(t.FromReliablePort ? " from the reliable port" : "")}: {t.Detail}";
}
