using VsanEmu.Control.Trials;
using VsanEmu.Core.Spec;

namespace VsanEmu.Control.Tests.Trials;

public sealed class PairsTests
{
    [Theory]
    [InlineData(2, 2)]
    [InlineData(8, 8)]
    [InlineData(9, 8)]
    [InlineData(64, 8)]
    public void Each_outsider_tries_some_members_as_another_one(int members, int targets)
    {
        OutsiderSpec[] outsiders = [.. LabSpec.Create(2).Outsiders];
        var attempts = Pairs.Attempts(outsiders, Names(members));
        Assert.Equal(targets * outsiders.Length, attempts.Distinct().Count());
        Assert.All(attempts, a => Assert.NotEqual(a.To, a.As));
        Assert.Contains(attempts, a => a.To == $"m{members}");
    }

    private static string[] Names(int count) => [.. Enumerable.Range(1, count).Select(i => $"m{i}")];
}
