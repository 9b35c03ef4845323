using System.Text.Json;
using System.Text.Json.Serialization;
using VsanEmu.Core.Load;

namespace VsanEmu.Report;

/// <summary>A load's outcome as JSON; the fields are told in README.md beside this file.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(LoadResult))]
[JsonSerializable(typeof(RoundTripResult))]
[JsonSerializable(typeof(NoDropResult))]
[JsonSerializable(typeof(BackToBackResult))]
[JsonSerializable(typeof(LatencyResult))]
[JsonSerializable(typeof(VmLoadResult))]
[JsonSerializable(typeof(ControlLoadResult))]
public sealed partial class LoadJson : JsonSerializerContext
{
    /// <summary>Writes a result.</summary>
    public static string Write(LoadResult result) => JsonSerializer.Serialize(result, Default.LoadResult);

    /// <summary>Writes a ping-pong's result.</summary>
    public static string Write(RoundTripResult result) => JsonSerializer.Serialize(result, Default.RoundTripResult);

    /// <summary>Writes a search's result.</summary>
    public static string Write(NoDropResult result) => JsonSerializer.Serialize(result, Default.NoDropResult);

    /// <summary>Writes a burst search's result.</summary>
    public static string Write(BackToBackResult result) => JsonSerializer.Serialize(result, Default.BackToBackResult);

    /// <summary>Writes round trips without and with a load.</summary>
    public static string Write(LatencyResult result) => JsonSerializer.Serialize(result, Default.LatencyResult);

    /// <summary>Writes a VM load's result.</summary>
    public static string Write(VmLoadResult result) => JsonSerializer.Serialize(result, Default.VmLoadResult);

    /// <summary>Writes what became of clusters that only live.</summary>
    public static string Write(ControlLoadResult result) => JsonSerializer.Serialize(result, Default.ControlLoadResult);

    /// <summary>Reads one.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static LoadResult Read(Stream json) => JsonSerializer.Deserialize(json, Default.LoadResult) ?? throw new JsonException("not a load's outcome");
}
