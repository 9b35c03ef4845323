using Microsoft.Win32.SafeHandles;
using VsanEmu.Net.Native;

namespace VsanEmu.Net.Capture;

/// <summary>
/// A receive ring shared with the kernel, layout version 2 (TPACKET_V2). A ring and not a socket buffer, because an ordinary user's buffer is
/// capped at net.core.rmem_max (212 kB on Debian: some 250 frames); version 2 and not 3, because a frame is visible at once: version 3 hands
/// out whole blocks, and holds the last frames back until a timer fires.
/// </summary>
internal sealed unsafe class PacketRing : IDisposable
{
    private const int Version2 = 1;
    private const uint BlockSize = 64 * 1024;
    private const uint MaxBlockSize = 256 * 1024; // holds one slot of the longest snaplen

    // Before the frame: header and address (52 octets), rounded up so that the network header is aligned to 16 (packet(7), if_packet.h).
    private const uint Overhead = 80;
    private const uint Alignment = 16;

    // The frame's status: whose turn it is.
    private const uint Kernel = 0;
    private const uint User = 1;

    private readonly uint _frameSize;
    private readonly uint _framesPerBlock;
    private readonly uint _blockSize;
    private readonly uint _count;
    private readonly nuint _length;
    private byte* _memory;
    private uint _next;

    /// <summary>Makes the ring of a socket that is not bound yet.</summary>
    internal PacketRing(SafeFileHandle socket, int snaplen, int slots)
    {
        _frameSize = (Overhead + (uint)snaplen + Alignment - 1) / Alignment * Alignment;
        _blockSize = _frameSize <= BlockSize ? BlockSize : MaxBlockSize;
        _framesPerBlock = _blockSize / _frameSize;
        uint blocks = ((uint)slots + _framesPerBlock - 1) / _framesPerBlock;
        _count = blocks * _framesPerBlock;
        _length = (nuint)blocks * _blockSize;

        int version = Version2;
        var request = new Libc.RingRequest { BlockSize = _blockSize, BlockCount = blocks, FrameSize = _frameSize, FrameCount = _count };
        if (Libc.SetSocketOption(socket, Libc.LevelPacket, Libc.PacketVersion, &version, sizeof(int)) != 0
            || Libc.SetSocketOption(socket, Libc.LevelPacket, Libc.PacketRxRing, &request, (uint)sizeof(Libc.RingRequest)) != 0)
            throw CaptureException.FromErrno($"cannot make a capture ring of {_length} bytes");

        nint memory = Libc.MapShared(socket, _length);
        if (memory == -1) throw CaptureException.FromErrno($"cannot map a capture ring of {_length} bytes");
        _memory = (byte*)memory;
    }

    /// <summary>Frames that the ring holds.</summary>
    internal int Slots => (int)_count;

    /// <summary>The next frame, or null when the kernel has filled none. To be given back with <see cref="Release"/>.</summary>
    internal Libc.RingFrameHeader* Peek()
    {
        ObjectDisposedException.ThrowIf(_memory is null, this);
        var header = (Libc.RingFrameHeader*)(_memory + ((nuint)(_next / _framesPerBlock) * _blockSize) + (_next % _framesPerBlock * _frameSize));
        return (Volatile.Read(ref header->Status) & User) != 0 ? header : null;
    }

    /// <summary>Gives the frame back to the kernel.</summary>
    internal void Release(Libc.RingFrameHeader* header)
    {
        Volatile.Write(ref header->Status, Kernel);
        _next = _next + 1 == _count ? 0 : _next + 1;
    }

    public void Dispose()
    {
        if (_memory is null) return;
        _ = Libc.Unmap((nint)_memory, _length);
        _memory = null;
    }
}
