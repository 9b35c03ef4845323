using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Checks.Analysis;

/// <summary>What one member's port saw of the querier.</summary>
/// <param name="Port">The port.</param>
/// <param name="General">General queries.</param>
/// <param name="SilenceNs">The longest time without one, from the start of the watch, between two, or to its end.</param>
/// <param name="WatchedNs">The longest unbroken time during which the port was watched.</param>
/// <param name="Drops">Frames that the kernel dropped there.</param>
internal sealed record PortQueries(string Port, long General, long SilenceNs, long WatchedNs, long Drops);

/// <summary>General queries at the members' ports, over the whole run: a query is heard everywhere, whatever the cluster does.</summary>
internal sealed class QueryWatch
{
    private QueryWatch(IReadOnlyList<PortQueries> ports, IReadOnlyList<QuerySighting> sightings, long limitNs, long goneNs)
    {
        Ports = ports;
        Sightings = sightings;
        LimitNs = limitNs;
        GoneNs = goneNs;
    }

    /// <summary>Each member's port.</summary>
    public IReadOnlyList<PortQueries> Ports { get; }

    /// <summary>Every sighting of general queries at a member's port.</summary>
    public IReadOnlyList<QuerySighting> Sightings { get; }

    /// <summary>The longest healthy silence.</summary>
    public long LimitNs { get; }

    /// <summary>A silence after which another querier would take this one's place (RFC 3376, 8.5).</summary>
    public long GoneNs { get; }

    /// <summary>True when a port's silence is no longer than a single lost query makes it; a port that heard none at all lacks one when others heard one.</summary>
    public bool MissedOne(PortQueries port) => port.SilenceNs <= GoneNs && (port.General > 0 || Ports.Max(p => p.General) == 1);

    /// <summary>True when the watch was long enough to prove a silence, at some port.</summary>
    public bool LongEnough => Ports.Any(p => p.WatchedNs > LimitNs);

    /// <summary>True when no member's port saw any general query.</summary>
    public bool NoneAnywhere => Ports.Count > 0 && Sightings.Count == 0;

    /// <summary>Addresses that sent general queries; 0.0.0.0 is a proxy and not among them.</summary>
    public IReadOnlyList<string> Queriers => field ??= [.. Sightings.Select(s => s.Source).Where(s => s != "0.0.0.0").Distinct().Order()];

    /// <summary>
    /// True when two of them queried at the same time. The lowest address wins (RFC 3376, 6.6.2), so one that goes on beside a lower one does not hear it.
    /// </summary>
    public bool Rivals => Queriers.Count > 1 && Sightings.GroupBy(s => s.Phase).Any(phase =>
    {
        QuerySighting[] busy = [.. phase.Where(s => s.General > 1 && s.Source != "0.0.0.0")];
        return busy.Any(a => busy.Any(b => a.Source != b.Source && a.FirstNs < b.LastNs && b.FirstNs < a.LastNs));
    });

    public static QueryWatch Of(RunAnalysis run)
    {
        PortCapture[] ports = [.. run.Seen.Ports.Where(p => p.Kind == PortKind.Member)];
        return new(
            [.. ports.Select(p => Watch(run, p))],
            [.. ports.SelectMany(p => p.Queries).Where(q => q.General > 0)],
            Wording.Ns(run.Spec.Timers.LongestQueryGap()),
            Wording.Ns(run.Spec.Timers.QuerierGone()));
    }

    private static PortQueries Watch(RunAnalysis run, PortCapture port)
    {
        long diedAt = run.Timeline.DiedAt(port.Port) ?? long.MaxValue;
        ILookup<string, QuerySighting> sightings = port.Queries.Where(q => q.General > 0).ToLookup(q => q.Phase);
        long silence = 0, watched = 0, start = 0, last = 0;
        bool watching = false;
        foreach (PhaseObservation phase in run.Timeline.All)
        {
            // While the segment is split, the querier may rightly be on the other side.
            bool whole = phase.Name != Phases.Partition && phase.Sides.Count == 0 && phase.EndNs <= diedAt;
            if (!whole)
            {
                watching = false;
                continue;
            }

            if (!watching) start = last = phase.StartNs;
            watching = true;
            QuerySighting[] here = [.. sightings[phase.Name]];
            if (here.Length > 0)
            {
                silence = Max(silence, here.Min(q => q.FirstNs) - last, here.Where(q => q.General > 1).Select(q => q.LongestGapNs).DefaultIfEmpty().Min());
                last = here.Max(q => q.LastNs);
            }

            silence = Max(silence, phase.EndNs - last);
            watched = Math.Max(watched, phase.EndNs - start);
        }

        return new(port.Port, port.Queries.Sum(q => q.General), silence, watched, port.Dropped);
    }

    private static long Max(params ReadOnlySpan<long> values)
    {
        long max = long.MinValue;
        foreach (long value in values) max = Math.Max(max, value);
        return max;
    }
}
