using System.Net;
using VsanEmu.Core.Observations;

namespace VsanEmu.Control.Trials;

/// <summary>An act at its time.</summary>
/// <param name="Who">The endpoint.</param>
/// <param name="What">What it does.</param>
/// <param name="Group">About which group.</param>
internal sealed record PlannedAct(string Who, GroupAct What, IPAddress Group);

/// <summary>One trial: first some endpoints join, then the stream begins, and then, while it runs, somebody acts. At its end all leave that joined.</summary>
internal sealed record PlannedTrial
{
    public required TrialKind Kind { get; init; }

    public int Round { get; init; } = 1;

    /// <summary>The stream; its number is the trial's.</summary>
    public required TrialStream Stream { get; init; }

    /// <summary>When it begins, with the acts before the stream, after the beginning of all trials.</summary>
    public required TimeSpan Start { get; init; }

    /// <summary>What is done then.</summary>
    public IReadOnlyList<PlannedAct> Before { get; init; } = [];

    /// <summary>Time from there until the stream begins.</summary>
    public TimeSpan Lead { get; init; }

    /// <summary>What is done while the stream runs; the first is the actor's.</summary>
    public IReadOnlyList<PlannedAct> During { get; init; } = [];

    /// <summary>When, after the stream's begin.</summary>
    public TimeSpan ActAfter { get; init; }

    /// <summary>Who is a member of the group at the end of the stream, or before it for a leave.</summary>
    public IReadOnlyList<string> Joined { get; init; } = [];

    /// <summary>The group that was joined instead, for an alias.</summary>
    public IPAddress? JoinedInstead { get; init; }

    /// <summary>Who acts while the stream runs; empty when nobody does.</summary>
    public string Actor => During is [var first, ..] ? first.Who : "";

    /// <summary>When it ends, after the beginning of all trials.</summary>
    public TimeSpan End => Start + Lead + Stream.Length;

    /// <summary>The leaves that undo the joins.</summary>
    public IEnumerable<PlannedAct> After => Before.Concat(During)
        .Where(a => a.What == GroupAct.Join)
        .Select(a => a with { What = GroupAct.Leave });
}
