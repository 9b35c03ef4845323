using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Tests.Spec;

/// <summary>Endpoints are named as hosts are, and shortened only where somebody wants it short.</summary>
public sealed class HostNameTests
{
    private static readonly string Label63 = new('a', 63);
    private static readonly string Longest = $"{Label63}.{Label63}.{Label63}.{new string('b', 61)}";

    public static TheoryData<string> Good => ["a", "1", "esx1", "ESX-1", "esx01.rack12.example.com", "3com", "a--b", "10.0.0.x", Label63, Longest];

    [Theory]
    [MemberData(nameof(Good))]
    public void A_host_name_is_an_endpoints_name(string name)
    {
        Assert.Equal("", HostName.Fault(name));
        Assert.Equal(name, Parsed(name).Spec!.Members[0].Name);
    }

    public static TheoryData<string, string> Bad => new()
    {
        { "\"\"", "it is empty" },
        { "-x", "'-x' does not begin with a letter or digit" },
        { ".x", "'.x' does not begin with a letter or digit" },
        { "esx1.example.com.", "'esx1.example.com.' ends with a dot: leave it out" },
        { "a..b", "'a..b' has two dots in a row" },
        { "blade_3", "'blade_3' has '_', which host names do not have" },
        { "a/../b", "'a/../b' has '/', which host names do not have" },
        { "\"a b\"", "'a b' has U+0020, which host names do not have" },
        { "\"a\\nb\"", "'a?b' has U+000A, which host names do not have" },
        { "\"a\\0b\"", "'a?b' has U+0000, which host names do not have" },
        { "bücher", "'bücher' has 'ü', which host names do not have" },
        { "esx-", "'esx-': 'esx-' begins or ends with '-'" },
        { "esx1.-lab", "'esx1.-lab': '-lab' begins or ends with '-'" },
        { "198.18.0.7", "'198.18.0.7' is an address, not a name" },
        { $"x.{new string('a', 64)}", $"label '{new string('a', 37)}...' is too long: it has 64 characters" },
        { $"{Longest}b", "is too long: it has 254 characters" },
        { "Gateway", "'Gateway' is reserved" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void Anything_else_is_refused_with_what_is_wrong(string name, string expected)
    {
        string line = Assert.Single(Parsed(name).Lines);
        Assert.Contains($"members[0].name: ", line);
        Assert.Contains(expected, line);
    }

    [Fact]
    public void Case_tells_no_two_apart()
    {
        Assert.Equal(
            "t.yaml:5:12: members[1].name: 'ESX1' is taken: line 4 as 'esx1', and case does not tell host names apart (allowed: each name once)",
            Assert.Single(SpecFile.Parse("name: x\nsubnet: 198.18.0.0/24\nmembers:\n  - {name: esx1, address: 198.18.0.1}\n  - {name: ESX1, address: 198.18.0.2}\n", "t.yaml").Lines));
        const string vms = "vms: [{name: v, host: ESX1, copies: [B.lab, esx1]}]\n";
        ClusterSpec spec = SpecFile.Parse($"name: x\nsubnet: 198.18.0.0/24\nmembers:\n  - {{name: Esx1, address: 198.18.0.1}}\n  - {{name: b.lab, address: 198.18.0.2}}\n{vms}", "t.yaml").Spec!;
        Assert.Equal((new MemberId(1), "2 1"), (spec.Vms[0].Host, string.Join(' ', spec.Vms[0].Copies.Select(c => c.Value))));
        Assert.Contains("esx1 holds a copy already", Assert.Single(SpecFile.Parse($"name: x\nsubnet: 198.18.0.0/24\nmembers:\n  - {{name: a, address: 198.18.0.1}}\n  - {{name: esx1, address: 198.18.0.2}}\nvms: [{{name: v, host: a, copies: [ESX1, esx1]}}]\n", "t.yaml").Lines));
    }

    [Fact]
    public void The_schema_takes_the_same_names()
    {
        var pattern = new System.Text.RegularExpressions.Regex(HostName.Pattern);
        foreach (string name in Good.Select(g => (string)g.Data)) Assert.Matches(pattern, name);
        foreach (string name in (string[])["", "-x", "a.", "a..b", "a_b", "a b", "a-", "a.-b", $"{Longest}b", new string('a', 64)]) Assert.DoesNotMatch(pattern, name);
    }

    [Fact]
    public void A_short_name_is_the_same_each_time_and_nobody_elses()
    {
        string[] lengthy = [.. Enumerable.Range(1, 64).Select(i => $"esx-rack-twelve-{i}.example.com"), Longest, $"{Longest[..^1]}c"];
        string[] fits = ["m1", "exactly-15-long", ShortNames.Of(lengthy[0], ShortNames.Interface)];
        IReadOnlyDictionary<string, string> made = ShortNames.Of([.. lengthy, .. fits, "m1"], ShortNames.Interface);
        Assert.Equal(lengthy.Length + fits.Length, made.Values.Distinct().Count());
        Assert.All(made.Values, m => Assert.InRange(m.Length, 1, 15));
        Assert.All(fits, f => Assert.Equal(f, made[f]));
        Assert.All(lengthy.Skip(1), l => Assert.Matches("^.{6}_[0-9a-f]{8}$", made[l]));
        Assert.Equal(made, ShortNames.Of([.. fits, .. lengthy.Reverse()], ShortNames.Interface));
        Assert.Equal("esx-ra_a8b55db1", made[lengthy[1]]);
    }

    [Fact]
    public void A_file_of_the_longest_name_has_one_that_a_file_may_have()
    {
        string file = ShortNames.Of(Longest, ShortNames.File - ".pcapng".Length);
        Assert.InRange(file.Length, 240, 248);
        Assert.NotEqual(file, ShortNames.Of($"{Longest[..^1]}c", ShortNames.File - ".pcapng".Length));
        Assert.Equal("esx1.example.com", ShortNames.Of("esx1.example.com", ShortNames.File));
    }

    private static SpecResult Parsed(string name) => SpecFile.Parse($"name: x\nsubnet: 198.18.0.0/24\nmembers:\n  - {{name: {name}, address: 198.18.0.1}}\n  - {{name: other, address: 198.18.0.2}}\n", "t.yaml");
}
