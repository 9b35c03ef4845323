using VsanEmu.Core.Checks;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Tests.Checks;

namespace VsanEmu.Report.Tests.Verdicts;

public sealed class VerdictTableTests
{
    private static readonly Verdict Healthy = Seen.Healthy(8).Verdict;
    private static readonly Verdict Deaf = Seen.In(World.Healthy(8) with { Querier = null, Multicast = (_, _) => 0 }).Verdict;

    private static readonly TimeSpan Took = TimeSpan.FromMilliseconds(24_130);

    [Fact]
    public void A_healthy_verdict_is_a_line_for_each_check_and_the_sum()
    {
        string[] lines = Print(Healthy, 600);
        Assert.Equal(Healthy.Results.Select(r => r.Id), lines.Take(Healthy.Results.Count).Select(l => l.Split(' ')[0]));
        Assert.StartsWith("F1  the cluster forms                 pass  7 members, Master m02, Backup m03", lines[0]);
        Assert.Equal($"PASS {Healthy.Results.Count} checks in 24.1 s", lines[^1]);
        Assert.Equal(Healthy.Results.Count + 2, lines.Length);
    }

    [Fact]
    public void Checks_that_were_skipped_for_one_reason_share_a_line()
    {
        Verdict few = Healthy with { Results = [.. Healthy.Results.Select(r => r.Id[0] == 'A' ? r : r with { Outcome = CheckOutcome.Skip, Seen = "not asked for (--only)" })] };
        string[] lines = Print(few, 200), skipped = [.. lines.Where(l => l.Contains("not asked for"))];
        Assert.StartsWith("skip  F1 F2 F3 F4 M1", Assert.Single(skipped));
        Assert.Equal(Healthy.Results.Where(r => r.Id[0] == 'A').Select(r => r.Id), lines.TakeWhile(l => l != skipped[0]).Select(l => l.Split(' ')[0]));
    }

    [Fact]
    public void The_first_lines_name_the_likely_fault()
    {
        string[] lines = Print(Deaf, 120);
        Assert.Equal("likely fault  no-querier", lines[0]);
        Assert.Contains("nothing sends IGMP general queries", lines[1]);
        Assert.StartsWith("   explains  F1 ", lines[2]);
    }

    [Fact]
    public void A_failed_check_has_its_evidence_cause_and_remedy_beneath_the_table()
    {
        string text = string.Join('\n', Print(Deaf, 120));
        Assert.Contains("M1  Agent Group delivery              FAIL          nobody hears anybody", text);
        string details = text[text.IndexOf("M1 Agent Group delivery: nobody hears anybody", StringComparison.Ordinal)..];
        Assert.Contains("   evidence  m02 to m01: 0 of 200 arrived\n             m03 to m01: 0 of 200 arrived", details);
        Assert.Contains("             and more, in the run record", details);
        Assert.Contains("   cause     the switch does not forward the group", details);
        Assert.Contains("   remedy    see M5", details);
        Assert.DoesNotContain("A1 members reach each other: ", text);
    }

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    [InlineData(60)]
    public void No_line_is_longer_than_the_console_or_ends_in_a_space(int width)
    {
        foreach (Verdict verdict in (Verdict[])[Healthy, Deaf])
        {
            string[] lines = Print(verdict, width);
            Assert.DoesNotContain(lines, l => l.EndsWith(' '));
            Assert.DoesNotContain(lines, l => l.Length > width);
        }
    }

    [Fact]
    public void No_word_of_a_result_is_lost_when_it_wraps()
    {
        string flat = string.Join(' ', string.Join('\n', Print(Deaf, 80)).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
        Assert.All(Deaf.Results.Where(r => r.Outcome == CheckOutcome.Fail), r =>
        {
            Assert.Contains(r.Cause, flat);
            Assert.Contains(r.Remedy, flat);
        });
    }

    [Fact]
    public void Several_faults_stand_in_their_order_and_the_unexplained_is_said()
    {
        Verdict two = Seen.In(World.Healthy(8) with { Multicast = (_, to) => to == "m03" ? 0.9 : 1, Outsider = (_, _, _) => ProbeOutcome.Open }).Verdict;
        Assert.Equal(two.Diagnoses.Select(d => $"likely fault  {d.Fault}, {d.Where}"), Print(two, 120).Where(l => l.StartsWith("likely fault")));
        Verdict unknown = Seen.Healthy(8).WithFailover(f => f with { Lost = [Guid.Empty] }).Verdict;
        Assert.Equal("likely fault  none that is known explains the failure of V2", Print(unknown, 120)[0]);
    }

    [Fact]
    public void The_sum_counts_every_outcome()
    {
        Verdict skipped = Seen.Healthy(2).Verdict;
        Assert.Equal($"PASS {skipped.Results.Count} checks in 24.1 s: {skipped.Results.Count - 3} passed, 3 skipped", VerdictTable.Sum(skipped, Took));
        Assert.StartsWith($"FAIL {Deaf.Results.Count} checks in 24.1 s: 3 failed, ", VerdictTable.Sum(Deaf, Took));
        Assert.StartsWith("INCONCLUSIVE ", VerdictTable.Sum(Seen.Healthy(8).WithStreams(_ => null).Verdict, Took));
    }

    private static string[] Print(Verdict verdict, int width) => Printed.Lines(width, c => VerdictTable.Write(c, verdict, Took));
}
