using VsanEmu.Core.Flows;
using VsanEmu.Core.Frames;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Segments;

/// <summary>A host that was seen at a port.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Role">The role that its flows look like, or null when they look like none.</param>
/// <param name="Why">The flows that say so.</param>
/// <param name="Groups">Groups that it reported.</param>
/// <param name="Opened">Hosts to which it opened connections on the reliable port.</param>
/// <param name="Accepted">Hosts from which it accepted some.</param>
/// <param name="Datagrams">UDP datagrams on the cluster's ports that it sent.</param>
public sealed record SeenHost(
    string Address, Role? Role, string Why, IReadOnlyList<string> Groups, IReadOnlyList<string> Opened, IReadOnlyList<string> Accepted, long Datagrams);

/// <summary>A querier that was heard.</summary>
/// <param name="Address">Its address; 0.0.0.0 is a proxy's.</param>
/// <param name="Version">IGMP version.</param>
/// <param name="General">General queries.</param>
/// <param name="IntervalNs">Longest time between two of them; 0 with fewer than two.</param>
public sealed record SeenQuerier(string Address, int Version, long General, long IntervalNs);

/// <summary>A group and who reported it.</summary>
/// <param name="Address">The group.</param>
/// <param name="Name">What it is here: <c>Agent Group</c>, <c>Master Group</c>, or empty.</param>
/// <param name="Members">Reporters, with the IGMP version of their last kind of report.</param>
/// <param name="Senders">Who sent to it.</param>
public sealed record SeenGroup(string Address, string Name, IReadOnlyList<(string Host, int Version)> Members, IReadOnlyList<string> Senders);

/// <summary>What lives in a segment, as far as one port hears it without sending anything. Pure: the same capture gives the same reading.</summary>
public sealed record SegmentReading
{
    /// <summary>Queriers.</summary>
    public required IReadOnlyList<SeenQuerier> Queriers { get; init; }

    /// <summary>Groups that were reported or sent to.</summary>
    public required IReadOnlyList<SeenGroup> Groups { get; init; }

    /// <summary>Hosts on the cluster's ports or groups.</summary>
    public required IReadOnlyList<SeenHost> Hosts { get; init; }

    /// <summary>How long it was listened on, and when nothing could be heard.</summary>
    public required Listening Listening { get; init; }

    /// <summary>True when the port was heard all the time, and something came in: only then does an absence say anything.</summary>
    public required bool Conclusive { get; init; }

    /// <summary>What does not fit the flow matrix, or speaks of a fault: a line each.</summary>
    public required IReadOnlyList<string> Oddities { get; init; }

    /// <summary>Reads a capture.</summary>
    /// <param name="capture">What passed the port.</param>
    /// <param name="channels">The cluster's groups and ports.</param>
    /// <param name="watchedNs">How long the port was watched, all the time.</param>
    public static SegmentReading Of(PortCapture capture, ChannelSpec channels, long watchedNs) => Of(capture, channels, new Listening(watchedNs, []));

    /// <summary>Reads a capture.</summary>
    /// <param name="capture">What passed the port.</param>
    /// <param name="channels">The cluster's groups and ports.</param>
    /// <param name="listening">How long it was listened on, and when nothing could be heard.</param>
    public static SegmentReading Of(PortCapture capture, ChannelSpec channels, Listening listening)
    {
        SeenQuerier[] queriers =
        [
            .. capture.Queries.GroupBy(q => (q.Source, q.Version)).OrderBy(g => g.Key.Source, StringComparer.Ordinal)
                .Select(g => new SeenQuerier(g.Key.Source, g.Key.Version, g.Sum(q => q.General), g.Max(q => q.LongestGapNs))),
        ];
        SeenGroup[] groups = [.. GroupsOf(capture, channels)];
        SeenHost[] hosts = [.. new HostReading(capture, channels).Hosts()];
        return new()
        {
            Queriers = queriers,
            Groups = groups,
            Hosts = hosts,
            Listening = listening,
            Conclusive = listening.Deaf.Count == 0 && capture.FramesIn > 0,
            Oddities = [.. new OddityReading(capture, channels, listening, queriers, groups, hosts).Lines()],
        };
    }

    private static IEnumerable<SeenGroup> GroupsOf(PortCapture capture, ChannelSpec channels)
    {
        var reports = capture.Memberships.Where(m => !m.Leave).ToLookup(m => m.Group);
        var sent = capture.Flows.Where(f => f.Protocol == FiveTuple.Udp && IsGroup(f.Destination)).ToLookup(f => f.Destination);
        foreach (string group in reports.Select(g => g.Key).Union(sent.Select(g => g.Key)).Order(StringComparer.Ordinal))
        {
            string name = group == channels.AgentGroup?.ToString() ? "Agent Group" : group == channels.MasterGroup?.ToString() ? "Master Group" : "";
            yield return new(
                group, name,
                [.. reports[group].GroupBy(m => m.Source).Select(g => (g.Key, g.MaxBy(m => m.LastNs)!.Version)).OrderBy(m => m.Key, StringComparer.Ordinal)],
                [.. sent[group].Select(f => f.Source).Distinct().Order(StringComparer.Ordinal)]);
        }
    }

    internal static bool IsGroup(string address) => byte.TryParse(address.AsSpan(0, Math.Max(0, address.IndexOf('.'))), out byte first) && first is >= 224 and < 240;
}
