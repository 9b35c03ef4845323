using System.Text.Json.Serialization;

namespace VsanEmu.Report.Flows;

/// <summary>One packet direction of one flow, in words: a line of the printed matrix. A TCP flow has two, one after the other.</summary>
public sealed record FlowLine
{
    /// <summary>The matrix's row, as in FLOWS.md: <c>C1</c>.</summary>
    public required string Id { get; init; }

    /// <summary><c>forward</c>, or <c>reverse</c> for the packets that go back on the same connection.</summary>
    public required string Direction { get; init; }

    /// <summary>Who sends these packets: a role, or a member.</summary>
    public required string From { get; init; }

    /// <summary>The senders' addresses; ranges as <c>first-last</c>, several with a space between.</summary>
    public required string FromAddress { get; init; }

    /// <summary>Who receives them: a role, a member, or a group.</summary>
    public required string To { get; init; }

    /// <summary>The receivers' or the group's address.</summary>
    public required string ToAddress { get; init; }

    /// <summary><c>Agent Group</c>, <c>Master Group</c>, or empty for unicast.</summary>
    public required string Group { get; init; }

    /// <summary><c>TCP</c>, <c>UDP</c> or <c>IGMP</c>.</summary>
    public required string Protocol { get; init; }

    /// <summary>Source port, <c>ephemeral</c>, or empty where there are none.</summary>
    public required string SourcePort { get; init; }

    /// <summary>Destination port, <c>ephemeral</c>, or empty where there are none.</summary>
    public required string DestinationPort { get; init; }

    /// <summary>Who opened the TCP connection; empty otherwise.</summary>
    public required string OpenedBy { get; init; }

    /// <summary>How often something is sent.</summary>
    public required string Cadence { get; init; }

    /// <summary>What it is for.</summary>
    public required string Purpose { get; init; }

    /// <summary>When it is there.</summary>
    public required string Condition { get; init; }

    /// <summary><c>must</c> be seen while the condition holds, or <c>may</c>.</summary>
    public required string Seen { get; init; }

    /// <summary>How sure the flow is: <c>A</c>, <c>D</c> or <c>E</c>.</summary>
    public required string Mark { get; init; }

    /// <summary>How sure its cadence is.</summary>
    public required string CadenceMark { get; init; }

    /// <summary>True for the packets that go back.</summary>
    [JsonIgnore]
    public bool IsReverse => Direction == Reverse;

    internal const string Forward = "forward";
    internal const string Reverse = "reverse";
    internal const string Ephemeral = "ephemeral";

    /// <summary>The same connection's packets the other way.</summary>
    internal FlowLine Back() => this with
    {
        Direction = Reverse,
        From = To,
        FromAddress = ToAddress,
        To = From,
        ToAddress = FromAddress,
        SourcePort = DestinationPort,
        DestinationPort = SourcePort,
    };
}
