using VsanEmu.Lab.Faults;

namespace VsanEmu.Lab;

/// <summary>How a fabric is laid out, and how it is to differ from the healthy one.</summary>
public sealed record FabricOptions
{
    /// <summary>What is to be wrong with it, put in one after the other; none by default.</summary>
    public IReadOnlyList<IFault> Faults { get; init; } = [];

    /// <summary>How it is laid out; one switch by default.</summary>
    public FabricShape Shape { get; init; } = FabricShape.Plain;

    /// <summary>MTU of every port, bytes. Default 1500, 576 to 9216.</summary>
    public int Mtu { get; init; } = 1500;
}
