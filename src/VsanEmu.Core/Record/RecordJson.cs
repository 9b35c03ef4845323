using System.Text.Json;
using System.Text.Json.Serialization;

namespace VsanEmu.Core.Record;

/// <summary>The record's JSON: camelCase, enums by name, one line.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    IgnoreReadOnlyProperties = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    MaxDepth = RecordJson.MaxDepth,
    Converters = [typeof(MemberIdConverter), typeof(WideNumberConverter)])]
[JsonSerializable(typeof(RunRecord))]
[JsonSerializable(typeof(RecordedSpec))]
internal sealed partial class RecordContext : JsonSerializerContext;

/// <summary>Writes and reads records, and says what is wrong with what cannot be read.</summary>
public static class RecordJson
{
    /// <summary>Longest record that is read, bytes: 256 MiB. A run of 64 members, every flow at every port in every phase, is some 50 MB.</summary>
    public const int MaxBytes = 256 << 20;

    internal const int MaxDepth = 16;

    private const string SchemaFamily = "vsanemu.run/";

    internal static void Write(RunRecord record, Stream output) => JsonSerializer.Serialize(output, record, RecordContext.Default.RunRecord);

    internal static RecordReading Read(Stream input, int maxBytes)
    {
        if (ReadAll(input, maxBytes) is not { } json)
            return RecordReading.Failed(RecordFault.TooLong, $"the record is longer than the limit of {maxBytes} bytes");
        ReadOnlySpan<byte> utf8 = json;
        if (utf8.StartsWith("\uFEFF"u8)) utf8 = utf8[3..];
        try
        {
            if (!HasSchema(utf8, out string? schema))
                return RecordReading.Failed(RecordFault.Foreign, $"this is JSON, but not a run record: it has no schema \"{RunRecord.CurrentSchema}\"");
            if (schema != RunRecord.CurrentSchema) return Other(schema!);
            RejectNullElements(utf8);
            return JsonSerializer.Deserialize(utf8, RecordContext.Default.RunRecord) is { } record
                ? RecordReading.Of(record)
                : RecordReading.Failed(RecordFault.Foreign, "the record is null");
        }
        catch (JsonException e)
        {
            return RecordReading.Failed(RecordFault.Damaged, $"the record is damaged: {e.Message}");
        }
    }

    private static RecordReading Other(string schema)
    {
        if (!schema.StartsWith(SchemaFamily, StringComparison.Ordinal) || !int.TryParse(schema[SchemaFamily.Length..], out int version))
            return RecordReading.Failed(RecordFault.Foreign, $"this is not a run record: its schema is \"{schema}\", not \"{RunRecord.CurrentSchema}\"");
        int own = int.Parse(RunRecord.CurrentSchema[SchemaFamily.Length..]);
        return version > own
            ? RecordReading.Failed(RecordFault.Newer, $"the record has schema \"{schema}\", this tool reads \"{RunRecord.CurrentSchema}\": use a newer version of the tool")
            : RecordReading.Failed(RecordFault.Older, $"the record has schema \"{schema}\", this tool reads \"{RunRecord.CurrentSchema}\": use an older version of the tool");
    }

    // Grows with what arrives, never by what the sender says.
    private static byte[]? ReadAll(Stream input, int maxBytes)
    {
        using var all = new MemoryStream();
        byte[] chunk = new byte[64 << 10];
        int read;
        while ((read = input.Read(chunk)) > 0)
        {
            if (all.Length + read > maxBytes) return null;
            all.Write(chunk, 0, read);
        }

        return all.ToArray();
    }

    /// <summary>Finds the top level's <c>schema</c>; reads only as far as it stands, so that a foreign file of any content is told as such.</summary>
    private static bool HasSchema(ReadOnlySpan<byte> utf8, out string? schema)
    {
        schema = null;
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = 64 });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool found = reader.ValueTextEquals("schema"u8);
            if (!reader.Read()) return false;
            if (found) schema = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            if (found) return schema is not null;
            reader.Skip();
        }

        return false;
    }

    // The serializer checks properties against null, but not the elements of lists; no list here has any.
    private static void RejectNullElements(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        JsonTokenType before = JsonTokenType.None;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.Null && before != JsonTokenType.PropertyName)
                throw new JsonException($"null in a list, at byte {reader.TokenStartIndex}");
            before = reader.TokenType;
        }
    }
}
