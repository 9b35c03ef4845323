using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Tests.Flows;

public sealed class RoleAssignmentTests
{
    [Theory]
    [InlineData("- - - -", "100 100 100 100", "Master Backup Agent Agent")]
    [InlineData("- - - -", "100 100 200 150", "Agent Agent Master Backup")]
    [InlineData("- Agent Master -", "200 255 1 100", "Backup Agent Master Agent")]
    [InlineData("Backup - - -", "100 100 100 100", "Backup Master Agent Agent")]
    [InlineData("Backup Agent Agent Agent", "100 100 100 100", "Master Agent Agent Agent")]
    [InlineData("Agent Agent Agent Agent", "100 100 100 100", "Agent Agent Agent Agent")]
    public void Fixed_roles_come_first_then_priority_then_id(string fixedRoles, string priorities, string expected)
    {
        ClusterSpec spec = LabSpec.Create(4);
        string[] wanted = fixedRoles.Split(' ');
        byte[] ranks = [.. priorities.Split(' ').Select(byte.Parse)];
        spec = spec with
        {
            Members = [.. spec.Members.Select((m, i) => m with { Priority = ranks[i], FixedRole = wanted[i] == "-" ? null : Enum.Parse<Role>(wanted[i]) })],
        };
        IReadOnlyDictionary<MemberId, Role> roles = RoleAssignment.Default(spec);
        Assert.Equal(expected, string.Join(' ', spec.Members.Select(m => roles[m.Id])));
    }
}
