namespace VsanEmu.Core.Protocol;

/// <summary>SplitMix64: a node's own randomness, the same for the same seed.</summary>
internal sealed class NodeRandom(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        ulong x = _state += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }

    /// <summary>0 to <paramref name="below"/> - 1.</summary>
    public long Next(long below) => (long)(Next() % (ulong)below);
}
