using static VsanEmu.Net.Native.Libc;

namespace VsanEmu.Net.Capture;

/// <summary>Classic BPF with names instead of jump distances. The program ends with <c>accept</c>, <c>other</c> and <c>drop</c>, to which any test may jump.</summary>
/// <param name="accepted">Bytes kept of a frame that is accepted; 0 drops it.</param>
/// <param name="others">Bytes kept of one that is another; 0 drops it.</param>
internal sealed class FilterAssembler(int accepted, int others)
{
    internal const string Accept = "accept";
    internal const string Other = "other";
    internal const string Drop = "drop";

    // linux/filter.h: SKF_AD_OFF + SKF_AD_VLAN_TAG, where the tag is found that was taken off the frame.
    private const uint TakenOffTag = 0xffff_f000 + 44;

    private const ushort LoadWord = 0x20;         // A = 4 octets at k
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

    /// <summary>Priority and VLAN of the tag that the kernel, or the card, took off the frame; 0 without one.</summary>
    internal void VlanControl() => _lines.Add((LoadWord, TakenOffTag, null));

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
        _lines.Add((Return, (uint)accepted, null));
        Label(Other);
        _lines.Add((Return, (uint)others, null));
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
