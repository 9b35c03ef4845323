using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Data;

/// <summary>Which peers are alive, and which of the two connections with each are open.</summary>
/// <param name="self">This member: always alive.</param>
/// <param name="mode">Which connections D1 may use.</param>
internal sealed class DataLinks(MemberId self, DataConnection mode)
{
    private readonly uint[] _opened = new uint[MemberId.Max + 1];
    private readonly uint[] _accepted = new uint[MemberId.Max + 1];
    private readonly bool[] _turn = new bool[MemberId.Max + 1];
    private uint _last;

    /// <summary>The living members, this one included.</summary>
    public MemberSet Alive { get; private set; } = MemberSet.Of(self);

    public void SetAlive(MemberId peer, bool alive) => Alive = alive ? Alive.With(peer) : Alive.Without(peer);

    public void Up(MemberId peer, bool openedBySelf) => Side(openedBySelf)[peer.Value] = ++_last;

    public void Down(MemberId peer, bool openedBySelf) => Side(openedBySelf)[peer.Value] = 0;

    /// <summary>Number of the open connection, never reused; 0 when it is not open.</summary>
    public uint Number(MemberId peer, bool openedBySelf) => Side(openedBySelf)[peer.Value];

    /// <summary>Whether a VM's member may send D1 to a holder, and on which connection: by the profile. In turn when both are allowed and open.</summary>
    public bool TryToHolder(MemberId holder, out bool openedBySelf) => TryPick(holder, mode != DataConnection.Accepted, mode != DataConnection.Initiated, out openedBySelf);

    /// <summary>The same connections, seen from a holder that has something to tell the VM's member unasked.</summary>
    public bool TryToHost(MemberId host, out bool openedBySelf) => TryPick(host, mode != DataConnection.Initiated, mode != DataConnection.Accepted, out openedBySelf);

    /// <summary>Whether D1 may use the connection at a VM's member.</summary>
    public bool CarriesD1(bool openedBySelf) => openedBySelf ? mode != DataConnection.Accepted : mode != DataConnection.Initiated;

    private bool TryPick(MemberId peer, bool mayOpened, bool mayAccepted, out bool openedBySelf)
    {
        bool opened = mayOpened && _opened[peer.Value] != 0;
        bool accepted = mayAccepted && _accepted[peer.Value] != 0;
        openedBySelf = opened && (!accepted || (_turn[peer.Value] = !_turn[peer.Value]));
        return opened || accepted;
    }

    private uint[] Side(bool openedBySelf) => openedBySelf ? _opened : _accepted;
}
