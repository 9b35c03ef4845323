using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using VsanEmu.Net.Probing;
using VsanEmu.Net.Udp;

namespace VsanEmu.Net.Trials;

/// <summary>What came of the echo requests to one address.</summary>
/// <param name="Sent">Requests made; one that the sender's own interface found too long counts.</param>
/// <param name="RoundTripsNs">Round trips of those that were answered, shortest first.</param>
/// <param name="RefusedMtu">The MTU that somebody named when it refused one; 0 when nobody did.</param>
/// <param name="RefusedBy">Who did; null when nobody did.</param>
/// <param name="NotSent">Requests that the sender's own kernel refused for another reason.</param>
/// <param name="Refusal">Its words for the first of them; empty when it refused none.</param>
internal sealed record EchoResult(int Sent, IReadOnlyList<long> RoundTripsNs, int RefusedMtu, IPAddress? RefusedBy, int NotSent, string Refusal);

/// <summary>ICMP echo requests (RFC 792) of one size with don't-fragment, from one endpoint to several. Blocks its thread; needs CAP_NET_RAW.</summary>
internal sealed class EchoRequests : IDisposable
{
    /// <summary>Shortest IP packet: header, ICMP header.</summary>
    internal const int MinBytes = IpHeader + IcmpHeader;

    /// <summary>Longest.</summary>
    internal const int MaxBytes = 9216;

    /// <summary>Requests of one call: their numbers have 16 bits.</summary>
    internal const int MaxRequests = 65536;

    private const int IpHeader = 20;
    private const int IcmpHeader = 8;
    private const byte EchoReply = 0;
    private const byte Unreachable = 3;
    private const byte EchoRequest = 8;
    private const byte FragmentationNeeded = 4;

    // ip(7), linux/in.h: set don't-fragment, and do not let what is known of the path's MTU refuse a request.
    private const int MtuDiscover = 10;
    private const int DiscoverByProbing = 3;
    private const int PathMtu = 14;

    // raw(7): of each ICMP type a bit, set for those that are not wanted.
    private const int LevelRaw = 255;
    private const int IcmpFilter = 1;
    private const uint Unwanted = ~((1u << EchoReply) | (1u << Unreachable));

    // What is taken after the time is up, packets.
    private const int MaxLate = 1024;

    private readonly ProbeSource _from;
    private readonly Socket _socket;
    private readonly ushort _id = (ushort)Random.Shared.Next(1, 65536);
    private readonly byte[] _received = new byte[MaxBytes + 64];

    private IReadOnlyList<IPAddress> _to = [];
    private long[] _sentAt = [];
    private long[] _tookNs = [];
    private (int Mtu, IPAddress? By)[] _refused = [];
    private (int Count, SocketError First)[] _notSent = [];
    private int _answered;

