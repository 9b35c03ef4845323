namespace VsanEmu.Core.Frames;

/// <summary>What a segment is to those that passed before it.</summary>
internal enum SegmentPlace : byte
{
    /// <summary>It has no place in the sequence: it only acknowledges, or resets.</summary>
    None,

    /// <summary>It goes on where the last one ended, or further ahead.</summary>
    Next,

    /// <summary>It passed before.</summary>
    Repeated,

    /// <summary>It did not, and comes after a later one.</summary>
    Late,
}

/// <summary>
/// One direction of one TCP connection at one port, by its sequence numbers: which segments pass again, which come late, for how long one of them is sent
/// again and again, and which acknowledgements say nothing new. Sequence numbers wrap: they are compared by their difference (RFC 9293 section 3.4).
/// </summary>
internal sealed class SequenceTrack
{
    /// <summary>Holes remembered; of more, the oldest is given up.</summary>
    private const int MaxHoles = 32;

    private readonly List<(uint From, uint To)> _holes = [];
    private bool _begun;
    private uint _initial;
    private uint _edge;
    private uint _newest;
    private long _newestNs;
    private bool _stalled;
    private uint _again;
    private long _againSinceNs;
    private bool _acked;
    private uint _ack;
    private ushort _window;

    /// <summary>When a segment last passed.</summary>
    internal long LastNs { get; private set; }

    /// <summary>True when this direction ended.</summary>
    internal bool Ended { get; private set; }

    /// <summary>For how long the segment that passed last has been sent again, ns; 0 when it passed for the first time.</summary>
    internal long StallNs { get; private set; }

    /// <summary>True when the segment that passed last acknowledges what was acknowledged, by the same window, and nothing else (RFC 5681 section 2).</summary>
    internal bool DuplicateAck { get; private set; }

    /// <param name="info">The segment.</param>
    /// <param name="atNs">When it passed.</param>
    /// <param name="phaseNs">When the phase began in which it did: what stood still before is that phase's.</param>
    internal SegmentPlace Add(in FrameInfo info, long atNs, long phaseNs)
    {
        (LastNs, StallNs, DuplicateAck) = (atNs, 0, false);
        Ended |= (info.Flags & (TcpFlags.Fin | TcpFlags.Rst)) != 0;
        int length = Length(info);
        Acknowledge(info, length);
        if (length == 0) return SegmentPlace.None;
        bool syn = (info.Flags & TcpFlags.Syn) != 0;
        if (!_begun || (syn && info.Sequence != _initial)) return Begin(info.Sequence, length, atNs);

        uint end = info.Sequence + (uint)length;
        if (After(end, _edge))
        {
            Extend(info.Sequence, end, atNs);
            return SegmentPlace.Next;
        }

        if (Fill(info.Sequence, end)) return SegmentPlace.Late;
        SendAgain(info.Sequence, atNs, phaseNs);
        return SegmentPlace.Repeated;
    }

    /// <summary>Bytes of the sequence that a segment takes; a SYN and a FIN take one each.</summary>
    private static int Length(in FrameInfo info) => (info.Flags & TcpFlags.Rst) != 0 ? 0
        : info.PayloadLength + ((info.Flags & TcpFlags.Syn) != 0 ? 1 : 0) + ((info.Flags & TcpFlags.Fin) != 0 ? 1 : 0);

    private static bool After(uint a, uint b) => (int)(a - b) > 0;

    private SegmentPlace Begin(uint sequence, int length, long atNs)
    {
        _begun = true;
        _holes.Clear();
        (_initial, _edge, _newest, _newestNs, _stalled, Ended) = (sequence, sequence + (uint)length, sequence, atNs, false, false);
        return SegmentPlace.Next;
    }

    private void Extend(uint from, uint to, long atNs)
    {
        if (After(from, _edge))
        {
            if (_holes.Count == MaxHoles) _holes.RemoveAt(0);
            _holes.Add((_edge, from));
        }

        (_edge, _newest, _newestNs) = (to, from, atNs);
    }

    /// <summary>True when a hole is filled by it, in part or whole.</summary>
    private bool Fill(uint from, uint to)
    {
        int at = _holes.FindIndex(h => After(to, h.From) && After(h.To, from));
        if (at < 0) return false;
        (uint From, uint To) hole = _holes[at];
        _holes.RemoveAt(at);
        if (After(hole.To, to)) _holes.Insert(at, (to, hole.To));
        if (After(from, hole.From)) _holes.Insert(at, (hole.From, from));
        if (_holes.Count > MaxHoles) _holes.RemoveAt(0);
        return true;
    }

    // The newest segment's first time is known; of an earlier one, only when it was first sent again.
    private void SendAgain(uint sequence, long atNs, long phaseNs)
    {
        if (!_stalled || sequence != _again) (_stalled, _again, _againSinceNs) = (true, sequence, sequence == _newest ? _newestNs : atNs);
        StallNs = atNs - Math.Max(_againSinceNs, phaseNs);
    }

    private void Acknowledge(in FrameInfo info, int length)
    {
        if ((info.Flags & TcpFlags.Ack) == 0 || (info.Flags & TcpFlags.Rst) != 0) return;
        DuplicateAck = length == 0 && _acked && info.Acknowledgement == _ack && info.Window == _window;
        (_acked, _ack, _window) = (true, info.Acknowledgement, info.Window);
    }
}
