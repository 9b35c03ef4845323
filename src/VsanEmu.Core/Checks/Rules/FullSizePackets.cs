using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Rules;

/// <summary>P1: packets of the full size pass unfragmented, as small ones do, and longer ones in fragments.</summary>
internal sealed class FullSizePackets() : Check("P1", "small and large packets")
{
    public override RunPart Needs => RunPart.Trials;

    // What fragments meet is no diagnosis's matter.
    internal override bool ExplainsItself => true;

    // An echo request waits so long for its answer, which the kernel keeps until it is asked for.
    internal override Tolerance Tolerance => Tolerance.OfTrials(Phases.Trials) with { Bears = TimeSpan.FromSeconds(1) };

    protected override string Expected(ClusterSpec spec) =>
        $"echo requests of a few bytes and of {(spec.Trials.Mtu is { } mtu ? $"{mtu} bytes" : "as many as both interfaces take")}, with don't-fragment, are answered between members; "
        + "UDP longer than that arrives whole without it";

    protected override Ledger Subjects(RunAnalysis run)
    {
        var tried = run.Seen.Fragments.GroupBy(Way).ToDictionary(g => g.Key, g => g.First());
        return Pinged.Of(run, "small ping", run.Pings.Small).And(Pinged.Of(run, "large ping", run.Pings.Large)).And(PathStreams.Of(run, "fragment stream", run.Seen.Fragments.Select(f => f.Phase),
            w => !tried.TryGetValue(w, out FragmentObservation? f) ? "none were sent" : f.Sent > 0 && f.Error.Length == 0 ? null : f.Error.Length > 0 ? f.Error : "none were sent"));
    }

    private static Direction Way(FragmentObservation f) => new(f.From, f.To);

    protected override Finding Judge(RunAnalysis run)
    {
        if (run.Seen.Pings.Count == 0) return Finding.Inconclusive("no echo request was sent");
        PingMatrix pings = run.Pings;
        if (pings.Silent.Count > 0) return OfSilence(pings);
        if (pings.TooLarge.Count > 0) return OfLargePackets(pings);
        FragmentObservation[] cut = [.. run.Seen.Fragments.Where(f => f.Sent > 0 && f.Error.Length == 0)], dead = [.. cut.Where(f => f.Received == 0)];
        if (dead.Length > 0) return OfFragments(cut, dead);
        if (OfLoss(run, pings, cut) is { } lossy) return lossy;
        string whole = cut.Length == 0 ? "" : $"; in fragments {cut.Sum(f => f.Received)} of {cut.Sum(f => f.Sent)} datagrams on {Wording.Count(cut.Length, "direction")}";
        return Finding.Pass($"{Sizes(pings)} on {Wording.Count(pings.Large.Count, "direction")}, {pings.Large.Values.Sum(p => p.Answered)} of {pings.Large.Values.Sum(p => p.Sent)} answered{whole}");
    }

    private static Finding OfSilence(PingMatrix pings) => Finding.Fail($"small packets: {pings.Pattern(pings.Silent).DescribeReaching()}") with
    {
        Evidence = pings.Silent.Select(w => $"{w}: 0 of {pings.Small[w].Sent} small echo requests answered"),
        Cause = "the path is cut, or ICMP echo is filtered (compare A1 and M1)",
        Remedy = "permit ICMP between the members: without it neither they nor you can find the path's MTU",
    };

    private static Finding OfLargePackets(PingMatrix pings)
    {
        string by = Wording.Names(pings.Refusals, 2);
        return Finding.Fail($"packets of {pings.LargeBytes} bytes: {pings.Pattern(pings.TooLarge).DescribeReaching()}{(by.Length > 0 ? $" ({by})" : "")}") with
        {
            Evidence = pings.TooLarge.Select(w => $"{w}: 0 of {pings.Large[w].Sent} with {pings.Large[w].Bytes} bytes answered, {pings.Small[w].Answered} of {pings.Small[w].Sent} with {pings.Small[w].Bytes}"),
            Cause = by.Length > 0 ? "an interface on the way has a smaller MTU, and says so" : "a port or trunk on the way has a smaller MTU and drops larger frames silently",
            Remedy = $"set the MTU to {pings.LargeBytes} or more on the members' interfaces, on every switch port between them and on the trunks",
        };
    }

    private static Finding OfFragments(FragmentObservation[] all, FragmentObservation[] lost) =>
        Finding.Fail($"fragments: {PairPattern.Of([.. all.Select(Way)], lost.Select(Way)).DescribeReaching()}") with
        {
            Evidence = lost.OrderBy(f => f.From).ThenBy(f => f.To).Select(f => $"{Way(f)}: 0 of {f.Sent} datagrams of {f.Bytes} bytes, sent in fragments, arrived whole"),
            Cause = "a device on the way drops IP fragments, or the access list has no rule for those without ports",
            Remedy = "permit fragments between the members, or let nothing between them be longer than the path's MTU",
        };

    private static Finding? OfLoss(RunAnalysis run, PingMatrix pings, FragmentObservation[] cut)
    {
        SizeLoss large = SizeLoss.OfPings(run, pings.Large), whole = SizeLoss.OfFragments(run, cut);
        if (large.Bad.Count > 0)
        {
            return Finding.Fail($"packets of {pings.LargeBytes} bytes: lost {large.Total}, on {Wording.Count(large.Bad.Count, "direction")}, where smaller ones are not") with
            {
                Evidence = large.Lines("echo requests", "not answered"),
                Cause = "one of several paths or links has a smaller MTU, or a queue without room for large packets",
                Remedy = $"set the MTU to {pings.LargeBytes} or more on every link of a bundle and on every path of equal cost",
            };
        }

        return whole.Bad.Count == 0 ? null : Finding.Fail($"fragments: lost {whole.Total} datagrams, on {Wording.Count(whole.Bad.Count, "direction")}, where whole ones are not") with
        {
            Evidence = whole.Lines("datagrams sent in fragments", "not whole"),
            Cause = "a limit on fragments, or parallel paths on which one fragment goes another way than the rest",
            Remedy = "look for a fragment limit or a virtual reassembly on devices between the members; hash bundles by addresses alone",
        };
    }

    private static string Sizes(PingMatrix pings)
    {
        int[] sizes = [.. pings.Large.Values.Select(p => p.Bytes).DefaultIfEmpty().Distinct().Order()];
        return sizes.Length == 1 ? $"{sizes[0]} bytes" : $"{sizes[0]} to {sizes[^1]} bytes";
    }
}
