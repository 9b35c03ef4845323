using System.Runtime.InteropServices;

namespace VsanEmu.Net.Native;

/// <summary>Waiting for many descriptors at once: epoll(7).</summary>
internal static partial class Libc
{
    /// <summary>epoll(7): the descriptor can be read from (or has an error to tell).</summary>
    internal const uint EpollIn = 0x001;

    /// <summary>epoll_ctl(2): adds a descriptor.</summary>
    internal const int EpollAdd = 1;

    /// <summary>epoll_ctl(2): removes a descriptor.</summary>
    internal const int EpollDelete = 2;

    /// <summary>epoll_ctl(2): changes what is told of a descriptor.</summary>
    internal const int EpollChange = 3;

    private const int EpollCloseOnExec = 0x80000;

    // struct epoll_event is packed on x86-64 and on no other processor (epoll_ctl(2), NOTES in the kernel's header).
    private static readonly bool EventIsPacked = RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>Bytes of one struct epoll_event.</summary>
    internal static int EpollEventSize => EventIsPacked ? 12 : 16;

    private static int EpollDataOffset => EventIsPacked ? 4 : 8;

    /// <summary>A new epoll instance; -1 with EMFILE or ENOMEM.</summary>
    internal static int EpollCreate() => EpollCreate1(EpollCloseOnExec);

    /// <summary>Adds a descriptor to the set, or removes it. 0, or -1 (ENOENT: it was not there).</summary>
    internal static unsafe int EpollControl(int epoll, int operation, int fd, uint events, int data)
    {
        byte* e = stackalloc byte[16];
        new Span<byte>(e, 16).Clear();
        *(uint*)e = events;
        *(int*)(e + EpollDataOffset) = data;
        return EpollCtl(epoll, operation, fd, e);
    }

    /// <summary>The number given with the <paramref name="index"/>th descriptor that is ready.</summary>
    internal static unsafe int EpollData(byte* events, int index) => *(int*)(events + (index * EpollEventSize) + EpollDataOffset);

    /// <summary>epoll_wait(2): waits, and fills <paramref name="events"/> with up to <paramref name="max"/> events. Their number; -1 with EINTR.</summary>
    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    internal static unsafe partial int EpollWait(int epoll, byte* events, int max, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int EpollCreate1(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static unsafe partial int EpollCtl(int epoll, int operation, int fd, byte* e);
}
