using System.Net.Sockets;
using VsanEmu.Net.Native;

namespace VsanEmu.Net.Bulk;

/// <summary>A socket's descriptor itself, beneath what .NET makes of it.</summary>
public static class Descriptor
{
    private const int GetFlags = 3;    // F_GETFL
    private const int SetFlags = 4;    // F_SETFL
    private const int NonBlock = 0x800; // O_NONBLOCK

    /// <summary>Whether system calls on it wait. .NET makes a socket that is used asynchronously non-blocking for good, and emulates the rest.</summary>
    /// <exception cref="SocketException">It is closed.</exception>
    public static void SetBlocking(Socket socket, bool blocking)
    {
        int fd = (int)socket.Handle;
        int flags = Libc.Control(fd, GetFlags, 0);
        if (flags < 0 || Libc.Control(fd, SetFlags, blocking ? flags & ~NonBlock : flags | NonBlock) < 0) throw new SocketException((int)Errors.OfLast());
    }
}
