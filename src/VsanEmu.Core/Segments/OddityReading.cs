using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Frames;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Segments;

/// <summary>What in a segment does not fit the flow matrix, or speaks of a fault of the fabric.</summary>
internal sealed class OddityReading(
    PortCapture capture, ChannelSpec channels, Listening listening, SeenQuerier[] queriers, SeenGroup[] groups, SeenHost[] hosts)
{
    // RFC 3376 8.2: an interval of 125 s, and as much again for jitter as M5 allows.
    private const long QueryWatchNs = 130_000_000_000;

    public IEnumerable<string> Lines() => [.. LinkLines(), .. QuerierLines(), .. RoleLines(), .. DatagramLines(), .. CaptureLines()];

    private IEnumerable<string> LinkLines()
    {
        foreach (DeafSpell deaf in listening.Deaf)
        {
            string when = listening.HeardNs == 0 ? "all the time: nothing could be heard"
                : deaf.FromNs == deaf.ToNs ? "for a moment: what passed then was not heard"
                : $"from {Wording.Span(deaf.FromNs)} to {Wording.Span(deaf.ToNs)} of {Wording.Span(listening.WatchedNs)}: what passed then was not heard";
            yield return $"the interface {deaf.Why} {when}";
        }

        if (capture.FramesIn == 0 && listening.HeardNs > 0) yield return $"not one frame was heard in {Wording.Span(listening.HeardNs)}{OnlyOwn}: whether anything reaches this port is not known";
    }

    private string OnlyOwn => capture.Frames == 0 ? "" : $", but {Wording.Count(capture.Frames, "frame")} of this host's own";

    private IEnumerable<string> QuerierLines()
    {
        string[] addresses = [.. queriers.Select(q => q.Address).Distinct()];
        if (addresses.Length > 1) yield return $"{addresses.Length} queriers: {string.Join(", ", addresses)} (the lowest address should silence the others)";
        if (addresses.Contains("0.0.0.0")) yield return "a proxy's queries, from 0.0.0.0: some switches do not learn a router port from them";
        if (queriers.Length == 0 && listening.HeardNs >= QueryWatchNs) yield return $"no IGMP query in {Wording.Span(listening.HeardNs)}: nothing refreshes group memberships here, or this port does not get the queries";
        if (queriers.Length == 0 && listening.HeardNs < QueryWatchNs && groups.Length > 0)
            yield return $"no IGMP query in {Wording.Span(listening.HeardNs)}; a querier speaks every 125 s, so watch for 130 s to be sure";
        int lowest = queriers.Length == 0 ? 3 : queriers.Min(q => q.Version);
        string[] newer = [.. groups.SelectMany(g => g.Members).Where(m => m.Version > lowest).Select(m => m.Host).Distinct()];
        if (newer.Length > 0) yield return $"the querier speaks IGMPv{lowest}, but {Wording.Names(newer)} reported by a later version";
    }

    private IEnumerable<string> RoleLines()
    {
        foreach (Role role in (Role[])[Role.Master, Role.Backup])
        {
            string[] holders = [.. hosts.Where(h => h.Role == role).Select(h => h.Address)];
            if (holders.Length > 1) yield return $"{holders.Length} hosts look like a {role}: {string.Join(", ", holders)} (a partition, or two clusters on the same groups)";
        }

        foreach (SeenHost host in hosts.Where(h => h.Role is null && !h.Why.StartsWith("sends to the Agent Group") && h.Opened.Count + h.Accepted.Count + h.Datagrams > 0))
            yield return $"{host.Address} {host.Why}, which no member does: an outsider, or a member of which this port hears only a part";
    }

    private IEnumerable<string> DatagramLines()
    {
        foreach (FlowSighting f in capture.Flows.Where(f => f.Protocol == FiveTuple.Udp && f.TtlMin < f.TtlMax))
            yield return $"datagrams from {f.Source} to {f.Destination} arrive with TTL {f.TtlMin} to {f.TtlMax}: they take different ways";
        (int Port, string? Group)[] own = [(channels.AgentPort, channels.AgentGroup?.ToString()), (channels.MasterPort, channels.MasterGroup?.ToString())];
        foreach (FlowSighting f in capture.Flows.Where(f => f.Protocol == FiveTuple.Udp && SegmentReading.IsGroup(f.Destination)))
        {
            if (!own.Any(o => o.Port == f.DestinationPort && o.Group == f.Destination))
                yield return $"{f.Source} sends to {f.Destination} UDP {f.DestinationPort}, a group that this spec does not have";
        }
    }

    private IEnumerable<string> CaptureLines()
    {
        foreach (var vlan in capture.Vlans.GroupBy(v => v.Vlan).OrderBy(g => g.Key))
        {
            long queries = vlan.Sum(v => v.Queries);
            yield return $"{Wording.Count(vlan.Sum(v => v.Frames), "frame")} of VLAN {vlan.Key}{(queries > 0 ? $", {queries} IGMP queries among them" : "")}: tagged, so a host at this port "
                + "does not get them, and they are left out of all the rest";
        }

        if (capture.Dropped > 0) yield return $"the kernel dropped {capture.Dropped} frames of the capture: what was not seen may have been there";
    }
}
