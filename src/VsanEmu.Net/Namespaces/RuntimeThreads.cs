using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace VsanEmu.Net.Namespaces;

/// <summary>
/// The runtime's own threads (socket engine, timers, thread pool, signals) are started by whoever needs them first, and inherit that thread's
/// network namespace for good. They are all started here, before the first visit to another namespace. Needs no network: works where lo is down.
/// </summary>
internal static class RuntimeThreads
{
    private static readonly Lazy<bool> Started = new(Start);

    /// <summary>Starts them from the calling thread, once per process.</summary>
    internal static void StartHere() => _ = Started.Value;

    private static bool Start()
    {
        // Signals: also what a child process's end arrives by.
        PosixSignalRegistration.Create(PosixSignal.SIGQUIT, static _ => { }).Dispose();
        // Timers, and with the queued continuation the pool's gate thread and a first worker.
#pragma warning disable RS0030 // Once in a process, before it does anything that could be kept waiting.
        Task.Delay(1).ContinueWith(static _ => { }, TaskScheduler.Default).Wait();
#pragma warning restore RS0030
        StartSocketEngine();
        return true;
    }

    // The engine starts when an asynchronous operation has to wait.
    private static void StartSocketEngine()
    {
        var address = new UnixDomainSocketEndPoint($"\0vsanemu-{Environment.ProcessId}-{Guid.NewGuid():N}");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(address);
        listener.Listen(1);
        Task<Socket> accepting = listener.AcceptAsync();
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(address);
#pragma warning disable RS0030 // As above; who connects is there already.
        accepting.GetAwaiter().GetResult().Dispose();
#pragma warning restore RS0030
    }
}
