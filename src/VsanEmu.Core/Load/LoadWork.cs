using System.Text.Json.Serialization;

namespace VsanEmu.Core.Load;

/// <summary>What hosts are to do together. Each knows its own share by the members that it has.</summary>
/// <param name="Options">Time, interval and rate; and what its packets are like.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "work")]
[JsonDerivedType(typeof(Flows), "flows")]
[JsonDerivedType(typeof(Vms), "vms")]
[JsonDerivedType(typeof(RoundTrips), "roundTrips")]
public abstract record LoadWork(LoadOptions Options)
{
    /// <summary>Carry the flows of <see cref="LoadPlan"/>: <see cref="LoadPart.OfFlows"/>.</summary>
    public sealed record Flows(LoadOptions Options) : LoadWork(Options);

    /// <summary>Let a VM on each member read and write at others: <see cref="LoadPart.OfVms"/>.</summary>
    public sealed record Vms(LoadOptions Options, VmOptions What) : LoadWork(Options);

    /// <summary>Have members ask one other, each datagram when the last one's answer has come: <see cref="LoadPart.OfRoundTrips"/>. With a rate in packets each counts from when it was due.</summary>
    /// <param name="Options">Time, code point and rate; there is no warm-up.</param>
    /// <param name="From">Who asks.</param>
    /// <param name="To">Who answers.</param>
    /// <param name="Payload">Payload of a datagram, bytes.</param>
    public sealed record RoundTrips(LoadOptions Options, IReadOnlyList<string> From, string To, int Payload) : LoadWork(Options);
}
