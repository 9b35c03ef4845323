using VsanEmu.Core.Flows;
using VsanEmu.Core.Frames;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Segments;

/// <summary>
/// Guesses each host's role from its flows alone, as FLOWS.md's matrix would have them: what it sends to which group, which it joined, and between whom
/// the dual flows are. At an ordinary port only that port's own connections are seen, at a mirror all.
/// </summary>
internal sealed class HostReading(PortCapture capture, ChannelSpec channels)
{
    private readonly FlowSighting[] _answers = [.. capture.Flows.Where(f => f.Protocol == FiveTuple.Tcp && f.SourcePort == channels.ReliablePort && f.SynAcks + f.Payloads > 0)];
    private readonly FlowSighting[] _datagrams = [.. capture.Flows.Where(f => f.Protocol == FiveTuple.Udp)];
    private readonly MembershipSighting[] _reports = [.. capture.Memberships.Where(m => !m.Leave)];

    private readonly long _watchedNs = capture.Flows.Count == 0 ? 0 : capture.Flows.Max(f => f.LastNs) - capture.Flows.Min(f => f.FirstNs);

    public IEnumerable<SeenHost> Hosts()
    {
        IEnumerable<string> all = capture.Flows.Where(f => f.Protocol == FiveTuple.Tcp).SelectMany(f => (string[])[f.Source, f.Destination])
            .Concat(_datagrams.Select(f => f.Source)).Concat(_reports.Select(m => m.Source)).Where(a => !SegmentReading.IsGroup(a));
        string? master = Master();
        foreach (string host in all.Distinct().Order(StringComparer.Ordinal))
        {
            string[] opened = [.. _answers.Where(f => f.Destination == host).Select(f => f.Source).Distinct()];
            string[] accepted = [.. _answers.Where(f => f.Source == host).Select(f => f.Destination).Distinct()];
            (Role? role, string why) = Guess(host, master, opened.Length, accepted.Length);
            yield return new(
                host, role, why, [.. _reports.Where(m => m.Source == host).Select(m => m.Group).Distinct()], opened, accepted,
                _datagrams.Where(f => f.Source == host).Sum(f => f.Packets));
        }
    }

    private (Role?, string) Guess(string host, string? master, int opened, int accepted)
    {
        bool toAgents = Sends(host, channels.AgentGroup?.ToString()), toMasters = Sends(host, channels.MasterGroup?.ToString());
        if (host == master) return (Role.Master, "the dual flows lead to it");
        if (toMasters && toAgents) return (Role.Backup, "sends to both groups");
        if (toMasters) return (null, "sends to the Master Group only");
        if (toAgents && Joined(host)) return (Role.Master, "joined the Master Group and sends only to the Agent Group");
        if (toAgents) return (master is null ? null : Role.Agent,
            master is null ? "sends to the Agent Group: an Agent or the Master"
            : _datagrams.Any(f => f.Destination == channels.MasterGroup?.ToString()) ? "sends to the Agent Group"
            : "sends to the Agent Group; or the Backup, since the Master Group is not heard here");
        if (_datagrams.Any(f => f.Source == host)) return (null, "sends on the cluster's ports, to neither group");
        return (null, accepted > 0 ? "accepts on the reliable port" : opened > 0 ? "opens to the reliable port" : _reports.Any(m => m.Source == host) ? "reports groups only" : "tried the reliable port");
    }

    // Each member has two lasting connections with the Master, one opened by either side, and with nobody else.
    private string? Master()
    {
        (string A, string B)[] duals =
        [
            .. from f in _answers
               where Lasts(f) && string.CompareOrdinal(f.Source, f.Destination) < 0
               where _answers.Any(back => back.Source == f.Destination && back.Destination == f.Source && Lasts(back))
               select (f.Source, f.Destination),
        ];
        if (duals.Length == 0) return null;
        var byHost = duals.SelectMany(d => (string[])[d.A, d.B]).CountBy(h => h).OrderByDescending(h => h.Value).ToArray();
        if (byHost[0].Value > 1) return byHost.Length > 1 && byHost[1].Value == byHost[0].Value ? null : byHost[0].Key;
        // One pair: the Backup sends to the Master Group, and an Agent whose reports are seen did not join it.
        (string a, string b) = duals[0];
        string? master = channels.MasterGroup?.ToString();
        if (Sends(a, master) != Sends(b, master)) return Sends(a, master) ? b : a;
        bool seenA = _reports.Any(m => m.Source == a), seenB = _reports.Any(m => m.Source == b);
        if (Joined(a) != Joined(b)) return Joined(a) ? a : b;
        return (seenA, seenB) switch { (true, false) => b, (false, true) => a, _ => null };
    }

    // C7 exchanges a few frames and closes, again and again; C1 and C2 stay and carry heartbeats.
    private bool Lasts(FlowSighting f) => f is { Connections: 1, Payloads: > 1 } && f.LastNs - f.FirstNs > _watchedNs / 2;

    private bool Sends(string host, string? group) => group is not null && _datagrams.Any(f => f.Source == host && f.Destination == group);

    private bool Joined(string host) => _reports.Any(m => m.Source == host && m.Group == channels.MasterGroup?.ToString());
}
