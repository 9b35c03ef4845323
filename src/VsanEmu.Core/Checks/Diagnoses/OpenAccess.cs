using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Diagnoses;

/// <summary>
/// <c>no-acl</c>: an outsider gets in from an ordinary port. <c>acl-source-port-hole</c>: it is stopped there, but gets in when it binds the reliable port.
/// </summary>
internal static class OpenAccess
{
    public static IEnumerable<Suspicion> Find(RunAnalysis run)
    {
        foreach (IGrouping<OutsiderPlace, Intrusion> place in run.Intrusions.All.Where(t => t.Result == Attempt.Open).GroupBy(t => t.Outsider.Place).OrderBy(g => g.Key))
        {
            Intrusion[] plain = [.. place.Where(t => !t.FromReliablePort)];
            Intrusion[] bound = [.. place.Where(t => t.FromReliablePort)];
            Intrusion[] hole = [.. bound.Where(t => !plain.Any(p => p.Outsider == t.Outsider && p.Target == t.Target))];
            bool segment = place.Key == OutsiderPlace.Segment;
            string own = segment ? "A2" : "A3", where = segment ? "in the segment" : "at the gateway";
            if (plain.Length > 0)
            {
                yield return new("no-acl", $"no access list stops outsiders {where}: TCP {run.Spec.Channels.ReliablePort} of {Targets(run, plain)} is open to them", where,
                    bound.Length > hole.Length ? [own, "A4"] : [own], plain.Select(Line),
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

    private static string Targets(RunAnalysis run, Intrusion[] open)
    {
        string[] targets = [.. open.Select(t => t.Target).Distinct().Order()];
        return targets.Length == run.Spec.Members.Count ? "every member" : Wording.Names(targets);
    }

    private static string Line(Intrusion t) => $"{t.Outsider.Name} to {t.Target}{(t.FromReliablePort ? " from the reliable port" : "")}: {t.Detail}";
}
