using VsanEmu.Core.Observations;

namespace VsanEmu.Control.Hosts;

/// <summary>
/// A machine with ends of the fabric on it, and what is asked of it in a run. One in this process carries an order out at once; one behind Redis is told of it.
/// Whoever leads the run does not see the difference.
/// </summary>
public interface IHost : IAsyncDisposable
{
    /// <summary>Its name.</summary>
    string Name { get; }

    /// <summary>The ends on it.</summary>
    IReadOnlyList<EndInfo> Ends { get; }

    /// <summary>The latest view of one of its members.</summary>
    /// <exception cref="KeyNotFoundException">No such member is here.</exception>
    MemberView View(string member);

    /// <summary>Has it carry an order out, and returns what came of it.</summary>
    /// <exception cref="HostException">It could not, or is not heard of any more; the message says which host, and why.</exception>
    Task<HostAnswer> AskAsync(HostOrder order, CancellationToken cancellation);
}

/// <summary>An end of the fabric, as other hosts know it.</summary>
/// <param name="Name">The endpoint's name.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Address">Its IPv4 address, or null: an observer needs none.</param>
/// <param name="InSegment">True in the members' own segment, false beyond the gateway.</param>
public sealed record EndInfo(string Name, PortKind Kind, string? Address, bool InSegment);

/// <summary>A host could not do what it was asked, or is gone; the message names it.</summary>
public sealed class HostException(string message, Exception? inner = null) : IOException(message, inner);
