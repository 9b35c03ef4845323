using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using VsanEmu.Net.Namespaces;

namespace VsanEmu.Net.Tests.Namespaces;

/// <summary>This test program, started over to do one thing before anything else has started a thread of the runtime: a test runner starts them all.</summary>
internal static class FreshProcess
{
    private const string Variable = "VSANEMU_TEST_FRESH";

    /// <summary>Starts it, and returns the runtime's threads that it found outside of its own namespace.</summary>
    /// <param name="prefix">A program that starts it, with arguments; none by default.</param>
    public static string[] StrayThreads(params string[] prefix)
    {
        string[] command = [.. prefix, Path.Combine(AppContext.BaseDirectory, "VsanEmu.Net.Tests")];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true };
        start.Environment[Variable] = "1";
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("threads:", lines[0]);
        return lines[1..];
    }

    [ModuleInitializer]
    internal static void Start()
    {
        if (Environment.GetEnvironmentVariable(Variable) is null) return;
        string home = Here();
        using var place = NetworkNamespace.Create();
        // Nothing in here can wait without the socket engine, a timer, and the pool.
        using Socket listener = place.Run(() =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            socket.Listen();
            _ = socket.AcceptAsync();
            _ = Task.Delay(1);
            return socket;
        });
        Console.WriteLine("threads:");
        foreach (string task in Directory.GetDirectories("/proc/self/task"))
        {
            string name = File.ReadAllText($"{task}/comm").Trim();
            if (name.StartsWith(".NET", StringComparison.Ordinal) && new FileInfo($"{task}/ns/net").LinkTarget != home) Console.WriteLine(name);
        }
        Environment.Exit(0);
    }

    private static string Here() => new FileInfo("/proc/thread-self/ns/net").LinkTarget!;
}
