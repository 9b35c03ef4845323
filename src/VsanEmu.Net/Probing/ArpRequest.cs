using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using VsanEmu.Net.Interfaces;

namespace VsanEmu.Net.Probing;

/// <summary>Sends ARP requests (RFC 826) whether or not the kernel knows the answer already. Needs CAP_NET_RAW.</summary>
public static class ArpRequest
{
    private const int FrameLength = 42;
    private const int Operation = 20;
    private const int SenderHardware = 22;
    private const int SenderAddress = 28;
    private const byte Reply = 2;

    // ETH_P_ARP in network order: what is heard on a socket of this protocol.
    private const int ArpFrames = 0x0608;

    // One of them may be lost.
    private const int Requests = 3;
    private const int ProxyRequests = 2;

    /// <summary>Broadcasts a request for each of some addresses.</summary>
    /// <param name="from">Who asks.</param>
    /// <param name="asked">The addresses that are asked for.</param>
    /// <exception cref="LocalInterfaceException">The source's interface lacks its address.</exception>
    /// <exception cref="SocketException">It cannot be sent.</exception>
    public static void Send(ProbeSource from, params IReadOnlyList<IPAddress> asked) => from.Namespace.Run(() =>
    {
        using Socket socket = Open(from, protocol: 0);
        byte[] own = ((LinkEndPoint)socket.LocalEndPoint!).HardwareAddress;
        foreach (IPAddress address in asked) socket.Send(Frame(own, from.Address, address));
    });

    /// <summary>Asks for an address, and waits for the answer. Blocks its thread.</summary>
    /// <param name="from">Who asks.</param>
    /// <param name="asked">The address that is asked for.</param>
    /// <param name="patience">How long to wait for an answer to each request.</param>
    /// <returns>Who answered first, or null when nobody did.</returns>
    /// <exception cref="LocalInterfaceException">The source's interface lacks its address.</exception>
    /// <exception cref="SocketException">It cannot be sent.</exception>
    internal static PhysicalAddress? Ask(ProbeSource from, IPAddress asked, TimeSpan patience) => from.Namespace.Run(() =>
    {
        using Socket socket = Open(from, ArpFrames);
        byte[] own = ((LinkEndPoint)socket.LocalEndPoint!).HardwareAddress, frame = new byte[2048];
        for (int i = 0; i < Requests; i++)
        {
            socket.Send(Frame(own, from.Address, asked));
            long start = Stopwatch.GetTimestamp();
            while (AnswerWait.Readable(socket, start, patience))
                if (IsReply(frame.AsSpan(0, socket.Receive(frame)), asked)) return new PhysicalAddress(frame[SenderHardware..SenderAddress]);
        }

        return null;
    });

    /// <summary>Asks for some addresses at once, twice, whether one of them is answered for by somebody. Blocks its thread.</summary>
    /// <param name="from">Who asks.</param>
    /// <param name="suspect">Who is to answer.</param>
    /// <param name="asked">The addresses that are asked for.</param>
    /// <param name="patience">How long to wait for answers, each time.</param>
    /// <returns>An address for which the suspect answered, or null.</returns>
    /// <exception cref="LocalInterfaceException">The source's interface lacks its address.</exception>
    /// <exception cref="SocketException">It cannot be sent.</exception>
    internal static IPAddress? AlsoAnswersFor(ProbeSource from, PhysicalAddress suspect, IReadOnlyList<IPAddress> asked, TimeSpan patience) => from.Namespace.Run(() =>
    {
        using Socket socket = Open(from, ArpFrames);
        byte[] own = ((LinkEndPoint)socket.LocalEndPoint!).HardwareAddress, frame = new byte[2048];
        for (int i = 0; i < ProxyRequests && asked.Count > 0; i++)
        {
            foreach (IPAddress address in asked) socket.Send(Frame(own, from.Address, address));
            long start = Stopwatch.GetTimestamp();
            while (AnswerWait.Readable(socket, start, patience))
            {
                int length = socket.Receive(frame);
                if (asked.FirstOrDefault(a => IsReply(frame.AsSpan(0, length), a)) is { } other && suspect.Equals(new PhysicalAddress(frame[SenderHardware..SenderAddress]))) return other;
            }
        }

        return null;
    });

    private static Socket Open(ProbeSource from, int protocol)
    {
        var socket = new Socket(AddressFamily.Packet, SocketType.Raw, (ProtocolType)protocol);
        try
        {
            socket.Bind(new LinkEndPoint(LocalInterface.Find(from.Interface, from.Address).Index));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static bool IsReply(ReadOnlySpan<byte> frame, IPAddress asked) =>
        frame.Length >= FrameLength && frame[Operation] == 0 && frame[Operation + 1] == Reply && frame.Slice(SenderAddress, 4).SequenceEqual(asked.GetAddressBytes());

    private static byte[] Frame(ReadOnlySpan<byte> hardware, IPAddress sender, IPAddress asked)
    {
        byte[] frame = new byte[FrameLength];
        frame.AsSpan(0, 6).Fill(0xff);
        hardware.CopyTo(frame.AsSpan(6));
        // EtherType ARP; hardware Ethernet, protocol IPv4, their lengths, operation request.
        ReadOnlySpan<byte> fixedFields = [0x08, 0x06, 0x00, 0x01, 0x08, 0x00, 6, 4, 0x00, 0x01];
        fixedFields.CopyTo(frame.AsSpan(12));
        hardware.CopyTo(frame.AsSpan(SenderHardware));
        sender.TryWriteBytes(frame.AsSpan(SenderAddress), out _);
        asked.TryWriteBytes(frame.AsSpan(38), out _);
        return frame;
    }
}
