using System.Diagnostics;
using System.Net.Sockets;

namespace VsanEmu.Net.Probing;

/// <summary>Waits for what a question brings, on the thread of its own on which it was asked.</summary>
internal static class AnswerWait
{
    /// <summary>True as soon as something came; false when the patience is over.</summary>
    /// <param name="socket">Where it comes.</param>
    /// <param name="asked">When it was asked (<see cref="Stopwatch.GetTimestamp"/>).</param>
    /// <param name="patience">How long to wait from then on.</param>
    public static bool Readable(Socket socket, long asked, TimeSpan patience)
    {
        TimeSpan left = patience - Stopwatch.GetElapsedTime(asked);
#pragma warning disable RS0030 // Who asks does so on a thread of its own.
        return left > TimeSpan.Zero && socket.Poll(left, SelectMode.SelectRead);
#pragma warning restore RS0030
    }
}
