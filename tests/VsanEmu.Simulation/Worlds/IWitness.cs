using VsanEmu.Core.Flows;
using VsanEmu.Core.Protocol;

namespace VsanEmu.Simulation.Worlds;

/// <summary>Who watches a world. It may throw a <see cref="Violation"/>.</summary>
internal interface IWitness
{
    /// <summary>A node sends or does something; the connection it concerns, if it exists.</summary>
    void Sends(Host from, in Transmit transmit, ReadOnlySpan<byte> bytes, Pipe? pipe);

    /// <summary>A node reports an event.</summary>
    void Saw(Host host, in NodeEvent e);

    /// <summary>A node has taken an input and wants nothing more for now.</summary>
    void AfterInput(Host host, Role before);

    /// <summary>A host's life is about to end.</summary>
    void BeforeDeath(Host host);
}

/// <summary>A rule was broken.</summary>
internal sealed class Violation(string what) : Exception(what);
