using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace VsanEmu.Net.Bulk;

/// <summary>errno as the rest of the project knows it.</summary>
internal static class Errors
{
    /// <summary>The error of the last system call that this thread made by P/Invoke.</summary>
    internal static SocketError OfLast() => Marshal.GetLastPInvokeError() switch
    {
        4 => SocketError.Interrupted,               // EINTR
        11 => SocketError.WouldBlock,               // EAGAIN
        22 => SocketError.InvalidArgument,          // EINVAL
        32 => SocketError.Shutdown,                 // EPIPE
        38 => SocketError.OperationNotSupported,    // ENOSYS
        90 => SocketError.MessageSize,              // EMSGSIZE
        95 => SocketError.OperationNotSupported,    // EOPNOTSUPP
        101 => SocketError.NetworkUnreachable,      // ENETUNREACH
        104 => SocketError.ConnectionReset,         // ECONNRESET
        105 => SocketError.NoBufferSpaceAvailable,  // ENOBUFS
        111 => SocketError.ConnectionRefused,       // ECONNREFUSED
        113 => SocketError.HostUnreachable,         // EHOSTUNREACH
        1 or 13 => SocketError.AccessDenied,        // EPERM, EACCES: a packet filter, or a route that prohibits
        _ => SocketError.SocketError,
    };
}
