using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Frames;

/// <summary>
/// The last first fragments at a port, so that the later ones, which bear no ports, are known for what they are. Each identification has the slot of its low bits: a later
/// fragment that comes after 1024 other packets in fragments may not be recognised.
/// </summary>
internal sealed class FragmentMemory
{
    private const int Slots = 1024;

    private readonly FirstFragment[] _firsts = new FirstFragment[Slots];

    /// <summary>Remembers the frame if it is a first fragment.</summary>
    /// <param name="info">Its fields.</param>
    /// <param name="direction">Its direction.</param>
    /// <param name="other">True when it counted as other IP, and not as a flow or a trial of the cluster.</param>
    /// <param name="trial">True when it counted as a trial's datagram.</param>
    internal void Remember(in FrameInfo info, PortDirection direction, bool other, bool trial = false)
    {
        if (info is { MoreFragments: true, FragmentOffset: 0 })
            _firsts[info.Identification % Slots] = new(info.Tuple, info.Identification, direction, info.Type, other, trial);
    }

    /// <summary>Finds the first fragment of the packet that a later one is part of.</summary>
    internal bool TryFind(in FrameInfo later, PortDirection direction, out FirstFragment first)
    {
        first = _firsts[later.Identification % Slots];
        return later.FragmentOffset > 0 && first.Identification == later.Identification && first.Direction == direction
            && first.Tuple with { SourcePort = 0, DestinationPort = 0 } == later.Tuple;
    }
}

/// <summary>What is remembered of a first fragment.</summary>
internal readonly record struct FirstFragment(FiveTuple Tuple, uint Identification, PortDirection Direction, byte Type, bool Other, bool Trial);
