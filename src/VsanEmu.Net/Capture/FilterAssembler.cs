using static VsanEmu.Net.Native.Libc;

namespace VsanEmu.Net.Capture;

/// <summary>Classic BPF with names instead of jump distances. The program ends with <c>accept</c> and <c>drop</c>, to which any test may jump.</summary>
internal sealed class FilterAssembler(int snaplen)
{
    internal const string Accept = "accept";
    internal const string Drop = "drop";

    private const ushort LoadHalf = 0x28;         // A = 2 octets at k
    private const ushort LoadByte = 0x30;         // A = 1 octet at k
    private const ushort LoadHalfIndexed = 0x48;  // A = 2 octets at X + k
    private const ushort LoadIpv4Header = 0xb1;   // X = 4 * (octet at k & 15)
    private const ushort JumpAlways = 0x05;
    private const ushort JumpEqual = 0x15;
    private const ushort JumpAnyBit = 0x45;
    private const ushort Return = 0x06;

    private readonly List<(ushort Code, uint Operand, string? True)> _lines = [];
    private readonly Dictionary<string, int> _labels = [];

    /// <summary>Names the next instruction.</summary>
    internal void Label(string name) => _labels.Add(name, _lines.Count);

    internal void Half(uint at) => _lines.Add((LoadHalf, at, null));

    internal void Byte(uint at) => _lines.Add((LoadByte, at, null));

    /// <summary>Two octets, counted from the end of the IPv4 header that <see cref="Ipv4HeaderAt"/> measured, and <paramref name="at"/> further.</summary>
    internal void HalfAfterHeader(uint at) => _lines.Add((LoadHalfIndexed, at, null));

    internal void Ipv4HeaderAt(uint at) => _lines.Add((LoadIpv4Header, at, null));

    internal void IfEqual(uint value, string target) => _lines.Add((JumpEqual, value, target));

    internal void IfAnyBit(uint mask, string target) => _lines.Add((JumpAnyBit, mask, target));

    internal void Jump(string target) => _lines.Add((JumpAlways, 0, target));

    /// <summary>The program. Jumps go forward only, at most 255 instructions when they are conditional.</summary>
    internal FilterInstruction[] Assemble()
    {
        Label(Accept);
        _lines.Add((Return, (uint)snaplen, null));
        Label(Drop);
        _lines.Add((Return, 0, null));
        return [.. _lines.Select(Resolve)];
    }

    private FilterInstruction Resolve((ushort Code, uint Operand, string? True) line, int at)
    {
        if (line.True is null) return new(line.Code, 0, 0, line.Operand);
        int distance = _labels[line.True] - at - 1;
        return line.Code == JumpAlways ? new(line.Code, 0, 0, (uint)distance) : new(line.Code, checked((byte)distance), 0, line.Operand);
    }
}
