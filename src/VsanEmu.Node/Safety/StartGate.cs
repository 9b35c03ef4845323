using VsanEmu.Core.Protocol;
using VsanEmu.Net.Udp;

namespace VsanEmu.Node.Safety;

/// <summary>Stands between a starting node and the wire: the first time that the node wants to send, it decides once whether it may.</summary>
/// <param name="member">The node's name.</param>
/// <param name="foreign">What was heard so far, and is heard until the gate opens.</param>
/// <param name="listener">The capture that runs until then; null when there is none.</param>
/// <param name="force">Opens whatever was heard.</param>
internal sealed class StartGate(string member, ForeignTraffic foreign, SegmentListener? listener, bool force)
{
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _open;

    /// <summary>Ends when the node may send; fails with <see cref="ForeignTrafficException"/> when it may not.</summary>
    internal Task Opened => _opened.Task;

    /// <summary>A datagram arrived at one of the node's own sockets.</summary>
    internal void Datagram(Ipv4Endpoint from, Ipv4Endpoint to, ReadOnlySpan<byte> payload)
    {
        if (!_open) foreign.Datagram(from, to, payload);
    }

    /// <summary>Whether the node may do this. Joining a group is part of listening: it says that a host is there, and nothing that vSAN would act on.</summary>
    internal bool MayDo(TransmitKind kind)
    {
        if (_open || kind is TransmitKind.Join or TransmitKind.Leave or TransmitKind.Close) return true;
        if (Refusal() is { } refusal)
        {
            _opened.TrySetException(refusal);
            return false;
        }

        _open = true;
        listener?.Dispose();
        _opened.TrySetResult();
        return true;
    }

    /// <summary>Refuses already now, when what was heard so far is reason enough.</summary>
    /// <exception cref="ForeignTrafficException">Foreign traffic was heard, and the node is not forced.</exception>
    internal void ThrowIfForeign()
    {
        if (Refusal() is { } refusal) throw refusal;
    }

    private ForeignTrafficException? Refusal()
    {
        listener?.Look();
        return !force && foreign.Heard is { Count: > 0 } heard ? new ForeignTrafficException(member, heard) : null;
    }
}
