using VsanEmu.Core.Checks;

namespace VsanEmu.Report.Tests;

public sealed class ExplanationPageTests
{
    [Fact]
    public void A_page_is_printed_whole() => Assert.Equal(
        """
        M9  forwards by IP, not by MAC

          Whether the switch forwards groups by IP address or by MAC address. 32 groups
          share each MAC address: 224.1.2.3, 225.1.2.3 and 224.129.2.3 are all
          01:00:5e:01:02:03.

        How it is measured
          One port joins a group; a stream is sent to another one with the same MAC
          address that nobody joined. If it arrives, the switch forwards by MAC. It
          cannot be told where groups that nobody joined are flooded.

        Sources
          RFC 1112, 6.4; RFC 4541, 2.1.2.

        vSAN health check
          None: the product has no check for this.

        Typical causes
          - A switch whose table is keyed by MAC address. Many are.

        Remedy
          No fault by itself. Keep other traffic off the groups that share a MAC address
          with the cluster's, or set the switch to look up multicast by IP address.
        """,
        string.Join('\n', Printed.Lines(80, c => ExplanationPage.Write(c, Explanation.Find("M9")!))));

    [Fact]
    public void The_list_has_a_line_for_each()
    {
        string[] lines = Printed.Lines(120, ExplanationPage.WriteAll);
        Assert.Equal("Checks", lines[0]);
        Assert.Equal("  F1   the cluster forms", lines[1]);
        Assert.All(Explanation.Checks.Concat(Explanation.Faults), e => Assert.Single(lines, l => l.StartsWith($"  {e.Id} ") && l.EndsWith(e.Title)));
        Assert.Contains("Faults that a diagnosis can name", lines);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(200)]
    public void No_line_is_longer_than_the_console_or_ends_in_a_space(int width)
    {
        foreach (Explanation page in Explanation.Checks.Concat(Explanation.Faults))
        {
            string[] lines = Printed.Lines(width, c => ExplanationPage.Write(c, page));
            Assert.DoesNotContain(lines, l => l.EndsWith(' ') || l.Length > width);
        }
    }
}
