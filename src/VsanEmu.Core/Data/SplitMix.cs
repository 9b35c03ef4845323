namespace VsanEmu.Core.Data;

/// <summary>The SplitMix64 generator (Steele, Lea, Flood 2014): eight bytes of state, any seed is a good one.</summary>
/// <param name="seed">The seed.</param>
internal struct SplitMix(ulong seed)
{
    private const ulong Gamma = 0x9E3779B97F4A7C15;

    private ulong _state = seed;

    /// <summary>The next 64 bits.</summary>
    public ulong Next() => Mix(_state += Gamma);

    /// <summary>A number from 0 to <paramref name="limit"/> - 1. The bias of a limit far below 2^32 is of no consequence here.</summary>
    public uint Below(uint limit) => (uint)(((Next() >> 32) * limit) >> 32);

    /// <summary>The generator's finaliser: a bijection in which every input bit changes half of the output bits.</summary>
    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>One value out of several.</summary>
    public static ulong Mix(ulong a, ulong b, ulong c) => Mix(Mix(Mix(a + Gamma) + b + Gamma) + c + Gamma);
}