    internal EchoRequests(ProbeSource from)
    {
        _from = from;
        _socket = from.Namespace.Run(() =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Icmp) { Blocking = false };
            try
            {
                socket.SetRawSocketOption((int)SocketOptionLevel.IP, MtuDiscover, [DiscoverByProbing, 0, 0, 0]);
                socket.SetRawSocketOption(LevelRaw, IcmpFilter, BitConverter.GetBytes(Unwanted));
                socket.Bind(new IPEndPoint(from.Address, 0));
                return socket;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        });
    }

    /// <summary>Asks every address <paramref name="count"/> times, and waits for the answers.</summary>
    /// <param name="to">Whom.</param>
    /// <param name="bytes">Bytes of the IP packet, <see cref="MinBytes"/> to <see cref="MaxBytes"/>.</param>
    /// <param name="count">Requests to each.</param>
    /// <param name="interval">Time between two requests.</param>
    /// <param name="patience">How long to wait after the last.</param>
    /// <returns>A result for each address.</returns>
    internal IReadOnlyList<EchoResult> Run(IReadOnlyList<IPAddress> to, int bytes, int count, TimeSpan interval, TimeSpan patience)
    {
        if (bytes is < MinBytes or > MaxBytes) throw new ArgumentOutOfRangeException(nameof(bytes), bytes, $"an echo request has {MinBytes} to {MaxBytes} bytes");
        int requests = to.Count * count;
        if (requests > MaxRequests) throw new ArgumentOutOfRangeException(nameof(count), requests, $"more than {MaxRequests} requests");
        _to = to;
        _sentAt = new long[requests];
        _tookNs = new long[requests];
        _refused = new (int, IPAddress?)[to.Count];
        _notSent = new (int, SocketError)[to.Count];
        _answered = 0;
        byte[] request = new byte[bytes - IpHeader];
        for (int number = 0; number < requests; number++)
        {
            Send(request, number);
            Receive(interval, number + 1 < requests ? int.MaxValue : requests);
        }

        Receive(patience, requests - RefusedHere(count) - _notSent.Sum(n => n.Count));
        return [.. to.Select((_, i) => Result(i, count))];
    }

    public void Dispose() => _socket.Dispose();

    private int RefusedHere(int count) => _refused.Count(r => _from.Address.Equals(r.By)) * count;

    // The numbers of the requests to one address: one of each round.
    private EchoResult Result(int target, int count) => new(
        count - _notSent[target].Count,
        [.. Enumerable.Range(0, count).Select(round => _tookNs[(round * _to.Count) + target]).Where(t => t > 0).Order()],
        _refused[target].Mtu,
        _refused[target].By,
        _notSent[target].Count,
        _notSent[target].Count == 0 ? "" : SendRefusal.Words(_notSent[target].First));

    private void Send(byte[] request, int number)
    {
        int target = number % _to.Count;
        IPAddress to = _to[target];
        request.AsSpan(0, IcmpHeader).Clear();
        request[0] = EchoRequest;
        BinaryPrimitives.WriteUInt16BigEndian(request.AsSpan(4), _id);
        BinaryPrimitives.WriteUInt16BigEndian(request.AsSpan(6), (ushort)number);
        BinaryPrimitives.WriteUInt16BigEndian(request.AsSpan(2), Ipv4Packet.Checksum(request));
        _sentAt[number] = Stopwatch.GetTimestamp();
        SocketError error = SendOnce(request, to);
        // An error that an earlier request met is told once, and cleared by that.
        if (error is not (SocketError.Success or SocketError.MessageSize)) error = SendOnce(request, to);
        if (error == SocketError.MessageSize) _refused[target] = (OwnMtu(to), _from.Address);
        else if (error != SocketError.Success) _notSent[target] = (_notSent[target].Count + 1, _notSent[target].Count == 0 ? error : _notSent[target].First);
    }

    private SocketError SendOnce(byte[] request, IPAddress to)
    {
        try
        {
            _socket.SendTo(request, new IPEndPoint(to, 0));
            return SocketError.Success;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }
    }

    /// <summary>Takes what arrives for a while, or until so many are answered; and then what is there already: a thread that got no processor for a while has lost no answer.</summary>
    private void Receive(TimeSpan time, int until)
    {
        long start = Stopwatch.GetTimestamp();
        for (int late = 0; _answered < until && late < MaxLate;)
        {
            TimeSpan left = time - Stopwatch.GetElapsedTime(start);
            if (left <= TimeSpan.Zero) (left, late) = (TimeSpan.Zero, late + 1);
            try
            {
#pragma warning disable RS0030 // Whoever runs it gives it a thread of its own.
                if (!_socket.Poll(left, SelectMode.SelectRead)) return;
#pragma warning restore RS0030
                int length = _socket.Receive(_received);
                Take(_received.AsSpan(0, length), Stopwatch.GetTimestamp());
            }
            catch (SocketException)
            {
                // The socket tells of an error that a request met; taking it has cleared it.
            }
        }
    }

    private void Take(ReadOnlySpan<byte> packet, long at)
    {
        if (!TrySkipHeader(packet, out ReadOnlySpan<byte> icmp) || icmp.Length < IcmpHeader) return;
        if (icmp[0] == EchoReply && BinaryPrimitives.ReadUInt16BigEndian(icmp[4..]) == _id)
        {
            int number = BinaryPrimitives.ReadUInt16BigEndian(icmp[6..]);
            if (number >= _tookNs.Length || _tookNs[number] > 0 || !SourceIs(packet, _to[number % _to.Count])) return;
            _tookNs[number] = Math.Max(1, at - _sentAt[number]);
            _answered++;
        }
        else if (icmp[0] == Unreachable && icmp[1] == FragmentationNeeded)
        {
            TakeRefusal(packet, icmp);
        }
    }

    // RFC 1191 section 4: the MTU of the next hop, and the packet that was too long for it.
    private void TakeRefusal(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> icmp)
    {
        if (!TrySkipHeader(icmp[IcmpHeader..], out ReadOnlySpan<byte> request) || request.Length < IcmpHeader) return;
        if (request[0] != EchoRequest || BinaryPrimitives.ReadUInt16BigEndian(request[4..]) != _id) return;
        int number = BinaryPrimitives.ReadUInt16BigEndian(request[6..]);
        if (number < _sentAt.Length) _refused[number % _to.Count] = (BinaryPrimitives.ReadUInt16BigEndian(icmp[6..]), new IPAddress(packet.Slice(12, 4)));
    }

    private static bool TrySkipHeader(ReadOnlySpan<byte> packet, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        if (packet.Length < IpHeader) return false;
        int length = (packet[0] & 0x0f) * 4;
        if (length < IpHeader || length > packet.Length) return false;
        payload = packet[length..];
        return true;
    }

    private static bool SourceIs(ReadOnlySpan<byte> packet, IPAddress address) => packet.Slice(12, 4).SequenceEqual(address.GetAddressBytes());

    // Of an unconnected socket the kernel does not tell it.
    private int OwnMtu(IPAddress to) => _from.Namespace.Run(() =>
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.SetRawSocketOption((int)SocketOptionLevel.IP, MtuDiscover, [DiscoverByProbing, 0, 0, 0]);
        socket.Connect(to, 9);
        Span<byte> mtu = stackalloc byte[4];
        socket.GetRawSocketOption((int)SocketOptionLevel.IP, PathMtu, mtu);
        return BinaryPrimitives.ReadInt32LittleEndian(mtu);
    });
}
