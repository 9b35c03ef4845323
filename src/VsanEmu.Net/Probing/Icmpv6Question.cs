using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using VsanEmu.Net.Native;

namespace VsanEmu.Net.Probing;

/// <summary>Asks over ICMPv6 whether somebody is at an address: by echo (RFC 4443 4.1), and in the segment by a neighbour solicitation (RFC 4861 4.3). Blocks its thread; needs CAP_NET_RAW.</summary>
internal static class Icmpv6Question
{
    private const byte EchoRequest = 128;
    private const byte EchoReply = 129;
    private const byte Solicitation = 135;
    private const byte Advertisement = 136;
    private const int TargetAt = 8;

    // Neighbour discovery is valid with this hop limit only.
    private const int NeighbourHops = 255;

    // One of them may be lost.
    private const int Requests = 3;

    /// <summary>Whether it answers an echo request.</summary>
    internal static bool Echo(ProbeSource from, IPAddress to, TimeSpan patience)
    {
        byte[] request = new byte[16];
        request[0] = EchoRequest;
        Random.Shared.NextBytes(request.AsSpan(4));
        return Ask(from, new IPEndPoint(to, 0), request, patience, (answer, by) =>
            answer[0] == EchoReply && answer.Length == request.Length && answer[4..].SequenceEqual(request.AsSpan(4)) && by.GetAddressBytes().AsSpan().SequenceEqual(to.GetAddressBytes()) ? "" : null) is not null;
    }

    /// <summary>Who answers a neighbour solicitation for it: a link-layer address where the answer bears one, else where it came from; null when nobody does.</summary>
    internal static string? Neighbour(ProbeSource from, IPAddress to, TimeSpan patience, int requests = Requests)
    {
        byte[] target = to.GetAddressBytes(), request = new byte[32];
        long index = from.Namespace.Run(() => (long)Libc.InterfaceIndex(from.Interface));
        request[0] = Solicitation;
        target.CopyTo(request, TargetAt);
        // The source's link-layer address: without it a neighbour that does not know this one has nobody to answer.
        request[24] = request[25] = 1;
        from.Namespace.Run(() => LinkEndPoint.HardwareAddressOf((int)index)).AsSpan(0, 6).CopyTo(request.AsSpan(26));
        // The solicited-node group (RFC 4291 2.7.1) ends in the address's last three octets.
        var group = new IPAddress([0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, .. target.AsSpan(13)], index);
        return Ask(from, new IPEndPoint(group, 0), request, patience, (answer, by) =>
            answer[0] == Advertisement && answer.Length >= TargetAt + 16 && answer.Slice(TargetAt, 16).SequenceEqual(target) ? Answerer(answer, by) : null, requests);
    }

    // The target link-layer address option (RFC 4861 4.6.1) is the only one that an advertisement has: type 2, eight octets.
    private static string Answerer(ReadOnlySpan<byte> answer, IPAddress by)
    {
        const int option = TargetAt + 16;
        return answer.Length >= option + 8 && answer[option] == 2 && answer[option + 1] == 1
            ? LinkEndPoint.Text(answer.Slice(option + 2, 6))
            : $"{by}";
    }

    // Who answered, or null for a message that is no answer.
    private delegate string? ReadAnswer(ReadOnlySpan<byte> message, IPAddress by);

    private static string? Ask(ProbeSource from, IPEndPoint to, byte[] request, TimeSpan patience, ReadAnswer read, int requests = Requests) => from.Namespace.Run(() =>
    {
        // The kernel writes the checksum (RFC 3542 3.1).
        using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Raw, ProtocolType.IcmpV6);
        socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.MulticastInterface, (int)Libc.InterfaceIndex(from.Interface));
        socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.MulticastTimeToLive, NeighbourHops);
        socket.Bind(new IPEndPoint(from.Address, 0));
        for (int i = 0; i < requests; i++)
            if (Once(socket, to, request, patience, read) is { } answer) return answer;
        return null;
    });

    private static string? Once(Socket socket, IPEndPoint to, byte[] request, TimeSpan patience, ReadAnswer read)
    {
        byte[] message = new byte[2048];
        EndPoint by = new IPEndPoint(IPAddress.IPv6Any, 0);
        long start = Stopwatch.GetTimestamp();
        try
        {
            socket.SendTo(request, to);
            while (AnswerWait.Readable(socket, start, patience))
            {
                int length = socket.ReceiveFrom(message, ref by);
                if (length > 0 && read(message.AsSpan(0, length), ((IPEndPoint)by).Address) is { } answer) return answer;
            }
        }
        catch (SocketException)
        {
            // No route, no neighbour, or an ICMP error: no answer.
        }

        return null;
    }
}
