using System.Net;

namespace VsanEmu.Net.Tcp;

/// <summary>
/// Decides whether one more connection may stay open. Strangers have a small share of their own, so that they can never take a member's place;
/// with the members' addresses given, the total is bounded by <see cref="MaxTotal"/>.
/// </summary>
/// <param name="known">Addresses of the members.</param>
/// <param name="limits">The limits.</param>
public sealed class AcceptLimiter(IReadOnlySet<IPAddress> known, StreamLimits limits)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, int> _open = [];
    private int _strangers;

    /// <summary>The most connections that can ever be open.</summary>
    public int MaxTotal => (known.Count * limits.MaxPerPeer) + limits.MaxStrangers;

    /// <summary>Takes a place, or returns false when there is none for this address. True must be followed by <see cref="Leave"/>.</summary>
    public bool TryEnter(IPAddress from)
    {
        lock (_gate)
        {
            if (!known.Contains(from))
            {
                if (_strangers >= limits.MaxStrangers) return false;
                _strangers++;
                return true;
            }

            int open = _open.GetValueOrDefault(from);
            if (open >= limits.MaxPerPeer) return false;
            _open[from] = open + 1;
            return true;
        }
    }

    /// <summary>Gives the place back.</summary>
    public void Leave(IPAddress from)
    {
        lock (_gate)
        {
            if (!known.Contains(from)) _strangers--;
            else _open[from]--;
        }
    }
}
