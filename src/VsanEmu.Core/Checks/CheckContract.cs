using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks;

/// <summary>How a check ended.</summary>
public enum CheckOutcome : byte
{
    /// <summary>As expected.</summary>
    Pass,

    /// <summary>It works, but not as it should.</summary>
    Warn,

    /// <summary>Not as expected.</summary>
    Fail,

    /// <summary>It was not carried out, and the finding says why.</summary>
    Skip,

    /// <summary>It was carried out, but its precondition was not proven.</summary>
    Inconclusive,
}

/// <summary>A check's result.</summary>
public sealed record CheckResult
{
    /// <summary>The stable id of CHECKS.md, for example <c>M4</c>.</summary>
    public required string Id { get; init; }

    /// <summary>What it is, in a few words.</summary>
    public required string Title { get; init; }

    /// <summary>The outcome.</summary>
    public required CheckOutcome Outcome { get; init; }

    /// <summary>What was expected.</summary>
    public required string Expected { get; init; }

    /// <summary>What was seen.</summary>
    public required string Seen { get; init; }

    /// <summary>Where it was seen: nodes, ports, counters, packet numbers; at most 20 lines, and a last one that counts the rest.</summary>
    public IReadOnlyList<string> Evidence { get; init; } = [];

    /// <summary>The likely cause, or empty.</summary>
    public string Cause { get; init; } = "";

    /// <summary>What to do, or empty.</summary>
    public string Remedy { get; init; } = "";

    /// <summary>What it had to look at and did; null in a record of an earlier version.</summary>
    public Coverage? Coverage { get; init; }
}

/// <summary>Parts of a run that are made only where a check that is asked for needs them.</summary>
[Flags]
public enum RunPart : byte
{
    /// <summary>None: what every run brings is enough.</summary>
    None = 0,

    /// <summary>Numbered datagrams, members' and outsiders' TCP probes (<see cref="Phases.Probing"/>).</summary>
    Probing = 1,

    /// <summary>Streams, echo requests, odd attempts (<see cref="Phases.Trials"/>).</summary>
    Trials = 2,

    /// <summary>The Master's death.</summary>
    Failover = 4,

    /// <summary>A split of the segment.</summary>
    Partition = 8,

    /// <summary>Minutes without a word: memberships and connections grow old.</summary>
    Long = 16,
}

/// <summary>A rule over observations: no clock, no socket, the same answer every time.</summary>
public interface ICheck
{
    /// <summary>The stable id.</summary>
    string Id { get; }

    /// <summary>What it is, in a few words.</summary>
    string Title { get; }

    /// <summary>Parts of the run without which it has nothing to look at.</summary>
    RunPart Needs { get; }

    /// <summary>Parts of the run that it looks at, those that it needs among them.</summary>
    RunPart Uses { get; }

    /// <summary>Judges the observations.</summary>
    CheckResult Evaluate(ClusterSpec spec, RunObservations seen);
}
