using System.Text.Json;
using VsanEmu.Core.Spec.Yaml;

namespace VsanEmu.Core.Spec.Keys;

/// <summary>A kind of single value: how it is read and written, and what is allowed.</summary>
internal abstract class ScalarType
{
    /// <summary>What is allowed, as errors, schema and example say it.</summary>
    public abstract string Allowed { get; }

    /// <summary>Reads a value; when it cannot, <paramref name="problem"/> says why in a few words.</summary>
    public abstract object? Read(YamlScalar node, out string problem);

    /// <summary>The text that <see cref="Read"/> reads back.</summary>
    public abstract string Write(object value);

    /// <summary>The JSON schema's keywords for it.</summary>
    public abstract void WriteSchema(Utf8JsonWriter json);

    /// <summary>A value as JSON, for the schema's default.</summary>
    public virtual void WriteJson(Utf8JsonWriter json, object value) => json.WriteStringValue(Write(value));
}

/// <summary>A kind of value that is text in the file.</summary>
internal sealed class TextType<T>(string allowed, Func<string, (T? Value, string Problem)> read, Func<T, string> write, string? pattern = null) : ScalarType
    where T : notnull
{
    public override string Allowed => allowed;

    public IReadOnlyList<string> Choices { get; init; } = [];

    public override object? Read(YamlScalar node, out string problem)
    {
        (T? value, problem) = read(node.Value);
        return problem.Length > 0 ? null : value;
    }

    public override string Write(object value) => write((T)value);

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "string");
        if (pattern is not null) json.WriteString("pattern", pattern);
        if (Choices.Count == 0) return;
        json.WriteStartArray("enum");
        foreach (string choice in Choices) json.WriteStringValue(choice);
        json.WriteEndArray();
    }
}
