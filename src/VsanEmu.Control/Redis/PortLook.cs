using System.Net.Sockets;
using System.Text;

namespace VsanEmu.Control.Redis;

/// <summary>The client library does not say why there is no connection: a look at the port does.</summary>
internal static class PortLook
{
    // What a server says by itself, or to a PING: an error has a line.
    private const int MostAnswer = 512;

    // Content types of a TLS record (RFC 8446, 5.1): alert, handshake.
    private const byte TlsAlert = 21;
    private const byte TlsHandshake = 22;

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(1);

    /// <summary>Why nobody could connect there.</summary>
    /// <param name="address">Where.</param>
    /// <param name="found">What was known before.</param>
    /// <param name="limit">How long to try to connect.</param>
    /// <param name="cancellation">Ends it early.</param>
    public static async Task<ControlException> ExplainAsync(ControlAddress address, ControlException found, TimeSpan limit, CancellationToken cancellation)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        ends.CancelAfter(limit);
        try
        {
            bool unix = address.Server is UnixDomainSocketEndPoint;
            using var socket = unix ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) : new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(address.Server, ends.Token).ConfigureAwait(false);
            byte[] answer = await AnswerAsync(socket, cancellation).ConfigureAwait(false);
            return address.Tls ? WithTls(address, answer, found) : Plain(address, answer, found);
        }
        catch (SocketException e)
        {
            // The runtime's words for a socket that is not there are another error's.
            string why = address.Server is UnixDomainSocketEndPoint socket && !File.Exists($"{socket}") ? "there is no such socket" : e.Message;
            return new($"{address} cannot be reached: {why}", inner: found);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new($"{address} cannot be reached: no answer within {limit.TotalSeconds:0} s", inner: found);
        }
    }

    // Too many clients, or a protected server: it says so in a line and hangs up, which the library takes for no connection.
    private static ControlException Plain(ControlAddress address, byte[] answer, ControlException found) => answer is [(byte)'-', ..]
        ? new($"{address} answers: {Refusal.Line(Encoding.UTF8.GetString(answer, 1, answer.Length - 1))}", inner: found)
        : new($"{address} takes a connection and does not answer as a Redis server: if it speaks TLS, say rediss://", inner: found);

    // Who answers a plain question does not speak TLS. Who does not answer it may: then trying again may help.
    private static ControlException WithTls(ControlAddress address, byte[] answer, ControlException found) => answer is not [] and not [TlsAlert or TlsHandshake, ..]
        ? new($"{address} does not speak TLS there: is it redis://, or another port?", lasting: true, found)
        : new($"{address} takes a connection, but no TLS session: is it a TLS port, does it want a client's certificate, is it at its limit of clients?", inner: found);

    private static async Task<byte[]> AnswerAsync(Socket socket, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(AnswerLimit);
        byte[] buffer = new byte[MostAnswer];
        try
        {
            await AskAsync().ConfigureAwait(false);
            int length = await socket.ReceiveAsync(buffer, limit.Token).ConfigureAwait(false);
            return buffer[..length];
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return [];
        }

        // Who has hung up already may have said why before.
        async Task AskAsync()
        {
            try
            {
                await socket.SendAsync("PING\r\n"u8.ToArray(), limit.Token).ConfigureAwait(false);
            }
            catch (SocketException)
            {
            }
        }
    }
}
