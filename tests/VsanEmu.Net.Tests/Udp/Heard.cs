using System.Collections.Concurrent;
using System.Text;
using VsanEmu.Net.Udp;

namespace VsanEmu.Net.Tests.Udp;

/// <summary>Keeps what a socket received.</summary>
internal sealed class Heard : IDatagramHandler
{
    private readonly BlockingCollection<(Ipv4Endpoint Source, byte[] Bytes)> _all = [];

    public void OnDatagram(DatagramSocket socket, Ipv4Endpoint source, ReadOnlySpan<byte> datagram) => _all.Add((source, datagram.ToArray()));

    public byte[] NextBytes() => Take().Bytes;

    public string Next()
    {
        (Ipv4Endpoint source, byte[] bytes) = Take();
        return $"{Encoding.UTF8.GetString(bytes)} from {source}";
    }

    private (Ipv4Endpoint Source, byte[] Bytes) Take() =>
        _all.TryTake(out (Ipv4Endpoint, byte[]) next, Eventually.Limit) ? next : throw new TimeoutException("nothing was heard");
}
