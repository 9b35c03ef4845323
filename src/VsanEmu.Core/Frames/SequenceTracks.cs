using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Frames;

/// <summary>The connections at one port, both directions of each, as far as there is room for them.</summary>
internal sealed class SequenceTracks
{
    /// <summary>Directions of connections followed at a time: 64 members with a few connections each, and many short ones.</summary>
    private const int MaxTracks = 4096;

    // What has ended is kept for a moment: a last segment may be sent again.
    private const long KeepNs = 5_000_000_000;

    private readonly Dictionary<(PortDirection Direction, FiveTuple Tuple), SequenceTrack> _tracks = [];

    /// <summary>The track that a segment belongs to; null for a fragment, and when all are taken by connections that live.</summary>
    internal SequenceTrack? Of(in FrameInfo info, PortDirection direction, long atNs)
    {
        if (info.Kind != FrameKind.Tcp || !info.HasPorts || info.IsFragment || info.Flags == TcpFlags.None) return null;
        var key = (direction, info.Tuple);
        if (_tracks.TryGetValue(key, out SequenceTrack? track)) return track;
        if (_tracks.Count >= MaxTracks && !MakeRoom(atNs)) return null;
        _tracks.Add(key, track = new SequenceTrack());
        return track;
    }

    private bool MakeRoom(long atNs)
    {
        foreach ((var key, SequenceTrack track) in _tracks.ToArray())
            if (track.Ended && atNs - track.LastNs > KeepNs) _tracks.Remove(key);
        return _tracks.Count < MaxTracks;
    }
}
