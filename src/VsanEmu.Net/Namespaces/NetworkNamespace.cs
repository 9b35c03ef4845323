using System.Runtime.ExceptionServices;
using Microsoft.Win32.SafeHandles;
using VsanEmu.Net.Native;
using VsanEmu.Net.Threads;

namespace VsanEmu.Net.Namespaces;

/// <summary>
/// A network namespace held by a descriptor. One made here has no name, so it vanishes with this process, however the process ends.
/// Sockets opened, and processes started, inside <see cref="Run{T}"/> belong to the namespace; afterwards they may be used from any thread.
/// </summary>
public sealed class NetworkNamespace : IDisposable
{
    // Of the calling thread. (/proc/self/ns would be the main thread's.)
    private const string OwnPath = "/proc/thread-self/ns/net";

    private const string ProcessPath = "/proc/self/ns/net";

    private readonly SafeFileHandle _handle;

    private readonly bool _entered;

    private NetworkNamespace(SafeFileHandle handle, bool entered = false) => (_handle, _entered) = (handle, entered);

    /// <summary>A path that refers to this namespace from any process, for <c>ip link set … netns PATH</c>.</summary>
    public string Path => $"/proc/{Environment.ProcessId}/fd/{_handle.DangerousGetHandle()}";

    /// <summary>Makes a new, unnamed namespace in which there is nothing but the loopback interface, up.</summary>
    /// <exception cref="NetworkNamespaceException">Without CAP_SYS_ADMIN.</exception>
    public static NetworkNamespace Create() => OnThread(() =>
    {
        if (Libc.Unshare(Libc.CloneNewNet) != 0) throw NetworkNamespaceException.FromErrno("cannot make a network namespace");
        if (!InterfaceRequests.TrySetUp("lo")) throw NetworkNamespaceException.FromErrno("cannot bring up lo in a new network namespace");
        return OfThisThread();
    });

    /// <summary>The namespace that the calling thread is in.</summary>
    public static NetworkNamespace Current() => OfThisThread();

    /// <summary>The namespace of this process: entering it takes no privilege, as in a container that has none.</summary>
    public static NetworkNamespace OfProcess() => new(File.OpenHandle(ProcessPath), entered: true);

    /// <summary>Opens a namespace by the path of its file, for example one under <c>/run/netns</c>.</summary>
    /// <exception cref="NetworkNamespaceException">What is there is no network namespace.</exception>
    /// <exception cref="IOException">There is nothing, or it cannot be read.</exception>
    public static NetworkNamespace Open(string path)
    {
        if (Directory.Exists(path)) throw NetworkNamespaceException.IsNone(path);
        SafeFileHandle handle = File.OpenHandle(path);
        if (InterfaceRequests.NamespaceKind(handle) == Libc.CloneNewNet) return new(handle);
        handle.Dispose();
        throw NetworkNamespaceException.IsNone(path);
    }

    /// <summary>
    /// Runs <paramref name="work"/> on a thread of its own inside this namespace, and waits for it. A thread that it starts stays in the namespace.
    /// It must not await, nor give work to the thread pool: the pool starts its threads from whichever thread asks, and would start one in here.
    /// </summary>
    public T Run<T>(Func<T> work)
    {
        if (_entered) return work();
        RuntimeThreads.StartHere();
        return OnThread(() => Inside(work));
    }

    /// <inheritdoc cref="Run{T}"/>
    public void Run(Action work) => Run(OwnThread.Returning(work));

    /// <summary>The same for whoever may not block, as on the thread pool: ends with the work.</summary>
    /// <param name="work">The work, on a thread of its own, as for <see cref="Run{T}"/>.</param>
    /// <param name="cancellation">Ends the wait for a thread; work that has begun goes on.</param>
    public Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellation = default)
    {
        if (_entered) return OwnThread.RunAsync(work, cancellation);
        RuntimeThreads.StartHere();
        return OwnThread.RunAsync(() => Inside(work), cancellation);
    }

    /// <inheritdoc cref="RunAsync{T}"/>
    public Task RunAsync(Action work, CancellationToken cancellation = default) => RunAsync(OwnThread.Returning(work), cancellation);

    /// <summary>Lets go of the namespace. It lives on while a socket, a thread or a process is in it.</summary>
    public void Dispose() => _handle.Dispose();

    // On a thread that ends with the work.
    private T Inside<T>(Func<T> work)
    {
        if (Libc.SetNs(_handle, Libc.CloneNewNet) != 0) throw NetworkNamespaceException.FromErrno("cannot enter a network namespace");
        return work();
    }

    private static NetworkNamespace OfThisThread() => new(File.OpenHandle(OwnPath));

    // The thread is never given back to a pool: it would carry its namespace to whoever runs on it next.
    private static T OnThread<T>(Func<T> work)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                result = work();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        })
        { IsBackground = true, Name = "netns" };
        thread.Start();
#pragma warning disable RS0030 // Whoever may not block uses RunAsync.
        thread.Join();
#pragma warning restore RS0030
        failure?.Throw();
        return result;
    }
}
