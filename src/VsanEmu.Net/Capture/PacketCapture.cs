using Microsoft.Win32.SafeHandles;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using VsanEmu.Net.Native;

namespace VsanEmu.Net.Capture;

/// <summary>Takes the frames of a capture. What it is given belongs to it only until it returns.</summary>
internal interface IFrameSink
{
    /// <param name="frame">What was captured of it.</param>
    /// <param name="wireLength">Its length on the wire.</param>
    /// <param name="direction">Its direction.</param>
    /// <param name="realtimeNs">When the kernel saw it, ns since 1970.</param>
    void Take(ReadOnlySpan<byte> frame, int wireLength, PortDirection direction, long realtimeNs);
}

/// <summary>
/// Captures one interface, both directions. Opened inside its namespace, read from any thread; one caller at a time
/// (a <see cref="CaptureSet"/> is that caller once it was added there). It keeps its namespace alive until it is disposed.
/// </summary>
public sealed unsafe class PacketCapture : IDisposable
{
    private const byte PacketOutgoing = 4;
    private const ushort MembershipPromiscuous = 1;
    private const int NoDevice = 19;     // ENODEV
    private const int NetworkDown = 100; // ENETDOWN

    private readonly SafeFileHandle _socket;
    private readonly PacketRing _ring;
    private volatile bool _wasDown;

    private PacketCapture(string name, SafeFileHandle socket, PacketRing ring, int snaplen)
    {
        Interface = name;
        _socket = socket;
        _ring = ring;
        Snaplen = snaplen;
    }

    /// <summary>The interface's name.</summary>
    public string Interface { get; }

    /// <summary>Bytes kept of each frame.</summary>
    public int Snaplen { get; }

    /// <summary>Frames that found the ring full, so far.</summary>
    public long Dropped { get; private set; }

    /// <summary>Whether the interface was down, or went, at any time since the capture was opened: what passed then was not captured.</summary>
    public bool WasDown => _wasDown;

    internal SafeFileHandle Socket => _socket;

    /// <summary>Opens a capture on an interface of the calling thread's namespace. It captures from here on.</summary>
    /// <param name="interfaceName">The interface.</param>
    /// <param name="channels">Whose ports are captured.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="CaptureException">There is no such interface, or CAP_NET_RAW or memory for the ring is missing. An interface that is down is no error: its frames are captured once it is up.</exception>
    public static PacketCapture Open(string interfaceName, ChannelSpec channels, CaptureOptions? options = null)
    {
        options ??= new CaptureOptions();
        options.Validate();
        int index = (int)Libc.InterfaceIndex(interfaceName);
        if (index == 0) throw new CaptureException($"there is no interface {interfaceName} here");

        // Protocol 0: nothing is captured before bind, and bind comes after the filter.
        int fd = Libc.OpenSocket(Libc.FamilyPacket, Libc.RawCloseOnExec, 0);
        if (fd < 0) throw CaptureException.FromErrno($"cannot capture on {interfaceName} (CAP_NET_RAW is needed)");
        var socket = new SafeFileHandle(fd, ownsHandle: true);
        PacketRing? ring = null;
        try
        {
            Attach(socket, PacketFilter.For(channels, options.Snaplen));
            ring = new PacketRing(socket, options.Snaplen, options.Slots);
            if (options.Promiscuous) JoinPromiscuous(socket, index, interfaceName);
            var address = new Libc.LinkLayerAddress { Family = Libc.FamilyPacket, Protocol = Libc.AllProtocols, InterfaceIndex = index };
            if (Libc.Bind(socket, address, (uint)sizeof(Libc.LinkLayerAddress)) != 0)
                throw CaptureException.FromErrno($"cannot capture on {interfaceName}");
            return new PacketCapture(interfaceName, socket, ring, options.Snaplen);
        }
        catch
        {
            ring?.Dispose();
            socket.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ring.Dispose();
        _socket.Dispose();
    }

    /// <summary>Hands over the frames that wait, at most one ring full. Their number.</summary>
    internal int Drain(IFrameSink sink)
    {
        int taken = 0;
        for (; taken < _ring.Slots; taken++)
        {
            Libc.RingFrameHeader* header = _ring.Peek();
            if (header is null) break;
            var address = (Libc.LinkLayerAddress*)(header + 1);
            sink.Take(
                new ReadOnlySpan<byte>((byte*)header + header->MacOffset, (int)header->CapturedLength),
                (int)header->WireLength,
                address->PacketType == PacketOutgoing ? PortDirection.Out : PortDirection.In,
                (header->Seconds * 1_000_000_000L) + header->Nanoseconds);
            _ring.Release(header);
        }

        return taken;
    }

    /// <summary>Brings <see cref="Dropped"/> up to date.</summary>
    internal void ReadCounts()
    {
        Libc.PacketCounts counts;
        uint length = (uint)sizeof(Libc.PacketCounts);
        if (Libc.GetSocketOption(_socket, Libc.LevelPacket, Libc.PacketStatistics, &counts, ref length) == 0) Dropped += counts.Dropped;
    }

    /// <summary>Takes a pending error, as ENETDOWN when the interface went down: otherwise the socket counts as ready for ever.</summary>
    internal void ClearError()
    {
        int error;
        uint length = sizeof(int);
        if (Libc.GetSocketOption(_socket, Libc.LevelSocket, Libc.SocketError, &error, ref length) == 0 && error is NetworkDown or NoDevice) _wasDown = true;
    }

    private static void Attach(SafeFileHandle socket, Libc.FilterInstruction[] instructions)
    {
        fixed (Libc.FilterInstruction* first = instructions)
        {
            var program = new Libc.FilterProgram { Length = (ushort)instructions.Length, Instructions = first };
            if (Libc.SetSocketOption(socket, Libc.LevelSocket, Libc.AttachFilter, &program, (uint)sizeof(Libc.FilterProgram)) != 0)
                throw CaptureException.FromErrno("cannot attach the capture filter");
        }
    }

    private static void JoinPromiscuous(SafeFileHandle socket, int index, string name)
    {
        var membership = new Libc.PacketMembership { InterfaceIndex = index, Type = MembershipPromiscuous };
        if (Libc.SetSocketOption(socket, Libc.LevelPacket, Libc.PacketAddMembership, &membership, (uint)sizeof(Libc.PacketMembership)) != 0)
            throw CaptureException.FromErrno($"cannot make {name} promiscuous");
    }
}
