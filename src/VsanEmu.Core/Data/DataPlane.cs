using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Data;

/// <summary>
/// One member's part of the data plane (FLOWS.md D1 to D3): it runs the VMs that it hosts, holds copies for others' VMs, and rebuilds copies.
/// Pure and single-threaded: it is fed and polled by its node, and time is an argument.
/// </summary>
public sealed class DataPlane(DataPlaneOptions options)
{
    private readonly DataPlaneOptions _options = options;

    /// <summary>When <see cref="HandleTimeout"/> is next due, ns; <see cref="long.MaxValue"/> when nothing waits for time.</summary>
    public long NextTimeoutNs => long.MaxValue;

    /// <summary>True when no hosted VM is starting, stopping, or waiting for a copy that can come back or be rebuilt.</summary>
    public bool AtRest => true;

    /// <summary>Counters by name, all beginning with <c>data.</c>.</summary>
    public IReadOnlyDictionary<string, long> Counters => new Dictionary<string, long>();

    /// <summary>Powers a VM on: it is published, and its I/O begins when its copies are connected. Not this member's VM: counted, else ignored.</summary>
    public void PowerOn(long nowNs, string vm)
    {
    }

    /// <summary>Powers a VM off: nothing new is started, what is in flight ends, then it is published as off.</summary>
    public void PowerOff(long nowNs, string vm)
    {
    }

    /// <summary>Takes what the directory says of a VM, this member's own included.</summary>
    public void HandleObject(long nowNs, in VmObject obj)
    {
    }

    /// <summary>A peer is heard, or has fallen silent. Until told, no peer is alive.</summary>
    public void PeerAlive(long nowNs, MemberId peer, bool alive)
    {
    }

    /// <summary>A connection is ready for frames (both Hellos are through).</summary>
    public void LinkUp(long nowNs, MemberId peer, bool openedBySelf)
    {
    }

    /// <summary>A connection is gone.</summary>
    public void LinkDown(long nowNs, MemberId peer, bool openedBySelf)
    {
    }

    /// <summary>Takes one frame's payload, of a kind from 0x20 to 0x3F. Anything but Ok is the peer's fault.</summary>
    public WireStatus Handle(long nowNs, MemberId from, bool openedBySelf, MessageKind kind, ReadOnlySpan<byte> payload) => WireStatus.BadContent;

    /// <summary>Does what is due.</summary>
    public void HandleTimeout(long nowNs)
    {
    }

    /// <summary>Whether this member should hold a connection, opened by itself, to a peer for the data plane.</summary>
    public bool Wants(MemberId peer) => _options.Self.IsNone;

    /// <summary>The next frame to send, its payload in <paramref name="payload"/>, which has room for WireLimits.MaxFrame less the overhead.</summary>
    public bool TryPollSend(long nowNs, Span<byte> payload, out DataSend send)
    {
        send = default;
        return false;
    }

    /// <summary>The next object of this member's to put into the directory.</summary>
    public bool TryPollPublish(out VmObject obj)
    {
        obj = default;
        return false;
    }

    /// <summary>The figures of the VMs that this member hosts and has powered on at least once.</summary>
    public IReadOnlyList<VmObservation> Observe() => [];
}
