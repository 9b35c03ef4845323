namespace VsanEmu.Core.Data;

/// <summary>What a copy keeps of a disk: each block's version and checksum. The newest version wins, so the order in which writes and resync arrive does not matter.</summary>
internal sealed class CopyStore
{
    private readonly ulong[] _versions = new ulong[DataLimits.Blocks];
    private readonly uint[] _checksums = new uint[DataLimits.Blocks];

    /// <summary>Largest version of all blocks, 0 when nothing was written.</summary>
    public ulong Newest { get; private set; }

    /// <summary>Equal digests, equal copies: the sum of a hash for each written block.</summary>
    public ulong Digest { get; private set; }

    /// <summary>A block's version; 0 when it was never written.</summary>
    public ulong Version(uint block) => _versions[block];

    /// <summary>The checksum of a written block's content.</summary>
    public uint Checksum(uint block) => _checksums[block];

    /// <summary>Stores a block unless what is there is as new.</summary>
    public void Put(uint block, ulong version, uint checksum)
    {
        ulong old = _versions[block];
        if (version <= old) return;
        if (old != 0) Digest -= SplitMix.Mix(block, old, _checksums[block]);
        Digest += SplitMix.Mix(block, version, checksum);
        _versions[block] = version;
        _checksums[block] = checksum;
        Newest = Math.Max(Newest, version);
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Array.Clear(_versions);
        Array.Clear(_checksums);
        Newest = 0;
        Digest = 0;
    }
}
