namespace VsanEmu.Core.Observations;

/// <summary>Traffic that a node heard before it sent: on its cluster's groups or ports, and not this tool's.</summary>
/// <param name="From">Who sent it: address:port.</param>
/// <param name="To">To whom: address:port.</param>
/// <param name="Transport"><c>UDP</c> or <c>TCP</c>.</param>
/// <param name="What">What about it is foreign.</param>
/// <param name="Packets">How many were heard.</param>
public sealed record ForeignSighting(string From, string To, string Transport, string What, long Packets)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Transport} {From} to {To}, {What} ({Packets} packet{(Packets == 1 ? "" : "s")})";
}
