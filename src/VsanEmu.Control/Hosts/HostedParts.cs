using System.Net;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Protocol;

namespace VsanEmu.Control.Hosts;

// A run's parts as the conductor knows them: each of these only asks the host that has the end.

/// <summary>A member.</summary>
internal sealed class HostedMember(string name, IHost host) : IMember
{
    public string Name => name;

    public MemberView View => host.View(name);

    public Task StartAsync(CancellationToken cancellation) => SeeAsync(new HostOrder.Start(name), cancellation);

    public Task SendAsync(MemberCommand command, CancellationToken cancellation) => SeeAsync(new HostOrder.Command(name, command), cancellation);

    public Task StopAsync(CancellationToken cancellation) => SeeAsync(new HostOrder.Stop(name), cancellation);

    public Task KillAsync(CancellationToken cancellation) => SeeAsync(new HostOrder.Kill(name), cancellation);

    public async Task<MemberReport> ReportAsync(CancellationToken cancellation) =>
        (await host.AskAsync<HostAnswer.Reported>(new HostOrder.Report(name), cancellation)).Report;

    private Task SeeAsync(HostOrder order, CancellationToken cancellation) => host.AskAsync<HostAnswer.Seen>(order, cancellation);
}

/// <summary>The captures at all ports.</summary>
internal sealed class HostedCaptures(IReadOnlyList<IHost> hosts, Func<long> nowNs, TimeSpan lead) : ICaptures
{
    public async Task<long> BeginPhaseAsync(string phase, CancellationToken cancellation)
    {
        long at = nowNs() + (long)lead.TotalNanoseconds;
        await Task.WhenAll(hosts.Select(h => h.AskAsync<HostAnswer.Done>(new HostOrder.BeginPhase(phase, at), cancellation)));
        if (at - nowNs() is > 0 and long left) await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(left / 1e6)), cancellation);
        return at;
    }

    public async Task<IReadOnlyList<PortCapture>> SnapshotAsync(CancellationToken cancellation)
    {
        HostAnswer.Ports[] all = await Task.WhenAll(hosts.Select(h => h.AskAsync<HostAnswer.Ports>(new HostOrder.Captured(), cancellation)));
        return [.. all.SelectMany(p => p.Captures)];
    }
}

/// <summary>The outsiders.</summary>
internal sealed class HostedOutsiders(IReadOnlyList<IHost> hosts) : IOutsiders
{
    public async Task<IReadOnlyList<ProbeObservation>> ProbeAsync(string phase, int port, CancellationToken cancellation)
    {
        HostAnswer.Probed[] all = await Task.WhenAll(
            from host in hosts
            let outsiders = Names(host, e => e is { Kind: PortKind.Outsider, Address: not null })
            where outsiders.Length > 0
            select host.AskAsync<HostAnswer.Probed>(new HostOrder.Probe(phase, outsiders, port), cancellation));
        return [.. all.SelectMany(p => p.Probes)];
    }

    public async Task ProveObserverAsync(CancellationToken cancellation)
    {
        if (Ends.FirstOrDefault(e => e.Kind == PortKind.Observer)?.Address is not { } observer) return;
        HashSet<string> provers = [.. Provers().Select(e => e.Name)];
        await Task.WhenAll(
            from host in hosts
            let own = Names(host, e => provers.Contains(e.Name))
            where own.Length > 0
            select host.AskAsync<HostAnswer.Done>(new HostOrder.Prove(own, observer), cancellation));
    }

    private IEnumerable<EndInfo> Ends => hosts.SelectMany(h => h.Ends);

    // A member may ask, too: an ARP request is nothing that the matrix forbids.
    private IEnumerable<EndInfo> Provers()
    {
        EndInfo[] outsiders = [.. Ends.Where(e => e is { Kind: PortKind.Outsider, InSegment: true, Address: not null })];
        if (outsiders.Length > 0) return outsiders;
        EndInfo[] gateways = [.. Ends.Where(e => e is { Kind: PortKind.Gateway, Address: not null })];
        return gateways.Length > 0 ? gateways : Ends.Where(e => e.Kind == PortKind.Member).Take(1);
    }

    private static string[] Names(IHost host, Func<EndInfo, bool> which) => [.. host.Ends.Where(which).Select(e => e.Name)];
}

/// <summary>The trials: each by the host of who acts.</summary>
internal sealed class HostedTrials(IReadOnlyDictionary<string, IHost> places) : ITrials, IPathTrials
{
    public async Task<string> ListenAsync(string at, string from, CancellationToken cancellation) =>
        (await places[at].AskAsync<HostAnswer.Listening>(new HostOrder.Listen(at, from), cancellation)).Error;

    public async Task<int> HeardAsync(string at, string from, int trial, int bytes, CancellationToken cancellation) =>
        (await places[at].AskAsync<HostAnswer.HeardWhole>(new HostOrder.Heard(at, from, trial, bytes), cancellation)).Datagrams;

    public async Task<TcpStreamObservation> TcpAsync(string phase, TcpStream stream, CancellationToken cancellation) =>
        (await places[stream.From].AskAsync<HostAnswer.TcpStreamed>(new HostOrder.Tcp(phase, stream), cancellation)).Stream;

    public Task AskAsync(string from, IReadOnlyList<string> whose, CancellationToken cancellation) =>
        places[from].AskAsync<HostAnswer.Done>(new HostOrder.AskArp(from, whose), cancellation);

    public async Task<StreamSent> StreamAsync(TrialStream stream, CancellationToken cancellation) =>
        (await places[stream.Sender].AskAsync<HostAnswer.Streamed>(new HostOrder.Send(stream), cancellation)).Sent;

    public async Task<GroupActDone> ActAsync(string endpoint, GroupAct act, IPAddress group, CancellationToken cancellation) =>
        (await places[endpoint].AskAsync<HostAnswer.Acted>(new HostOrder.Act(endpoint, act, group), cancellation)).Act;

    public async Task<IReadOnlyList<PingObservation>> PingAsync(
        string phase, string from, IReadOnlyList<string> to, IReadOnlyList<int> bytes, int count, CancellationToken cancellation) =>
        (await places[from].AskAsync<HostAnswer.Pinged>(new HostOrder.Ping(phase, from, to, bytes, count), cancellation)).Pings;

    public async Task<IReadOnlyList<ProbeObservation>> AttemptAsync(
        string phase, ProbeMethod method, IReadOnlyList<(string From, string To, string As)> attempts, CancellationToken cancellation)
    {
        HostAnswer.Probed[] all = await Task.WhenAll(attempts.GroupBy(a => places[a.From]).Select(own => own.Key.AskAsync<HostAnswer.Probed>(
            new HostOrder.Attempt(phase, method, [.. own.Select(a => new AttemptedEntry(a.From, a.To, a.As))]), cancellation)));
        return [.. all.SelectMany(p => p.Probes)];
    }

    public async Task<IdleObservation> IdleAsync(string from, string to, TimeSpan idle, CancellationToken cancellation) =>
        (await places[from].AskAsync<HostAnswer.Idled>(new HostOrder.Idle(from, to, idle), cancellation)).Idle;
}
