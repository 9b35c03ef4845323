using VsanEmu.Core.Checks;

namespace VsanEmu.Core.Observations;

/// <summary>A picture of a run in progress, for a live display. Immutable; a new one replaces the last, several times a second.</summary>
public sealed record RunProgress
{
    /// <summary>The phase under way.</summary>
    public required string Phase { get; init; }

    /// <summary>What is being done, in words: <c>waiting for one Master and one Backup</c>.</summary>
    public required string Doing { get; init; }

    /// <summary>Phases that are over, with their length.</summary>
    public required IReadOnlyList<(string Name, TimeSpan Took)> Done { get; init; }

    /// <summary>Time since the run began.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Each member's view, by id; a killed one keeps its last.</summary>
    public required IReadOnlyList<MemberView> Members { get; init; }

    /// <summary>Names of members that were killed.</summary>
    public required IReadOnlySet<string> Killed { get; init; }

    /// <summary>Results so far; empty until the end.</summary>
    public IReadOnlyList<CheckResult> Results { get; init; } = [];
}
