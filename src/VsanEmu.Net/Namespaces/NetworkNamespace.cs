using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using Microsoft.Win32.SafeHandles;
using VsanEmu.Net.Native;

namespace VsanEmu.Net.Namespaces;

/// <summary>
/// A network namespace held by a descriptor. One made here has no name, so it vanishes with this process, however the process ends.
/// Sockets opened, and processes started, inside <see cref="Run{T}"/> belong to the namespace; afterwards they may be used from any thread.
/// </summary>
public sealed class NetworkNamespace : IDisposable
{
    private static readonly Lazy<bool> SocketEngine = new(WarmUpSocketEngine);

    private readonly SafeFileHandle _handle;

    private NetworkNamespace(SafeFileHandle handle) => _handle = handle;

    /// <summary>A path that refers to this namespace from any process, for <c>ip link set … netns PATH</c>.</summary>
    public string Path => $"/proc/{Environment.ProcessId}/fd/{_handle.DangerousGetHandle()}";

    /// <summary>Makes a new, empty, unnamed namespace.</summary>
    /// <exception cref="NetworkNamespaceException">Without CAP_SYS_ADMIN.</exception>
    public static NetworkNamespace Create() => OnThread(() =>
    {
        if (Libc.Unshare(Libc.CloneNewNet) != 0) throw NetworkNamespaceException.FromErrno("cannot make a network namespace");
        return OfThisThread();
    });

    /// <summary>The namespace that the calling thread is in.</summary>
    public static NetworkNamespace Current() => OfThisThread();

    /// <summary>Opens a namespace by the path of its file, for example one under <c>/run/netns</c>.</summary>
    public static NetworkNamespace Open(string path) => new(File.OpenHandle(path));

    /// <summary>Runs <paramref name="work"/> on a thread of its own inside this namespace, and waits for it.</summary>
    public T Run<T>(Func<T> work)
    {
        _ = SocketEngine.Value;
        return OnThread(() =>
        {
            if (Libc.SetNs((int)_handle.DangerousGetHandle(), Libc.CloneNewNet) != 0)
                throw NetworkNamespaceException.FromErrno("cannot enter a network namespace");
            return work();
        });
    }

    /// <summary>Runs <paramref name="work"/> on a thread of its own inside this namespace, and waits for it.</summary>
    public void Run(Action work) => Run(() =>
    {
        work();
        return true;
    });

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private static NetworkNamespace OfThisThread() => new(File.OpenHandle($"/proc/self/task/{Libc.GetTid()}/ns/net"));

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
        thread.Join();
        failure?.Throw();
        return result;
    }

    // The runtime's socket engine thread is started by the first asynchronous receive and inherits that thread's namespace:
    // start it here, outside of any namespace of ours.
    private static bool WarmUpSocketEngine()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        ValueTask<int> receive = socket.ReceiveAsync(new byte[1], SocketFlags.None, CancellationToken.None);
        socket.SendTo(new byte[1], socket.LocalEndPoint!);
        receive.AsTask().Wait(TimeSpan.FromSeconds(1));
        return true;
    }
}
