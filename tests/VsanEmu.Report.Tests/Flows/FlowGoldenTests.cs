using System.Runtime.CompilerServices;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;
using VsanEmu.Report.Flows;

namespace VsanEmu.Report.Tests.Flows;

/// <summary>
/// What the matrix looks like, as files beside this one. After a wanted change: run with VSANEMU_GOLDEN=write, and read the difference before it is committed.
/// </summary>
public sealed class FlowGoldenTests
{
    [Theory]
    [InlineData("article-8.120.txt", "article", 8, 120, false)]
    [InlineData("article-8.80.txt", "article", 8, 80, false)]
    [InlineData("vsan65-4.120.txt", "vsan65", 4, 120, false)]
    [InlineData("vsan66-2.120.txt", "vsan66", 2, 120, false)]
    [InlineData("article-3.expanded.120.txt", "article", 3, 120, true)]
    public void As_a_table(string file, string profile, int members, int width, bool expanded)
    {
        string text = Printed.Text(width, console => FlowTable.Write(console, Sheet(profile, members, expanded)));
        Assert.All(text.Split('\n'), line => Assert.True(line.Length <= width, $"{line.Length} columns: {line}"));
        Assert.All(text.Split('\n'), line => Assert.Equal(line.TrimEnd(), line));
        Golden(file, text);
    }

    [Fact]
    public void As_markdown() => Golden("article-3.md", FlowExport.ToMarkdown(Sheet("article", 3, expanded: false)));

    [Fact]
    public void As_csv() => Golden("article-3.csv", FlowExport.ToCsv(Sheet("article", 3, expanded: false)));

    [Fact]
    public void As_json() => Golden("vsan66-2.json", FlowExport.ToJson(Sheet("vsan66", 2, expanded: true)));

    private static FlowSheet Sheet(string profile, int members, bool expanded) =>
        FlowSheet.Of(LabSpec.Create(members, FlowProfile.All.Single(p => p.Name == profile)), vmsOn: true, expanded);

    private static void Golden(string file, string text, [CallerFilePath] string here = "")
    {
        string path = Path.Combine(Path.GetDirectoryName(here)!, "Golden", file);
        if (Environment.GetEnvironmentVariable("VSANEMU_GOLDEN") == "write") File.WriteAllText(path, text);
        Assert.Equal(File.ReadAllText(path), text);
    }
}
