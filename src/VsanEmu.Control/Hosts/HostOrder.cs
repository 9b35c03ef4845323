using System.Net;
using System.Text.Json.Serialization;
using VsanEmu.Core.Load;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Protocol;
using VsanEmu.Core.Spec;

namespace VsanEmu.Control.Hosts;

/// <summary>What can be asked of a host. Each order says how it is answered: <see cref="HostAnswer"/>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "order")]
[JsonDerivedType(typeof(Clock), "clock")]
[JsonDerivedType(typeof(Open), "open")]
[JsonDerivedType(typeof(Close), "close")]
[JsonDerivedType(typeof(Start), "start")]
[JsonDerivedType(typeof(Command), "command")]
[JsonDerivedType(typeof(Stop), "stop")]
[JsonDerivedType(typeof(Kill), "kill")]
[JsonDerivedType(typeof(Report), "report")]
[JsonDerivedType(typeof(BeginPhase), "beginPhase")]
[JsonDerivedType(typeof(Captured), "captured")]
[JsonDerivedType(typeof(Machine), "machine")]
[JsonDerivedType(typeof(Arrival), "arrival")]
[JsonDerivedType(typeof(Ipv6), "ipv6")]
[JsonDerivedType(typeof(Probe), "probe")]
[JsonDerivedType(typeof(Prove), "prove")]
[JsonDerivedType(typeof(AskArp), "askArp")]
[JsonDerivedType(typeof(Send), "send")]
[JsonDerivedType(typeof(Act), "act")]
[JsonDerivedType(typeof(Ping), "ping")]
[JsonDerivedType(typeof(Listen), "listen")]
[JsonDerivedType(typeof(Heard), "heard")]
[JsonDerivedType(typeof(Tcp), "tcp")]
[JsonDerivedType(typeof(Attempt), "attempt")]
[JsonDerivedType(typeof(Idle), "idle")]
[JsonDerivedType(typeof(LoadOpen), "loadOpen")]
[JsonDerivedType(typeof(LoadConnect), "loadConnect")]
[JsonDerivedType(typeof(LoadBegin), "loadBegin")]
[JsonDerivedType(typeof(LoadCount), "loadCount")]
[JsonDerivedType(typeof(LoadStop), "loadStop")]
[JsonDerivedType(typeof(LoadEnd), "loadEnd")]
public abstract record HostOrder
{
    private HostOrder()
    {
    }

    /// <summary>What time is it there: <see cref="HostAnswer.Time"/>.</summary>
    public sealed record Clock : HostOrder;

    /// <summary>Attach your ends of this cluster, and capture at them: <see cref="HostAnswer.Opened"/>. What was open before is closed.</summary>
    public sealed record Open : HostOrder
    {
        /// <summary>The run's number, which marks its datagrams.</summary>
        public required ulong Run { get; init; }

        /// <summary>The cluster.</summary>
        public required ClusterSpec Cluster { get; init; }

        /// <summary>The run's time 0 on the host's own clock, ns as its monotonic clock has it.</summary>
        public required long OriginNs { get; init; }

        /// <summary>Ends that are this host's.</summary>
        public required IReadOnlyList<string> Ends { get; init; }

        /// <summary>Host of each end of the cluster, by end.</summary>
        public required IReadOnlyDictionary<string, string> Places { get; init; }

        /// <summary>Who leads the run; null in this process. When it is not heard of any more the host lets go of everything.</summary>
        public Guid? Controller { get; init; }

        /// <summary>Whether members start even though traffic is heard that is not this tool's.</summary>
        public bool Force { get; init; }
    }

    /// <summary>Let go of everything: <see cref="HostAnswer.Done"/>.</summary>
    public sealed record Close : HostOrder;

    /// <summary>Start a member: <see cref="HostAnswer.Seen"/>.</summary>
    public sealed record Start(string Member) : HostOrder;

    /// <summary>Give a member an order: <see cref="HostAnswer.Seen"/>.</summary>
    public sealed record Command(string Member, MemberCommand What) : HostOrder;

    /// <summary>Stop a member cleanly: <see cref="HostAnswer.Seen"/>.</summary>
    public sealed record Stop(string Member) : HostOrder;

    /// <summary>End a member as a power failure would: <see cref="HostAnswer.Seen"/>.</summary>
    public sealed record Kill(string Member) : HostOrder;

    /// <summary>What a member kept: <see cref="HostAnswer.Reported"/>.</summary>
    public sealed record Report(string Member) : HostOrder;

