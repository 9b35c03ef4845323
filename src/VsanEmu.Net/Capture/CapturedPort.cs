using VsanEmu.Core.Frames;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Net.Capture;

/// <summary>One port of a <see cref="CaptureSet"/>: its capture, and what becomes of the frames. May be called from any thread.</summary>
internal sealed class CapturedPort(
    string name, PortKind kind, PacketCapture capture, ChannelSpec channels, ulong run, CaptureClock clock, PcapngFile? file) : IFrameSink
{
    private readonly Lock _gate = new();
    private readonly PortTally _tally = new(channels, run);
    private readonly SegmentLog _segments = new();

    internal string Name => name;

    internal PacketCapture Capture => capture;

    /// <summary>Takes the frames that wait. Their number.</summary>
    internal int Drain()
    {
        lock (_gate) return capture.Drain(this);
    }

    internal void BeginPhase(string phase, long atNs)
    {
        lock (_gate) _tally.BeginPhase(phase, atNs);
    }

    internal PortCapture Snapshot()
    {
        lock (_gate)
        {
            capture.Drain(this);
            capture.ReadCounts();
            return _tally.Snapshot(name, kind, capture.Dropped, file?.Name, file?.Lost ?? 0);
        }
    }

    internal IReadOnlyList<SeenSegment> Find(in FiveTuple probe, long sinceNs)
    {
        lock (_gate)
        {
            capture.Drain(this);
            return _segments.Find(probe, sinceNs);
        }
    }

    /// <summary>Lets the file's writer have what it has not had yet.</summary>
    internal void FlushFile()
    {
        if (file is null) return;
        lock (_gate) file.Flush();
    }

    /// <summary>Ends capture and file.</summary>
    internal void Finish()
    {
        lock (_gate)
        {
            capture.Drain(this);
            capture.ReadCounts();
            file?.Finish(clock.RealtimeNs, capture.Dropped);
            capture.Dispose();
        }
    }

    internal void CloseFile() => file?.Dispose();

    void IFrameSink.Take(ReadOnlySpan<byte> frame, int wireLength, PortDirection direction, long realtimeNs)
    {
        file?.Append(frame, wireLength, direction, realtimeNs);
        if (!FrameDecoder.TryDecode(frame, wireLength, out FrameInfo info))
        {
            _tally.AddUndecoded();
            return;
        }

        long atNs = clock.ToRunNs(realtimeNs);
        long number = _tally.Frames + 1;
        _tally.Add(info, frame, direction, atNs, number);
        _segments.Add(info, direction, atNs, number);
    }
}
