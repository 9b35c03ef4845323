using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Rules;

/// <summary>M5: one querier, whose general queries reach every member often enough (RFC 3376, 8.2).</summary>
internal sealed class QuerierPresent() : Check("M5", "a querier is there")
{
    protected override string Expected(ClusterSpec spec) =>
        $"one querier with an address, its general queries at every member's port every {Wording.Span(spec.Timers.QueryInterval)}, IGMP version {spec.Channels.IgmpVersion}";

    protected override Ledger Subjects(RunAnalysis run)
    {
        var watched = run.Queries.Ports.ToDictionary(p => p.Port);
        return Ledger.Of("port", run.Members, m => watched.TryGetValue(m, out PortQueries? port) ? WhyNot(run, port) : "not captured");
    }

    private static string? WhyNot(RunAnalysis run, PortQueries port) =>
        port.SilenceNs > run.Queries.LimitNs && port.Drops > 0 ? run.Unwatched(port.Port)
        : port.WatchedNs <= run.Queries.LimitNs ? $"watched for {Wording.Span(port.WatchedNs)} only, and {Wording.Span(run.Queries.LimitNs)} are needed"
        : null;

    protected override Finding Judge(RunAnalysis run)
    {
        if (run.Spec.Profile.Unicast) return Finding.Skip("the profile is unicast: there is no IGMP");
        QueryWatch watch = run.Queries;
        string limit = Wording.Span(watch.LimitNs);
        if (watch.Ports.Count == 0) return Finding.Inconclusive("no member's port was captured");

        PortQueries[] deaf = [.. watch.Ports.Where(p => p.SilenceNs > watch.LimitNs)];
        PortQueries[] proven = [.. deaf.Where(p => p.Drops == 0)];
        // One query that got lost harms nobody: a membership outlives two (RFC 3376, 8.1 and 8.4).
        PortQueries[] silent = [.. proven.Where(p => !watch.MissedOne(p))];
        if (silent.Length > 0) return Silence(watch, silent, limit);
        if (Competing(watch) is { } competing) return competing;
        if (!watch.LongEnough || watch.NoneAnywhere)
        {
            string watched = Wording.Span(watch.Ports.Max(p => p.WatchedNs));
            return Finding.Inconclusive(watch.NoneAnywhere
                ? $"no general query, but the ports were watched for {watched} only, and {limit} are needed"
                : $"{Describe(watch)}; its interval is not proven: watched for {watched}, {limit} are needed");
        }

        if (proven.Length > 0)
        {
            return Finding.Warn($"{Describe(watch)}; a query is missing at {Wording.Names(proven.Select(p => p.Port))}: {Wording.Span(proven.Max(p => p.SilenceNs))} without one") with
            {
                Evidence = proven.Select(p => $"{p.Port}: {Wording.Count(p.General, "general query", "general queries")}, longest silence {Wording.Span(p.SilenceNs)} (healthy: up to {limit})"),
                Cause = "a query was lost on the way, or the querier's interval is longer than the spec says",
                Remedy = "compare the querier's configured interval with the spec's; see P3 for loss",
            };
        }

        return Oddity(run, watch) ?? Finding.Pass($"{Describe(watch)}, at most {Wording.Span(watch.Ports.Max(p => p.SilenceNs))} apart");
    }

    private static Finding Silence(QueryWatch watch, PortQueries[] deaf, string limit)
    {
        bool everywhere = deaf.Length == watch.Ports.Count, never = deaf.All(p => p.General == 0);
        string where = everywhere ? "at any member's port" : $"at {Wording.Names(deaf.Select(p => p.Port))}";
        return Finding.Fail(never ? $"no general query {where} in {Wording.Span(deaf.Max(p => p.WatchedNs))}" : $"no general query {where} for {Wording.Span(deaf.Max(p => p.SilenceNs))}") with
        {
            Evidence = deaf.Select(p => $"{p.Port}: {Wording.Count(p.General, "general query", "general queries")}, longest silence {Wording.Span(p.SilenceNs)} (healthy: up to {limit})"),
            Cause = everywhere
                ? "no querier in the VLAN: switches forget who joined a group after about 260 s (2 x 125 s + 10 s), and the cluster falls apart"
                : "queries do not reach these ports",
            Remedy = everywhere
                ? "configure an IGMP snooping querier with an address in the VLAN, or multicast routing on its gateway"
                : "look at the path between the querier and these ports",
        };
    }

    private static Finding? Competing(QueryWatch watch)
    {
        if (watch.Queriers.Count < 2) return null;
        string who = Wording.Names(watch.Queriers);
        IEnumerable<string> evidence = watch.Sightings.GroupBy(s => (s.Phase, s.Source)).Select(g => $"{g.Key.Phase}: {g.Key.Source}, {g.Max(s => s.General)} general queries, IGMP version {g.First().Version}");
        return watch.Rivals
            ? Finding.Fail($"{watch.Queriers.Count} queriers at once: {who}") with
            {
                Evidence = evidence,
                Cause = "the queriers do not hear each other, or one of them ignores the election (the lowest address wins)",
                Remedy = "leave one querier enabled in the VLAN, or find what keeps their queries apart",
            }
            : Finding.Warn($"the querier changed: {who}") with
            {
                Evidence = evidence,
                Cause = "another querier took over",
                Remedy = "none if that was meant; else look why the former one fell silent",
            };
    }

    private static Finding? Oddity(RunAnalysis run, QueryWatch watch)
    {
        if (watch.Sightings.Any(s => s.Source == "0.0.0.0"))
        {
            return Finding.Warn($"{Describe(watch)}: a proxy's queries, without an address") with
            {
                Cause = "a switch queries on behalf of a querier that it does not have (RFC 4541, 2.1.1)",
                Remedy = "configure a querier with an address: some switches do not learn a router port from 0.0.0.0, and any other querier wins over it",
            };
        }

        int lowest = watch.Sightings.Min(s => s.Version), members = run.Spec.Channels.IgmpVersion;
        if (lowest >= members) return null;
        return Finding.Warn($"{Describe(watch)}, while members speak version {members}") with
        {
            Cause = $"hosts fall back to version {lowest} when they hear such a query (RFC 3376, 7.2.1); a snooper that knows only version {lowest} does not understand the reports sent before",
            Remedy = run.Vlan.VersionRemedy,
        };
    }

    private static string Describe(QueryWatch watch)
    {
        IEnumerable<string> versions = watch.Sightings.Select(s => s.Version).Distinct().Order().Select(v => $"v{v}");
        long fewest = watch.Ports.Min(p => p.General), most = watch.Ports.Max(p => p.General);
        string count = fewest == most ? $"{most}" : $"{fewest} to {most}";
        string queriers = string.Join(", ", watch.Queriers.DefaultIfEmpty("0.0.0.0"));
        return $"querier {queriers}, IGMP {string.Join('/', versions)}, {count} general queries at each port";
    }
}
