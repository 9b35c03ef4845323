using System.Runtime.InteropServices;

namespace VsanEmu.Net.Namespaces;

/// <summary>A namespace could not be made or entered; the message says why.</summary>
public sealed class NetworkNamespaceException(string message) : IOException(message)
{
    internal static NetworkNamespaceException IsNone(string path) => new($"{path} is no network namespace");

    internal static NetworkNamespaceException FromErrno(string what) =>
        new($"{what}: {Marshal.GetLastPInvokeErrorMessage()} (errno {Marshal.GetLastPInvokeError()})");
}
