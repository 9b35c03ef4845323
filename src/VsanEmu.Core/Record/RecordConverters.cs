using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Record;

/// <summary>A member's number: 0 (nobody) to 64.</summary>
public sealed class MemberIdConverter : JsonConverter<MemberId>
{
    /// <inheritdoc/>
    public override MemberId Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetUInt16(out ushort id) && id <= MemberId.Max
            ? new MemberId(id)
            : throw new JsonException($"not a member's number, 0 to {MemberId.Max}");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, MemberId value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Value);
}

/// <summary>A number of 64 bits as 16 hexadecimal digits in a string: many JSON readers keep only 53 bits of a number.</summary>
public sealed class WideNumberConverter : JsonConverter<ulong>
{
    /// <inheritdoc/>
    public override ulong Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && ulong.TryParse(reader.GetString(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong value)
            ? value
            : throw new JsonException("not 1 to 16 hexadecimal digits");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ulong value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString("x16", CultureInfo.InvariantCulture));
}
