using System.Text.Json;
using System.Text.Json.Serialization;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Record;

/// <summary>One life of one member that ran by itself (<c>vsanemu node</c>): what it kept, and how it ended. A controller's run has a <see cref="RunRecord"/>.</summary>
public sealed record NodeRecord
{
    /// <summary>The schema that this version of the tool writes.</summary>
    public const string CurrentSchema = "vsanemu.node/1";

    /// <summary>The schema of this record: <see cref="CurrentSchema"/>.</summary>
    public string Schema { get; init; } = CurrentSchema;

    /// <summary>Version of the tool.</summary>
    public required string ToolVersion { get; init; }

    /// <summary>When the life began: ISO 8601 with an offset. All other times are nanoseconds since then.</summary>
    public required string Started { get; init; }

    /// <summary>When it ended.</summary>
    public required string Ended { get; init; }

    /// <summary>The command line, without the program's own path; its secrets masked by <see cref="Record.CommandLine.Mask"/>.</summary>
    public required IReadOnlyList<string> CommandLine { get; init; }

    /// <summary>The cluster, every default filled in.</summary>
    public required ClusterSpec Spec { get; init; }

    /// <summary>The member's name.</summary>
    public required string Member { get; init; }

    /// <summary>Why it never took part, in a sentence; empty when it did.</summary>
    public string NotStarted { get; init; } = "";

    /// <summary>What it kept about itself; null when it never took part.</summary>
    public NodeObservation? Node { get; init; }

    /// <summary>Probe streams it sent.</summary>
    public IReadOnlyList<SentStream> StreamsSent { get; init; } = [];

    /// <summary>Datagrams of them that its own kernel refused.</summary>
    public IReadOnlyList<RefusedDatagrams> StreamsRefused { get => field ?? []; init; } = [];

    /// <summary>Probe streams as they arrived.</summary>
    public IReadOnlyList<ReceivedStream> StreamsReceived { get; init; } = [];

    /// <summary>Its C7 probes.</summary>
    public IReadOnlyList<ProbeObservation> Probes { get; init; } = [];

    /// <summary>Its directory at the end: each entry's key and revision.</summary>
    public IReadOnlyDictionary<Guid, ulong> Directory { get; init; } = new Dictionary<Guid, ulong>();

    /// <summary>Foreign traffic that it heard before it sent anything.</summary>
    public IReadOnlyList<ForeignSighting> Foreign { get; init; } = [];

    /// <summary>Writes the record as one line of JSON, UTF-8.</summary>
    public void ToJson(Stream output) => JsonSerializer.Serialize(output, this, NodeRecordContext.Default.NodeRecord);
}

/// <summary>A probe stream that a member sent.</summary>
/// <param name="Stream">Its number.</param>
/// <param name="Group">The group.</param>
/// <param name="Datagrams">Datagrams handed to the socket.</param>
public sealed record SentStream(int Stream, FlowGroup Group, long Datagrams);

/// <summary>A probe stream that a member received.</summary>
/// <param name="Stream">Its number.</param>
/// <param name="Counts">What arrived.</param>
public sealed record ReceivedStream(int Stream, StreamObservation Counts);

/// <summary>The record's JSON, in the run record's style.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    IgnoreReadOnlyProperties = true,
    Converters = [typeof(MemberIdConverter), typeof(WideNumberConverter), typeof(ClusterSpecConverter)])]
[JsonSerializable(typeof(NodeRecord))]
internal sealed partial class NodeRecordContext : JsonSerializerContext;
