using System.Globalization;
using System.Text.RegularExpressions;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Record;

namespace VsanEmu.Scenarios;

/// <summary>
/// What a scenario's <c>expected.txt</c> says, a line each:
/// <c>exit N</c>; <c>fault NAME, PLACE</c>, each that must be named, and no other; <c>fail IDS</c> and <c>warn IDS</c>, the checks that must, and no other;
/// <c>also IDS</c>, those that chance may let fail, warn, or stay inconclusive, too;
/// <c>inconclusive IDS</c>, the checks that must be, where the line is there, and no other; <c>says ID TEXT</c>, what a check's finding or its evidence must hold;
/// <c>median ID LOW HIGH</c>, within which a check's median lies; <c>loss to PORT P %</c>, the rate within whose binomial interval the loss measured there lies.
/// </summary>
internal sealed partial class Expectation
{
    // Standard deviations: chance alone leaves the interval once in ten thousand runs. (At 99 % a run in a hundred would fail for nothing.)
    private const double Deviates = 3.89;

    private readonly ILookup<string, string> _lines;

    private Expectation(IEnumerable<string> lines) => _lines = lines.Select(l => l.Split(' ', 2)).ToLookup(w => w[0], w => w[1]);

    public static Expectation Read(string path) => new(File.ReadLines(path));

    /// <summary>What is not as expected; nothing when all is.</summary>
    public IReadOnlyList<string> Deviations(int exit, RunRecord record)
    {
        Verdict verdict = record.Verdict;
        return
        [
            .. Same("exit", [$"{exit}"]),
            .. Same("fault", [.. verdict.Diagnoses.Select(d => d.Where.Length > 0 ? $"{d.Fault}, {d.Where}" : d.Fault)]),
            .. Same("fail", verdict, CheckOutcome.Fail),
            .. Same("warn", verdict, CheckOutcome.Warn),
            .. _lines.Contains("inconclusive") ? Same("inconclusive", verdict, CheckOutcome.Inconclusive) : [],
            .. _lines["says"].Select(l => Says(verdict, l)).OfType<string>(),
            .. _lines["median"].Select(l => Median(verdict, l)).OfType<string>(),
            .. _lines["loss"].Select(l => Loss(record, l)).OfType<string>(),
        ];
    }

    private IEnumerable<string> Same(string word, string[] seen)
    {
        string[] expected = [.. _lines[word]];
        return expected.Order().SequenceEqual(seen.Order()) ? [] : [$"{word}: expected {string.Join("; ", expected)}, seen {string.Join("; ", seen)}"];
    }

    private IEnumerable<string> Same(string word, Verdict verdict, CheckOutcome outcome)
    {
        string[] must = [.. _lines[word].SelectMany(l => l.Split(' '))], may = [.. _lines["also"].SelectMany(l => l.Split(' '))];
        string[] seen = [.. verdict.Results.Where(r => r.Outcome == outcome).Select(r => r.Id)];
        string[] wrong = [.. must.Except(seen).Select(id => $"{id} did not"), .. seen.Except(must).Except(may).Select(id => $"{id} did")];
        return wrong.Length == 0 ? [] : [$"{word}: {string.Join(", ", wrong)}"];
    }

    private static string? Says(Verdict verdict, string line)
    {
        string[] words = line.Split(' ', 2);
        CheckResult result = verdict.Results.Single(r => r.Id == words[0]);
        string[] said = [result.Seen, .. result.Evidence];
        return said.Any(s => s.Contains(words[1], StringComparison.Ordinal)) ? null : $"says {line}: said {string.Join("; ", said)}";
    }

    private static string? Median(Verdict verdict, string line)
    {
        string[] words = line.Split(' ');
        string seen = verdict.Results.Single(r => r.Id == words[0]).Seen;
        double? median = MedianIn().Match(seen) is { Success: true } m ? Milliseconds(m.Groups[1].Value) : null;
        return median >= Milliseconds(words[1]) && median <= Milliseconds(words[2]) ? null : $"median {line}: seen {seen}";
    }

    private static double Milliseconds(string text)
    {
        Match m = Figure().Match(text);
        double unit = m.Groups[2].Value switch { "ns" => 1e-6, "µs" => 1e-3, "ms" => 1, "s" => 1000, var other => throw new FormatException(other) };
        return double.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture) * unit;
    }

    private static string? Loss(RunRecord record, string line)
    {
        string[] words = line.Split(' ');
        double rate = double.Parse(words[2], CultureInfo.InvariantCulture) / 100;
        var streams = record.Observations.Streams.Where(s => s.To == words[1] && s.Group == FlowGroup.Agent).ToArray();
        long sent = streams.Sum(s => s.Sent), lost = sent - streams.Sum(s => s.Received);
        double mean = sent * rate, margin = Deviates * Math.Sqrt(sent * rate * (1 - rate));
        return sent > 0 && Math.Abs(lost - mean) <= margin + 0.5 ? null : $"loss {line}: {lost} of {sent} lost, {mean - margin:0} to {mean + margin:0} expected";
    }

    [GeneratedRegex(@"median ([\d.]+ (?:ns|µs|ms|s))")]
    private static partial Regex MedianIn();

    [GeneratedRegex(@"^([\d.]+) ?(\w+)$")]
    private static partial Regex Figure();
}
