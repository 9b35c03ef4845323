using VsanEmu.Core.Checks.Analysis;

namespace VsanEmu.Core.Checks.Diagnoses;

/// <summary><c>mtu</c>: small packets pass and full-sized ones do not. <c>idle-timeout</c>: connections that are idle are forgotten.</summary>
internal static class BadPath
{
    public static IEnumerable<Suspicion> Find(RunAnalysis run)
    {
        PingMatrix pings = run.Pings;
        Direction[] large = [.. pings.TooLarge.Except(LossOdds.Pings(run))];
        if (large.Length > 0)
        {
            yield return new("mtu", $"packets of {pings.LargeBytes} bytes do not pass, smaller ones do", Place(pings, large), [.. Symptoms.Cluster, "P1"],
                [.. pings.Refusals, .. large.Select(w => $"{w}: 0 of {pings.Large[w].Sent} with {pings.LargeBytes} bytes answered, {pings.Small[w].Answered} of {pings.Small[w].Sent} with {pings.Small[w].Bytes}")],
                $"set the MTU to {pings.LargeBytes} or more on the members' interfaces, on every switch port between them and on the trunks");
        }

        var cut = run.Seen.Idles.Where(i => i is { Survived: false, How: not "never opened" }).ToArray();
        if (cut.Length == 0) yield break;
        yield return new("idle-timeout", "a stateful device forgets connections that are idle", "", ["A9"],
            cut.Select(c => $"{c.From} to {c.To}: idle for {Wording.Span(c.IdleNs)}, then {c.How}"),
            "take stateful devices out of the vSAN segment, or raise their idle timeout beyond the hosts' TCP keep-alive");
    }

    // An echo needs both directions, so that one small port is bad both ways with everybody.
    private static string Place(PingMatrix pings, Direction[] large)
    {
        var pattern = pings.Pattern(large);
        string[] ports = [.. pattern.Cut.Concat(pattern.Deaf).Concat(pattern.Unheard).Distinct().Order()];
        if (ports.Length > 0) return $"port of {Wording.Names(ports)}";
        return pattern.Sides.Count > 0 ? Parts.Describe(pattern.Sides) : pattern.Where;
    }
}
