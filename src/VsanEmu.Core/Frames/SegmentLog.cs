using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Frames;

/// <summary>
/// The last frames at one port that open, accept or refuse a TCP connection, are a fragment of TCP, or an ICMP error about it: what a probe needs to
/// know how it was blocked. Holds <see cref="Capacity"/>; the oldest make room. One caller at a time.
/// </summary>
public sealed class SegmentLog
{
    /// <summary>Frames kept.</summary>
    public const int Capacity = 2048;

    private readonly List<SeenSegment> _ring = [];
    private int _oldest;

    /// <summary>Keeps the frame if it is one of those.</summary>
    public void Add(in FrameInfo info, PortDirection direction, long atNs, long number)
    {
        bool tells = info.Kind switch
        {
            FrameKind.Tcp => (info.Flags & (TcpFlags.Syn | TcpFlags.Rst)) != 0 || info.IsFragment,
            FrameKind.Icmp => info.Original.Protocol == FiveTuple.Tcp,
            _ => false,
        };
        if (!tells) return;

        var segment = new SeenSegment(atNs, number, direction, info);
        if (_ring.Count < Capacity)
        {
            _ring.Add(segment);
            return;
        }

        _ring[_oldest] = segment;
        _oldest = (_oldest + 1) % Capacity;
    }

    /// <summary>The frames that are part of <paramref name="probe"/> and passed at <paramref name="sinceNs"/> or later, oldest first.</summary>
    /// <param name="probe">The five-tuple of its SYN; source port 0 stands for any.</param>
    /// <param name="sinceNs">ns since the run began.</param>
    public IReadOnlyList<SeenSegment> Find(in FiveTuple probe, long sinceNs)
    {
        var found = new List<SeenSegment>();
        for (int i = 0; i < _ring.Count; i++)
        {
            SeenSegment segment = _ring[(_oldest + i) % _ring.Count];
            if (segment.AtNs >= sinceNs && segment.PartOf(probe) != ProbePart.None) found.Add(segment);
        }

        return found;
    }
}
