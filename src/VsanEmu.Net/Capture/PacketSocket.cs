using Microsoft.Win32.SafeHandles;
using VsanEmu.Net.Native;

namespace VsanEmu.Net.Capture;

/// <summary>One packet socket (packet(7)) at an interface, with the filter that chooses its frames and the ring that they are put into.</summary>
internal sealed unsafe class PacketSocket : IDisposable
{
    private const ushort MembershipPromiscuous = 1;

    private readonly PacketRing _ring;

    private PacketSocket(SafeFileHandle handle, PacketRing ring) => (Handle, _ring) = (handle, ring);

    /// <summary>The socket, readable while frames wait.</summary>
    internal SafeFileHandle Handle { get; }

    /// <summary>Frames that found the ring full, as of the last <see cref="ReadCounts"/>.</summary>
    internal long Dropped { get; private set; }

    /// <summary>Frames that the ring holds.</summary>
    internal int Slots => _ring.Slots;

    /// <summary>Opens one on an interface of the calling thread's namespace.</summary>
    /// <param name="name">The interface's name, for messages.</param>
    /// <param name="index">Its number.</param>
    /// <param name="filter">Which frames it takes, and how much of each.</param>
    /// <param name="snaplen">The most that the filter keeps of a frame.</param>
    /// <param name="slots">Frames that can wait.</param>
    /// <param name="promiscuous">Whether the interface takes what is not for itself.</param>
    /// <exception cref="CaptureException">CAP_NET_RAW, the interface or memory is missing.</exception>
    internal static PacketSocket Open(string name, int index, Libc.FilterInstruction[] filter, int snaplen, int slots, bool promiscuous)
    {
        // Protocol 0: nothing is captured before bind, and bind comes after the filter.
        int fd = Libc.OpenSocket(Libc.FamilyPacket, Libc.RawCloseOnExec, 0);
        if (fd < 0) throw CaptureException.FromErrno($"cannot capture on {name} (CAP_NET_RAW is needed)");
        var handle = new SafeFileHandle(fd, ownsHandle: true);
        PacketRing? ring = null;
        try
        {
            Attach(handle, filter);
            ring = new PacketRing(handle, snaplen, slots);
            if (promiscuous) JoinPromiscuous(handle, index, name);
            var address = new Libc.LinkLayerAddress { Family = Libc.FamilyPacket, Protocol = Libc.AllProtocols, InterfaceIndex = index };
            if (Libc.Bind(handle, address, (uint)sizeof(Libc.LinkLayerAddress)) != 0) throw CaptureException.FromErrno($"cannot capture on {name}");
            return new PacketSocket(handle, ring);
        }
        catch
        {
            ring?.Dispose();
            handle.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ring.Dispose();
        Handle.Dispose();
    }

    /// <summary>The frame that waits longest, or null. To be given back with <see cref="Release"/>.</summary>
    internal Libc.RingFrameHeader* Peek() => _ring.Peek();

    /// <summary>Gives it back.</summary>
    internal void Release(Libc.RingFrameHeader* frame) => _ring.Release(frame);

    /// <summary>Brings <see cref="Dropped"/> up to date.</summary>
    internal void ReadCounts()
    {
        Libc.PacketCounts counts;
        uint length = (uint)sizeof(Libc.PacketCounts);
        if (Libc.GetSocketOption(Handle, Libc.LevelPacket, Libc.PacketStatistics, &counts, ref length) == 0) Dropped += counts.Dropped;
    }

    /// <summary>Takes a pending error: otherwise the socket counts as ready for ever. True when it says that the interface went down, or away.</summary>
    internal bool ClearError()
    {
        const int noDevice = 19, networkDown = 100; // ENODEV, ENETDOWN
        int error;
        uint length = sizeof(int);
        return Libc.GetSocketOption(Handle, Libc.LevelSocket, Libc.SocketError, &error, ref length) == 0 && error is networkDown or noDevice;
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
