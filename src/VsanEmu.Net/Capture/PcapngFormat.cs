using System.Buffers.Binary;
using System.Text;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Net.Capture;

/// <summary>
/// The blocks of a pcapng file with one Ethernet interface, little-endian (draft-ietf-opsawg-pcapng). Each method writes one block, or the blocks
/// a file begins with, and returns their length.
/// </summary>
internal static class PcapngFormat
{
    /// <summary>The longest that <see cref="WriteStart"/> and <see cref="WriteStatistics"/> write.</summary>
    internal const int MaxOverhead = 384;

    /// <summary>Octets of an interface's name that are kept.</summary>
    internal const int MaxName = HostName.MaxLength;

    private const uint SectionHeader = 0x0a0d0d0a;
    private const uint InterfaceDescription = 1;
    private const uint InterfaceStatistics = 5;
    private const uint EnhancedPacket = 6;

    private const ushort LinkEthernet = 1;
    private const byte Nanoseconds = 9; // if_tsresol: 10^-9 s

    private const ushort EndOfOptions = 0;
    private const ushort UserApplication = 4;
    private const ushort InterfaceName = 2;
    private const ushort TimestampResolution = 9;
    private const ushort PacketFlags = 2;
    private const ushort StatisticsFilterAccept = 6;
    private const ushort StatisticsSystemDrop = 7;
    private const ushort StatisticsDelivered = 8;

    // type (4), length (4), interface (4), timestamp (8), captured (4), original (4); then data; flags (8), end of options (4), length (4)
    private const int PacketHeaderLength = 28;
    private const int PacketTrailerLength = 16;

    /// <summary>Length of <see cref="WritePacket"/>'s block.</summary>
    internal static int PacketLength(int captured) => PacketHeaderLength + Padded(captured) + PacketTrailerLength;

    /// <summary>Section header and interface description: what every file begins with.</summary>
    internal static int WriteStart(Span<byte> to, string interfaceName, int snaplen)
    {
        var w = new BlockWriter(to);
        w.Begin(SectionHeader);
        w.U32(0x1a2b3c4d); // byte order
        w.U16(1);          // version 1.0
        w.U16(0);
        w.U64(ulong.MaxValue); // the section's length: unknown
        w.Option(UserApplication, "vsanemu"u8);
        w.End();

        w.Begin(InterfaceDescription);
        w.U16(LinkEthernet);
        w.U16(0);
        w.U32((uint)snaplen);
        byte[] name = Encoding.UTF8.GetBytes(interfaceName);
        w.Option(InterfaceName, name.AsSpan(0, Math.Min(name.Length, MaxName)));
        w.Option(TimestampResolution, [Nanoseconds]);
        w.End();
        return w.Length;
    }

    /// <summary>One frame, with its direction, and with the tag that was taken off it.</summary>
    internal static int WritePacket(Span<byte> to, ReadOnlySpan<byte> frame, in CapturedFrame about)
    {
        int captured = about.Tag.Restore(frame, to[PacketHeaderLength..]);
        int length = PacketLength(captured);
        BinaryPrimitives.WriteUInt32LittleEndian(to, EnhancedPacket);
        BinaryPrimitives.WriteInt32LittleEndian(to[4..], length);
        BinaryPrimitives.WriteUInt32LittleEndian(to[8..], 0);
        WriteTimestamp(to[12..], about.RealtimeNs);
        BinaryPrimitives.WriteInt32LittleEndian(to[20..], captured);
        BinaryPrimitives.WriteInt32LittleEndian(to[24..], about.WireLength + captured - frame.Length);
        Span<byte> trailer = to[(PacketHeaderLength + captured)..length];
        trailer.Clear();
        trailer = trailer[^PacketTrailerLength..];
        BinaryPrimitives.WriteUInt16LittleEndian(trailer, PacketFlags);
        BinaryPrimitives.WriteUInt16LittleEndian(trailer[2..], sizeof(uint));
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[4..], about.Direction == PortDirection.In ? 1u : 2u);
        BinaryPrimitives.WriteInt32LittleEndian(trailer[12..], length);
        return length;
    }

    /// <summary>The interface's counts, at the end of the file.</summary>
    /// <param name="to">Where to.</param>
    /// <param name="realtimeNs">When they were read.</param>
    /// <param name="accepted">Frames that the filter accepted.</param>
    /// <param name="dropped">Of these, dropped by the kernel.</param>
    /// <param name="written">Of these, in the file.</param>
    internal static int WriteStatistics(Span<byte> to, long realtimeNs, long accepted, long dropped, long written)
    {
        var w = new BlockWriter(to);
        w.Begin(InterfaceStatistics);
        w.U32(0);
        WriteTimestamp(w.Take(8), realtimeNs);
        w.Option(StatisticsFilterAccept, accepted);
        w.Option(StatisticsSystemDrop, dropped);
        w.Option(StatisticsDelivered, written);
        w.End();
        return w.Length;
    }

    // High word first, each little-endian.
    private static void WriteTimestamp(Span<byte> to, long ns)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(to, (uint)(ns >> 32));
        BinaryPrimitives.WriteUInt32LittleEndian(to[4..], (uint)ns);
    }

    private static int Padded(int length) => (length + 3) & ~3;

    /// <summary>Writes blocks one after the other: type, length, body, options, length.</summary>
    private ref struct BlockWriter(Span<byte> to)
    {
        private readonly Span<byte> _to = to;
        private int _start;

        internal int Length { get; private set; }

        internal void Begin(uint type)
        {
            _start = Length;
            U32(type);
            U32(0);
        }

        internal void End()
        {
            U16(EndOfOptions);
            U16(0);
            uint length = (uint)(Length - _start + sizeof(uint));
            U32(length);
            BinaryPrimitives.WriteUInt32LittleEndian(_to[(_start + 4)..], length);
        }

        internal void U16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Take(2), value);

        internal void U32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(4), value);

        internal void U64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(8), value);

        internal void Option(ushort code, long value)
        {
            U16(code);
            U16(8);
            U64((ulong)value);
        }

        internal void Option(ushort code, ReadOnlySpan<byte> value)
        {
            U16(code);
            U16((ushort)value.Length);
            Span<byte> padded = Take(Padded(value.Length));
            padded.Clear();
            value.CopyTo(padded);
        }

        internal Span<byte> Take(int length)
        {
            Span<byte> taken = _to.Slice(Length, length);
            Length += length;
            return taken;
        }
    }
}