    /// <summary>From this time on frames count for the phase of this name: <see cref="HostAnswer.Done"/>.</summary>
    public sealed record BeginPhase(string Phase, long AtNs) : HostOrder;

    /// <summary>What the captures saw so far: <see cref="HostAnswer.Ports"/>.</summary>
    public sealed record Captured : HostOrder;

    /// <summary>Whether the machine kept up: <see cref="HostAnswer.Kept"/>.</summary>
    public sealed record Machine : HostOrder;

    /// <summary>Did a SYN arrive at a port: <see cref="HostAnswer.Arrived"/>.</summary>
    public sealed record Arrival(string Port, string Source, int SourcePort, string Destination, int DestinationPort, long SinceNs) : HostOrder;

    /// <summary>An end's IPv6 addresses: <see cref="HostAnswer.Addresses"/>.</summary>
    public sealed record Ipv6(string Port) : HostOrder;

    /// <summary>Have outsiders try every member's port: <see cref="HostAnswer.Probed"/>.</summary>
    public sealed record Probe(string Phase, IReadOnlyList<string> From, int Port) : HostOrder;

    /// <summary>Have ends ask for the observer's address by ARP: <see cref="HostAnswer.Done"/>.</summary>
    public sealed record Prove(IReadOnlyList<string> From, string Observer) : HostOrder;

    /// <summary>Ask the segment by ARP for members' addresses: <see cref="HostAnswer.Done"/>.</summary>
    public sealed record AskArp(string From, IReadOnlyList<string> Whose) : HostOrder;

    /// <summary>Send a stream: <see cref="HostAnswer.Streamed"/>.</summary>
    public sealed record Send(TrialStream Stream) : HostOrder;

    /// <summary>Join, leave, or send an IGMP message: <see cref="HostAnswer.Acted"/>.</summary>
    public sealed record Act(string Endpoint, GroupAct What, IPAddress Group) : HostOrder;

    /// <summary>Send echo requests: <see cref="HostAnswer.Pinged"/>.</summary>
    public sealed record Ping(string Phase, string From, IReadOnlyList<string> To, IReadOnlyList<int> Bytes, int Count) : HostOrder;

    /// <summary>Have a member listen to what another one sends it: <see cref="HostAnswer.Listening"/>.</summary>
    public sealed record Listen(string At, string From) : HostOrder;

    /// <summary>What it heard of a trial's datagrams, which were IP packets of so many bytes: <see cref="HostAnswer.HeardWhole"/>.</summary>
    public sealed record Heard(string At, string From, int Trial, int Bytes) : HostOrder;

    /// <summary>Send a TCP stream: <see cref="HostAnswer.TcpStreamed"/>.</summary>
    public sealed record Tcp(string Phase, TcpStream Stream) : HostOrder;

    /// <summary>Try to get in by an odd method: <see cref="HostAnswer.Probed"/>.</summary>
    public sealed record Attempt(string Phase, ProbeMethod Method, IReadOnlyList<AttemptedEntry> Attempts) : HostOrder;

    /// <summary>Leave a connection idle: <see cref="HostAnswer.Idled"/>.</summary>
    public sealed record Idle(string From, string To, TimeSpan Length) : HostOrder;

    /// <summary>Open what receives of a load: <see cref="HostAnswer.Done"/>. Its number is even, and the same at all hosts.</summary>
    public sealed record LoadOpen(LoadWork Work, uint Load, long AheadNs) : HostOrder;

    /// <summary>Connect what sends, now that all receivers stand: <see cref="HostAnswer.Done"/>.</summary>
    public sealed record LoadConnect(uint Load) : HostOrder;

    /// <summary>Begin at this time, ns since the run began: <see cref="HostAnswer.Done"/>.</summary>
    public sealed record LoadBegin(uint Load, long AtNs) : HostOrder;

    /// <summary>What is counted so far: <see cref="HostAnswer.Counted"/>.</summary>
    public sealed record LoadCount(uint Load) : HostOrder;

    /// <summary>Stop sending: <see cref="HostAnswer.Done"/>.</summary>
    public sealed record LoadStop(uint Load) : HostOrder;

    /// <summary>Wait for the end, and tell what came of it: <see cref="HostAnswer.LoadEnded"/>.</summary>
    public sealed record LoadEnd(uint Load) : HostOrder;
}

/// <summary>An outsider's attempt.</summary>
/// <param name="From">Who tries.</param>
/// <param name="To">Whose port.</param>
/// <param name="As">In whose name, where the method lends it one.</param>
public sealed record AttemptedEntry(string From, string To, string As);
