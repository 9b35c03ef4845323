using VsanEmu.Core.Checks;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Tests.Checks;

namespace VsanEmu.Report.Tests.Verdicts;

public sealed class SelfTestTableTests
{
    private static readonly Verdict Healthy = Seen.Healthy(8).Verdict;
    private static readonly Verdict Open = Seen.In(World.Healthy(8) with { Outsider = (_, _, _) => ProbeOutcome.Open }).Verdict;

    private static readonly SelfTestRow Good = Row(Healthy);
    private static readonly SelfTestRow NoAcl = Row(Open, Fault("no-acl", "A2", "A3", "A4"));

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
        Assert.Equal(Healthy.Results.Select(r => r.Id), lines.Where(l => l.StartsWith("fault ")).SelectMany(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..^1]));
        Assert.Equal(lines.Count(l => l.StartsWith("fault ")), lines.Count(l => l.StartsWith("no-acl ")));
    }

    [Fact]
    public void A_fault_that_was_not_found_is_marked_and_said()
    {
        SelfTestRow missed = Row(Healthy, Fault("no-acl", "A2"));
        Assert.False(missed.Named);
        string[] lines = Print(200, missed);
        Assert.Contains(" !", lines[1]);
        Assert.EndsWith("NO", lines[1]);
        Assert.Contains("no-acl: A2 did not say so", lines);
        Assert.Contains("no-acl: named nothing", lines);
        Assert.Equal("FAIL self-test: 0 of 1 fabrics as expected", lines[^1]);
    }

    [Fact]
    public void A_wrong_or_a_further_name_is_not_the_right_one()
    {
        Assert.False(Row(Open, Fault("loss")).AsExpected);
        Assert.False(Row(Open, Fault("no-acl"), Fault("loss")).AsExpected);
        Assert.True(Row(Open, Fault("no-acl", "A2")).AsExpected);
        Assert.Contains("loss: named no-acl (in the segment), no-acl (at the gateway)", Print(80, Row(Open, Fault("loss"))));
    }

    [Fact]
    public void A_healthy_fabric_that_does_not_pass_is_not_as_expected()
    {
        Assert.False(Row(Open).AsExpected);
        Verdict unsure = Seen.Healthy(8).WithStreams(_ => null).Verdict;
        Assert.Empty(unsure.Diagnoses);
        SelfTestRow row = Row(unsure);
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

    [Fact]
    public void A_check_that_must_warn_may_fail_and_one_that_must_fail_may_not_only_warn()
    {
        Verdict warned = Open with { Results = [.. Open.Results.Select(r => r.Id == "A2" ? r with { Outcome = CheckOutcome.Warn } : r)] };
        Assert.True(Row(warned, new SelfTestFault("no-acl", ["A3"], ["A2"])).Found);
        Assert.True(Row(Open, new SelfTestFault("no-acl", ["A3"], ["A2"])).Found);
        Assert.False(Row(warned, Fault("no-acl", "A2", "A3")).Found);
    }

    [Fact]
    public void Of_a_pair_each_fault_must_raise_one_of_its_checks()
    {
        Assert.True(Row(Open, Fault("no-acl", "A2"), Fault("loss", "M1", "A3")).Found);
        Assert.False(Row(Open, Fault("no-acl", "A2"), Fault("loss", "M1", "P3")).Found);
    }

    [Fact]
    public void The_score_counts_faults_pairs_and_false_alarms()
    {
        SelfTestRow pair = Row(Open, Fault("no-acl", "A2"), Fault("loss", "A3"));
        var score = SelfTestScore.Of([Good, Good, Row(Open), NoAcl, Row(Healthy, Fault("loss", "M1")), pair]);
        Assert.Equal(
            (new Share(1, 2), new Share(1, 2), new Share(1, 1), new Share(0, 1), new Share(2, 3)),
            (score.FaultsFound, score.FaultsNamed, score.PairsFound, score.PairsNamed, score.HealthyPassed));
        Assert.False(score.Passed);
        Assert.Equal(
            ["faults found 1 of 2 (50 %), named 1 of 2 (50 %)", "pairs found 1 of 1 (100 %), named 0 of 1 (0 %)", "false alarms 1 of 3 (33.3 %)"],
            score.Describe());
    }

    [Theory]
    [InlineData(9, true)]
    [InlineData(8, false)]
    public void Nine_in_ten_pairs_must_be_named(int named, bool passes)
    {
        SelfTestFault noAcl = Fault("no-acl", "A2");
        // A pair that is named is one of twice the same fault here: the table does not care.
        SelfTestRow right = Row(Open, noAcl, noAcl), wrong = Row(Open, noAcl, Fault("loss", "A3"));
        Assert.Equal(passes, SelfTestScore.Of([.. Enumerable.Repeat(right, named), .. Enumerable.Repeat(wrong, 10 - named)]).Passed);
    }

    [Fact]
    public void A_healthy_row_says_its_shape() => Assert.StartsWith("(healthy, 64 members)", Print(200, Good with { Shape = "64 members" })[1]);

    private static SelfTestRow Row(Verdict verdict, params SelfTestFault[] faults) => new(faults, verdict);

    private static SelfTestFault Fault(string name, params string[] mustFail) => new(name, mustFail, []);

    private static string[] Print(int width, params SelfTestRow[] rows) => Printed.Lines(width, c => SelfTestTable.Write(c, rows));
}
