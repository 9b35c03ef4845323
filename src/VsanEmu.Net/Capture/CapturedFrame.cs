using System.Buffers.Binary;
using VsanEmu.Core.Observations;

namespace VsanEmu.Net.Capture;

/// <summary>What is known of a captured frame beside its bytes.</summary>
/// <param name="WireLength">Its length without <paramref name="Tag"/>, bytes.</param>
/// <param name="Direction">Its direction.</param>
/// <param name="RealtimeNs">When the kernel saw it, ns since 1970.</param>
/// <param name="Tag">The outermost VLAN tag, if the kernel, or the card, took it off the frame; tags that are still in the frame are in its bytes.</param>
internal readonly record struct CapturedFrame(int WireLength, PortDirection Direction, long RealtimeNs, VlanTag Tag);

/// <summary>An 802.1Q or 802.1ad tag. The default is none.</summary>
/// <param name="Protocol">Its TPID: 0x8100, 0x88a8; 0 without a tag.</param>
/// <param name="Control">Priority (3 bits), drop eligible (1), VLAN (12).</param>
internal readonly record struct VlanTag(ushort Protocol, ushort Control)
{
    /// <summary>Its length in a frame.</summary>
    internal const int Length = 4;

    /// <summary>802.1Q's TPID: what a tag has of which nothing else is known.</summary>
    internal const ushort Customer = 0x8100;

    // Both MAC addresses stand before it.
    private const int Offset = 12;

    internal bool Exists => Protocol != 0;

    /// <summary>The VLAN; 0 without a tag, and for one that bears a priority only.</summary>
    internal ushort Vlan => (ushort)(Control & 0x0fff);

    /// <summary>Writes a frame with the tag back in its place. Returns the length.</summary>
    internal int Restore(ReadOnlySpan<byte> frame, Span<byte> to)
    {
        if (!Exists || frame.Length < Offset)
        {
            frame.CopyTo(to);
            return frame.Length;
        }

        frame[..Offset].CopyTo(to);
        BinaryPrimitives.WriteUInt16BigEndian(to[Offset..], Protocol);
        BinaryPrimitives.WriteUInt16BigEndian(to[(Offset + 2)..], Control);
        frame[Offset..].CopyTo(to[(Offset + Length)..]);
        return frame.Length + Length;
    }
}
