using VsanEmu.Core.Frames;
using VsanEmu.Net.Udp;

namespace VsanEmu.Net.Capture;

/// <summary>Takes UDP and TCP over IPv4 as a <see cref="TransportTap"/> hands it over. Payloads are valid during the call only and may be cut short by the capture.</summary>
public interface ITransportSink
{
    /// <summary>One datagram, or its first fragment.</summary>
    void Datagram(Ipv4Endpoint from, Ipv4Endpoint to, ReadOnlySpan<byte> payload);

    /// <summary>One TCP segment; its payload may be empty.</summary>
    void Segment(Ipv4Endpoint from, Ipv4Endpoint to, ReadOnlySpan<byte> payload);
}

/// <summary>Reads a capture down to what UDP and TCP carry: for a node that only wants to know who is there, and needs no tally.</summary>
public static class TransportTap
{
    /// <summary>Hands over what has been captured since the last time. One caller at a time.</summary>
    public static void Drain(PacketCapture capture, ITransportSink sink) => capture.Drain(new Sink(sink));

    private sealed class Sink(ITransportSink to) : IFrameSink
    {
        public void Take(ReadOnlySpan<byte> frame, in CapturedFrame about)
        {
            if (!FrameDecoder.TryDecode(frame, about.WireLength, out FrameInfo info) || !info.HasPorts || !info.Tuple.Source.IsV4 || (info.Vlan | about.Tag.Vlan) != 0) return;
            // Counted from the packet's end, because headers have options; what Ethernet padded lies behind it.
            int start = info.NetworkOffset + info.IpLength - info.PayloadLength;
            ReadOnlySpan<byte> payload = start < frame.Length ? frame[start..Math.Min(frame.Length, start + info.PayloadLength)] : [];
            var from = new Ipv4Endpoint((uint)info.Tuple.Source.Low, info.Tuple.SourcePort);
            var destination = new Ipv4Endpoint((uint)info.Tuple.Destination.Low, info.Tuple.DestinationPort);
            if (info.Kind == FrameKind.Udp) to.Datagram(from, destination, payload);
            else if (info.Kind == FrameKind.Tcp) to.Segment(from, destination, payload);
        }
    }
}
