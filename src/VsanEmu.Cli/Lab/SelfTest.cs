using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using VsanEmu.Control;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Record;
using VsanEmu.Core.Spec;
using VsanEmu.Lab;
using VsanEmu.Lab.Faults;
using VsanEmu.Report;

namespace VsanEmu.Cli.Lab;

/// <summary>One fabric of the self-test: healthy, or with one fault or two.</summary>
/// <param name="Cluster">The cluster in it.</param>
/// <param name="Shape">How it is laid out.</param>
/// <param name="Faults">What is wrong with it; none for a healthy one.</param>
/// <param name="Named">What a healthy one is called; empty for the usual one.</param>
public sealed record SelfTestCase(ClusterSpec Cluster, FabricShape Shape, IReadOnlyList<IFault> Faults, string Named = "")
{
    // Left out where nothing is to be found by it: it takes seconds in which nothing happens.
    private const string IdleCheck = "A9";

    /// <summary>Whether it takes minutes.</summary>
    public bool Long => Faults.Any(f => f.MustFail.Contains(IdleCheck));

    /// <summary>Builds it, lets a cluster run on it, and judges.</summary>
    public async Task<SelfTestRow> RunAsync(IProgress<RunProgress>? progress, CancellationToken cancellation)
    {
        var lab = new LabRun(new LabOptions
        {
            Cluster = Cluster,
            Shape = Shape,
            Faults = Faults,
            Conduct = new ConductorOptions { Long = Long },
        });
        RunRecord record = await lab.RunAsync(progress, cancellation);
        return new SelfTestRow([.. Faults.Select(f => new SelfTestFault(f.Name, f.MustFail, f.MustWarn))], record.Verdict)
        {
            Shape = Named,
            Hindered = record.Observations.Machine is { Hindrances.Count: > 0 },
        };
    }
}

/// <summary>Runs the lab on healthy fabrics, with each fault, and with pairs of them: a check is worth what comes out.</summary>
public static class SelfTest
{
    /// <summary>Members of the self-test's clusters: the fewest in which every fault has members to hit that are neither Master nor Backup.</summary>
    public const int Members = 5;

    // The smallest cluster, the usual one, the largest.
    private static readonly int[] Sizes = [MinSize, 8, MaxSize];
    private const int MinSize = 2;
    private const int MaxSize = 64;

    /// <summary>Healthy fabrics: of each size on one switch, and of each shape, as often as is asked for.</summary>
    public static IEnumerable<SelfTestCase> Healthy(FlowProfile profile, int times)
    {
        SelfTestCase[] each =
        [
            .. Sizes.Select(n => new SelfTestCase(LabSpec.Create(n, profile), FabricShape.Plain, [], string.Create(CultureInfo.InvariantCulture, $"{n} members"))),
            .. FabricShape.All.Where(s => s != FabricShape.Plain).Select(s => new SelfTestCase(LabSpec.Create(Members, profile), s, [], s.Name)),
        ];
        return Enumerable.Repeat(each, times).SelectMany(e => e);
    }

    /// <summary>Each fault alone.</summary>
    public static IEnumerable<SelfTestCase> Singles(ClusterSpec cluster, IReadOnlyList<IFault> faults) =>
        faults.Select(f => new SelfTestCase(cluster, FabricShape.Plain, [f]));

    /// <summary>Each pair of faults of which both can be seen.</summary>
    public static IEnumerable<SelfTestCase> Pairs(ClusterSpec cluster, IReadOnlyList<IFault> faults) =>
        FaultPairs.Of(faults).Select(p => new SelfTestCase(cluster, FabricShape.Plain, [p.A, p.B]));

    /// <summary>
    /// Runs cases, several at a time, the longest first: each has a fabric of its own, and most of a run is waiting. One that went otherwise than expected
    /// while the machine stood in its way tells nothing: it is run once more, alone, when the others are done.
    /// </summary>
    /// <returns>The cases' numbers and rows, as they end.</returns>
    public static async IAsyncEnumerable<(int Index, SelfTestRow Row, TimeSpan Took)> RunAsync(
        IReadOnlyList<SelfTestCase> cases, int together, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var ended = Channel.CreateUnbounded<(int Index, SelfTestRow Row, TimeSpan Took)>();
        Task all = Parallel.ForEachAsync(
            cases.Index().OrderByDescending(c => c.Item.Long), new ParallelOptions { MaxDegreeOfParallelism = together, CancellationToken = cancellation },
            async (next, token) => await ended.Writer.WriteAsync(await TimedAsync(next.Index, next.Item, token), token));
        _ = all.ContinueWith(t => ended.Writer.Complete(t.Exception?.InnerException), TaskScheduler.Default);
        var again = new List<int>();
        await foreach ((int Index, SelfTestRow Row, TimeSpan Took) one in ended.Reader.ReadAllAsync(CancellationToken.None))
        {
            if (one.Row is { Hindered: true, AsExpected: false }) again.Add(one.Index);
            else yield return one;
        }

        await all;
        foreach (int index in again)
        {
            (_, SelfTestRow row, TimeSpan took) = await TimedAsync(index, cases[index], cancellation);
            yield return (index, row with { Repeated = true }, took);
        }
    }

    private static async Task<(int Index, SelfTestRow Row, TimeSpan Took)> TimedAsync(int index, SelfTestCase one, CancellationToken cancellation)
    {
        long start = TimeProvider.System.GetTimestamp();
        SelfTestRow row = await one.RunAsync(null, cancellation);
        return (index, row, TimeProvider.System.GetElapsedTime(start));
    }
}
