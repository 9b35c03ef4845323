using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace VsanEmu.Net.Udp;

/// <summary>Why the kernel did not take what was to be sent, in its words.</summary>
internal static class SendRefusal
{
    private const int NotPermitted = 1; // EPERM

    /// <summary>In words, of an error number. Nothing but this host itself says EPERM to who sends: its firewall's output chain, as a rule.</summary>
    public static string Words(int error) =>
        Marshal.GetPInvokeErrorMessage(error) + (error == NotPermitted ? ": refused by this host's own firewall" : "");

    /// <summary>The same where only the runtime's reading of it is known: it makes one of EPERM and EACCES.</summary>
    public static string Words(SocketError error) => error == SocketError.AccessDenied ? Words(NotPermitted) : new SocketException((int)error).Message;
}
