using VsanEmu.Core.Checks;

namespace VsanEmu.Core.Tests.Checks;

/// <summary>Every check and every fault has its page, and every page the same parts.</summary>
public sealed class ExplanationTests
{
    private static readonly string[] Headings = ["How it is measured", "Sources", "vSAN health check", "Typical causes", "Remedy"];

    public static TheoryData<string> Ids => [.. Explanation.Checks.Concat(Explanation.Faults).Select(e => e.Id)];

    [Fact]
    public void Each_check_has_a_page_with_its_own_title() =>
        Assert.Equal(CheckCatalogue.All.Select(c => (c.Id, c.Title)), Explanation.Checks.Select(e => (e.Id, e.Title)));

    // A member's own host is no part of the fabric, which faults of the lab are put into.
    [Fact]
    public void Each_fault_that_a_diagnosis_names_has_a_page() =>
        Assert.Equal([.. DiagnosisTests.Faults.Select(f => f.Data.Item1), "host-firewall"], Explanation.Faults.Select(e => e.Id));

    [Fact]
    public void There_is_no_page_of_anything_else() =>
        Assert.Equal(Explanation.Checks.Count + Explanation.Faults.Count, typeof(Explanation).Assembly.GetManifestResourceNames().Count(n => n.StartsWith("explained/")));

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_page_says_what_it_means_and_then_the_rest_in_order(string id)
    {
        Explanation page = Explanation.Find(id)!;
        Assert.Equal(Headings, page.Text.Where(t => t.StartsWith("## ")).Select(t => t[3..]));
        Assert.False(page.Text[0].StartsWith("## "));
        Assert.All(page.Text, t => Assert.True(t.Length > 0 && t == t.Trim() && !t.Contains('\n') && !t.Contains("  "), t));
        // Each heading has something beneath it; causes are a list and nothing else is.
        string[][] parts = [.. Headings.Select(h => page.Text.SkipWhile(t => t != $"## {h}").Skip(1).TakeWhile(t => !t.StartsWith("## ")).ToArray())];
        Assert.All(parts, Assert.NotEmpty);
        Assert.All(parts[3], t => Assert.StartsWith("- ", t));
        Assert.DoesNotContain(page.Text.Except(parts[3]), t => t.StartsWith("- "));
        Assert.DoesNotContain(page.Text, t => t.Contains("TODO") || t.Contains("show ip") || t.Contains("Cisco"));
    }

    [Theory]
    [InlineData("m7", "M7")]
    [InlineData("NO-QUERIER", "no-querier")]
    [InlineData("M70", null)]
    [InlineData("", null)]
    public void A_page_is_found_in_whatever_case(string written, string? id) => Assert.Equal(id, Explanation.Find(written)?.Id);

    [Fact]
    public void Ids_that_a_page_points_to_exist()
    {
        var ids = CheckCatalogue.All.Select(c => c.Id).ToHashSet();
        foreach (Explanation page in Explanation.Checks.Concat(Explanation.Faults))
        {
            foreach (System.Text.RegularExpressions.Match m in System.Text.RegularExpressions.Regex.Matches(string.Join(' ', page.Text), @"\b[FMAPV]\d{1,2}\b"))
                Assert.True(ids.Contains(m.Value), $"{page.Id} points to {m.Value}");
        }
    }
}
