using System.Text.Json;
using System.Text.Json.Serialization;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Probing;

namespace VsanEmu.Report.Probes;

/// <summary>What came of probes, as JSON.</summary>
public static class ProbeJson
{
    /// <summary>The format's name.</summary>
    public const string Format = "vsanemu-probe/1";

    /// <summary>Writes it.</summary>
    /// <param name="targets">What came of them.</param>
    /// <param name="exit">The exit code.</param>
    public static string Write(IReadOnlyList<ProbedTarget> targets, int exit) =>
        JsonSerializer.Serialize(new ProbeDocument(Format, [.. targets.Select(Row)], exit), ProbeContext.Default.ProbeDocument);

    private static ProbeTargetRow Row(ProbedTarget t) => new(
        t.Address, t.Name, t.NotProbed, t.Presence.By, t.Presence.What, t.Controls, [.. t.Probes.Select(p => Row(t, p))]);

    private static ProbeRow Row(ProbedTarget target, ProbeObservation p)
    {
        (WayState state, string why) = BlockedProof.Of(target, p);
        return new(p.From, p.Method, p.SourcePort, p.DestinationPort, p.Outcome, p.AnsweredBy, p.OwnHost, p.TookNs, state, why);
    }
}

/// <summary>The whole.</summary>
internal sealed record ProbeDocument(string Format, IReadOnlyList<ProbeTargetRow> Targets, int ExitCode);

/// <summary>An address, whether anybody is there, and the ways to it.</summary>
internal sealed record ProbeTargetRow(
    string Address, string Name, string NotProbed, PresenceProof PresentBy, string Presence, IReadOnlyList<ControlAttempt> Controls, IReadOnlyList<ProbeRow> Probes);

/// <summary>A way, what came of it, and what proves it.</summary>
internal sealed record ProbeRow(
    string From, ProbeMethod Method, int SourcePort, int DestinationPort, ProbeOutcome Outcome, string AnsweredBy, OwnHostDeed OwnHost, long TookNs, WayState State, string Proof);

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ProbeDocument))]
internal sealed partial class ProbeContext : JsonSerializerContext;
