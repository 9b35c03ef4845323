using VsanEmu.Core.Checks;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Record;

/// <summary>
/// One run with everything its verdict rests on. <c>Verdict.Of(record.Spec, record.Observations)</c> gives <see cref="Verdict"/> again,
/// so a record can be judged anew, by whoever doubts it. README.md beside this file describes the JSON.
/// </summary>
public sealed record RunRecord
{
    /// <summary>The schema that this version of the tool writes: an id and a version that grows when a reader must change.</summary>
    public const string CurrentSchema = "vsanemu.run/1";

    /// <summary>The schema of this record: <see cref="CurrentSchema"/>.</summary>
    public string Schema { get; init; } = CurrentSchema;

    /// <summary>Version of the tool that made the run.</summary>
    public required string ToolVersion { get; init; }

    /// <summary>When the run began, as the caller wrote it: ISO 8601 with an offset. All other times are nanoseconds since then.</summary>
    public required string Started { get; init; }

    /// <summary>The command line, without the program's own path; its secrets masked by <see cref="Record.CommandLine.Mask"/>.</summary>
    public required IReadOnlyList<string> CommandLine { get; init; }

    /// <summary>What the caller tells of the machine: <c>os</c>, <c>kernel</c>, <c>processors</c>, and so on.</summary>
    public required IReadOnlyDictionary<string, string> Host { get; init; }

    /// <summary>Faults that were put into the fabric; empty on a real one. The verdict does not read it.</summary>
    public IReadOnlyList<string> InjectedFaults { get; init; } = [];

    /// <summary>The cluster, every default filled in.</summary>
    public required ClusterSpec Spec { get; init; }

    /// <summary>What was seen.</summary>
    public required RunObservations Observations { get; init; }

    /// <summary>What was concluded: results, diagnoses, exit code.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>Writes the record as one line of JSON, UTF-8.</summary>
    public void ToJson(Stream output) => RecordJson.Write(this, output);

    /// <summary>Reads a record. What cannot be read is an error value, not an exception: a record comes from a file, and files come from anywhere.</summary>
    /// <param name="input">The JSON, read to its end.</param>
    /// <param name="maxBytes">Longest record accepted, default <see cref="RecordJson.MaxBytes"/>.</param>
    public static RecordReading FromJson(Stream input, int maxBytes = RecordJson.MaxBytes) => RecordJson.Read(input, maxBytes);
}

/// <summary>Why a record cannot be read.</summary>
public enum RecordFault : byte
{
    /// <summary>Written by a later version of the tool, in a schema that this one does not know.</summary>
    Newer,

    /// <summary>Written in a schema that this version no longer reads.</summary>
    Older,

    /// <summary>JSON, but not a run record.</summary>
    Foreign,

    /// <summary>Not JSON, cut off, or a part of it is missing or has a wrong value.</summary>
    Damaged,

    /// <summary>Longer than the limit.</summary>
    TooLong,
}

/// <summary>A record, or why there is none.</summary>
public sealed record RecordReading
{
    /// <summary>The record; null when it could not be read.</summary>
    public RunRecord? Record { get; init; }

    /// <summary>Why not; null when it was read.</summary>
    public RecordFault? Fault { get; init; }

    /// <summary>The fault in a sentence, with the limit or the place in the JSON; empty when the record was read.</summary>
    public string Message { get; init; } = "";

    internal static RecordReading Of(RunRecord record) => new() { Record = record };

    internal static RecordReading Failed(RecordFault fault, string message) => new() { Fault = fault, Message = message };
}
