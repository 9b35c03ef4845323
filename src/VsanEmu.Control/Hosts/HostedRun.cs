using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Control.Hosts;

/// <summary>A run's parts, each on the host that has its end.</summary>
public sealed class HostedRun
{
    private readonly IReadOnlyList<IHost> _hosts;
    private readonly Dictionary<string, IHost> _places;

    /// <summary>Puts them together.</summary>
    /// <param name="hosts">All hosts of the run.</param>
    /// <exception cref="ArgumentException">Two hosts have an end of the same name.</exception>
    public HostedRun(IReadOnlyList<IHost> hosts)
    {
        _hosts = hosts;
        _places = hosts.SelectMany(h => h.Ends, (host, end) => (end.Name, Host: host)).ToDictionary(p => p.Name, p => p.Host);
    }

    /// <summary>The parts, for a conductor to lead.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="fabric">The fabric, where it may be split; else null.</param>
    /// <param name="nowNs">Nanoseconds since the run began.</param>
    /// <param name="lead">How long before it begins a phase is announced: longer than an order takes. 0 where all is in this process.</param>
    public RunParts Parts(ClusterSpec cluster, IFabric? fabric, Func<long> nowNs, TimeSpan lead)
    {
        var trials = new HostedTrials(_places);
        return new(
            cluster,
            [.. cluster.Members.Select(m => new HostedMember(m.Name, _places[m.Name]))],
            new HostedCaptures(_hosts, nowNs, lead),
            cluster.Outsiders.Count == 0 ? null : new HostedOutsiders(_hosts),
            fabric,
            trials,
            trials);
    }

    /// <summary>Whether the hosts' machines kept up, all of them together.</summary>
    /// <param name="more">What else got in the way.</param>
    /// <param name="cancellation">Ends it early.</param>
    public async Task<MachineObservation> MachineAsync(IReadOnlyList<Hindrance> more, CancellationToken cancellation)
    {
        MachineObservation[] kept = await Task.WhenAll(_hosts.Select(h => MachineAsync(h, cancellation)));
        return new()
        {
            Hindrances = [.. kept.SelectMany(k => k.Hindrances).Concat(more).OrderBy(h => h.AtNs)],
            Unwatched = [.. kept.SelectMany(k => k.Unwatched)],
        };
    }

    // What a run has seen is not lost for want of this; but nobody is to believe that the machine kept up.
    private static async Task<MachineObservation> MachineAsync(IHost host, CancellationToken cancellation)
    {
        try
        {
            MachineObservation kept = (await host.AskAsync<HostAnswer.Kept>(new HostOrder.Machine(), cancellation)).Machine;
            return kept with { Unwatched = [.. kept.Unwatched.Select(why => $"{host.Name}: {why}")] };
        }
        catch (HostException e)
        {
            return new() { Hindrances = [], Unwatched = [$"{host.Name} did not tell whether it kept up: {e.Message}"] };
        }
    }
}
