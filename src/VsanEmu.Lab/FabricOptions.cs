using VsanEmu.Lab.Faults;

namespace VsanEmu.Lab;

/// <summary>How a fabric is to differ from the healthy one.</summary>
public sealed record FabricOptions
{
    /// <summary>What is to be wrong with it, put in one after the other; none by default.</summary>
    public IReadOnlyList<IFault> Faults { get; init; } = [];

    /// <summary>MTU of every port, bytes. Default 1500, 576 to 9216.</summary>
    public int Mtu { get; init; } = 1500;
}
