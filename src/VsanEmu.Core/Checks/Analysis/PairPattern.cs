namespace VsanEmu.Core.Checks.Analysis;

/// <summary>One direction between two members, by name.</summary>
/// <param name="From">The sender.</param>
/// <param name="To">The receiver.</param>
internal readonly record struct Direction(string From, string To)
{
    public Direction Reverse => new(To, From);

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

    /// <summary>The pattern in words, with the check's own verbs: <c>m03 hears nobody</c>, <c>nobody hears m03</c>.</summary>
    /// <param name="verb">What a receiver does in the third person (<c>hears</c>), or a prober (<c>reaches</c>).</param>
    /// <param name="towardsSender">True when the verb's subject is the receiver.</param>
    public string Describe(string verb, bool towardsSender)
    {
        if (Bad.Count == 0) return "";
        if (All) return $"nobody {verb} anybody";
        (IReadOnlyList<string> idle, IReadOnlyList<string> shunned) = towardsSender ? (Deaf, Unheard) : (Unheard, Deaf);
        var parts = new List<string>();
        if (Cut.Count > 0) parts.Add($"{Wording.Names(Cut)} {verb} nobody, and nobody {verb} {(Cut.Count == 1 ? "it" : "them")}");
        if (idle.Count > 0) parts.Add($"{Wording.Names(idle)} {verb} nobody");
        if (shunned.Count > 0) parts.Add($"nobody {verb} {Wording.Names(shunned)}");
        if (Sides.Count > 0) parts.Add($"across {Parts.Describe(Sides)} nobody {verb} anybody");
        if (parts.Count == 0) parts.Add($"{Bad.Count} of {Measured} directions: {Wording.Names(Bad.OrderBy(p => p.From).ThenBy(p => p.To).Select(p => p.ToString()), 3)}");
        return string.Join("; ", parts);
    }

    private static string[] Names(IEnumerable<Direction> pairs) => [.. pairs.SelectMany(p => (string[])[p.From, p.To]).Distinct().Order()];

    private static string[] Sorted(IEnumerable<string> names) => [.. names.Order()];
}
