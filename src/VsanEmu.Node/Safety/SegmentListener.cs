using VsanEmu.Core.Spec;
using VsanEmu.Net.Capture;

namespace VsanEmu.Node.Safety;

/// <summary>
/// Captures at a node's interface until the node may send, and shows <see cref="ForeignTraffic"/> what passes: also what no socket of the node would
/// get, as a group that is not joined, or TCP between others on a segment that floods.
/// </summary>
internal sealed class SegmentListener : IDisposable
{
    // Some hundred packets are enough to know that somebody is there; 64 nodes listen at once.
    private static readonly CaptureOptions Options = new() { Slots = 512, OtherSlots = 0 };
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly PacketCapture _capture;
    private readonly ForeignTraffic _foreign;
    private readonly ITimer _timer;
    private bool _closed;

    /// <summary>Starts to capture. Call inside the interface's namespace.</summary>
    /// <exception cref="CaptureException">It is not permitted, or the interface is gone.</exception>
    internal SegmentListener(string interfaceName, ChannelSpec channels, ForeignTraffic foreign, TimeProvider time)
    {
        _capture = PacketCapture.Open(interfaceName, channels, Options);
        _foreign = foreign;
        _timer = time.CreateTimer(static state => ((SegmentListener)state!).Look(), this, Period, Period);
    }

    /// <summary>Ends the capture.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_closed) return;
            _closed = true;
            _timer.Dispose();
            _capture.Dispose();
        }
    }

    /// <summary>Looks at what was captured up to now.</summary>
    internal void Look()
    {
        lock (_gate)
        {
            if (!_closed) TransportTap.Drain(_capture, _foreign);
        }
    }
}
