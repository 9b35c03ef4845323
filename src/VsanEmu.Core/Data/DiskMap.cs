namespace VsanEmu.Core.Data;

/// <summary>What the VM's host knows of its disk: each block's last completed write, and the blocks that a failed write left different from copy to copy.</summary>
internal sealed class DiskMap
{
    private readonly ulong[] _completed = new ulong[DataLimits.Blocks];
    private readonly ulong[] _uncertain = new ulong[DataLimits.Blocks];
    private int _uncertainCount;
    private bool _written;

    /// <summary>The oldest version that a read of a block, begun now, may find.</summary>
    public ulong Floor(uint block) => _completed[block];

    /// <summary>A write has ended well. It settles the block if it is newer than what failed.</summary>
    public void Complete(uint block, ulong version)
    {
        _written = true;
        _completed[block] = Math.Max(_completed[block], version);
        if (_uncertain[block] != 0 && version > _uncertain[block]) Settle(block);
    }

    /// <summary>A write has failed: some copies may have it, others not. The block is to be written again.</summary>
    public void Fail(uint block, ulong version)
    {
        if (version < _completed[block]) return;
        if (_uncertain[block] == 0) _uncertainCount++;
        _uncertain[block] = Math.Max(_uncertain[block], version);
    }

    /// <summary>A block that is to be written again, if there is one; <paramref name="near"/> spreads the choice.</summary>
    public bool TryUncertain(uint near, out uint block)
    {
        block = near;
        if (_uncertainCount == 0) return false;
        while (_uncertain[block] == 0) block = (block + 1) % DataLimits.Blocks;
        return true;
    }

    /// <summary>No valid copy is left, another one has to do: nothing is known of its content. True when something had been written.</summary>
    public bool Forget()
    {
        Array.Clear(_completed);
        bool written = _written;
        _written = false;
        return written;
    }

    private void Settle(uint block)
    {
        _uncertain[block] = 0;
        _uncertainCount--;
    }
}
