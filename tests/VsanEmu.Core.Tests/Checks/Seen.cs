using VsanEmu.Core.Checks;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Tests.Checks;

/// <summary>Observations for a test, changed step by step: <c>Seen.Healthy(8).WithStreams(s => …).Check("M1")</c>.</summary>
internal sealed record Seen(ClusterSpec Spec, RunObservations Run)
{
    public static Seen Healthy(int members = 8) => In(World.Healthy(members));

    public static Seen In(World world) => new(world.Spec, world.Run());

    public Verdict Verdict => Verdict.Of(Spec, Run);

    public CheckResult Check(string id) => CheckCatalogue.All.Single(c => c.Id == id).Evaluate(Spec, Run);

    public CheckOutcome Outcome(string id) => Check(id).Outcome;

    public Seen With(Func<RunObservations, RunObservations> change) => this with { Run = change(Run) };

    public Seen WithSpec(Func<ClusterSpec, ClusterSpec> change) => this with { Spec = change(Spec) };

    public Seen WithStreams(Func<StreamObservation, StreamObservation?> change) => With(r => r with { Streams = Map(r.Streams, change) });

    public Seen WithProbes(Func<ProbeObservation, ProbeObservation?> change) => With(r => r with { Probes = Map(r.Probes, change) });

    public Seen WithPorts(Func<PortCapture, PortCapture?> change) => With(r => r with { Ports = Map(r.Ports, change) });

    public Seen WithTrials(Func<TrialObservation, TrialObservation?> change) => With(r => r with { Trials = Map(r.Trials, change) });

    public Seen WithPings(Func<PingObservation, PingObservation?> change) => With(r => r with { Pings = Map(r.Pings, change) });

    /// <summary>Changes what the captures hold of trials: at a port, of a trial.</summary>
    public Seen WithSightings(Func<string, TrialObservation, TrialSighting, TrialSighting?> change) => WithPorts(p => p with
    {
        Trials = Map(p.Trials, s => change(p.Port, Run.Trials.Single(t => t.Id == s.Trial), s)),
    });

    public Seen WithNodes(Func<NodeObservation, NodeObservation?> change) => With(r => r with { Nodes = Map(r.Nodes, change) });

    public Seen WithPhases(Func<PhaseObservation, PhaseObservation?> change) => With(r => r with { Phases = Map(r.Phases, change) });

    public Seen WithViews(Func<MemberView, MemberView?> change) => WithPhases(p => p with { Views = Map(p.Views, change) });

    public Seen WithFailover(Func<FailoverObservation, FailoverObservation> change) => With(r => r with { Failovers = Map(r.Failovers, change) });

    public Seen WithSplit(Func<PartitionObservation, PartitionObservation> change) => With(r => r with { Partitions = Map(r.Partitions, change) });

    private static T[] Map<T>(IEnumerable<T> all, Func<T, T?> change)
        where T : class => [.. all.Select(change).OfType<T>()];
}
