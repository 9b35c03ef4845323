using System.Net;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Protocol;
using VsanEmu.Core.Record;

namespace VsanEmu.Control;

/// <summary>A member as a controller holds it: in this process, or somewhere behind Redis.</summary>
public interface IMember
{
    /// <summary>The member's name in the spec.</summary>
    string Name { get; }

    /// <summary>Its latest view; replaced whenever something changed.</summary>
    MemberView View { get; }

    /// <summary>Starts it: it listens first, then takes part.</summary>
    /// <exception cref="InvalidOperationException">It may not start: foreign traffic was heard, or an address is missing. The message says what.</exception>
    Task StartAsync(CancellationToken cancellation);

    /// <summary>Gives it an order. Returns when the member took it, not when it is done.</summary>
    Task SendAsync(MemberCommand command, CancellationToken cancellation);

    /// <summary>Stops it cleanly: it says goodbye, leaves its groups and closes its connections.</summary>
    Task StopAsync(CancellationToken cancellation);

    /// <summary>Ends it as a power failure would: nothing more leaves its port, no FIN, no RST, no leave.</summary>
    Task KillAsync(CancellationToken cancellation);

    /// <summary>What it kept about itself, with the streams it received and the peers it probed.</summary>
    Task<MemberReport> ReportAsync(CancellationToken cancellation);
}

/// <summary>What a member hands over at the end.</summary>
/// <param name="Node">What it kept about itself.</param>
/// <param name="StreamsSent">Probe streams it sent: stream, group, datagrams.</param>
/// <param name="StreamsReceived">Probe streams as they arrived; <see cref="StreamObservation.Sent"/> is filled in from the sender's side.</param>
/// <param name="Probes">Its C7 probes (A1).</param>
/// <param name="Directory">Its directory: each entry's key and revision (V2).</param>
public sealed record MemberReport(
    NodeObservation Node,
    IReadOnlyList<SentStream> StreamsSent,
    IReadOnlyList<ReceivedStream> StreamsReceived,
    IReadOnlyList<ProbeObservation> Probes,
    IReadOnlyDictionary<Guid, ulong> Directory)
{
    /// <summary>Datagrams of its probe streams that its own kernel refused.</summary>
    public IReadOnlyList<RefusedDatagrams> StreamsRefused { get => field ?? []; init; } = [];
}

/// <summary>What a controller may do to a fabric it owns. A fabric that the tool did not build offers none of it.</summary>
public interface IFabric
{
    /// <summary>Splits the members' segment: ports on different sides exchange nothing. Other ports stay on side 0.</summary>
    Task SplitAsync(IReadOnlyDictionary<string, int> sideByMember, CancellationToken cancellation);

    /// <summary>Takes a split back.</summary>
    Task HealAsync(CancellationToken cancellation);
}

/// <summary>The ports' captures, all of them at once.</summary>
public interface ICaptures
{
    /// <summary>Has frames count for the phase of this name from one agreed time on; returns when that has come: ns since the run began.</summary>
    Task<long> BeginPhaseAsync(string phase, CancellationToken cancellation);

    /// <summary>What was seen so far.</summary>
    Task<IReadOnlyList<PortCapture>> SnapshotAsync(CancellationToken cancellation);
}

/// <summary>Probes from outside the cluster.</summary>
public interface IOutsiders
{
    /// <summary>
    /// Every outsider tries every target's TCP port, once from an ephemeral port and once from source port <paramref name="port"/>;
    /// captures at both ends tell how a probe that failed was blocked.
    /// </summary>
    Task<IReadOnlyList<ProbeObservation>> ProbeAsync(string phase, int port, CancellationToken cancellation);

    /// <summary>Sends ARP requests for the observer's address, so that "nothing arrived there" can be told from "the capture was dead".</summary>
    Task ProveObserverAsync(CancellationToken cancellation);
}

/// <summary>What trials of paths between members need of them. It carries out; what stands in the way is told, not thrown.</summary>
public interface IPathTrials
{
    /// <summary>Has a member listen to what another one sends it; empty, or why it cannot.</summary>
    Task<string> ListenAsync(string at, string from, CancellationToken cancellation);

    /// <summary>How many different datagrams of a trial, each an IP packet of so many bytes, that member has heard whole; it listens no more.</summary>
    Task<int> HeardAsync(string at, string from, int trial, int bytes, CancellationToken cancellation);

    /// <summary>Sends a short TCP stream, and tells what became of it.</summary>
    Task<TcpStreamObservation> TcpAsync(string phase, TcpStream stream, CancellationToken cancellation);
}

/// <summary>What trials need of the endpoints, which it knows by name. It carries out; what stands in the way of a stream or an act is told, not thrown.</summary>
public interface ITrials
{
    /// <summary>Asks the segment by ARP for members' addresses; the captures hold who answers, each that has the address (RFC 5227).</summary>
    Task AskAsync(string from, IReadOnlyList<string> whose, CancellationToken cancellation);

    /// <summary>Sends a stream, beginning now; ends with it.</summary>
    Task<StreamSent> StreamAsync(TrialStream stream, CancellationToken cancellation);

    /// <summary>Has an endpoint join or leave a group, or send an IGMP message about it.</summary>
    Task<GroupActDone> ActAsync(string endpoint, GroupAct act, IPAddress group, CancellationToken cancellation);

    /// <summary>Echo requests with don't-fragment from one member to others, <paramref name="count"/> of each size to each.</summary>
    Task<IReadOnlyList<PingObservation>> PingAsync(
        string phase, string from, IReadOnlyList<string> to, IReadOnlyList<int> bytes, int count, CancellationToken cancellation);

    /// <summary>
    /// Outsiders' attempts on members' reliable port by one method, all at a time: who, whom, and as whom. Those that cannot be made are left out.
    /// </summary>
    Task<IReadOnlyList<ProbeObservation>> AttemptAsync(
        string phase, ProbeMethod method, IReadOnlyList<(string From, string To, string As)> attempts, CancellationToken cancellation);

    /// <summary>Leaves a TCP connection between two members idle, and sees whether it survives.</summary>
    Task<IdleObservation> IdleAsync(string from, string to, TimeSpan idle, CancellationToken cancellation);
}
