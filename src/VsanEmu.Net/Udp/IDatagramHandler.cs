namespace VsanEmu.Net.Udp;

/// <summary>Takes what a <see cref="DatagramSocket"/> received. Called on the receive loop's thread, which serves other sockets too: be brief.</summary>
public interface IDatagramHandler
{
    /// <summary>
    /// One datagram. The bytes are the loop's and are valid during the call only; a datagram of more than <see cref="ReceiveLoop.MaxDatagram"/>
    /// bytes is cut to that length. A call may still be under way while the socket is being disposed of elsewhere.
    /// </summary>
    void OnDatagram(DatagramSocket socket, Ipv4Endpoint source, ReadOnlySpan<byte> datagram);
}
