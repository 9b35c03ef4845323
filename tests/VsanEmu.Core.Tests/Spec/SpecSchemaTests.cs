using System.Text.Json;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Spec.Keys;

namespace VsanEmu.Core.Tests.Spec;

/// <summary>The published schema says what the parser does.</summary>
public sealed class SpecSchemaTests
{
    private static readonly JsonElement Schema = JsonDocument.Parse(SpecFile.Schema).RootElement;

    [Fact]
    public void The_published_file_is_the_current_schema()
    {
        string path = Path.Combine(Root(), "src/VsanEmu.Core/Spec/cluster.schema.json");
        Assert.True(File.ReadAllText(path) == SpecFile.Schema, "out of date: dotnet run --project src/VsanEmu.Cli -- spec --schema > src/VsanEmu.Core/Spec/cluster.schema.json");
    }

    [Fact]
    public void Every_key_of_the_parser_is_in_the_schema_and_the_other_way_round()
    {
        var keys = new KeyPaths();
        keys.Walk(SpecKeys.Cluster, "");
        Assert.Equal(keys.Paths.Order(), Properties(Schema, "").Order());
        Assert.True(keys.Paths.Count > 40, $"{keys.Paths.Count} keys");
    }

    [Fact]
    public void The_parser_accepts_both_ends_of_every_range_of_the_schema_and_nothing_beyond()
    {
        (string Path, JsonElement Property)[] ranged = [.. Ranged(Schema, "")];
        Assert.True(ranged.Length >= 15, $"{ranged.Length} ranges");
        foreach ((string path, JsonElement property) in ranged)
        {
            double min = property.GetProperty("minimum").GetDouble();
            double max = property.GetProperty("maximum").GetDouble();
            Assert.DoesNotContain("out of range", Problem(path, min));
            Assert.DoesNotContain("out of range", Problem(path, max));
            Assert.Contains("out of range", Problem(path, min - 1));
            Assert.Contains("out of range", Problem(path, max + 1));
        }
    }

    [Fact]
    public void Every_required_key_is_missed_by_the_parser()
    {
        foreach (JsonElement required in Schema.GetProperty("required").EnumerateArray())
        {
            string[] lines = [.. SpecFile.Format(LabSpec.Create(3)).Split('\n')];
            int at = Array.FindIndex(lines, l => l.StartsWith($"{required.GetString()}:", StringComparison.Ordinal));
            int end = Array.FindIndex(lines, at + 1, l => l.Length > 0 && l[0] != ' ');
            string without = string.Join('\n', [.. lines[..at], .. lines[end..]]);
            Assert.Contains($"'{required.GetString()}' is missing", Assert.Single(SpecFile.Parse(without, "t.yaml").Lines, l => l.Contains("is missing")));
        }
    }

    /// <summary>Puts a value under a path into an otherwise good file and returns what the parser says of that path.</summary>
    private static string Problem(string path, double value)
    {
        string number = value.ToString(System.Globalization.CultureInfo.InvariantCulture);
        string[] parts = path.Split('.');
        string added = parts switch
        {
            ["members[]", var key] => $"members: [{{name: a, address: 198.18.0.1, {key}: {number}}}, {{name: b, address: 198.18.0.2}}]",
            ["vms[]", var key] => $"vms: [{{name: v, host: a, copies: [b], {key}: {number}}}]",
            [var section, var key] => $"{section}: {{{key}: {number}}}",
            _ => throw new InvalidOperationException(path),
        };
        string file = parts[0] == "members[]" ? SpecFileTests.Minimal.Split("members:")[0] : SpecFileTests.Minimal;
        return string.Join(' ', SpecFile.Parse($"{file}{added}\n", "t.yaml").Errors.Where(e => e.Path.EndsWith(parts[^1], StringComparison.Ordinal)));
    }

    private static IEnumerable<string> Properties(JsonElement schema, string path)
    {
        foreach (JsonProperty property in schema.GetProperty("properties").EnumerateObject())
        {
            string own = $"{path}{property.Name}";
            yield return own;
            foreach (string below in Below(property.Value, own, Properties)) yield return below;
        }
    }

    private static IEnumerable<(string, JsonElement)> Ranged(JsonElement schema, string path)
    {
        foreach (JsonProperty property in schema.GetProperty("properties").EnumerateObject())
        {
            string own = $"{path}{property.Name}";
            if (property.Value.TryGetProperty("minimum", out _)) yield return (own, property.Value);
            foreach ((string, JsonElement) below in Below(property.Value, own, Ranged)) yield return below;
        }
    }

    private static IEnumerable<T> Below<T>(JsonElement property, string path, Func<JsonElement, string, IEnumerable<T>> walk)
    {
        if (property.TryGetProperty("properties", out _)) return walk(property, $"{path}.");
        return property.TryGetProperty("items", out JsonElement items) && items.TryGetProperty("properties", out _) ? walk(items, $"{path}[].") : [];
    }

    private static string Root()
    {
        string? at = AppContext.BaseDirectory;
        while (at is not null && !File.Exists(Path.Combine(at, "VsanEmu.sln"))) at = Path.GetDirectoryName(at);
        return at ?? throw new InvalidOperationException("no VsanEmu.sln above the test");
    }

    private sealed class KeyPaths : IKeyVisitor
    {
        private string _path = "";

        public List<string> Paths { get; } = [];

        public void Walk<T>(Section<T> section, string path)
        {
            foreach (Key<T> key in section.Keys)
            {
                _path = path;
                key.Accept(this, section.Blank, section.Blank);
            }
        }

        public void Value(string key, string about, bool required, ScalarType type, object? value, object? preset, string? presetText) => Paths.Add(_path + key);

        public void ValueList(string key, string about, bool required, ScalarType type, IReadOnlyList<object> values, int min, int max) => Paths.Add(_path + key);

        public void Section<TSub>(string key, string about, Section<TSub> section, TSub? value) => Below(key, $"{_path}{key}.", section);

        public void SectionList<TSub>(string key, string about, bool required, Section<TSub> section, IReadOnlyList<TSub> values, int min, int max) =>
            Below(key, $"{_path}{key}[].", section);

        private void Below<TSub>(string key, string path, Section<TSub> section)
        {
            Paths.Add(_path + key);
            Walk(section, path);
        }
    }
}
