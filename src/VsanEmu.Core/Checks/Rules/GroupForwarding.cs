using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Rules;

/// <summary>M9: whether a group that nobody joined arrives where another one with the same MAC address was joined.</summary>
internal sealed class MacAliases() : TrialCheck("M9", "forwards by IP, not by MAC", TrialKind.MacAlias)
{
    protected override string Expected(ClusterSpec spec) => "a group that shares its MAC address with a joined one, and that nobody joined, does not arrive";

    protected override IEnumerable<(string Name, Func<Trial, bool> Is)> Planned(RunAnalysis run) => One("a group with a joined one's MAC address");

    protected override Ledger Subjects(RunAnalysis run, IReadOnlyList<Trial> sent) => At("port", sent, t => t.ReceiverPorts, (t, p) => t.UnknownAbsence(p));

    protected override Finding Judge(RunAnalysis run, IReadOnlyList<Trial> trials)
    {
        var joined = Cases(trials, t => t.Receivers);
        var arrived = Arrived(joined);
        if (arrived.Length == 0) return Finding.Pass($"{Wording.Count(trials.Count, "alias", "aliases")}: nothing at {Ports(joined)}, which joined the group with the same MAC address");
        if (Arrived(Cases(trials, t => t.Bystanders)).Length > 0) return Finding.Skip("cannot be told here: the switch floods groups that nobody joined (M4, M11)");
        return Finding.Warn($"forwarded by MAC address: {Wording.Names(arrived.Select(a => $"{a.Trial.Plan.Group} came with {a.Trial.Plan.JoinedInstead}").Distinct(), 2)}") with
        {
            Evidence = arrived.Select(Line),
            Cause = "the switch keeps its group table by MAC address, and 32 groups share each of them (RFC 1112, 6.4)",
            Remedy = $"keep other traffic off the groups that share a MAC address with the cluster's: {Wording.Names(Aliases(run.Spec), 4)} and 28 more of each",
        };
    }

    // Of each group two others that nobody would suspect: the low 23 bits make the MAC address.
    private static IEnumerable<string> Aliases(ClusterSpec spec) =>
        from @group in GroupAddresses.Of(spec)
        let bytes = @group.GetAddressBytes()
        from alias in (byte[][])[[(byte)(bytes[0] == 225 ? 226 : 225), bytes[1], bytes[2], bytes[3]], [bytes[0], (byte)(bytes[1] ^ 0x80), bytes[2], bytes[3]]]
        select string.Join('.', alias);
}

/// <summary>M11: whether groups that nobody joined are flooded. RFC 4541, 2.1.2 lets a switch do so; a cluster's groups, which are joined, it may not (M4).</summary>
internal sealed class UnregisteredGroups() : TrialCheck("M11", "groups nobody joined", TrialKind.Unregistered)
{
    protected override string Expected(ClusterSpec spec) => "a group that nobody joined is dropped";

    protected override IEnumerable<(string Name, Func<Trial, bool> Is)> Planned(RunAnalysis run) => One("a group that nobody joined");

    protected override Ledger Subjects(RunAnalysis run, IReadOnlyList<Trial> sent) => At("port", sent, t => t.BystanderPorts, (t, p) => t.UnknownAbsence(p));

    protected override Finding Judge(RunAnalysis run, IReadOnlyList<Trial> trials)
    {
        var cases = Cases(trials, t => t.Bystanders);
        var arrived = Arrived(cases);
        if (arrived.Length == 0) return Finding.Pass($"{Wording.Count(trials.Count, "group")} that nobody joined: nothing at {Ports(cases)}");
        return Finding.Warn($"flooded to {Ports(arrived)}") with
        {
            Evidence = arrived.Select(Line),
            Cause = "the switch floods groups that it knows no member of, as RFC 4541 (2.1.2) permits",
            Remedy = $"none is needed for vSAN, whose groups are joined; to spare the ports, turn flooding of unregistered multicast off{(run.Vlan.Querier ? "" : ", once a querier is there")}",
        };
    }
}

/// <summary>M12: 224.0.0.0/24 goes to every port, joined or not (RFC 4541, 2.1.2): routing, spanning and querier protocols live there.</summary>
internal sealed class LinkLocalGroups() : TrialCheck("M12", "224.0.0.0/24 always forwarded", TrialKind.LinkLocal)
{
    protected override string Expected(ClusterSpec spec) => "a group of 224.0.0.0/24 arrives at every port of the segment";

    protected override IEnumerable<(string Name, Func<Trial, bool> Is)> Planned(RunAnalysis run) => One("a group of 224.0.0.0/24");

    protected override Ledger Subjects(RunAnalysis run, IReadOnlyList<Trial> sent) => At("port", sent, t => t.BystanderPorts.Concat(t.ReceiverPorts), (t, p) => t.Unknown(p));

    protected override Finding Judge(RunAnalysis run, IReadOnlyList<Trial> trials)
    {
        var cases = Cases(trials, t => t.Bystanders.Concat(t.Receivers));
        var missing = cases.Except(Arrived(cases)).ToArray();
        var proven = missing.Where(m => m.Trial.Unknown(m.Port.Port) is null).ToArray();
        if (proven.Length == 0) return Finding.Pass($"{Wording.Names(trials.Select(t => t.Plan.Group).Distinct())} arrived at all of {Wording.Count(Arrived(cases).Select(c => c.Port.Port).Distinct().Count(), "port")}");
        return Finding.Fail($"{Wording.Names(proven.Select(m => m.Trial.Plan.Group).Distinct())} did not arrive at {Ports(proven)}") with
        {
            Evidence = proven.Select(Line),
            Cause = "the switch prunes 224.0.0.0/24, whose members do not report themselves; or the port is cut off (M1, A1)",
            Remedy = "exempt 224.0.0.0/24 from snooping and from multicast filters",
        };
    }
}

