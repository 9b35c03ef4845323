using System.Net;
using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Rules;

/// <summary>F3: no UDP, TCP or membership of a member that the matrix does not hold. Outsiders' probes are the run's own and left out.</summary>
internal sealed class NoOtherFlow() : Check("F3", "no other flow")
{
    private sealed record Stray(string Phase, string What, long Packets, string Where);

    internal override bool ExplainsItself => true;

    protected override string Expected(ClusterSpec spec) =>
        "no flow of a member that the matrix does not hold: exactly while the cluster is settled, over all roles while it is not";

    protected override Ledger Subjects(RunAnalysis run) =>
        Ledger.Of("port", run.Members, run.Unwatched).And(Ledger.Of("phase", run.Timeline.Calm, p => p.Settled ? null : "not settled, so roles could not be held against it", p => p.Name));

    protected override Finding Judge(RunAnalysis run)
    {
        PortCapture[] members = [.. run.Seen.Ports.Where(p => p.Kind == PortKind.Member)];
        if (members.Length == 0) return Finding.Inconclusive("no member's port was captured");

        Stray[] strays = [.. StrayFlows(run), .. StrayReports(run, members)];
        if (strays.Length > 0)
        {
            return Finding.Fail($"{Wording.Count(strays.Select(s => s.What).Distinct().Count(), "flow")} outside the matrix: {Wording.Names(strays.Select(s => s.What).Distinct(), 2)}") with
            {
                Evidence = strays.Select(s => $"{s.Phase}: {s.What}, {Wording.Count(s.Packets, "packet")}, {s.Where}"),
                Cause = "something else uses the members' addresses or groups: another program, another cluster, a stranger in the segment, or a member in the wrong role",
                Remedy = "find the sender by its address and port; the frames named here are in the port's capture (`--capture`)",
            };
        }

        if (run.Timeline.Settled.Count == 0) return Finding.Inconclusive("nothing was seen that no role would send, but no phase was settled, so roles could not be held against it");
        long frames = run.Seen.Ports.Sum(p => p.Frames);
        return Finding.Pass($"all of {frames} frames at {Wording.Count(run.Seen.Ports.Count, "port")} belong to the matrix, in {Wording.Count(run.Timeline.All.Count, "phase")}");
    }

    private static IEnumerable<Stray> StrayFlows(RunAnalysis run)
    {
        var outsiders = run.Spec.Outsiders.Select(o => o.Address.ToString()).ToHashSet();
        HashSet<string> own = [.. Own(run.Spec).Select(a => a.ToString())];
        var phases = run.Timeline.All.GroupBy(p => p.Name).ToDictionary(g => g.Key, g => g.First());
        var told = new HashSet<(string, byte, string, int, string, int)>();
        foreach (PortCapture port in run.Seen.Ports)
        {
            foreach (FlowSighting s in port.Flows)
            {
                if (s.Packets == 0 || outsiders.Contains(s.Source) || outsiders.Contains(s.Destination)) continue;
                if (!own.Contains(s.Source) && !own.Contains(s.Destination)) continue;
                // The same flow is seen at both its ends, and a group's at many ports: the first tells.
                if (!told.Add((s.Phase, s.Protocol, s.Source, s.SourcePort, s.Destination, s.DestinationPort))) continue;
                if (!run.MatrixOf(phases.GetValueOrDefault(s.Phase)).Holds(s))
                    yield return new(s.Phase, Describe(run, s), s.Packets, $"the first is frame {s.FirstFrame} at {port.Port}");
            }
        }
    }

    // A member that reports a group to which its role does not listen.
    private static IEnumerable<Stray> StrayReports(RunAnalysis run, PortCapture[] members)
    {
        string? master = run.Address(FlowGroup.Master)?.ToString();
        foreach (PhaseObservation phase in run.Timeline.Settled)
        {
            foreach (PortCapture port in members)
            {
                if (phase.Views.FirstOrDefault(v => v.Member == port.Port) is not { Role: Role.Agent or Role.Listening } view) continue;
                long reports = port.Memberships
                    .Where(m => m.Phase == phase.Name && m.Direction == PortDirection.Out && !m.Leave && m.Group == master)
                    .Sum(m => m.Count);
                if (reports > 0) yield return new(phase.Name, $"IGMP report of {port.Port} ({view.Role}) for the Master Group", reports, $"at {port.Port}");
            }
        }
    }

    private static IEnumerable<IPAddress> Own(ClusterSpec spec) =>
        spec.Members.Select(m => (IPAddress?)m.Address).Append(spec.Channels.AgentGroup).Append(spec.Channels.MasterGroup).OfType<IPAddress>();

    private static string Describe(RunAnalysis run, FlowSighting s)
    {
        static string Port(int port) => port == 0 ? "" : $":{port}";
        return $"{(s.Protocol == 6 ? "TCP" : "UDP")} {run.Name(s.Source)}{Port(s.SourcePort)} to {run.Name(s.Destination)}{Port(s.DestinationPort)}";
    }
}
