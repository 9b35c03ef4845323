using VsanEmu.Core.Spec;

namespace VsanEmu.Cli.Tests;

public sealed class FlowsCommandTests
{
    [Theory]
    [InlineData("table", "cluster       lab: profile article, 8 members")]
    [InlineData("markdown", "# Flow matrix of lab")]
    [InlineData("csv", "id,direction,from,fromAddress,")]
    [InlineData("json", "{\n  \"format\": \"vsanemu-flows/1\"")]
    public async Task Each_format_is_printed(string format, string begins)
    {
        Ran ran = await Ran.Async("flows", "--format", format);
        Assert.Equal((0, ""), (ran.Code, ran.Error));
        Assert.StartsWith(begins, ran.Output);
    }

    [Fact]
    public async Task A_specs_own_ports_and_addresses_are_printed()
    {
        string file = Path.GetTempFileName();
        try
        {
            ClusterSpec spec = LabSpec.Create(3);
            File.WriteAllText(file, SpecFile.Format(spec with { Channels = spec.Channels with { ReliablePort = 7788, AgentPort = 4242 } }));
            Ran ran = await Ran.Async("flows", "--spec", file, "--vm", "off");
            Assert.Equal(0, ran.Code);
            Assert.Contains("ephemeral -> 7788", ran.Output);
            Assert.Contains("4242 -> 4242", ran.Output);
            Assert.DoesNotContain("2233", ran.Output);
            Assert.DoesNotContain("D1", ran.Output);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("--members 1", "--members 1: allowed are 2 to 64")]
    [InlineData("--members 65", "--members 65: allowed are 2 to 64")]
    [InlineData("--members many", "many")]
    [InlineData("--profile vsan7", "vsan7")]
    [InlineData("--format yaml", "yaml")]
    [InlineData("--spec x.yaml --members 3", "--members is for the lab's cluster, and --spec gives another: leave one of them out")]
    [InlineData("--spec no-such.yaml", "no-such.yaml: there is no such file")]
    [InlineData("--expnad", "'--expnad' is not known; did you mean '--expand'?")]
    [InlineData("stray", "'stray' is not known")]
    public async Task A_mistake_is_named(string args, string expected)
    {
        Ran ran = await Ran.Async(["flows", .. args.Split(' ')]);
        Assert.Equal(2, ran.Code);
        Assert.Empty(ran.Output);
        Assert.Contains(expected, ran.Error);
    }
}
