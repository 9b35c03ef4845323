using VsanEmu.Lab.Building;

namespace VsanEmu.Lab.Faults;

/// <summary>Something that is wrong with a fabric. It changes the plan, several of them one after the other.</summary>
public interface IFault
{
    /// <summary>Its name (CHECKS.md, "Faults").</summary>
    string Name { get; }

    /// <summary>What it does, in one line.</summary>
    string Description { get; }

    /// <summary>The checks that it must make fail; others may fail as well.</summary>
    IReadOnlyList<string> MustFail { get; }

    /// <summary>The plan with this fault in it.</summary>
    /// <exception cref="FabricException">It does not apply to this cluster.</exception>
    FabricPlan Apply(FabricPlan plan);
}
