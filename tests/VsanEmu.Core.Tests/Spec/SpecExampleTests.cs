using System.Text.Json;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Spec.Yaml;

namespace VsanEmu.Core.Tests.Spec;

/// <summary>The example has every key of the schema, each where the schema has it.</summary>
public sealed class SpecExampleTests
{
    // A single section cannot have keys that exclude each other: these stand beside them as a comment.
    private const string Alternative = "# ";

    [Fact]
    public void Every_key_of_the_schema_is_in_the_example_and_the_other_way_round()
    {
        string[] schema = [.. Schema(JsonDocument.Parse(SpecFile.Schema).RootElement, "").Order()];
        string[] plain = [.. Keys(YamlTree.Read(SpecFile.Example, out _)!, "").Distinct()], offered = [.. Keys(YamlTree.Read(WithAlternatives, out _)!, "").Distinct().Order()];
        Assert.Equal(schema, offered);
        Assert.Equal(["observer.host"], schema.Except(plain));
        Assert.True(schema.Length > 60, $"{schema.Length} keys");
    }

    [Fact]
    public void The_example_shows_each_way_to_say_where_an_endpoint_is()
    {
        ClusterSpec spec = SpecFile.Parse(SpecFile.Example, "example.yaml").Spec!;
        Assert.Single(spec.Members, m => m is { Netns: not null, Interface: null });
        Assert.Single(spec.Members, m => m.Host is not null);
        Assert.Equal(2, spec.Members.Count(m => m is { Interface: not null, Netns: null }));
        Assert.Equal([1, 2, 3, 4], spec.Members.Select(m => (int)m.Id.Value));
        Assert.All(spec.Members, m => Assert.True(m.Interface is not null || m.Netns is not null || m.Host is not null, m.Name));
        Assert.Equal(("tap", "guest", "office.example.com"), (spec.Observer!.Netns, spec.Outsiders[0].Netns, spec.Outsiders[1].Host));
    }

    [Fact]
    public void An_alternative_may_take_the_place_of_what_it_excludes()
    {
        string[] lines = WithAlternatives.Split('\n');
        int host = Array.FindIndex(lines, l => l.StartsWith("  host: ", StringComparison.Ordinal));
        Assert.StartsWith("  netns: ", lines[host - 2]);
        Assert.Contains("instead of netns", lines[host - 1]);
        SpecResult result = SpecFile.Parse(string.Join('\n', [.. lines[..(host - 2)], .. lines[host..]]), "t.yaml");
        Assert.Empty(result.Lines);
        Assert.NotNull(result.Spec!.Observer!.Host);
        Assert.Contains("it has a netns too", Assert.Single(SpecFile.Parse(WithAlternatives, "t.yaml").Lines));
    }

    [Fact]
    public void Each_key_is_explained_once()
    {
        string[] commented = [.. SpecFile.Example.Split('\n').Where(l => l.Contains("the existing namespace of its interface"))];
        Assert.Equal(3, commented.Length);
    }

    private static string WithAlternatives => string.Join('\n', SpecFile.Example.Split('\n').Select(l => l.StartsWith($"  {Alternative}host: ", StringComparison.Ordinal) ? l.Replace(Alternative + "host", "host") : l));

    private static IEnumerable<string> Keys(YamlNode node, string path) => node switch
    {
        YamlMap map => map.Entries.SelectMany(e => Keys(e.Value, $"{path}{e.Key.Value}.").Prepend($"{path}{e.Key.Value}")),
        YamlList list => list.Items.SelectMany(i => Keys(i, $"{path[..^1]}[].")),
        _ => [],
    };

    private static IEnumerable<string> Schema(JsonElement at, string path)
    {
        foreach (JsonProperty property in at.GetProperty("properties").EnumerateObject())
        {
            string own = $"{path}{property.Name}";
            yield return own;
            bool list = property.Value.TryGetProperty("items", out JsonElement items);
            JsonElement below = list ? items : property.Value;
            if (!below.TryGetProperty("properties", out _)) continue;
            foreach (string key in Schema(below, list ? $"{own}[]." : $"{own}.")) yield return key;
        }
    }
}
