namespace VsanEmu.Core.Load;

/// <summary>Tells a flow that went on to the end from one that stopped on the way.</summary>
internal static class FlowEnd
{
    // Nothing in the last fifth of a load, and in no less than half a second, is no pause: a machine that had no time takes what waits in its sockets all the same.
    private const double LastShare = 0.2;
    private const double LeastNs = 0.5e9;

    // So many datagrams, or bytes of a stream, are not missing by chance.
    private const double Sure = 10;

    /// <summary>Whether a receiver got something, and then nothing any more, while its sender had more for it.</summary>
    /// <param name="flow">The flow.</param>
    /// <param name="sender">What its sender counted.</param>
    /// <param name="received">What this receiver did.</param>
    /// <param name="sendingNs">How long was sent, ns.</param>
    public static bool Stopped(LoadFlow flow, SenderCounts sender, ReceiverCounts received, long sendingNs)
    {
        double silentNs = sendingNs - received.LastNs;
        if (received.Result.DeliveredBytes == 0 || silentNs < Math.Max(LastShare * sendingNs, LeastNs)) return false;
        return sender.Unreachable || (flow.Transport == LoadTransport.Udp ? WentOn(sender, received) : HadMore(flow, sender, received, silentNs));
    }

    private static bool WentOn(SenderCounts sender, ReceiverCounts received) =>
        sender.LastNs > received.LastNs && (double)sender.Sent * (sender.LastNs - received.LastNs) / sender.LastNs >= Sure;

    // A stream's sender may have nothing to do but wait until what it wrote is acknowledged.
    private static bool HadMore(LoadFlow flow, SenderCounts sender, ReceiverCounts received, double silentNs) =>
        (flow.BitsPerSecond == 0 || flow.BitsPerSecond / 8 * silentNs / 1e9 >= Sure)
        && (sender.SentBytes > received.Result.DeliveredBytes || sender.LastNs - received.LastNs >= LeastNs);
}
