using Microsoft.Win32.SafeHandles;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using VsanEmu.Net.Native;

namespace VsanEmu.Net.Capture;

/// <summary>Takes the frames of a capture. What it is given belongs to it only until it returns.</summary>
internal interface IFrameSink
{
    /// <param name="frame">What was captured of it.</param>
    /// <param name="about">What else is known of it.</param>
    void Take(ReadOnlySpan<byte> frame, in CapturedFrame about);
}

/// <summary>
/// Captures one interface, both directions: the cluster's frames, and, in a ring of their own, the headers of all other IP and of other VLANs' frames, so that a flood of
/// those cannot cost one of the cluster's. Opened inside its namespace, read from any thread; one caller at a time (a <see cref="CaptureSet"/> is that caller once it was
/// added there). It keeps its namespace alive until it is disposed.
/// </summary>
public sealed unsafe class PacketCapture : IDisposable
{
    private const byte PacketOutgoing = 4;

    // The frame's status (linux/if_packet.h): its tag was taken off, and what that tag's TPID was is known.
    private const uint VlanValid = 1 << 4;
    private const uint VlanProtocolValid = 1 << 6;

    private readonly PacketSocket _ours;
    private readonly PacketSocket? _others;
    private volatile bool _wasDown;

    private PacketCapture(string name, PacketSocket ours, PacketSocket? others, int snaplen)
    {
        Interface = name;
        _ours = ours;
        _others = others;
        Snaplen = snaplen;
    }

    /// <summary>The interface's name.</summary>
    public string Interface { get; }

    /// <summary>Bytes kept of each frame; of those that are not the cluster's only <see cref="CaptureOptions.MinSnaplen"/>.</summary>
    public int Snaplen { get; }

    /// <summary>Frames of the cluster's that found the ring full, so far.</summary>
    public long Dropped => _ours.Dropped;

    /// <summary>Other frames that found theirs full, so far.</summary>
    public long OthersDropped => _others?.Dropped ?? 0;

    /// <summary>Whether the interface was down, or went, at any time since the capture was opened: what passed then was not captured.</summary>
    public bool WasDown => _wasDown;

    /// <summary>The sockets that become readable when frames wait.</summary>
    internal IEnumerable<SafeFileHandle> Handles => _others is null ? [_ours.Handle] : [_ours.Handle, _others.Handle];

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

        PacketSocket ours = Socket(PacketFilter.For(channels, ours: options.Snaplen, others: 0), options.Snaplen, options.Slots);
        if (options.OtherSlots == 0) return new PacketCapture(interfaceName, ours, null, options.Snaplen);
        try
        {
            const int headers = CaptureOptions.MinSnaplen;
            return new PacketCapture(interfaceName, ours, Socket(PacketFilter.For(channels, ours: 0, others: headers), headers, options.OtherSlots), options.Snaplen);
        }
        catch
        {
            ours.Dispose();
            throw;
        }

        PacketSocket Socket(Libc.FilterInstruction[] filter, int snaplen, int slots) =>
            PacketSocket.Open(interfaceName, index, filter, snaplen, slots, options.Promiscuous);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ours.Dispose();
        _others?.Dispose();
    }

    /// <summary>Hands over the frames that wait, in the order of their times, at most as many as the rings hold. Their number.</summary>
    internal int Drain(IFrameSink sink)
    {
        int taken = 0, most = _ours.Slots + (_others?.Slots ?? 0);
        for (; taken < most; taken++)
        {
            Libc.RingFrameHeader* ours = _ours.Peek();
            Libc.RingFrameHeader* others = _others is null ? null : _others.Peek();
            if (ours is null && others is null) break;
            bool first = others is null || (ours is not null && RealtimeNs(ours) <= RealtimeNs(others));
            Libc.RingFrameHeader* header = first ? ours : others;
            sink.Take(new ReadOnlySpan<byte>((byte*)header + header->MacOffset, (int)header->CapturedLength), About(header));
            (first ? _ours : _others!).Release(header);
        }

        return taken;
    }

    /// <summary>Brings <see cref="Dropped"/> and <see cref="OthersDropped"/> up to date.</summary>
    internal void ReadCounts()
    {
        _ours.ReadCounts();
        _others?.ReadCounts();
    }

    /// <summary>Takes pending errors off the sockets.</summary>
    internal void ClearError()
    {
        bool ours = _ours.ClearError(), others = _others?.ClearError() ?? false;
        if (ours || others) _wasDown = true;
    }

    private static CapturedFrame About(Libc.RingFrameHeader* header)
    {
        var address = (Libc.LinkLayerAddress*)(header + 1);
        return new(
            (int)header->WireLength,
            address->PacketType == PacketOutgoing ? PortDirection.Out : PortDirection.In,
            RealtimeNs(header),
            (header->Status & VlanValid) == 0 ? default
                : new VlanTag((header->Status & VlanProtocolValid) == 0 ? VlanTag.Customer : header->VlanTpid, header->VlanTci));
    }

    private static long RealtimeNs(Libc.RingFrameHeader* header) => (header->Seconds * 1_000_000_000L) + header->Nanoseconds;
}
