using System.Net;
using System.Net.Sockets;
using VsanEmu.Core.Observations;
using VsanEmu.Net.Namespaces;

namespace VsanEmu.Net.Tcp;

/// <summary>Opens TCP connections from one address, inside one namespace.</summary>
/// <param name="place">The namespace, or null for that of the process.</param>
/// <param name="local">The address to connect from; the port is ephemeral.</param>
/// <param name="timeout">How long it may take.</param>
/// <param name="time">The clock.</param>
public sealed class FrameConnector(NetworkNamespace? place, IPAddress local, TimeSpan timeout, TimeProvider time)
{
    /// <summary>Connects. The socket, or how the attempt ended.</summary>
    public async Task<(Socket? Socket, ProbeOutcome Outcome)> ConnectAsync(IPEndPoint remote, CancellationToken cancellation)
    {
        Socket socket = place is null ? Open() : await place.RunAsync(Open, CancellationToken.None).ConfigureAwait(false);
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            socket.Bind(new IPEndPoint(local, 0));
            await socket.ConnectAsync(remote, either.Token).ConfigureAwait(false);
            return (socket, ProbeOutcome.Open);
        }
        catch (OperationCanceledException)
        {
            socket.Dispose();
            return (null, ProbeOutcome.Filtered);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            return (null, Outcome(e.SocketErrorCode));
        }
    }

    /// <summary>
    /// What connect(2)'s error says of a probe. It cannot say more: ICMP 3/3 looks like RST, and 3/10 and 3/13 look like an unreachable host
    /// (Linux's <c>icmp_err_convert</c>); captures tell those apart.
    /// </summary>
    public static ProbeOutcome Outcome(SocketError error) => error switch
    {
        SocketError.Success => ProbeOutcome.Open,
        SocketError.ConnectionRefused or SocketError.ConnectionReset => ProbeOutcome.Refused,
        SocketError.TimedOut => ProbeOutcome.Filtered,
        SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.HostDown or SocketError.NetworkDown
            or SocketError.AddressNotAvailable => ProbeOutcome.Unreachable,
        SocketError.AccessDenied => ProbeOutcome.Prohibited,
        _ => ProbeOutcome.IcmpOther,
    };

    private static Socket Open() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
}
