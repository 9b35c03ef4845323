namespace VsanEmu.Core.Load;

/// <summary>What TCP itself says of a connection, at the end that sends (tcp(7), TCP_INFO). All counted from its begin.</summary>
/// <param name="BusyUs">How long there was something to send, or to be acknowledged, microseconds.</param>
/// <param name="PeerWindowUs">How long of that the peer's window let nothing more out.</param>
/// <param name="SendBufferUs">How long of that this end's own send buffer was too small.</param>
/// <param name="SentBytes">Bytes that left, repeats included.</param>
/// <param name="AckedBytes">Bytes that the peer acknowledged.</param>
/// <param name="AgainBytes">Bytes that left more than once.</param>
/// <param name="SegmentBytes">Bytes of a full segment.</param>
public sealed record TcpFacts(long BusyUs, long PeerWindowUs, long SendBufferUs, long SentBytes, long AckedBytes, long AgainBytes, int SegmentBytes)
{
    // The connection's own first words, by which its flow is known, and the SYN.
    private const long Greeting = 16;

    // Less than this share of what left again is what a queue does that TCP itself fills.
    private const double MuchAgain = 0.001;

    private const double Mostly = 0.5;

    /// <summary>True when the peer acknowledged nothing of what the load sent.</summary>
    public bool Unacknowledged => AckedBytes <= Greeting;

    /// <summary>Who kept the connection from carrying more, and what shows it.</summary>
    /// <param name="measuredNs">How long it was measured, ns.</param>
    public (LoadLimit Limit, string Why) Limit(long measuredNs)
    {
        if (PeerWindowUs > Mostly * Math.Max(1, BusyUs)) return (LoadLimit.PeerWindow, FormattableString.Invariant($"its peer's window was full for {PeerWindowUs / 1e6:0.##} s of {BusyUs / 1e6:0.##} s"));
        if (Unacknowledged && SentBytes > Greeting) return (LoadLimit.Fabric, Lost());
        if (AgainBytes > MuchAgain * SentBytes) return (LoadLimit.Fabric, FormattableString.Invariant($"{AgainBytes} of {SentBytes} bytes were sent again ({100.0 * AgainBytes / SentBytes:0.##} %): the fabric loses packets"));
        if (SendBufferUs > Mostly * Math.Max(1, BusyUs)) return (LoadLimit.Sender, FormattableString.Invariant($"its own send buffer was full for {SendBufferUs / 1e6:0.##} s of {BusyUs / 1e6:0.##} s"));
        if (BusyUs < Mostly * measuredNs / 1e3) return (LoadLimit.Sender, FormattableString.Invariant($"it had something to send in {BusyUs / 1e6:0.##} s only"));
        return (LoadLimit.Fabric, "it had something to send all the time, and was acknowledged no faster");
    }

    private string Lost() =>
        $"the connection opened, and nothing of {SentBytes} bytes in segments of up to {SegmentBytes} was acknowledged ({AgainBytes} sent again): packets of that length do not come through, as where an MTU on the way is smaller than the interfaces'";
}
