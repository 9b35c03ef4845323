using System.Net;
using VsanEmu.Core.Spec;

namespace VsanEmu.Cli.Tests;

public sealed class SpecCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("vsanemu-test-").FullName;

    [Fact]
    public async Task The_example_passes_the_check()
    {
        Ran example = await Ran.Async("spec", "--example");
        string file = Write(example.Output);
        Ran check = await Ran.Async("spec", "--check", file);
        Assert.Equal((0, $"{file}: good: cluster 'rack 12', profile article, 4 members in 198.18.0.0/24, 2 VMs, 2 outsiders", ""), (check.Code, check.Output.TrimEnd(), check.Error));
    }

    [Fact]
    public async Task The_resolved_spec_is_a_spec()
    {
        Ran resolved = await Ran.Async("spec", "--check", Write(SpecFile.Example), "--resolved");
        Assert.Equal(0, resolved.Code);
        Ran again = await Ran.Async("spec", "--check", Write(resolved.Output), "--resolved");
        Assert.Equal(resolved, again);
    }

    [Fact]
    public async Task The_schema_is_printed()
    {
        Ran schema = await Ran.Async("spec", "--schema");
        Assert.Equal((0, SpecFile.Schema), (schema.Code, schema.Output));
    }

    [Theory]
    [InlineData("239.1.1.1", "239.1.1.1", "Agent Group and Master Group are one address, 239.1.1.1, on ports ")]
    [InlineData("232.1.1.1", "239.1.1.2", "232.1.1.1 is in 232.0.0.0/8, for source-specific multicast")]
    [InlineData("239.1.1.1", "239.129.1.1", "239.1.1.1, 239.129.1.1 share the MAC address ")]
    public async Task What_is_allowed_and_unlucky_is_a_warning(string agents, string masters, string expected)
    {
        string file = Write(SpecFile.Format(LabSpec.Create(2) is var spec
            ? spec with { Channels = spec.Channels with { AgentGroup = IPAddress.Parse(agents), MasterGroup = IPAddress.Parse(masters) } }
            : throw new InvalidOperationException()));
        Ran check = await Ran.Async("spec", "--check", file);
        Assert.Equal(0, check.Code);
        Assert.StartsWith($"{file}: good: ", check.Output);
        Assert.Contains($"{file}: warning: {expected}", check.Error);
    }

    [Fact]
    public async Task Every_error_is_a_line_on_the_error_stream()
    {
        string file = Write("name: x\nsubnet: 198.18.0.0/24\nmebers: []\n");
        Ran check = await Ran.Async("spec", "--check", file);
        Assert.Equal(2, check.Code);
        Assert.Empty(check.Output);
        Assert.Equal(2, check.Error.TrimEnd().Split('\n').Length);
        Assert.StartsWith($"{file}:1:1: 'members' is missing", check.Error);
        Assert.Contains($"{file}:3:1: unknown key 'mebers'; did you mean 'members'?", check.Error);
    }

    [Theory]
    [InlineData("no-such-file.yaml", "no-such-file.yaml: there is no such file")]
    [InlineData("no-such-folder/x.yaml", "no-such-folder/x.yaml: there is no such file")]
    [InlineData("/", "/: this is a directory, not a spec file")]
    public async Task A_file_that_cannot_be_read_is_told_so(string path, string expected)
    {
        Ran check = await Ran.Async("spec", "--check", path);
        Assert.Equal((2, expected), (check.Code, check.Error.TrimEnd()));
    }

    [Fact]
    public async Task A_file_that_is_not_text_is_told_so()
    {
        string file = Path.Combine(_folder, "binary");
        await File.WriteAllBytesAsync(file, [0x6E, 0xFF, 0xFE, 0x80, 0x00], TestContext.Current.CancellationToken);
        Ran check = await Ran.Async("spec", "--check", file);
        Assert.Equal((2, $"{file}: this is not text in UTF-8"), (check.Code, check.Error.TrimEnd()));
    }

    [Fact]
    public async Task A_file_that_never_ends_is_refused()
    {
        Ran check = await Ran.Async("spec", "--check", "/dev/zero");
        Assert.Equal(2, check.Code);
        Assert.Contains("(allowed: up to 262144)", check.Error);
    }

    [Theory]
    [InlineData("spec")]
    [InlineData("spec", "--example", "--schema")]
    [InlineData("spec", "--resolved", "--example")]
    [InlineData("spec", "--check")]
    [InlineData("spec", "--exmple")]
    public async Task Bad_usage_is_told_in_two_lines(params string[] args)
    {
        Ran ran = await Ran.Async(args);
        Assert.Equal(2, ran.Code);
        Assert.Empty(ran.Output);
        string[] lines = ran.Error.TrimEnd().Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("vsanemu: ", lines[0]);
        Assert.Equal("Try 'vsanemu spec --help'.", lines[1]);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(string text)
    {
        string file = Path.Combine(_folder, $"{Guid.NewGuid():N}.yaml");
        File.WriteAllText(file, text);
        return file;
    }
}
