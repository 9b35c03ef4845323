using System.Net;
using System.Net.Sockets;
using VsanEmu.Core.Observations;
using VsanEmu.Net.Interfaces;
using VsanEmu.Net.Probing;
using VsanEmu.Net.Udp;

namespace VsanEmu.Net.Trials;

/// <summary>One endpoint as it joins and leaves groups: by its kernel, or by IGMP messages made by hand. Disposing leaves all groups that its kernel joined.</summary>
/// <param name="self">The endpoint.</param>
/// <param name="sibling">The address that a second host behind its port bears: one that nobody in the segment has.</param>
/// <param name="nowNs">The run's clock.</param>
internal sealed class GroupActor(ProbeSource self, IPAddress sibling, Func<long> nowNs) : IDisposable
{
    private const byte ReportV2 = 0x16;
    private const byte LeaveV2 = 0x17;
    private const byte NoType = 0xf0;

    private static readonly IPAddress AllRouters = IPAddress.Parse("224.0.0.2");

    private readonly Lock _gate = new();
    private Memberships? _memberships;
    private RawSender? _raw;
    private int _kernelVersion;

    /// <summary>Acts.</summary>
    /// <exception cref="SocketException">CAP_NET_RAW is missing.</exception>
    /// <exception cref="LocalInterfaceException">The interface lacks its address, or is down.</exception>
    internal GroupActDone Act(GroupAct act, IPAddress group)
    {
        Prepare();
        long at = nowNs();
        SocketError error = act switch
        {
            GroupAct.Join => _memberships!.Join(group),
            GroupAct.Leave => _memberships!.Leave(group),
            // RFC 2236 section 9: reports go to the group itself, leaves to all routers.
            GroupAct.ReportByV2 => Send(self.Address, group, ReportV2, group),
            GroupAct.SiblingReports => Send(sibling, group, ReportV2, group),
            GroupAct.SiblingLeaves => Send(sibling, AllRouters, LeaveV2, group),
            GroupAct.BrokenReport => Send(self.Address, group, ReportV2, group, intact: false),
            GroupAct.UnknownType => Send(self.Address, group, NoType, group),
            _ => throw new ArgumentOutOfRangeException(nameof(act), act, null),
        };
        return new(at, act is GroupAct.Join or GroupAct.Leave ? _kernelVersion : 2, error == SocketError.Success ? "" : SendRefusal.Words(error));
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _memberships?.Dispose();
            _raw?.Dispose();
        }
    }

    private void Prepare()
    {
        lock (_gate)
        {
            if (_memberships is not null) return;
            LocalInterface found = self.Namespace.Run(() => LocalInterface.Find(self.Interface, self.Address));
            _kernelVersion = self.Namespace.Run(found.IgmpVersion);
            _raw = new RawSender(self);
            _memberships = new Memberships(self.Namespace, found.Index);
        }
    }

    private SocketError Send(IPAddress source, IPAddress destination, byte type, IPAddress group, bool intact = true) =>
        _raw!.Send(Ipv4Packet.IgmpMessage(source, destination, type, group, intact), destination);
}
