using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using StackExchange.Redis;

namespace VsanEmu.Control.Redis;

/// <summary>What is written to a server, and what others wrote there, as far as this version can read it. What is long is packed (gzip, RFC 1952).</summary>
internal static class Written
{
    /// <summary>The longest text, bytes, unpacked: a host's part of a record with a full capture has some MB.</summary>
    public const int MostBytes = 64 << 20;

    // Shorter ones gain nothing. A port's captures shrink to a tenth: on a slow way to the server that is the difference between in time and never.
    private const int PackedFrom = 4096;

    // RFC 1952 2.3.1; JSON begins with neither.
    private static ReadOnlySpan<byte> GzipMagic => [0x1f, 0x8b];

    /// <summary>The bytes of a value.</summary>
    /// <exception cref="FormatException">It is longer than <see cref="MostBytes"/>.</exception>
    public static byte[] Of<T>(T value, JsonTypeInfo<T> type)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(value, type);
        if (json.Length > MostBytes) throw new FormatException($"what is to be told has {json.Length >> 20} MiB, more than {MostBytes >> 20} are taken");
        if (json.Length < PackedFrom) return json;
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(json);
        return packed.ToArray();
    }

    /// <summary>A value of these bytes; null for what is too long, or no such thing.</summary>
    public static T? Read<T>(RedisValue body, JsonTypeInfo<T> type)
        where T : class => Read(body, type, out _);

    /// <summary>A value of these bytes; null for what is too long, or no such thing, and why.</summary>
    public static T? Read<T>(RedisValue body, JsonTypeInfo<T> type, out string why)
        where T : class
    {
        why = "";
        try
        {
            ReadOnlyMemory<byte> json = Unpacked(body);
            if (json.Length is 0 or > MostBytes) return null;
            return JsonSerializer.Deserialize(json.Span, type);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // JSON that is none, a value that is none of its type's, packed bytes that were cut: whatever it is, it is the writer's fault, and hinders nobody here.
            why = e.Message;
            return null;
        }
    }

    private static ReadOnlyMemory<byte> Unpacked(ReadOnlyMemory<byte> body)
    {
        if (!body.Span.StartsWith(GzipMagic)) return body;
        using var gzip = new GZipStream(new MemoryStream(body.ToArray()), CompressionMode.Decompress);
        using var json = new MemoryStream();
        byte[] part = new byte[81920];
        while (json.Length <= MostBytes && gzip.Read(part) is > 0 and int read) json.Write(part, 0, read);
        return json.GetBuffer().AsMemory(0, (int)json.Length);
    }
}
