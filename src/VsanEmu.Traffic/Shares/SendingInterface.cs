using VsanEmu.Net.Interfaces;
using VsanEmu.Net.Probing;

namespace VsanEmu.Traffic.Shares;

/// <summary>What the interface of a member that sends does with datagrams.</summary>
/// <param name="Mtu">Its longest packet, bytes; 0 when that is not known.</param>
/// <param name="Uncut">Whether bursts leave it as they are: it is a virtual one, and takes them whole. What takes them from there may still cut them.</param>
internal sealed record SendingInterface(int Mtu, bool Uncut)
{
    /// <summary>Asks it.</summary>
    public static SendingInterface Of(ShareSetup setup, string member)
    {
        ProbeSource end = setup.Ends[member];
        bool isVirtual = setup.IsVirtual(member);
        // An interface that does not say is taken for what most of its kind are.
        return end.Namespace.Run(() => new SendingInterface(InterfaceOffload.Mtu(end.Interface), isVirtual && InterfaceOffload.TakesBursts(end.Interface) != false));
    }
}
