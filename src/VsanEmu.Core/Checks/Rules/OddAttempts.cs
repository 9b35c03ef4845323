using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Checks.Plan;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Rules;

/// <summary>A5: an outsider does not get in by fragments (RFC 1858), nor does a SYN of its that bears a member's address.</summary>
internal sealed class DisguiseBlocked() : Check("A5", "disguise opens nothing")
{
    public override RunPart Needs => RunPart.Trials;

    protected override string Expected(ClusterSpec spec) =>
        $"neither a fragmented SYN of an outsider nor one with a member's address as its source reaches a member on TCP {spec.Channels.ReliablePort}";

    protected override Ledger Subjects(RunAnalysis run) =>
        Attempts.Of(run, run.Spec.Outsiders, ProbeMethod.Fragments, "fragmented attempt").And(Attempts.Of(run, run.Spec.Outsiders, ProbeMethod.Spoofed, "spoofed attempt"));

    protected override Finding Judge(RunAnalysis run)
    {
        if (run.Spec.Outsiders.Count == 0) return Finding.Skip("the spec has no outsider");
        OddAttempt[] tries = [.. run.OddAttempts.Where(t => t.Probe.Method is ProbeMethod.Fragments or ProbeMethod.Spoofed)];
        if (tries.Length == 0) return Finding.Inconclusive("no such attempt was made");

        // A SYN with a borrowed address opens nothing, since its answer goes elsewhere. From beyond the gateway it has no business to arrive at all (RFC 2827).
        OddAttempt[] got = [.. tries.Where(t => t.Result == Attempt.Open || (t.Result == Attempt.HalfOpen && t is { Spoofed: true, Outsider.Place: OutsiderPlace.BeyondGateway }))];
        if (got.Length > 0)
        {
            return Finding.Fail(string.Join("; ", got.GroupBy(t => t.Spoofed).Select(g => $"{Names(g)} reached {Wording.Count(Targets(g), "member")} {How(g.Key)}"))) with
            {
                Evidence = got.Select(t => t.ToString()),
                Cause = got.Any(t => t.Spoofed) ? "the gateway takes packets from outside that bear addresses of the inside" : "the access list judges only packets in which it sees ports and flags",
                Remedy = "drop fragments of TCP to the members, and packets at the gateway's outer side that bear an address of the segment (RFC 2827, unicast RPF)",
            };
        }

        OddAttempt[] half = [.. tries.Where(t => t.Result == Attempt.HalfOpen)], told = [.. tries.Where(t => t.Tells)];
        if (half.Length > 0)
        {
            return Finding.Warn(string.Join("; ", half.GroupBy(t => t.Spoofed).Select(g => $"the SYN of {Names(g)} arrived at {Wording.Count(Targets(g), "member")} {How(g.Key)}; no connection came of it"))) with
            {
                Evidence = half.Select(t => t.ToString()),
                Cause = half.Any(t => t.Spoofed) ? "the switch does not bind addresses to ports" : "the access list lets fragments in and stops the answers only",
                Remedy = "bind addresses to ports (IP source guard, ARP inspection) where outsiders can be connected; drop fragments of TCP to the members",
            };
        }

        if (told.Length == 0) return Finding.Inconclusive($"no attempt proves anything: {tries[0].Doubt}") with { Evidence = tries.Select(t => t.ToString()) };
        return Finding.Pass(string.Join(", ", told.GroupBy(t => t.Spoofed).Select(g => $"{Wording.Count(g.Count(), "attempt")} {How(g.Key)}")) + $" on {Wording.Count(Targets(told), "member")} blocked");
    }

    private static string How(bool spoofed) => spoofed ? "with a member's address" : "by fragments";

    private static string Names(IEnumerable<OddAttempt> tries) => Wording.Names(tries.Select(t => t.Outsider.Name).Distinct());

    private static int Targets(IEnumerable<OddAttempt> tries) => tries.Select(t => t.Probe.To).Distinct().Count();
}

/// <summary>A8: an outsider does not get in over IPv6 either.</summary>
internal sealed class Ipv6Blocked() : Check("A8", "IPv6 opens nothing")
{
    public override RunPart Needs => RunPart.Trials;

