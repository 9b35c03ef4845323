using VsanEmu.Core.Checks;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Tests.Checks;

namespace VsanEmu.Report.Tests.Verdicts;

public sealed class SelfTestTableTests
{
    private static readonly Verdict Healthy = Seen.Healthy(8).Verdict;
    private static readonly Verdict Open = Seen.In(World.Healthy(8) with { Outsider = (_, _, _) => ProbeOutcome.Open }).Verdict;

    private static readonly SelfTestRow Good = new([], [], Healthy);
    private static readonly SelfTestRow NoAcl = new(["no-acl"], ["A2", "A3", "A4"], Open);

    [Fact]
    public void Each_fault_is_a_row_and_each_check_a_column()
    {
        string[] lines = Print(200, Good, NoAcl);
        Assert.Equal(["fault", .. Healthy.Results.Select(r => r.Id), "named"], lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(["(healthy)", .. Healthy.Results.Select(_ => "."), "yes"], lines[1].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(3, lines[2].Count(c => c == 'F'));
        Assert.Equal("PASS self-test: 2 of 2 fabrics as expected", lines[^1]);
    }

    [Fact]
    public void A_narrow_console_gets_the_columns_in_several_parts()
    {
        string[] lines = Print(80, Good, NoAcl);
        Assert.All(lines, l => Assert.True(l.Length <= 80, l));
        Assert.Equal(Healthy.Results.Select(r => r.Id), lines.Where(l => l.StartsWith("fault")).SelectMany(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..^1]));
        Assert.Equal(lines.Count(l => l.StartsWith("fault")), lines.Count(l => l.StartsWith("no-acl ")));
    }

    [Fact]
    public void A_fault_that_was_not_found_is_marked_and_said()
    {
        SelfTestRow missed = new(["no-acl"], ["A2"], Healthy);
        Assert.False(missed.Named);
        string[] lines = Print(200, missed);
        Assert.Contains(" !", lines[1]);
        Assert.EndsWith("NO", lines[1]);
        Assert.Contains("no-acl: A2 did not fail", lines);
        Assert.Contains("no-acl: named nothing", lines);
        Assert.Equal("FAIL self-test: 0 of 1 fabrics as expected", lines[^1]);
    }

    [Fact]
    public void A_wrong_or_a_further_name_is_not_the_right_one()
    {
        Assert.False(new SelfTestRow(["loss"], [], Open).AsExpected);
        Assert.False(new SelfTestRow(["no-acl", "loss"], [], Open).AsExpected);
        Assert.True(new SelfTestRow(["no-acl"], ["A2"], Open).AsExpected);
        Assert.Contains("loss: named no-acl", Print(80, new SelfTestRow(["loss"], [], Open)));
    }

    [Fact]
    public void A_healthy_fabric_that_does_not_pass_is_not_as_expected()
    {
        Assert.False(new SelfTestRow([], [], Open).AsExpected);
        Verdict unsure = Seen.Healthy(8).WithStreams(_ => null).Verdict;
        Assert.Empty(unsure.Diagnoses);
        SelfTestRow row = new([], [], unsure);
        Assert.False(row.AsExpected);
        Assert.Contains(Print(80, row), l => l.StartsWith("(healthy): M1 M2 P3 should have passed"));
    }

    [Fact]
    public void The_markdown_holds_the_same()
    {
        string[] lines = SelfTestTable.ToMarkdown([Good, NoAcl]).Split('\n');
        Assert.Equal(lines[0].Count(c => c == '|'), lines[1].Count(c => c == '|'));
        Assert.StartsWith("| (healthy) | . | . |", lines[2]);
        Assert.StartsWith("| no-acl | . |", lines[3]);
        Assert.EndsWith("| yes |", lines[3]);
        Assert.Contains("PASS self-test: 2 of 2 fabrics as expected", lines);
    }

    private static string[] Print(int width, params SelfTestRow[] rows) => Printed.Lines(width, c => SelfTestTable.Write(c, rows));
}
