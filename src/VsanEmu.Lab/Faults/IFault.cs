using VsanEmu.Lab.Building;

namespace VsanEmu.Lab.Faults;

/// <summary>Something that is wrong with a fabric. It changes the plan; several are put in one after the other.</summary>
public interface IFault
{
    /// <summary>Its name (CHECKS.md, "Faults").</summary>
    string Name { get; }

    /// <summary>What it does, in one line.</summary>
    string Description { get; }

    /// <summary>What may follow the name after a colon, with the default, in words; empty when nothing may.</summary>
    string Parameter => "";

    /// <summary>The checks that it must make fail; others may fail as well.</summary>
    IReadOnlyList<string> MustFail { get; }

    /// <summary>The checks that it must make warn, or fail: what is not as it should be, and yet works.</summary>
    IReadOnlyList<string> MustWarn => [];

    /// <summary>The plan with this fault in it, and a line in <see cref="FabricPlan.Notes"/> that says exactly what was done.</summary>
    /// <exception cref="FabricException">It does not apply to this cluster.</exception>
    FabricPlan Apply(FabricPlan plan);
}
