using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Checks.Analysis;

/// <summary>One direction between two members, by name.</summary>
/// <param name="From">The sender.</param>
/// <param name="To">The receiver.</param>
internal readonly record struct Direction(string From, string To)
{
    public Direction Reverse => new(To, From);

    /// <summary>Every direction between members that lived to the end of a phase, on one side of the segment.</summary>
    public static IEnumerable<Direction> Among(RunAnalysis run, PhaseObservation phase)
    {
        string[] alive = [.. run.Timeline.Alive(phase).Select(m => m.Name)];
        return
            from a in alive
            from b in alive
            where a != b && Timeline.Side(phase, a) == Timeline.Side(phase, b)
            select new Direction(a, b);
    }

    public override string ToString() => $"{From} to {To}";
}

/// <summary>Where the bad ones among the measured directions lie: that names the port, the pair, or the split.</summary>
internal sealed class PairPattern
{
    private PairPattern(IReadOnlyCollection<Direction> measured, IReadOnlySet<Direction> bad)
    {
        Bad = bad;
        Measured = measured.Count;
        if (bad.Count == 0) return;

        var unheard = measured.GroupBy(p => p.From).Where(g => g.All(bad.Contains)).Select(g => g.Key).ToHashSet();
        var deaf = measured.GroupBy(p => p.To).Where(g => g.All(bad.Contains)).Select(g => g.Key).ToHashSet();
        bool byMember = bad.All(p => deaf.Contains(p.To) || unheard.Contains(p.From));
        IReadOnlyList<IReadOnlyList<string>> sides = byMember ? [] : Parts.Of(Names(measured), (a, b) => !bad.Contains(new(a, b)) || !bad.Contains(new(b, a)));
        var side = sides.SelectMany((names, i) => names.Select(n => (n, i))).ToDictionary(p => p.n, p => p.i);

        if (bad.Count == measured.Count) All = true;
        else if (byMember) (Cut, Deaf, Unheard) = (Sorted(deaf.Intersect(unheard)), Sorted(deaf.Except(unheard)), Sorted(unheard.Except(deaf)));
        else if (sides.Count > 1 && bad.Count == measured.Count(p => side[p.From] != side[p.To])) Sides = sides;
    }

    // Whether every direction among those concerned was measured: else "nobody" would say too much.
    private bool Complete => Names(Bad).Length is var n && Measured == n * (n - 1);

    // Who does not hear, or reach, whom: one part for each that hears or tries.
    private IEnumerable<string> Singly(string plain) => plain == "hear"
        ? Bad.GroupBy(w => w.To).OrderBy(g => g.Key).Select(g => $"{g.Key} does not {plain} {Wording.Names(g.Select(w => w.From).Order())}")
        : Bad.GroupBy(w => w.From).OrderBy(g => g.Key).Select(g => $"{g.Key} does not {plain} {Wording.Names(g.Select(w => w.To).Order())}");

    /// <summary>How many directions were measured.</summary>
    public int Measured { get; }

    /// <summary>The bad ones.</summary>
    public IReadOnlySet<Direction> Bad { get; }

    /// <summary>True when every one is bad.</summary>
    public bool All { get; }

    /// <summary>Members that are bad in both directions with everybody.</summary>
    public IReadOnlyList<string> Cut { get; } = [];

    /// <summary>Members to which nothing gets.</summary>
    public IReadOnlyList<string> Deaf { get; } = [];

    /// <summary>Members from which nothing gets anywhere.</summary>
    public IReadOnlyList<string> Unheard { get; } = [];

    /// <summary>The sides, when the bad directions are exactly those between them.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Sides { get; } = [];

    public static PairPattern Of(IReadOnlyCollection<Direction> measured, IEnumerable<Direction> bad) => new(measured, bad.ToHashSet());

    /// <summary>The pattern in words for datagrams: <c>m03 hears nobody</c>.</summary>
    public string DescribeHearing() => Describe("hear", "hears", Deaf, Unheard);

    /// <summary>The pattern in words for probes: <c>m03 reaches nobody</c>.</summary>
    public string DescribeReaching() => Describe("reach", "reaches", Unheard, Deaf);

    /// <summary>The place alone: <c>m03 and m05</c>, <c>m03 to m05</c>; empty when it is everywhere.</summary>
    public string Where => All ? "" : Wording.Names(Places(Pairs()), 3);

    private string Describe(string plain, string third, IReadOnlyList<string> idle, IReadOnlyList<string> shunned)
    {
        if (Bad.Count == 0) return "";
        if (All) return Complete ? $"nobody {third} anybody" : string.Join("; ", Singly(plain));
        var parts = new List<string>();
        if (Cut.Count > 0) parts.Add($"{Wording.Names(Cut)} {Number(Cut)} nobody, and nobody {third} {(Cut.Count == 1 ? "it" : "them")}");
        if (idle.Count > 0) parts.Add($"{Wording.Names(idle)} {Number(idle)} nobody");
        if (shunned.Count > 0) parts.Add($"nobody {third} {Wording.Names(shunned)}");
        if (Sides.Count > 0) parts.Add($"across {Parts.Describe(Sides)} nobody {third} anybody");
        if (parts.Count > 0) return string.Join("; ", parts);

        var (mutual, single) = Pairs();
        return mutual.Length > 0 && single.Length == 0
            ? $"{Wording.Names(Places((mutual, single)), 3)} do not {plain} each other"
            : $"{Bad.Count} of {Measured} directions are dead: {Wording.Names(Places((mutual, single)), 3)}";

        string Number(IReadOnlyList<string> names) => names.Count == 1 ? third : plain;
    }

    // Those that are bad both ways are one place, not two.
    private (Direction[] Mutual, Direction[] Single) Pairs()
    {
        ILookup<bool, Direction> both = Bad.OrderBy(p => p.From).ThenBy(p => p.To).ToLookup(p => Bad.Contains(p.Reverse));
        return ([.. both[true].Where(p => string.CompareOrdinal(p.From, p.To) < 0)], [.. both[false]]);
    }

    private static IEnumerable<string> Places((Direction[] Mutual, Direction[] Single) pairs) =>
        pairs.Mutual.Select(p => $"{p.From} and {p.To}").Concat(pairs.Single.Select(p => p.ToString()));

    private static string[] Names(IEnumerable<Direction> pairs) => [.. pairs.SelectMany(p => (string[])[p.From, p.To]).Distinct().Order()];

    private static string[] Sorted(IEnumerable<string> names) => [.. names.Order()];
}
