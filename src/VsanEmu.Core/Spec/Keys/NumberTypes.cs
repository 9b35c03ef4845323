using System.Globalization;
using System.Text.Json;
using VsanEmu.Core.Spec.Yaml;

namespace VsanEmu.Core.Spec.Keys;

/// <summary>A whole number within a range.</summary>
internal sealed class IntegerType(int min, int max) : ScalarType
{
    public override string Allowed => $"{min} to {max}";

    public override object? Read(YamlScalar node, out string problem)
    {
        problem = "";
        if (!node.Plain) problem = $"\"{node.Value}\" is text, not a number: write it without quotes";
        else if (!long.TryParse(node.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value))
            problem = node.Value.TrimStart('-', '+').All(char.IsAsciiDigit) ? $"{node.Value} is out of range" : $"'{node.Value}' is not a whole number";
        else if (value < min || value > max) problem = $"{value} is out of range";
        else return (int)value;
        return null;
    }

    public override string Write(object value) => ((int)value).ToString(CultureInfo.InvariantCulture);

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "integer");
        json.WriteNumber("minimum", min);
        json.WriteNumber("maximum", max);
    }

    public override void WriteJson(Utf8JsonWriter json, object value) => json.WriteNumberValue((int)value);
}

/// <summary>A number within a range.</summary>
internal sealed class DecimalType(double min, double max) : ScalarType
{
    public override string Allowed => string.Create(CultureInfo.InvariantCulture, $"{min} to {max}");

    public override object? Read(YamlScalar node, out string problem)
    {
        const NumberStyles style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        problem = "";
        if (!node.Plain) problem = $"\"{node.Value}\" is text, not a number: write it without quotes";
        else if (!double.TryParse(node.Value, style, CultureInfo.InvariantCulture, out double value) || !double.IsFinite(value))
            problem = $"'{node.Value}' is not a number";
        else if (value < min || value > max) problem = $"{node.Value} is out of range";
        else return value;
        return null;
    }

    public override string Write(object value) => ((double)value).ToString("0.###############", CultureInfo.InvariantCulture);

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "number");
        json.WriteNumber("minimum", min);
        json.WriteNumber("maximum", max);
    }

    public override void WriteJson(Utf8JsonWriter json, object value) => json.WriteNumberValue((double)value);
}

/// <summary>A duration within a range. JSON schema cannot compare durations, so it has the pattern, and the range in words.</summary>
internal sealed class DurationType(TimeSpan min, TimeSpan max) : ScalarType
{
    public override string Allowed => $"{Duration.Format(min)} to {Duration.Format(max)}";

    public override object? Read(YamlScalar node, out string problem)
    {
        problem = "";
        if (!Duration.TryParse(node.Value, out TimeSpan value))
            problem = $"'{node.Value}' is not a duration: write a number and a unit (us, ms, s, m, h), as in {Duration.Format(min)}";
        else if (value < min || value > max) problem = $"{node.Value.Trim()} is out of range";
        else return value;
        return null;
    }

    public override string Write(object value) => Duration.Format((TimeSpan)value);

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "string");
        json.WriteString("pattern", Duration.Pattern);
    }
}
