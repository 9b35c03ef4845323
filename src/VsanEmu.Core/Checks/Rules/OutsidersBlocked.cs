using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Rules;

/// <summary>A2: an outsider in the segment reaches no member.</summary>
internal sealed class SegmentOutsiderBlocked() : OutsidersBlocked("A2", "outsider in segment blocked")
{
    protected override string Nobody => "the spec has no outsider in the segment";

    protected override bool Concerns(Intrusion attempt) => attempt.Outsider.Place == OutsiderPlace.Segment && !attempt.FromReliablePort;

    protected override string Expected(ClusterSpec spec) => $"no outsider in the members' segment reaches a member on TCP {spec.Channels.ReliablePort}";

    protected override string Remedy(ClusterSpec spec) =>
        $"connect only members' vSAN ports to this segment, or drop TCP {spec.Channels.ReliablePort} there unless both ends are members";
}

/// <summary>A3: an outsider beyond the gateway reaches no member.</summary>
internal sealed class RemoteOutsiderBlocked() : OutsidersBlocked("A3", "remote outsider blocked")
{
    protected override string Nobody => "the spec has no outsider beyond the gateway";

    protected override bool Concerns(Intrusion attempt) => attempt.Outsider.Place == OutsiderPlace.BeyondGateway && !attempt.FromReliablePort;

    protected override string Expected(ClusterSpec spec) => $"no outsider beyond the gateway reaches a member on TCP {spec.Channels.ReliablePort}";

    protected override string Remedy(ClusterSpec spec) =>
        $"in the segment's default gateway deny TCP {spec.Channels.ReliablePort} towards the members (`vsanemu flows` lists what must stay permitted)";
}

/// <summary>A4: nor does an outsider that binds the reliable port as its source.</summary>
internal sealed class SourcePortBlocked() : OutsidersBlocked("A4", "source port opens nothing")
{
    protected override string Nobody => "the spec has no outsider";

    protected override bool Concerns(Intrusion attempt) => attempt.FromReliablePort;

    protected override string Expected(ClusterSpec spec) =>
        $"an outsider that binds source port {spec.Channels.ReliablePort} reaches no member on TCP {spec.Channels.ReliablePort} either";

    protected override string Remedy(ClusterSpec spec) =>
        $"name the members' addresses as source and destination in the rule that permits source port {spec.Channels.ReliablePort}";
}

/// <summary>A blocked attempt counts only where a member got through to the same target in the same phase.</summary>
internal abstract class OutsidersBlocked(string id, string title) : Check(id, title)
{
    public sealed override RunPart Uses => RunPart.Probing;

    protected abstract string Nobody { get; }

    protected abstract bool Concerns(Intrusion attempt);

    protected abstract string Remedy(ClusterSpec spec);

    protected override Ledger Subjects(RunAnalysis run) =>
        Ledger.Of("attempt", run.Intrusions.All.Where(Concerns), t => Unknown(t) ? run.Absence(t.Outsider.Name) ?? Reason(t) : null, t => $"{t.Outsider.Name} to {t.Target}");

    private static bool Unknown(Intrusion t) => t.Result is Attempt.Unknown or Attempt.NoPath || (t.Result == Attempt.Blocked && !t.Proven);

    protected override Finding Judge(RunAnalysis run)
    {
        Intrusion[] tries = [.. run.Intrusions.All.Where(Concerns)];
        if (tries.Length == 0) return Finding.Skip(Nobody);

        Intrusion[] open = [.. tries.Where(t => t.Result == Attempt.Open)];
        if (open.Length > 0)
        {
            return Finding.Fail($"{Wording.Names(open.Select(t => t.Outsider.Name).Distinct())} reached {Wording.Count(Targets(open), "member")}: {Wording.Names(open.Select(t => t.Target).Distinct())}") with
            {
                Evidence = open.Select(Line),
                Cause = "no access list covers this way, or it permits too much: whoever reaches this port reaches the datastore",
                Remedy = Remedy(run.Spec),
            };
        }

        Intrusion[] half = [.. tries.Where(t => t.Result == Attempt.HalfOpen)];
        if (half.Length > 0)
        {
            return Finding.Warn($"the SYN of {Wording.Names(half.Select(t => t.Outsider.Name).Distinct())} reached {Wording.Count(Targets(half), "member")}; only the answers were lost") with
            {
                Evidence = half.Select(Line),
                Cause = "the access list covers the members' answers only",
                Remedy = Remedy(run.Spec),
            };
        }

        Intrusion[] told = [.. tries.Where(t => !Unknown(t))];
        if (told.Length == 0)
            return Finding.Inconclusive(run.Absence(tries[0].Outsider.Name) is { } absence ? $"{tries[0].Outsider.Name} tried nothing: {absence}" : $"no attempt proves anything: {Reason(tries[0])}");
        Intrusion[] rejected = [.. tries.Where(t => t.Rejected)];
        if (rejected.Length > 0)
        {
            return Finding.Warn($"blocked, but not silently: {rejected.Length} of {Wording.Count(tries.Length, "attempt")} were answered ({rejected[0].Detail})") with
            {
                Evidence = rejected.Select(Line),
                Cause = "the access list rejects instead of dropping: its answers tell a scanner which addresses are members and that TCP is filtered there",
                Remedy = "drop silently at this place; on a router turn ICMP unreachables off for it",
            };
        }

        string how = string.Join(", ", told.GroupBy(t => t.Detail).OrderByDescending(g => g.Count()).Select(g => $"{g.Key} ({g.Count()})"));
        return Finding.Pass($"{Wording.Count(told.Length, "attempt")} on {Wording.Count(Targets(told), "member")} blocked: {how}");
    }

    private static string Line(Intrusion t) => $"{t.Outsider.Name} to {t.Target}{(t.FromReliablePort ? " from the reliable port" : "")}: {(t.Result == Attempt.Blocked && !t.Proven ? $"{t.Detail}, but {Reason(t)}" : t.Detail)}";

    private static string Reason(Intrusion t) => t.Result switch
    {
        Attempt.NoPath => $"{t.Outsider.Name} has no path to {t.Target} at all ({t.Detail}), so the access list was not tested",
        Attempt.Unknown => t.Detail == "was not tried" ? $"{t.Target} was not tried by {t.Outsider.Name}" : $"the captures do not tell how far {t.Outsider.Name} got ({t.Detail})",
        _ => $"no member reached {t.Target} in the same phase either",
    };

    private static int Targets(Intrusion[] tries) => tries.Select(t => t.Target).Distinct().Count();
}
