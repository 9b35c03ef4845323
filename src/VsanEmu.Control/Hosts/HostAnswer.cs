using System.Net;
using System.Text.Json.Serialization;
using VsanEmu.Core.Load;
using VsanEmu.Core.Observations;

namespace VsanEmu.Control.Hosts;

/// <summary>What came of an order.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "answer")]
[JsonDerivedType(typeof(Done), "done")]
[JsonDerivedType(typeof(Failed), "failed")]
[JsonDerivedType(typeof(Time), "time")]
[JsonDerivedType(typeof(Opened), "opened")]
[JsonDerivedType(typeof(Seen), "seen")]
[JsonDerivedType(typeof(Reported), "reported")]
[JsonDerivedType(typeof(Ports), "ports")]
[JsonDerivedType(typeof(Kept), "kept")]
[JsonDerivedType(typeof(Arrived), "arrived")]
[JsonDerivedType(typeof(Addresses), "addresses")]
[JsonDerivedType(typeof(Probed), "probed")]
[JsonDerivedType(typeof(Streamed), "streamed")]
[JsonDerivedType(typeof(Acted), "acted")]
[JsonDerivedType(typeof(Pinged), "pinged")]
[JsonDerivedType(typeof(Listening), "listening")]
[JsonDerivedType(typeof(HeardWhole), "heardWhole")]
[JsonDerivedType(typeof(TcpStreamed), "tcpStreamed")]
[JsonDerivedType(typeof(Idled), "idled")]
[JsonDerivedType(typeof(Counted), "counted")]
[JsonDerivedType(typeof(LoadEnded), "loadEnded")]
public abstract record HostAnswer
{
    private HostAnswer()
    {
    }

    /// <summary>It was done; there is nothing to tell.</summary>
    public sealed record Done : HostAnswer;

    /// <summary>It could not be done; why, in a sentence.</summary>
    public sealed record Failed(string Why) : HostAnswer;

    /// <summary>The host's monotonic clock, ns.</summary>
    public sealed record Time(long Ns) : HostAnswer;

    /// <summary>The ends that are attached.</summary>
    public sealed record Opened(IReadOnlyList<EndInfo> Ends) : HostAnswer;

    /// <summary>The member's view after it took the order, and when that was, ns since the run began.</summary>
    public sealed record Seen(MemberView View, long AtNs) : HostAnswer;

    /// <summary>What a member kept.</summary>
    public sealed record Reported(MemberReport Report) : HostAnswer;

    /// <summary>What the captures saw.</summary>
    public sealed record Ports(IReadOnlyList<PortCapture> Captures) : HostAnswer;

    /// <summary>Whether the machine kept up.</summary>
    public sealed record Kept(MachineObservation Machine) : HostAnswer;

    /// <summary>Whether a SYN arrived; null when that cannot be told.</summary>
    public sealed record Arrived(bool? Did) : HostAnswer;

    /// <summary>Addresses of an end.</summary>
    public sealed record Addresses(IReadOnlyList<IPAddress> All) : HostAnswer;

    /// <summary>How probes went.</summary>
    public sealed record Probed(IReadOnlyList<ProbeObservation> Probes) : HostAnswer;

    /// <summary>What became of a stream.</summary>
    public sealed record Streamed(StreamSent Sent) : HostAnswer;

    /// <summary>An act as it was carried out.</summary>
    public sealed record Acted(GroupActDone Act) : HostAnswer;

    /// <summary>Round trips.</summary>
    public sealed record Pinged(IReadOnlyList<PingObservation> Pings) : HostAnswer;

    /// <summary>It listens; or why it cannot.</summary>
    public sealed record Listening(string Error) : HostAnswer;

    /// <summary>How many different datagrams it heard whole.</summary>
    public sealed record HeardWhole(int Datagrams) : HostAnswer;

    /// <summary>What became of a TCP stream.</summary>
    public sealed record TcpStreamed(TcpStreamObservation Stream) : HostAnswer;

    /// <summary>Whether an idle connection survived.</summary>
    public sealed record Idled(IdleObservation Idle) : HostAnswer;

    /// <summary>What a load has counted so far.</summary>
    public sealed record Counted(PartCounts Counts) : HostAnswer;

    /// <summary>A host's part of a load.</summary>
    public sealed record LoadEnded(LoadPart Part) : HostAnswer;
}