    protected override string Expected(ClusterSpec spec) => $"no outsider reaches a member on TCP {spec.Channels.ReliablePort} over IPv6";

    // A router does not forward link-local addresses: that an outsider beyond it has no path is by design.
    protected override Ledger Subjects(RunAnalysis run)
    {
        var pathless = run.Spec.Outsiders.Where(o => o.Place == OutsiderPlace.BeyondGateway && Of(run, o.Name) is { Length: > 0 } own && own.All(t => t.Result == Attempt.NoPath)).ToHashSet();
        return Attempts.Of(run, run.Spec.Outsiders.Where(o => !pathless.Contains(o)), ProbeMethod.Ipv6, "IPv6 attempt");
    }

    private static OddAttempt[] Of(RunAnalysis run, string outsider) => [.. run.OddAttempts.Where(t => t.Probe.Method == ProbeMethod.Ipv6 && t.Outsider.Name == outsider)];

    protected override Finding Judge(RunAnalysis run)
    {
        if (run.Spec.Outsiders.Count == 0) return Finding.Skip("the spec has no outsider");
        OddAttempt[] tries = [.. run.OddAttempts.Where(t => t.Probe.Method == ProbeMethod.Ipv6)];
        if (tries.Length == 0) return Finding.Inconclusive("no such attempt was made");
        OddAttempt[] open = [.. tries.Where(t => t.Result == Attempt.Open)], half = [.. tries.Where(t => t.Result == Attempt.HalfOpen)];
        if (open.Length + half.Length > 0)
        {
            OddAttempt[] got = [.. open, .. half];
            string who = Wording.Names(got.Select(t => t.Outsider.Name).Distinct()), targets = Wording.Count(got.Select(t => t.Probe.To).Distinct().Count(), "member");
            Finding finding = open.Length > 0 ? Finding.Fail($"{who} reached {targets} over IPv6") : Finding.Warn($"the SYN of {who} reached {targets} over IPv6; only the answers were lost");
            return finding with
            {
                Evidence = got.Select(t => t.ToString()),
                Cause = "the access list was written for IPv4, and the members have IPv6 addresses, if only link-local ones",
                Remedy = $"write the same list for IPv6, or turn IPv6 off on the vSAN interfaces",
            };
        }

        OddAttempt[] blocked = [.. tries.Where(t => t.Result == Attempt.Blocked && t.Tells)];
        if (tries.All(t => t.Result == Attempt.NoPath)) return Finding.Skip($"there is no path over IPv6 to try: {tries[0].Detail}");
        return blocked.Length == 0
            ? Finding.Inconclusive($"no attempt proves anything: {tries.First(t => !t.Tells).Doubt}") with { Evidence = tries.Select(t => t.ToString()) }
            : Finding.Pass($"{Wording.Count(blocked.Length, "attempt")} on {Wording.Count(blocked.Select(t => t.Probe.To).Distinct().Count(), "member")} blocked: {Wording.Names(blocked.Select(t => t.Detail).Distinct(), 3)}");
    }
}

/// <summary>The attempts by odd means that the plan makes: each outsider on each member, or on a sample of them.</summary>
internal static class Attempts
{
    public static Ledger Of(RunAnalysis run, IEnumerable<OutsiderSpec> outsiders, ProbeMethod method, string kind)
    {
        ILookup<(string, string), OddAttempt> made = run.OddAttempts.Where(t => t.Probe.Method == method).ToLookup(t => (t.Outsider.Name, t.Probe.To));
        var planned = Pairs.Attempts(outsiders, run.Members).Select(a => (a.From, a.To)).ToArray();
        return Ledger.Of(kind, planned, p => run.Absence(p.From) ?? WhyNot(made[p]), p => $"{p.From} to {p.To}")
            .SampleOf(outsiders.Count() * run.Members.Count, $"{Wording.Count(planned.Select(p => p.To).Distinct().Count(), "member")} each");
    }

    private static string? WhyNot(IEnumerable<OddAttempt> tries) =>
        !tries.Any() ? "it was not tried" : tries.Any(t => t.Tells) ? null : tries.First().Doubt;
}
