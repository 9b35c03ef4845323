using System.Net;
using System.Net.Sockets;

namespace VsanEmu.Net.Udp;

/// <summary>A socket could not be bound: the address is not on this machine, the port is taken, or the caller may not.</summary>
public sealed class BindException(IPEndPoint endpoint, SocketException inner) : IOException($"cannot bind {endpoint}: {inner.Message}", inner);
