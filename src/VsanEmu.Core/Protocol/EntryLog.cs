using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Protocol;

/// <summary>The latest entries of a Master's order, by sequence number: what a member that missed some is given again.</summary>
internal sealed class EntryLog
{
    /// <summary>How many are kept; who missed more is given the whole directory.</summary>
    public const int Capacity = 1024;

    private readonly DirectoryEntry?[] _ring = new DirectoryEntry?[Capacity];

    /// <summary>The last number given out; 0 before the first.</summary>
    public ulong Last { get; private set; }

    /// <summary>The first number that is still kept.</summary>
    public ulong First => Last < Capacity ? 1 : Last - Capacity + 1;

    public ulong Append(DirectoryEntry entry)
    {
        Last++;
        _ring[Last % Capacity] = entry;
        return Last;
    }

    public DirectoryEntry this[ulong sequence] => _ring[sequence % Capacity]!;

    public void Clear()
    {
        Last = 0;
        System.Array.Clear(_ring);
    }
}
