using System.Text.Json;
using System.Text.Json.Serialization;

namespace VsanEmu.Net.Attachments;

/// <summary>How one change to this machine is taken back. Written down before the change is made, so it must also be right when it was not.</summary>
internal sealed record UndoStep
{
    /// <summary>What is put back, in words: <c>eth5</c>.</summary>
    public required string What { get; init; }

    /// <summary>Path of the namespace that <see cref="Inside"/> is for; empty for none.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>Commands for <c>ip</c> there, first. <c>{home}</c> stands for the namespace in which the tool was started.</summary>
    public IReadOnlyList<string> Inside { get; init; } = [];

    /// <summary>Commands for <c>ip</c> where the tool was started, after those.</summary>
    public IReadOnlyList<string> AtHome { get; init; } = [];

    /// <summary>The interface that must be there afterwards; empty to check nothing.</summary>
    public string Interface { get; init; } = "";

    /// <summary>Addresses with prefix length that it must then have.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    public string ToLine() => JsonSerializer.Serialize(this, UndoContext.Default.UndoStep);

    /// <exception cref="JsonException">The line is none.</exception>
    public static UndoStep OfLine(string line) => JsonSerializer.Deserialize(line, UndoContext.Default.UndoStep) ?? throw new JsonException("no step");
}

[JsonSerializable(typeof(UndoStep))]
internal sealed partial class UndoContext : JsonSerializerContext;
