using System.Runtime.InteropServices;

namespace VsanEmu.Net.Capture;

/// <summary>A capture could not be opened; the message says why.</summary>
public sealed class CaptureException(string message) : IOException(message)
{
    internal static CaptureException FromErrno(string what) =>
        new($"{what}: {Marshal.GetLastPInvokeErrorMessage()} (errno {Marshal.GetLastPInvokeError()})");
}