/// <summary>M13: a host that speaks IGMPv2 and one that speaks IGMPv3 both get the group that both joined.</summary>
internal sealed class MixedVersions() : TrialCheck("M13", "IGMPv2 beside IGMPv3", TrialKind.MixedVersions)
{
    protected override string Expected(ClusterSpec spec) => "a group joined by IGMPv2 at one port and by IGMPv3 at another arrives at both";

    protected override string? Absent(RunAnalysis run) => WhyNot(run.Spec);

    protected override IEnumerable<(string Name, Func<Trial, bool> Is)> Planned(RunAnalysis run) => One("a group joined by both versions");

    // Why hosts of two versions cannot be tried side by side in a cluster; null when they can.
    private static string? WhyNot(ClusterSpec spec) =>
        spec.Channels.IgmpVersion < 3 ? "the cluster's members speak IGMPv2 only"
        : spec.Members.Count < 3 ? "takes a sender and two receivers: three members"
        : null;

    protected override Ledger Subjects(RunAnalysis run, IReadOnlyList<Trial> sent) => At("port", sent, t => t.ReceiverPorts, (t, p) => t.UnknownAbsence(p));

    protected override Finding Judge(RunAnalysis run, IReadOnlyList<Trial> trials)
    {
        VersionedJoin[] joins = [.. VersionedJoin.Of(run, trials)];
        VersionedJoin[] deaf = [.. joins.Where(j => j.Deaf)];
        IEnumerable<string> evidence = joins.Select(j => j.ToString());
        if (deaf.Length > 0)
        {
            int[] versions = [.. deaf.SelectMany(d => d.Versions).Distinct().Order()];
            bool one = versions.Length == 1 && joins.Any(j => !j.Deaf);
            return Finding.Fail($"nothing at {Wording.Names(deaf.Select(d => d.Port).Distinct())}, joined by IGMP{string.Join('/', versions.Select(v => $"v{v}"))}") with
            {
                Evidence = evidence,
                Cause = one ? $"the switch does not understand IGMPv{versions[0]} reports, or forgets them when the other version is heard" : "the switch learns from neither version",
                Remedy = run.Vlan.VersionRemedy.Length > 0 ? run.Vlan.VersionRemedy : "set querier, switch and members to the same version",
            };
        }

        int[] seen = [.. joins.SelectMany(j => j.Versions).Distinct().Order()];
        if (seen is [2] && run.Queries.Sightings.Any(s => s.Version == 2)) return Finding.Skip("the querier speaks IGMPv2, and every host follows it (RFC 3376, 7.2.1)");
        return seen.Length < 2
            ? Finding.Inconclusive($"reports of {(seen.Length == 0 ? "no version" : $"version {seen[0]} only")} were captured, so no mix was tried") with { Evidence = evidence }
            : Finding.Pass($"both arrive: {string.Join(", ", joins.Select(j => $"{j.Port} v{string.Join('/', j.Versions)}").Distinct())}") with { Evidence = evidence };
    }
}

/// <summary>M16: a report whose checksum is wrong makes no member (RFC 4541, 2.1.1).</summary>
internal sealed class BadReportIgnored() : TrialCheck("M16", "broken report is ignored", TrialKind.BadReport)
{
    protected override string Expected(ClusterSpec spec) => "a port whose only report had a wrong checksum does not get the group";

    protected override IEnumerable<(string Name, Func<Trial, bool> Is)> Planned(RunAnalysis run) => One("a group with a broken report");

    protected override Ledger Subjects(RunAnalysis run, IReadOnlyList<Trial> sent) =>
        At("port", sent, t => [t.Plan.Actor], (t, p) => Acted(t) ? t.UnknownAbsence(p) : "no broken report was sent while the stream ran");

    protected override Finding Judge(RunAnalysis run, IReadOnlyList<Trial> trials)
    {
        Trial[] acted = [.. trials.Where(Acted)];
        var cases = Cases(acted, t => run.Trials.Segment.Where(p => p.Port == t.Plan.Actor));
        var arrived = Arrived(cases);
        if (arrived.Length == 0) return Finding.Pass($"{Wording.Count(acted.Length, "broken report")}: nothing at {Ports(cases)}");
        if (Arrived(Cases(acted, t => t.Bystanders)).Length > 0) return Finding.Skip("cannot be told here: the switch floods groups that nobody joined (M4, M11)");
        return Finding.Warn($"the switch believed it: the group came to {Ports(arrived)}") with
        {
            Evidence = arrived.Select(Line),
            Cause = "the switch does not verify the checksum of IGMP messages",
            Remedy = "none is urgent: a damaged frame may open a group at a port for a while. Look for a newer firmware",
        };
    }

    private static bool Acted(Trial trial) => trial.Plan.ActedAtNs > 0 && trial.LastSentNs > trial.Plan.ActedAtNs;
}
