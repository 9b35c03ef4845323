using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using StackExchange.Redis;
using VsanEmu.Control.Hosts;
using VsanEmu.Core.Addresses;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Record;

namespace VsanEmu.Control.Redis;

/// <summary>One entry of an inbox: an order, or the answer to one.</summary>
internal sealed record Letter
{
    /// <summary>The order's number; its answer bears the same.</summary>
    public required Guid Id { get; init; }

    /// <summary>Who sent it: where an answer goes.</summary>
    public required string From { get; init; }

    /// <summary>The run that an order is part of; 0 where it is part of none.</summary>
    public ulong Run { get; init; }

    /// <summary>The order; null in an answer.</summary>
    public HostOrder? Order { get; init; }

    /// <summary>The answer; null in an order.</summary>
    public HostAnswer? Answer { get; init; }
}

/// <summary>What is read of a letter that another version wrote.</summary>
internal sealed record Envelope
{
    public required Guid Id { get; init; }

    public required string From { get; init; }

    public JsonElement? Order { get; init; }
}

/// <summary>Views of a host's members, as they change.</summary>
/// <param name="Host">The host.</param>
/// <param name="Run">The run's number.</param>
/// <param name="AtNs">When, ns since the run began.</param>
/// <param name="Views">One for each member there.</param>
internal sealed record Telemetry(string Host, ulong Run, long AtNs, IReadOnlyList<MemberView> Views);

/// <summary>A host that waits for a controller, or takes part in a run.</summary>
public sealed record HostPresence
{
    /// <summary>Its name, unique in its space.</summary>
    public required string Name { get; init; }

    /// <summary>This life of it.</summary>
    public required Guid Life { get; init; }

    /// <summary>The tool's version there.</summary>
    public required string Version { get; init; }

    /// <summary>The machine's own name.</summary>
    public required string Machine { get; init; }

    /// <summary>What it is where no spec says so.</summary>
    public PortKind Kind { get; init; }

    /// <summary>The interface that leads to the fabric; empty where the spec names it.</summary>
    public string Interface { get; init; } = "";

    /// <summary>The IPv4 address there, with prefix length; empty for none.</summary>
    public string Address { get; init; } = "";

    /// <summary>What it does: <c>waits</c>, or the run it is in.</summary>
    public string State { get; init; } = "waits";

    /// <summary>Whether this version can lead it.</summary>
    public bool IsReadable => Life != Guid.Empty;

    /// <summary>What is told under a host's name. Whoever tells it may write anything there, but not another's name; machine and version are shown.</summary>
    internal static HostPresence Of(string name, RedisValue told) => Written.Read(told, ControlContext.Default.HostPresence) is { } there && there.Name == name
        ? there with { Machine = Refusal.Line(there.Machine), Version = Refusal.Line(there.Version) }
        : Unreadable(name);

    // A host that is there, and of which no more can be read.
    private static HostPresence Unreadable(string name) =>
        new() { Name = name, Life = Guid.Empty, Version = "another", Machine = "another machine", State = "cannot be led: what it tells of itself is another version's" };
}

/// <summary>Who leads.</summary>
/// <param name="Name">The controller's name.</param>
/// <param name="Id">This controller.</param>
/// <param name="Since">Since when, ISO 8601.</param>
internal sealed record Leader(string Name, Guid Id, string Since)
{
    /// <summary>Who claims the lead, as it can be shown; null where no claim can be read.</summary>
    public static Leader? Of(RedisValue claim) =>
        Written.Read(claim, ControlContext.Default.Leader) is { } leader ? leader with { Name = Refusal.Line(leader.Name), Since = Refusal.Line(leader.Since) } : null;
}

/// <summary>An address as text.</summary>
internal sealed class AddressConverter : JsonConverter<IPAddress>
{
    public override IPAddress Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? Parse(reader.GetString()!) : throw new JsonException("not an address");

    public override void Write(Utf8JsonWriter writer, IPAddress value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());

    private static IPAddress Parse(string text)
    {
        try
        {
            return AddressText.Parse(text);
        }
        catch (FormatException)
        {
            throw new JsonException("not an address");
        }
    }
}

/// <summary>The JSON of control, in the record's style.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    IgnoreReadOnlyProperties = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = 32,
    Converters = [typeof(MemberIdConverter), typeof(WideNumberConverter), typeof(ClusterSpecConverter), typeof(AddressConverter)])]
[JsonSerializable(typeof(Letter))]
[JsonSerializable(typeof(Envelope))]
[JsonSerializable(typeof(Telemetry))]
[JsonSerializable(typeof(HostPresence))]
[JsonSerializable(typeof(Leader))]
internal sealed partial class ControlContext : JsonSerializerContext;
