using VsanEmu.Core.Checks;

namespace VsanEmu.Report;

/// <summary>A fault as the self-test put it in.</summary>
/// <param name="Name">Its name.</param>
/// <param name="MustFail">Ids of the checks that it must make fail.</param>
/// <param name="MustWarn">Ids of the checks that it must make warn, or fail.</param>
public sealed record SelfTestFault(string Name, IReadOnlyList<string> MustFail, IReadOnlyList<string> MustWarn);

/// <summary>One row of the self-test: a fabric with these faults in it, and what the tool said of it.</summary>
/// <param name="Faults">The injected faults; none for a healthy fabric.</param>
/// <param name="Verdict">What the tool said.</param>
public sealed record SelfTestRow(IReadOnlyList<SelfTestFault> Faults, Verdict Verdict)
{
    /// <summary>How a healthy fabric is laid out; empty for the usual way.</summary>
    public string Shape { get; init; } = "";

    /// <summary>True when the machine stood in the run's way (<see cref="Core.Observations.MachineObservation"/>).</summary>
    public bool Hindered { get; init; }

    /// <summary>True when this is the second run: the first was hindered, and not as expected.</summary>
    public bool Repeated { get; init; }

    /// <summary>What the row is called.</summary>
    public string Title => Faults.Count > 0 ? string.Join(" + ", Faults.Select(f => f.Name)) : Shape.Length > 0 ? $"(healthy, {Shape})" : "(healthy)";

    /// <summary>True when exactly the injected faults were named: for a healthy fabric none.</summary>
    public bool Named => Verdict.Diagnoses.Select(d => d.Fault).ToHashSet().SetEquals(Faults.Select(f => f.Name));

    /// <summary>
    /// True when every fault was found. Alone, it must raise all its checks; beside another, one of them, or be named: the other may have taken away what the rest rest on.
    /// </summary>
    public bool Found => Faults.Count == 1 ? Missed.Count == 0 : Faults.All(f => f.MustFail.Any(Failed) || f.MustWarn.Any(Raised) || Verdict.Diagnoses.Any(d => d.Fault == f.Name));

    /// <summary>True when the faults were found and named; for a healthy fabric, when nothing failed, stayed inconclusive or was named.</summary>
    public bool AsExpected => Named && (Faults.Count == 0 ? Verdict.ExitCode == ExitCode.Passed : Found);

    /// <summary>Ids of the faults' own checks that did not say what they must.</summary>
    internal IReadOnlyList<string> Missed =>
        [.. Faults.SelectMany(f => f.MustFail.Where(id => !Failed(id)).Concat(f.MustWarn.Where(id => !Raised(id)))).Distinct()];

    internal bool Owns(string id) => Faults.Any(f => f.MustFail.Contains(id) || f.MustWarn.Contains(id));

    internal CheckOutcome? Outcome(string id) => Verdict.Results.FirstOrDefault(r => r.Id == id)?.Outcome;

    private bool Failed(string id) => Outcome(id) == CheckOutcome.Fail;

    private bool Raised(string id) => Outcome(id) is CheckOutcome.Fail or CheckOutcome.Warn;
}
