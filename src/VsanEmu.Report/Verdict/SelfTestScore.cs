namespace VsanEmu.Report;

/// <summary>How often something came out as it should.</summary>
/// <param name="Good">How often it did.</param>
/// <param name="Total">How often it was tried.</param>
public readonly record struct Share(int Good, int Total)
{
    /// <summary>True when it always did.</summary>
    public bool All => Good == Total;

    /// <inheritdoc/>
    public override string ToString() => Total == 0 ? "none" : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Good} of {Total} ({100.0 * Good / Total:0.#} %)");
}

/// <summary>What a self-test is worth in figures: how many faults it found and named, and how often it raised the alarm for nothing.</summary>
public sealed record SelfTestScore
{
    /// <summary>The least share of pairs of faults that must be named.</summary>
    public const double LeastPairsNamed = 0.9;

    /// <summary>Single faults that raised all their checks.</summary>
    public required Share FaultsFound { get; init; }

    /// <summary>Single faults that were named, and nothing else.</summary>
    public required Share FaultsNamed { get; init; }

    /// <summary>Pairs of which both raised a check of theirs.</summary>
    public required Share PairsFound { get; init; }

    /// <summary>Pairs of which both were named, and nothing else.</summary>
    public required Share PairsNamed { get; init; }

    /// <summary>Healthy fabrics that passed without a name for what they do not have.</summary>
    public required Share HealthyPassed { get; init; }

    /// <summary>Fabrics that were run a second time, because the machine stood in the first run's way.</summary>
    public required int Repeated { get; init; }

    /// <summary>True when every fault was found and named, of the pairs nine in ten, and no healthy fabric raised an alarm.</summary>
    public bool Passed => FaultsFound.All && FaultsNamed.All && PairsFound.All && PairsNamed.Good >= LeastPairsNamed * PairsNamed.Total && HealthyPassed.All;

    /// <summary>The score of these rows.</summary>
    public static SelfTestScore Of(IReadOnlyList<SelfTestRow> rows)
    {
        return new()
        {
            FaultsFound = Count(1, r => r.Found),
            FaultsNamed = Count(1, r => r.Named),
            PairsFound = Count(2, r => r.Found),
            PairsNamed = Count(2, r => r.Named),
            HealthyPassed = Count(0, r => r.AsExpected),
            Repeated = rows.Count(r => r.Repeated),
        };

        Share Count(int faults, Func<SelfTestRow, bool> good)
        {
            SelfTestRow[] these = [.. rows.Where(r => r.Faults.Count == faults)];
            return new(these.Count(good), these.Length);
        }
    }

    /// <summary>The figures in words, a line each; of what was not tried none.</summary>
    public IEnumerable<string> Describe()
    {
        if (FaultsFound.Total > 0) yield return $"faults found {FaultsFound}, named {FaultsNamed}";
        if (PairsFound.Total > 0) yield return $"pairs found {PairsFound}, named {PairsNamed}";
        if (HealthyPassed.Total > 0) yield return $"false alarms {new Share(HealthyPassed.Total - HealthyPassed.Good, HealthyPassed.Total)}";
        if (Repeated > 0) yield return $"run a second time, because this machine stood still or dropped frames in the first: {Repeated}";
    }
}
