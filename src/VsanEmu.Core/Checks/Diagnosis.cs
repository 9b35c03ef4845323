namespace VsanEmu.Core.Checks;

/// <summary>
/// One likely fault of the fabric, concluded from observations alone. A run with several faults has several; the one that explains most comes first.
/// </summary>
public sealed record Diagnosis
{
    /// <summary>The fault's id in the lab's vocabulary (CHECKS.md), for example <c>no-querier</c>.</summary>
    public required string Fault { get; init; }

    /// <summary>The fault in a sentence.</summary>
    public required string Summary { get; init; }

    /// <summary>The ports, pairs or sides concerned, or empty when it is the whole fabric.</summary>
    public required string Where { get; init; }

    /// <summary>What it was concluded from; at most 20 lines, and a last one that counts the rest.</summary>
    public required IReadOnlyList<string> Evidence { get; init; }

    /// <summary>Ids of the checks that failed, warned or stayed inconclusive because of it, in the catalogue's order. Never empty.</summary>
    public required IReadOnlyList<string> Explains { get; init; }

    /// <summary>What to do.</summary>
    public required string Remedy { get; init; }
}
