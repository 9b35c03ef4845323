using System.CommandLine;
using Spectre.Console;
using VsanEmu.Cli.Options;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Spec;
using VsanEmu.Lab.Faults;
using VsanEmu.Report;

namespace VsanEmu.Cli.Lab;

/// <summary><c>lab --self-test</c> as its user sees it: a line for each fabric as it is judged, then the table.</summary>
internal static class SelfTestRun
{
    private const int MostTimes = 1000;
    private const int MostTogether = 16;

    private static readonly Option<bool> All = new("--self-test")
    {
        Description = "Run healthy fabrics of several shapes, and each fault (or each --fault) alone, and print faults × checks, and how many were found and named",
    };

    private static readonly Option<bool> Pairs = new("--pairs") { Description = "With --self-test: also each pair of faults" };

    private static readonly Option<int> Healthy = new Option<int>("--healthy")
    {
        Description = $"With --self-test: how often each healthy fabric is run, 0 to {MostTimes}",
        DefaultValueFactory = _ => 1,
        HelpName = "N",
    }.Allow(0, MostTimes);

    // Each takes a fifth of a processor, and waits the rest of the time.
    private static readonly Option<int> Together = new Option<int>("--together")
    {
        Description = $"With --self-test: how many fabrics at a time, 1 to {MostTogether}",
        DefaultValueFactory = _ => Math.Clamp(3 * Environment.ProcessorCount / 2, 1, MostTogether),
        HelpName = "N",
    }.Allow(1, MostTogether);

    /// <summary>The options, for the command to have.</summary>
    public static IReadOnlyList<Option> Options { get; } = [All, Pairs, Healthy, Together];

    /// <summary>Whether a self-test is asked for.</summary>
    /// <exception cref="UsageException">Only its details are.</exception>
    public static bool IsAsked(ParseResult parsed)
    {
        if (parsed.GetValue(All)) return true;
        foreach (Option detail in (Option[])[Pairs, Healthy, Together])
            if (parsed.GetResult(detail) is { Implicit: false }) throw new UsageException($"{detail.Name} goes with {All.Name}");
        return false;
    }

    /// <summary>Runs it.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="console">Where to.</param>
    /// <param name="cluster">The cluster in the fabrics with faults.</param>
    /// <param name="asked">The faults to put in; none for all.</param>
    /// <param name="cancellation">Ends it early.</param>
    public static async Task<ExitCode> RunAsync(
        ParseResult parsed, IAnsiConsole console, ClusterSpec cluster, IReadOnlyList<IFault> asked, CancellationToken cancellation)
    {
        IReadOnlyList<IFault> faults = asked.Count > 0 ? asked : KnownFaults.All;
        int times = parsed.GetValue(Healthy), together = parsed.GetValue(Together);
        SelfTestCase[] cases =
        [
            .. SelfTest.Healthy(cluster.Profile, times),
            .. SelfTest.Singles(cluster, faults),
            .. parsed.GetValue(Pairs) ? SelfTest.Pairs(cluster, faults) : [],
        ];

        var rows = new SelfTestRow?[cases.Length];
        await foreach ((int index, SelfTestRow row, TimeSpan took) in SelfTest.RunAsync(cases, together, cancellation))
        {
            rows[index] = row;
            SelfTestTable.WriteProgress(console, rows.Count(r => r is not null), rows.Length, row, took);
        }

        console.WriteLine();
        SelfTestTable.Write(console, rows!);
        return SelfTestScore.Of(rows!).Passed ? ExitCode.Passed : ExitCode.Failed;
    }
}
