using VsanEmu.Core.Frames;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Net.Capture;

/// <summary>One port of a <see cref="CaptureSet"/>: its capture, and what becomes of the frames. May be called from any thread.</summary>
internal sealed class CapturedPort(
    string name, PortKind kind, PacketCapture capture, ChannelSpec channels, ulong run, IReadOnlySet<(FrameAddress Address, ushort Port)>? control, CaptureClock clock, PcapngFile? file)
    : IFrameSink
{
    private readonly Lock _gate = new();
    // The wall clock may be set at any time: how far it is off is measured before frames are read, and after so many.
    private const int MeasureEvery = 64;

    private readonly PortTally _tally = new(channels, run, control);
    private readonly SegmentLog _segments = new();
    private int _untilMeasured;

    internal string Name => name;

    internal PacketCapture Capture => capture;

    /// <summary>Takes the frames that wait. Their number.</summary>
    internal int Drain()
    {
        lock (_gate) return Read();
    }

    internal void BeginPhase(string phase, long atNs)
    {
        lock (_gate) _tally.BeginPhase(phase, atNs);
    }

    internal PortCapture Snapshot()
    {
        lock (_gate)
        {
            Read();
            capture.ReadCounts();
            return _tally.Snapshot(name, kind, capture.Dropped, file?.Name, file?.Lost ?? 0, capture.OthersDropped);
        }
    }

    internal IReadOnlyList<SeenSegment> Find(in FiveTuple probe, long sinceNs)
    {
        lock (_gate)
        {
            Read();
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
            Read();
            capture.ReadCounts();
            file?.Finish(clock.RealtimeNs, capture.Dropped + capture.OthersDropped);
            capture.Dispose();
        }
    }

    internal void CloseFile() => file?.Dispose();

    void IFrameSink.Take(ReadOnlySpan<byte> frame, in CapturedFrame about)
    {
        if (_untilMeasured-- == 0) Measure();
        file?.Append(frame, about.WireLength, about.Direction, about.RealtimeNs, about.Tag);
        bool decoded = FrameDecoder.TryDecode(frame, about.WireLength, out FrameInfo info);
        if (about.Tag.Vlan != 0) info = info with { Vlan = about.Tag.Vlan };
        if (!decoded && info.Vlan == 0)
        {
            _tally.AddUndecoded(about.Direction);
            return;
        }

        long atNs = clock.ToRunNs(about.RealtimeNs);
        long number = _tally.Frames + 1;
        _tally.Add(info, frame, about.Direction, atNs, number);
        if (info.Vlan == 0) _segments.Add(info, about.Direction, atNs, number);
    }

    private int Read()
    {
        Measure();
        return capture.Drain(this);
    }

    private void Measure()
    {
        clock.Adjust();
        _untilMeasured = MeasureEvery;
    }
}
