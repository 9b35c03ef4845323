using System.CommandLine;

namespace VsanEmu.Cli.Tests;

public sealed class CommandRunTests
{
    [Fact]
    public async Task Without_arguments_the_help_is_printed_and_the_usage_is_bad()
    {
        Ran ran = await Ran.Async();
        Assert.Equal(2, ran.Code);
        Assert.Contains("flows", ran.Output);
        Assert.Contains("spec", ran.Output);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("--version")]
    [InlineData("flows", "--help")]
    public async Task Help_and_version_are_not_mistakes(params string[] args) => Assert.Equal(0, (await Ran.Async(args)).Code);

    [Fact]
    public async Task An_unknown_command_is_told_with_the_one_that_was_meant()
    {
        Ran ran = await Ran.Async("flwos");
        Assert.Equal(2, ran.Code);
        Assert.StartsWith("vsanemu: 'flwos' is not known; did you mean 'flows'?", ran.Error);
    }

    [Fact]
    public async Task What_breaks_a_command_is_told_in_one_line_and_leaves_no_verdict()
    {
        var broken = new Command("broken");
        broken.SetAction(Break);
        var error = new StringWriter();
        Assert.Equal(3, await CommandRun.RunAsync([broken], ["broken"], TextWriter.Null, error));
        Assert.Equal("vsanemu: could not run: the bridge is gone", error.ToString().TrimEnd());

        static int Break(ParseResult parsed) => throw new InvalidOperationException("the bridge is gone");
    }
}
