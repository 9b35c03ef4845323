using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Lab.Building;

namespace VsanEmu.Lab.Faults;

/// <summary>Finds what a fault's parameter names.</summary>
internal static class FaultTargets
{
    /// <summary>The member of this name.</summary>
    /// <exception cref="FabricException">There is no such member.</exception>
    internal static PlannedEndpoint Member(FabricPlan plan, string name) => plan.Endpoint(name) is { Kind: PortKind.Member } member
        ? member
        : throw new FabricException($"'{name}' is not a member");

    /// <summary>The member of this name, or the last one.</summary>
    /// <exception cref="FabricException">There is no such member.</exception>
    internal static PlannedEndpoint MemberOrLast(FabricPlan plan, string? name) => name is null ? plan.Members.Last() : Member(plan, name);

    /// <summary>Two members, or the two that are least likely to become Master or Backup: the cluster forms without a word between them.</summary>
    /// <exception cref="FabricException">There are no such members.</exception>
    internal static (PlannedEndpoint A, PlannedEndpoint B) PairOrLast(FabricPlan plan, string fault, (string A, string B)? pair)
    {
        (PlannedEndpoint a, PlannedEndpoint b) = pair is { } named ? (Member(plan, named.A), Member(plan, named.B)) : LastInAnElection(plan, fault);
        return a != b ? (a, b) : throw new FabricException($"fault {fault}: {a.Name} cannot be kept apart from itself");
    }

    private static (PlannedEndpoint, PlannedEndpoint) LastInAnElection(FabricPlan plan, string fault)
    {
        const int masterBackupAndTwo = 4;
        if (plan.Spec.Members.Count < masterBackupAndTwo)
            throw new FabricException($"fault {fault} needs {masterBackupAndTwo} members or more, or the names of two: {fault}:m01+m02");
        string[] last = [.. plan.Spec.Members
            .OrderBy(m => m.FixedRole switch { Role.Master => 0, Role.Backup => 1, null => 2, _ => 3 })
            .ThenByDescending(m => m.Priority).ThenBy(m => m.Id)
            .TakeLast(2).Select(m => m.Name)];
        return (plan.Endpoint(last[0]), plan.Endpoint(last[1]));
    }
}
