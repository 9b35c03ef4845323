using VsanEmu.Core.Observations;

namespace VsanEmu.Node.Safety;

/// <summary>A node refuses to start, because something that is not this tool uses its groups or ports: a real vSAN cluster, for example.</summary>
/// <param name="member">The node.</param>
/// <param name="heard">What was heard; at least one.</param>
public sealed class ForeignTrafficException(string member, IReadOnlyList<ForeignSighting> heard) : NodeStartException(
    $"{member} heard traffic that is not this tool's and did not send anything: {string.Join("; ", heard.Take(3))}"
    + (heard.Count > 3 ? $"; and {heard.Count - 3} more" : ""))
{
    /// <summary>What was heard.</summary>
    public IReadOnlyList<ForeignSighting> Heard { get; } = heard;
}
