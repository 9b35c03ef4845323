namespace VsanEmu.Simulation.Worlds;

/// <summary>What lies between the hosts, and what is wrong with it at the moment.</summary>
internal sealed class Fabric(int hosts, Dice dice)
{
    private readonly bool[,] _cut = new bool[hosts, hosts];

    /// <summary>Share of packets lost, 0 to 1. TCP is slowed down by it, not broken.</summary>
    public double Loss { get; set; }

    /// <summary>Share of datagrams that arrive twice.</summary>
    public double Duplication { get; set; }

    /// <summary>Share of datagrams that arrive with one bit turned over.</summary>
    public double Corruption { get; set; }

    /// <summary>Shortest time on the way, ns.</summary>
    public long DelayNs { get; set; }

    /// <summary>What is added at most; datagrams overtake one another within it.</summary>
    public long JitterNs { get; set; }

    public bool Reaches(Host from, Host to) => !_cut[from.Index, to.Index];

    public bool BothWays(Host a, Host b) => Reaches(a, b) && Reaches(b, a);

    public long Delay() => DelayNs + (long)(dice.Next() % (ulong)(JitterNs + 1)) + 1000;

    public void Cut(Host from, Host to) => _cut[from.Index, to.Index] = true;

    /// <summary>Splits the hosts: only those of one side reach one another.</summary>
    public void Split(IReadOnlyList<Host> all, Func<Host, int> side)
    {
        foreach (Host a in all)
            foreach (Host b in all)
                _cut[a.Index, b.Index] = side(a) != side(b);
    }

    /// <summary>Everything reaches everything, at once and unharmed.</summary>
    public void Heal()
    {
        System.Array.Clear(_cut);
        (Loss, Duplication, Corruption, DelayNs, JitterNs) = (0, 0, 0, 50_000, 200_000);
    }
}
