using System.Net;
using System.Net.Sockets;
using System.Text;
using VsanEmu.Core.Frames;
using VsanEmu.Core.Observations;
using VsanEmu.Net.Capture;

namespace VsanEmu.Net.Probing;

/// <summary>
/// Tries to open a TCP connection, closes it at once, and tells how it went by the captures at both ends (CHECKS.md, "Access").
/// Any number may run at a time, but a four-tuple only once.
/// </summary>
/// <param name="captures">Captures the source's port.</param>
/// <param name="ports">Knows what arrived at the targets that are captured.</param>
/// <param name="timeout">
/// How long to wait for an answer. Default choice of callers: the cluster's TcpConnect. Under 1 s a single lost SYN, which would be repeated
/// after 1 s, looks like a filter.
/// </param>
public sealed class TcpProbe(CaptureSet captures, IPorts ports, TimeSpan timeout)
{
    // The captures' clock is the wall clock's, converted: it may be off by a little.
    private const long ClockMarginNs = 100_000;

    private const int LevelSocket = 1;   // SOL_SOCKET
    private const int BindToDevice = 25; // socket(7)

    /// <summary>Probes once.</summary>
    /// <param name="phase">The run's phase, for the observation.</param>
    /// <param name="from">The source; with an IPv6 address the probe goes over IPv6, and the target's is one, too.</param>
    /// <param name="sourcePort">The source port to bind, or 0 for an ephemeral one.</param>
    /// <param name="to">The target.</param>
    /// <param name="port">The target's port, one that the captures capture.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="SocketException">The source's address or port cannot be bound: another socket has it.</exception>
    public async Task<ProbeObservation> RunAsync(
        string phase, ProbeSource from, int sourcePort, ProbeTarget to, int port, CancellationToken cancellation)
    {
        long start = captures.NowNs;
        using Socket socket = await from.Namespace.RunAsync(() => Bound(from, sourcePort), cancellation).ConfigureAwait(false);
        var probe = new FiveTuple(FiveTuple.Tcp, FrameAddress.From(from.Address), (ushort)((IPEndPoint)socket.LocalEndPoint!).Port,
            FrameAddress.From(to.Address), (ushort)port);
        ConnectEnd end = await ConnectAsync(socket, new IPEndPoint(to.Address, port), cancellation).ConfigureAwait(false);
        long took = captures.NowNs - start;
        ReadProbe read = ProbeReading.Read(end, probe, captures.Find(from.Name, probe, start - ClockMarginNs));
        ProbeOutcome outcome = await SynPassage.LocateAsync(read.Outcome, ports, to, probe, start - ClockMarginNs, cancellation).ConfigureAwait(false);
        return new()
        {
            Phase = phase,
            From = from.Name,
            To = to.Name,
            SourcePort = sourcePort,
            DestinationPort = port,
            Method = from.Address.AddressFamily == AddressFamily.InterNetworkV6 ? ProbeMethod.Ipv6 : ProbeMethod.Connect,
            Outcome = outcome,
            AnsweredBy = read.AnsweredBy,
            OwnHost = read.OwnHost,
            AtNs = start,
            TookNs = took,
        };
    }

    private static Socket Bound(ProbeSource from, int port)
    {
        var socket = new Socket(from.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // One port serves probes of many targets at a time; and closing by RST leaves no TIME_WAIT in the next one's way.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.LingerState = new LingerOption(true, 0);
            if (from.OnlyThere) socket.SetRawSocketOption(LevelSocket, BindToDevice, Encoding.UTF8.GetBytes(from.Interface + '\0'));
            socket.Bind(new IPEndPoint(from.Address, port));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<ConnectEnd> ConnectAsync(Socket socket, IPEndPoint target, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        try
        {
            await socket.ConnectAsync(target, limit.Token).ConfigureAwait(false);
            return ConnectEnd.Open;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return ConnectEnd.Silence;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionRefused or SocketError.ConnectionReset)
        {
            return ConnectEnd.Refused;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.TimedOut)
        {
            return ConnectEnd.Silence;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AccessDenied)
        {
            return ConnectEnd.Prohibited;
        }
        catch (SocketException e) when (e.SocketErrorCode
            is SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.HostDown or SocketError.NetworkDown or SocketError.ProtocolOption)
        {
            // ProtocolOption: ENOPROTOOPT, which is what Linux makes of ICMP protocol unreachable.
            return ConnectEnd.Unreachable;
        }
    }
}
