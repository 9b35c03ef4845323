namespace VsanEmu.Report.Tests.Live;

/// <summary>Names in narrow places: each fits, and no two are the same.</summary>
public sealed class NameLabelsTests
{
    [Theory]
    [InlineData("m1 m2", "m1 m2")]
    [InlineData("esx1.lab esx2.lab", "esx1.lab esx2.lab")]
    [InlineData("esx1.rack12.example.com esx2.rack12.example.com", "esx1 esx2")]
    [InlineData("esx1.rack12.example.com esx2.rack13.example.com", "esx1.rack12 esx2.rack13")]
    [InlineData("esx1.rack12.example.com observer", "esx1.ra..le.com observer")]
    [InlineData("the-host-in-rack-twelve-01 the-host-in-rack-twelve-02", "the-hos..lve-01 the-hos..lve-02")]
    [InlineData("example.example.com.au b.example.com.au", "example b")]
    public void They_are_as_whole_as_they_fit(string names, string labels) =>
        Assert.Equal(labels.Split(' '), names.Split(' ').Select(n => NameLabels.Of(names.Split(' '), 15)[n]));

    [Fact]
    public void Those_that_differ_in_the_middle_only_are_told_apart_too()
    {
        string[] names = [.. Enumerable.Range(1, 64).Select(i => $"esx-of-rack-{i:00}-in-the-east-wing")];
        Assert.Equal(64, NameLabels.Of(names, 15).Values.Distinct().Count());
        Assert.All(NameLabels.Of(names, 15).Values, l => Assert.InRange(l.Length, 1, 15));
        Assert.Empty(NameLabels.Of([], 15));
    }
}
