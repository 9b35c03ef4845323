namespace VsanEmu.Core.Checks;

/// <summary>What a check had to look at, and what of it was looked at with proof: a check passes only when all of it was.</summary>
public sealed record Coverage
{
    /// <summary>The kinds of subjects, in the order in which the check looks: ports, directions, rounds.</summary>
    public required IReadOnlyList<CoverageRow> Rows { get; init; }

    /// <summary>Subjects of all kinds together.</summary>
    public int Subjects => Rows.Sum(r => r.Subjects);

    /// <summary>Those that were looked at, with proof.</summary>
    public int LookedAt => Rows.Sum(r => r.LookedAt);
}

/// <summary>Subjects of one kind.</summary>
public sealed record CoverageRow
{
    /// <summary>What one of them is, in the singular: <c>port</c>, <c>direction</c>, <c>round of method A</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>How many the spec and the plan of the run make.</summary>
    public required int Subjects { get; init; }

    /// <summary>How many were looked at, with proof.</summary>
    public required int LookedAt { get; init; }

    /// <summary>Those that were not, each with the reason; at most 20 lines, and a last one that counts the rest.</summary>
    public IReadOnlyList<string> Missing { get => field ?? []; init; }

    /// <summary>How large the sample is, where one is taken on purpose: <c>250 of 4032 directions, each member at least twice</c>; else empty.</summary>
    public string Sample { get => field ?? ""; init; } = "";
}
