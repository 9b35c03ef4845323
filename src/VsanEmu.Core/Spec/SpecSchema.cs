using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using VsanEmu.Core.Spec.Keys;

namespace VsanEmu.Core.Spec;

/// <summary>Writes the JSON schema by walking the table of keys. What a schema cannot say (rules between keys, ranges of durations) is in the descriptions.</summary>
internal sealed class SpecSchema : IKeyVisitor
{
    private readonly Utf8JsonWriter _json;

    private SpecSchema(Utf8JsonWriter json) => _json = json;

    public static string Write()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "https://json-schema.org/draft/2020-12/schema");
            json.WriteString("title", "vsanemu cluster spec");
            new SpecSchema(json).Body(SpecKeys.Cluster, mayBeEmpty: false);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    public void Value(string key, string about, bool required, ScalarType type, object? value, object? preset, string? presetText)
    {
        _json.WriteStartObject(key);
        _json.WriteString("description", $"{about} [{type.Allowed}{(presetText is null ? "" : $"; default {presetText}")}]");
        type.WriteSchema(_json);
        if (preset is not null && !required)
        {
            _json.WritePropertyName("default");
            type.WriteJson(_json, preset);
        }

        _json.WriteEndObject();
    }

    public void ValueList(string key, string about, bool required, ScalarType type, IReadOnlyList<object> values, int min, int max)
    {
        _json.WriteStartObject(key);
        _json.WriteString("description", about);
        _json.WriteString("type", "array");
        _json.WriteNumber("minItems", min);
        _json.WriteNumber("maxItems", max);
        _json.WriteBoolean("uniqueItems", true);
        _json.WriteStartObject("items");
        _json.WriteString("description", type.Allowed);
        type.WriteSchema(_json);
        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    public void Section<TSub>(string key, string about, Section<TSub> section, TSub? value)
    {
        _json.WriteStartObject(key);
        _json.WriteString("description", about);
        Body(section, mayBeEmpty: true);
        _json.WriteEndObject();
    }

    public void SectionList<TSub>(string key, string about, bool required, Section<TSub> section, IReadOnlyList<TSub> values, int min, int max)
    {
        _json.WriteStartObject(key);
        _json.WriteString("description", about);
        Type("array", mayBeEmpty: !required);
        _json.WriteNumber("minItems", min);
        _json.WriteNumber("maxItems", max);
        _json.WriteStartObject("items");
        Body(section, mayBeEmpty: false);
        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    private void Body<T>(Section<T> section, bool mayBeEmpty)
    {
        Type("object", mayBeEmpty);
        _json.WriteBoolean("additionalProperties", false);
        Required(section.Keys.Where(k => k.Required && k.UnlessGiven is null).Select(k => k.Name));
        foreach (Key<T> key in section.Keys.Where(k => k.Required && k.UnlessGiven is not null))
        {
            _json.WriteStartArray("anyOf");
            foreach (string either in (string[])[key.Name, key.UnlessGiven!])
            {
                _json.WriteStartObject();
                Required([either]);
                _json.WriteEndObject();
            }

            _json.WriteEndArray();
        }

        _json.WriteStartObject("properties");
        foreach (Key<T> key in section.Keys) key.Accept(this, section.Blank, section.Blank);
        _json.WriteEndObject();
    }

    private void Required(IEnumerable<string> names)
    {
        string[] all = [.. names];
        if (all.Length == 0) return;
        _json.WriteStartArray("required");
        foreach (string name in all) _json.WriteStringValue(name);
        _json.WriteEndArray();
    }

    // A key with nothing behind it, all its own keys commented out, is as good as left out.
    private void Type(string type, bool mayBeEmpty)
    {
        if (!mayBeEmpty)
        {
            _json.WriteString("type", type);
            return;
        }

        _json.WriteStartArray("type");
        _json.WriteStringValue(type);
        _json.WriteStringValue("null");
        _json.WriteEndArray();
    }
}
