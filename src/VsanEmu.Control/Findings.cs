using VsanEmu.Control.Trials;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Control;

/// <summary>Puts together what members, captures and outsiders saw: a stream's sent count is the sender's word, its received count the receiver's.</summary>
internal sealed class Findings(
    Crew crew,
    IReadOnlyList<PhaseObservation> phases,
    IReadOnlyList<PortCapture> ports,
    IReadOnlyList<ProbeObservation> outsiderProbes,
    IReadOnlyList<FailoverObservation> failovers,
    IReadOnlyList<PartitionObservation> partitions,
    TrialFindings trials,
    IReadOnlyDictionary<string, string> notTried,
    ConductorOptions options)
{
    public async Task<RunObservations> AssembleAsync(CancellationToken cancellation)
    {
        var reports = new Dictionary<string, MemberReport>();
        foreach (var (name, report) in await Task.WhenAll(crew.All.Select(async m => (m.Name, await m.ReportAsync(cancellation))))) reports.Add(name, report);
        return new RunObservations
        {
            Phases = [.. phases.Select(p => p with { Settled = p.Settled && !reports.Values.Any(r => ChangedIn(p, r.Node)) })],
            Nodes = [.. reports.Values.Select(r => r.Node with { Killed = crew.Killed.Contains(r.Node.Member) })],
            Ports = ports,
            Streams = [.. Streams(reports)],
            Probes = [.. reports.Values.SelectMany(r => r.Probes), .. outsiderProbes, .. trials.Probes],
            Failovers = failovers,
            Partitions = partitions,
            Trials = trials.Trials,
            Pings = trials.Pings,
            Fragments = trials.Fragments,
            TcpStreams = trials.TcpStreams,
            Idles = trials.Idles,
            NotTried = notTried,
            Asked = (options.Only ?? new HashSet<string>()).Except(options.Skip).ToDictionary(id => id, options.Named.Contains),
        };
    }

    private static bool ChangedIn(PhaseObservation phase, NodeObservation node) =>
        node.Roles.Any(change => change.AtNs >= phase.StartNs && change.AtNs <= phase.EndNs);

    // Every pair that should have heard is listed, also one of which the receiver knows nothing: it received 0.
    private static IEnumerable<StreamObservation> Streams(Dictionary<string, MemberReport> reports)
    {
        foreach ((string sender, MemberReport from) in reports)
        {
            foreach ((int stream, FlowGroup group, long datagrams) in from.StreamsSent)
            {
                foreach ((string receiver, MemberReport to) in reports)
                {
                    if (receiver == sender) continue;
                    StreamObservation? counted = to.StreamsReceived
                        .Where(s => s.Stream == stream && s.Counts.From == sender && s.Counts.Group == group)
                        .Select(s => s.Counts).FirstOrDefault();
                    long refused = Refused(from, stream, group, to.Node.Id);
                    yield return (counted ?? Nothing(sender, receiver, group)) with { Sent = datagrams - refused, Refused = refused, Phase = Phases.Probing };
                }
            }
        }
    }

    private static long Refused(MemberReport from, int stream, FlowGroup group, MemberId to) => from.StreamsRefused
        .Where(r => r.Stream == stream && r.Group == group && (r.To == to || r.To.IsNone)).Sum(r => r.Datagrams);

    private static StreamObservation Nothing(string from, string to, FlowGroup group) => new()
    {
        Phase = Phases.Probing,
        From = from,
        To = to,
        Group = group,
        Sent = 0,
        Received = 0,
        Duplicates = 0,
        Reordered = 0,
        Corrupt = 0,
    };
}
