using System.CommandLine;
using VsanEmu.Core.Spec;

namespace VsanEmu.Cli.Tests;

/// <summary>Every option of every command, from the tree of commands itself, is given what it does not take: one line says what is allowed, and nothing is done.</summary>
public sealed class OptionTests : IDisposable
{
    // What no option takes: no number, no word, no address, no file that could be made; and a terminal's bell.
    private const string Nonsense = "/dev/null/\a?";

    // Text that may be anything: only what can be no text is refused of it before it is used.
    private static readonly string[] FreeText =
    [
        "--interface", "--netns", "--name", "--space", "--capture", "--record", "--congestion", "--control-from", "--to",
    ];

    // What a command needs before it looks at anything else.
    private static readonly Dictionary<string, string[]> Companions = new()
    {
        ["verify"] = ["--spec", "SPEC"],
        ["observe"] = ["--interface", "lo"],
        ["probe"] = ["--to", "198.18.0.1"],
        ["node"] = ["--spec", "SPEC", "--name", "m01"],
        ["node --control"] = [],
        ["node --as"] = ["--control", "unix:///nowhere"],
        ["node --capture"] = ["--control", "unix:///nowhere"],
        ["hosts"] = ["--control", "unix:///nowhere"],
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("vsanemu-options-").FullName;

    public OptionTests() => File.WriteAllText(SpecPath, SpecFile.Format(LabSpec.Create(3)));

    public static TheoryData<string, string> All
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach ((Command command, Option option) in Options()) all.Add(command.Name, option.Name);
            return all;
        }
    }

    private string SpecPath => Path.Combine(_folder, "cluster.yaml");

    [Theory]
    [MemberData(nameof(All))]
    public async Task What_an_option_does_not_take_is_one_line_that_names_it_and_what_it_takes(string command, string option)
    {
        await RefusesAsync(command, option, "");
        await RefusesAsync(command, option, Nonsense);
        if (!FreeText.Contains(option)) await RefusesAsync(command, option, "nonsense");
        Assert.Equal([SpecPath], Directory.GetFileSystemEntries(_folder));
    }

    [Theory]
    [InlineData("lab --members x", "vsanemu lab: --members x: allowed are 2 to 64")]
    [InlineData("lab --members 1", "vsanemu lab: --members 1: allowed are 2 to 64")]
    [InlineData("lab --long=x", "vsanemu lab: --long x: allowed are true and false, and the option alone for true")]
    [InlineData("probe --to 198.18.0.1 -p http", "vsanemu probe: --port http: allowed are 1 to 65535")]
    [InlineData("probe --to 198.18.0.1 -t 1", "vsanemu probe: --timeout 1: allowed are 50ms to 2m")]
    [InlineData("probe --to 198.18.0.1 --expect shut", "vsanemu probe: --expect shut: allowed are open, blocked")]
    [InlineData("load -t 1s", "vsanemu load: --time 1s: allowed are 0.1 to 86400 seconds")]
    [InlineData("load -t NaN", "vsanemu load: --time NaN: allowed are 0.1 to 86400 seconds")]
    [InlineData("load -t 1e3", "vsanemu load: --time 1e3: allowed are 0.1 to 86400 seconds")]
    [InlineData("load -P 1.5", "vsanemu load: --parallel 1.5: allowed are 1 to 128")]
    [InlineData("load --tcp", "vsanemu load: --tcp takes a profile that sends to members, and --profile multicast does not")]
    [InlineData("load --profile multicast-all --tcp", "vsanemu load: --tcp takes a profile that sends to members, and --profile multicast-all does not")]
    [InlineData("load --profile pair --groups 3", "vsanemu load: --groups takes a profile that sends to groups, and --profile pair does not")]
    [InlineData("load --loss-bound 1", "vsanemu load: --loss-bound takes --search")]
    [InlineData("load --back-to-back 9 --resolution 0.1", "vsanemu load: --resolution takes --search")]
    [InlineData("load --repeats 2", "vsanemu load: --repeats takes --search or --back-to-back")]
    [InlineData("load --iops 7", "vsanemu load: --iops takes --profile vm")]
    [InlineData("load -q 7", "vsanemu load: --queue-depth takes --profile vm")]
    [InlineData("load --read-share 0.1", "vsanemu load: --read-share takes --profile vm")]
    [InlineData("load --copies 1", "vsanemu load: --copies takes --profile vm")]
    [InlineData("load --clusters 2", "vsanemu load: --clusters takes --profile control")]
    [InlineData("load --multicast-share 0.1", "vsanemu load: --multicast-share takes --profile mixed")]
    [InlineData("load --profile pair -C reno", "vsanemu load: --congestion takes TCP, and --profile pair has none")]
    [InlineData("load --space x", "vsanemu load: --space takes --control: it says which of the hosts that meet there")]
    [InlineData("verify --space x --spec SPEC", "vsanemu verify: --space takes --control: it says which of the hosts that meet there")]
    [InlineData("lab --record no/such/folder", "vsanemu lab: --record no/such/folder: allowed is a file that can be written, in a folder that is there")]
    [InlineData("lab -n 3 --fault isolated-member:m99", "vsanemu lab: --fault isolated-member:m99: no endpoint 'm99' in this fabric (there are m01, m02, m03, observer, outsider, stranger, gateway)")]
    [InlineData("lab -n 3 --fault isolated-member:gateway", "vsanemu lab: --fault isolated-member:gateway: 'gateway' is not a member")]
    [InlineData("lab -n 3 --fault no-querier --fault loss:5@m99", "vsanemu lab: --fault loss:5@m99: no endpoint 'm99' in this fabric (there are m01, m02, m03, observer, outsider, stranger, gateway)")]
    [InlineData("lab --capture /dev/null", "vsanemu lab: --capture /dev/null: allowed is a folder")]
    [InlineData("node --spec x --name y --log loud", "vsanemu node: --log loud: allowed are text, json, none")]
    [InlineData("node --spec x --name y --role boss", "vsanemu node: --role boss: allowed are master, backup, agent, auto")]
    [InlineData("flows --format yaml", "vsanemu flows: --format yaml: allowed are table, markdown, csv, json")]
    public async Task The_line_says_what_is_allowed(string args, string expected)
    {
        Ran ran = await Ran.Async(args.Replace("SPEC", SpecPath).Split(' '));
        Assert.Equal((2, "", expected), (ran.Code, ran.Output, ran.Error.TrimEnd()));
    }

    [Fact]
    public async Task A_flag_may_be_said_in_words()
    {
        Assert.Equal(0, (await Ran.Async("spec", "--example=true")).Code);
        Assert.Equal(0, (await Ran.Async("flows", "--expand=false")).Code);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task The_help_of_an_option_names_no_type(string command, string option)
    {
        Ran ran = await Ran.Async(command, "--help");
        Assert.Contains(option, ran.Output);
        Assert.DoesNotContain("System.", ran.Output);
        Assert.DoesNotContain("Nullable", ran.Output);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task RefusesAsync(string command, string option, string value)
    {
        string[] companions = [.. Companions.GetValueOrDefault($"{command} {option}", Companions.GetValueOrDefault(command, [])).Select(w => w == "SPEC" ? SpecPath : w)];
        int own = Array.IndexOf(companions, option);
        if (own >= 0) companions = [.. companions[..own], .. companions[(own + 2)..]];
        // A flag has a value only behind a sign.
        bool flag = Options().First(o => o.Command.Name == command && o.Option.Name == option).Option is Option<bool>;
        Ran ran = await Ran.Async([command, .. companions, .. flag ? new[] { $"{option}={value}" } : [option, value]]);
        string what = $"{command} {option}={value}: {ran}";
        Assert.True(ran.Code == 2, what);
        Assert.Equal("", ran.Output);
        string[] lines = ran.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(lines.Length == 1, what);
        // A spec that is not there is named itself, as any file is.
        Assert.True(lines[0].Contains(option) || lines[0].StartsWith(value, StringComparison.Ordinal), what);
        Assert.DoesNotContain("System.", ran.Error);
        Assert.DoesNotContain("Nullable", ran.Error);
        Assert.DoesNotContain("   at ", ran.Error);
        Assert.DoesNotContain('\a', ran.Error);
    }

    private static IEnumerable<(Command Command, Option Option)> Options() => Commands.All().SelectMany(Below).SelectMany(c => c.Options.Select(o => (c, o)));

    private static IEnumerable<Command> Below(Command command) => [command, .. command.Subcommands.SelectMany(Below)];
}
